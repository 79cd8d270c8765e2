import pytest

from kiebot.confined.runner import Confined

MISBEHAVING = "tests.confined.operations"


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def confined(scratch):
    return Confined(module=MISBEHAVING, bubblewrap=False, scratch=scratch)


@pytest.fixture
def call(confined, tmp_path):
    """Call an operation with keyword arguments; files and the time limit are its own."""

    def call(op, *files, timeout_s=20, **args):
        return confined.call(op, args, list(files), out_dir=tmp_path / "out", timeout_s=timeout_s)

    return call
