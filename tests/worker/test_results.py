"""Results in words, and results with a title."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from kiebot.providers.base import Result
from kiebot.worker.tasks.results import LIGHT_BYTES, LONGEST_MESSAGE, pending


def stored(parts, tmp_path, result):
    (item,) = pending([result], tmp_path / "job")
    return parts.tasks.storage.store(item, tmp_path / "job", "1", "text")


def test_words_that_fit_into_a_message_stay_words(parts, tmp_path):
    assert stored(parts, tmp_path, Result(text="hello", name="Song")) == {"title": "Song", "text": "hello"}
    assert not (tmp_path / "job").exists()


def test_longer_words_become_a_file(parts, tmp_path):
    words = "я" * (LONGEST_MESSAGE + 1)
    result = stored(parts, tmp_path, Result(text=words))
    assert (result["name"], result["mime"], result["size"]) == ("1.txt", "text/plain", 2 * len(words))
    assert (tmp_path / "job" / "1.txt").read_text(encoding="utf-8") == words
    assert stored(parts, tmp_path, Result(text=words, mime="application/json"))["name"] == "1.json"


def test_what_the_provider_calls_a_result_is_kept_with_it(parts, tmp_path):
    assert stored(parts, tmp_path, Result(text="hello", remote_id="a-1")) == {"remote_id": "a-1", "text": "hello"}


def test_a_large_picture_for_a_model_that_animates_becomes_light(parts, tmp_path):
    made = tmp_path / "noise.png"
    Image.effect_noise((2400, 2400), 90).save(made, compress_level=1)
    assert made.stat().st_size > LIGHT_BYTES
    for light, mime in ((True, "image/jpeg"), (False, "image/png")):
        (item,) = pending([Result(data=made.read_bytes())], tmp_path / mime)
        stored = parts.tasks.storage.store(item, tmp_path / mime, "1", "image", light=light)
        assert (stored["mime"], stored["size"] <= LIGHT_BYTES) == (mime, light)
        assert stored["size"] == Path(stored["path"]).stat().st_size


def test_bytes_keep_their_title(parts, tmp_path):
    assert pending([Result(data=b"x", name="Dawn"), Result(url="https://f/1")], tmp_path) == [
        {"title": "Dawn", "made": str(tmp_path / "1.made")},
        {"url": "https://f/1", "headers": {}},
    ]
