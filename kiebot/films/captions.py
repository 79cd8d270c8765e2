"""Subtitles out of narration and its times, as a file of their own (SRT) and to be burnt in (ASS); and names of files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LINE_CHARS, MOST_LINES = 42, 2  # what broadcasters allow
SQUARE_LINE_CHARS, NARROW_LINE_CHARS = 34, 26  # there is less room beside
FONT = "DejaVu Sans"  # has Latin, Cyrillic and Greek, and is in every distribution
LETTER = 0.533  # the width of a usual Cyrillic letter of this font by its size, which counts from line to line
LARGEST, SIDE = 0.05, 0.05  # the size by the height of the frame; what stays free at each side by its width
SCRIPT_NAME, SUBTITLES_NAME = "script.md", "subtitles.srt"
LONGEST_NAME = 80
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][»”\"')])\s+")
ASS_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, Shadow, Alignment, \
MarginL, MarginR, MarginV, Encoding
Style: Default,{font},{size},&H00FFFFFF,&H00101010,&H80000000,0,1,{outline},{shadow},2,{side},{side},{bottom},1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is read from one time to another; at most two lines."""

    start_s: float
    end_s: float
    text: str


def captions_of(text: str, start_s: float, end_s: float, *, line_chars: int = LINE_CHARS) -> list[Caption]:
    """The narration of one scene in pieces that can be read at once, each for as long as its share of the letters."""
    pieces = _pieces(" ".join(text.split()), line_chars)
    letters = sum(map(len, pieces))
    captions, begin, read = list[Caption](), start_s, 0
    for piece in pieces:
        read += len(piece)
        end = start_s + (end_s - start_s) * read / letters
        captions.append(Caption(begin, end, piece))
        begin = end
    return captions


def line_chars_of(width: int, height: int) -> int:
    """How many letters a line may have in a frame of this size."""
    return LINE_CHARS if width > height else SQUARE_LINE_CHARS if width == height else NARROW_LINE_CHARS


def srt(captions: Sequence[Caption]) -> str:
    """The captions as an SRT file."""
    blocks = [
        f"{number}\n{_srt_time(each.start_s)} --> {_srt_time(each.end_s)}\n{each.text}\n"
        for number, each in enumerate(captions, 1)
    ]
    return "\n".join(blocks)


def ass(captions: Sequence[Caption], width: int, height: int) -> str:
    """The captions as an ASS file for frames of this size."""
    size = int(min(width * (1 - 2 * SIDE) / (LETTER * line_chars_of(width, height)), height * LARGEST))
    head = ASS_HEAD.format(
        width=width, height=height, font=FONT, size=size, outline=max(1, size // 14), shadow=0,
        side=round(width * SIDE), bottom=round(height * (0.06 if width >= height else 0.14)),
    )  # fmt: skip
    lines = [
        f"Dialogue: 0,{_ass_time(each.start_s)},{_ass_time(each.end_s)},Default,,0,0,0,,{_ass_text(each.text)}"
        for each in captions
    ]
    return "\n".join([head.rstrip("\n"), *lines]) + "\n"


def file_name(title: str, ending: str) -> str:
    """A name for a file after a film's title that every system takes. `ending` is such as "mp4"."""
    plain = unicodedata.normalize("NFC", title)
    words = "".join(sign if sign.isalnum() or sign in " -_.,!()'" or unicodedata.combining(sign) else " " for sign in plain)
    name = " ".join(words.split()).strip(" .")[:LONGEST_NAME].strip(" .")
    return f"{name or 'film'}.{ending}"


def part_name(kind: str, number: int, ending: str) -> str:
    """Where one file of a scene lies in a ZIP: pictures/scene-012.jpg."""
    return f"{kind}/scene-{number:03d}.{ending}"


def _pieces(text: str, line_chars: int) -> list[str]:
    """Pieces of at most two lines; a new sentence begins a new piece where the old one is more than half full."""
    pieces: list[str] = []
    most = line_chars * MOST_LINES
    for sentence in (each for each in SENTENCE_END.split(text) if each):
        for part in _parts(sentence, line_chars):
            joined = f"{pieces[-1]} {part}" if pieces else part
            if pieces and len(joined) <= most // 2 + line_chars // 2 and _wrapped(joined, line_chars) is not None:
                pieces[-1] = joined
            else:
                pieces.append(part)
    return [_wrapped(piece, line_chars) or piece for piece in pieces]


def _parts(sentence: str, line_chars: int) -> list[str]:
    """A sentence in as few and as even parts as fit two lines each."""
    if _wrapped(sentence, line_chars) is not None:
        return [sentence]
    words = sentence.split()
    if len(words) == 1:
        half = line_chars * MOST_LINES
        return [sentence[start : start + half] for start in range(0, len(sentence), half)]
    middle = min(range(1, len(words)), key=lambda place: abs(len(" ".join(words[:place])) * 2 - len(sentence)))
    return [*_parts(" ".join(words[:middle]), line_chars), *_parts(" ".join(words[middle:]), line_chars)]


def _wrapped(text: str, line_chars: int) -> str | None:
    """The text in one line or two even ones; None when it does not fit."""
    if len(text) <= line_chars:
        return text
    breaks = [
        place for place, sign in enumerate(text) if sign == " " and place <= line_chars and len(text) - place - 1 <= line_chars
    ]
    if not breaks:
        if " " in text or len(text) > line_chars * MOST_LINES:
            return None
        return f"{text[:line_chars]}\n{text[line_chars:]}"
    best = min(breaks, key=lambda place: abs(2 * place - len(text)))
    return f"{text[:best]}\n{text[best + 1 :]}"


def _srt_time(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    return f"{thousandths // 3600000:02d}:{thousandths // 60000 % 60:02d}:{thousandths // 1000 % 60:02d},{thousandths % 1000:03d}"


def _ass_time(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 360000}:{hundredths // 6000 % 60:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def _ass_text(text: str) -> str:
    r"""Braces and backslashes would be commands there; \N is a line end."""
    return text.replace("\\", "/").replace("{", "(").replace("}", ")").replace("\n", "\\N")
