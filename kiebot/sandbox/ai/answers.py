"""The results that are words: lyrics, styles, transcripts. They say that the sandbox wrote them."""

from __future__ import annotations

from typing import Any

MARK = "Written by the sandbox"
WORD_S = 0.4


def words_of(makes: str, given: dict[str, Any]) -> dict[str, Any]:
    """What stands under `resultObject`."""
    return {
        "lyrics": _lyrics,
        "style": _style,
        "aligned": _aligned,
        "notes": _notes,
        "people": _people,
        "transcript": _transcript,
    }[makes](given)


def _lyrics(given: dict[str, Any]) -> dict[str, Any]:
    about = str(given.get("prompt", ""))
    variants = [
        {"status": "complete", "title": f"{MARK} {number}", "text": _verses(about, number), "errorMessage": ""}
        for number in (1, 2)
    ]
    return {"lyricsData": variants}


def _verses(about: str, number: int) -> str:
    return f"[Verse]\n{about}\nLine by line, take {number}\n\n[Chorus]\n{MARK}, for a song that is still to come"


def _style(given: dict[str, Any]) -> dict[str, Any]:
    return {"result": f"{given.get('content', '')}, warm, melodic, wide stereo ({MARK.lower()})", "creditsConsumed": 0.4}


def _aligned(given: dict[str, Any]) -> dict[str, Any]:
    return {"alignedWords": _timed(MARK.split()), "waveformData": [0.1, 0.5, 0.9, 0.5, 0.1], "hootCer": 0.0, "isStreamed": False}


def _notes(given: dict[str, Any]) -> dict[str, Any]:
    notes = [
        {"pitch": pitch, "start": round(step * WORD_S, 2), "end": round((step + 1) * WORD_S, 2), "velocity": 0.8}
        for step, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72))
    ]
    return {"state": "complete", "instruments": [{"name": "Acoustic Grand Piano", "notes": notes}]}


def _people(given: dict[str, Any]) -> dict[str, Any]:
    return {"has_human": True, "count": 1, "note": MARK}


def _transcript(given: dict[str, Any]) -> dict[str, Any]:
    words = [{"text": one["word"], "start": one["startS"], "end": one["endS"], "type": "word"} for one in _timed(MARK.split())]
    return {"language_code": "eng", "language_probability": 0.98, "text": MARK, "words": words}


def _timed(words: list[str]) -> list[dict[str, Any]]:
    return [
        {"word": word, "success": True, "startS": round(step * WORD_S, 2), "endS": round((step + 1) * WORD_S, 2)}
        for step, word in enumerate(words)
    ]
