import pytest

from kiebot.documents import ReadingLimits, ReadingOrder
from kiebot.documents.extract import extract
from kiebot.errors import ConfinedError


@pytest.fixture
def stored(tmp_path):
    def stored(data, name="some file"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return stored


@pytest.fixture
def read(stored):
    """Extract here, in this process: for honest documents."""

    def read(data, *, first=1, ocr="auto", password="", **limits):
        return extract(stored(data), ReadingOrder(ReadingLimits(**limits), first, ocr, password))

    return read


@pytest.fixture
def refusal(read):
    def refusal(data, **limits):
        with pytest.raises(ConfinedError) as caught:
            read(data, **limits)
        assert caught.value.reason == "refused"
        return caught.value.message

    return refusal
