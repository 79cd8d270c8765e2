"""What a recordInfo record says: still running, failed and why, or finished with results in one of KIE's many shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.base import Failed, Finished, Result, Running
from kiebot.providers.kie_errors import NAME, kind_of, number, url_in

GENERATION_FAILED = 501
SUCCEEDED, FAILED = ("success", "completed"), ("fail", "failed")
FLAGS = {1: "success", 2: "fail", 3: "fail"}  # successFlag, where there is no state
URL_LISTS = ("resultUrls", "result_urls")  # resultWaterMarkUrls are the same things, spoilt
SINGLE_URLS = ("resultUrl", "resultImageUrl", "resultVideoUrl", "audio_url", "audioUrl")
INSIDE = ("data", "response", "vocal_removal_info", "vocalRemovalInfo")  # in which results are wrapped
IDS = ("id", "audio_id", "audioId")  # of a track
STEMS = (  # what a separated track consists of: "vocal_url" or "vocalUrl", and so on
    "vocal", "instrumental", "backing_vocals", "drums", "bass", "guitar", "keyboard", "piano", "percussion", "strings",
    "synth", "fx", "brass", "woodwinds",
)  # fmt: skip
TEXTS = ("text", "transcript", "lyrics")


def read_state(record: dict[str, Any]) -> Running | Finished | Failed:
    """What a record says of its task. An unknown state counts as pending."""
    state = str(record.get("state") or FLAGS.get(number(record.get("successFlag")) or 0, "")).lower()
    if state in FAILED:
        return Failed(_task_error(record))
    if state in SUCCEEDED:
        return _finished(record)
    progress = record.get("progress")
    return Running(int(progress) if isinstance(progress, int | float) and 0 <= progress <= 100 else None)


def _task_error(record: dict[str, Any]) -> ProviderError:
    message = str(record.get("failMsg") or record.get("errorMessage") or "")
    code = number(record.get("failCode") or record.get("errorCode")) or GENERATION_FAILED
    return ProviderError(kind_of(code, message, ProviderErrorKind.TRANSIENT), NAME, message, code=str(code))


def _finished(record: dict[str, Any]) -> Finished | Failed:
    for place in (record.get("resultJson"), {"response": record.get("response")}, record):
        if found := _Finder().look_into(place):
            return Finished(found, _cost(record))
    return Failed(ProviderError(ProviderErrorKind.TRANSIENT, NAME, "success without a result", code="empty"))


def _cost(record: dict[str, Any]) -> float | None:
    cost = record.get("creditsConsumed", record.get("consumeCredits"))
    return float(cost) if isinstance(cost, int | float) else None


def _unpacked(value: object) -> object:
    """KIE puts JSON into strings, at places where one would expect the thing itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


@dataclass
class _Finder:
    """Collects results in their order, each URL once."""

    results: dict[str, Result] = field(default_factory=dict)

    def look_into(self, value: object) -> list[Result]:
        """Everything that was made; files before words, because a file's words only describe it."""
        parsed = _unpacked(value)
        if not isinstance(parsed, dict):
            return []
        for place in _places(parsed):
            self._take_urls(place)
        return list(self.results.values()) or list(_texts(parsed.get("resultObject")))

    def _take_urls(self, place: dict[str, Any]) -> None:
        title = place.get("title")
        name = title if isinstance(title, str) and title else None
        urls = _urls(place)
        for url in urls:
            self.results.setdefault(url, Result(url=url, name=name, remote_id=_track_id(place)))
        if not urls:
            for stem, url in _stems(place):
                self.results.setdefault(url, Result(url=url, name=stem.replace("_", " ")))


def _places(parsed: dict[str, Any], deep: int = 2) -> Iterator[dict[str, Any]]:
    """The objects in which URLs stand: the thing itself, what is wrapped in it (response.data), and a song's tracks."""
    yield parsed
    for key in INSIDE:
        inner = _unpacked(parsed.get(key))
        if isinstance(inner, dict) and deep:
            yield from _places(inner, deep - 1)
        if isinstance(inner, list):
            yield from (track for track in inner if isinstance(track, dict))


def _urls(place: dict[str, Any]) -> list[str]:
    for key in URL_LISTS:
        found = _unpacked(place.get(key))
        if isinstance(found, list) and found:
            return [url for url in map(url_in, found) if url]
    return [url for key in SINGLE_URLS if (url := url_in(place.get(key)))][:1]


def _track_id(place: dict[str, Any]) -> str | None:
    """What KIE calls this one track of a task. The id of a whole task stands beside several results, or none of these."""
    if not url_in(place.get("audio_url")) and not url_in(place.get("audioUrl")):
        return None
    return next((found for key in IDS if isinstance(found := place.get(key), str) and found), None)


def _stems(place: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for stem in STEMS:
        first, *more = stem.split("_")
        camel = first + "".join(word.capitalize() for word in more)
        url = url_in(place.get(f"{stem}_url")) or url_in(place.get(f"{camel}Url"))
        if url:
            yield stem, url


def _texts(made: object) -> Iterator[Result]:
    """Words: plain where there is a field for them, one result for each version of a song's lyrics, else the object as JSON."""
    if isinstance(made, str) and made:
        yield Result(text=made)
    if not isinstance(made, dict) or not made:
        return
    versions = made.get("lyricsData")
    if isinstance(versions, list):
        yield from (Result(text=text, name=title) for text, title in map(_lyrics, versions) if text)
        return
    words = next((made[key] for key in TEXTS if isinstance(made.get(key), str) and made[key]), None)
    yield Result(text=words) if words else Result(text=json.dumps(made, ensure_ascii=False), mime="application/json")


def _lyrics(version: object) -> tuple[str | None, str | None]:
    if not isinstance(version, dict):
        return None, None
    text, title = version.get("text"), version.get("title")
    return text if isinstance(text, str) else None, title if isinstance(title, str) and title else None
