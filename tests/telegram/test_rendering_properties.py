"""Whatever a model writes: no error, valid entities, nothing lost."""

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from kiebot.services.incoming import Entity
from kiebot.telegram.rendering import MAX_ENTITIES, preview, split, split_text, utf16_length

WORD = st.from_regex(r"[a-zа-яё]{2,9}", fullmatch=True)
MARKUP = [
    "**",
    "*",
    "_",
    "__",
    "`",
    "```",
    "```py\n",
    "~~",
    "||",
    "[",
    "](",
    ")",
    "![",
    "<b>",
    "</b>",
    "<T>",
    "<sub>",
    "<br>",
    "<!--",
]
LATEX = ["$", "$$", r"\(", r"\)", r"\[", r"\]", "\\", "{", "}", "^", "&", r"\frac", r"\begin{", r"\end{"]
LINES = [
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n> ",
    "\n# ",
    "\n---\n",
    "|",
    "|---|",
    "\n| ",
    "- [x] ",
    "    ",
    "\t",
    "[1]: ",
    "[^1]: ",
    "<details>",
]
ODD_SIGNS = [
    "🙂",
    "👨\u200d👩\u200d👧",
    "е\u0301",
    "\U000f0000",
    "\u2983",
    "\x00",
    "\ud800",
    "\r\n",
    "\u200b",
    "&amp;",
    "https://e.com ",
]
SIGNS = st.sampled_from([*MARKUP, *LATEX, *LINES, *ODD_SIGNS])
UNSEEN = ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp")
WILD = st.lists(st.one_of(SIGNS, WORD, st.text(max_size=5)), max_size=60).map("".join)

INLINE = [
    "{}",
    "**{}**",
    "*{}*",
    "`{}`",
    "~~{}~~",
    "||{}||",
    "[{}](https://e.com)",
    "![{}](https://e.com/p.png)",
    "<b>{}</b>",
    "x<{}>",
]
BLOCKS = [
    "{}",
    "# {}",
    "- {}",
    "1. {}",
    "> {}",
    "> > {}",
    "- a\n  - {}",
    "```py\n{}\n```",
    "| a | b |\n|---|---|\n| {} | c |",
    "<div>{}</div>",
]
SENTENCE = st.lists(st.tuples(st.sampled_from(INLINE), st.integers(1000, 9999)), min_size=1, max_size=12)
DOCUMENT = st.lists(st.tuples(st.sampled_from(BLOCKS), SENTENCE), min_size=1, max_size=25)


def check(piece, limit=4096):
    units = piece.text.encode("utf-16-le")
    assert 0 < utf16_length(piece.text) == len(units) // 2 <= limit
    assert piece.text.strip()
    assert len(piece.entities) <= MAX_ENTITIES
    assert list(piece.entities) == sorted(piece.entities, key=lambda one: (one.offset, -one.length))
    for one in piece.entities:
        assert one.length > 0
        assert 0 <= one.offset <= one.offset + one.length <= len(units) // 2
        units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")  # fails inside a surrogate pair


def visible(pieces):
    """What can be seen; a sign that cannot may be dropped where it would be alone in a piece."""
    signs = "".join(piece.text for piece in pieces)
    return [sign for sign in signs if unicodedata.category(sign) not in UNSEEN and sign not in "\u2800\u3164\u115f\u1160\uffa0"]


def letters(text):
    return "".join(text.split())


@given(WILD)
@settings(max_examples=300, deadline=None)
def test_anything_becomes_valid_pieces(markdown):
    for piece in split(markdown):
        check(piece)
    check(preview(markdown))


@given(WILD, st.integers(20, 60))
@settings(max_examples=150, deadline=None)
def test_small_limits_are_kept_and_pieces_together_are_the_whole(markdown, limit):
    pieces = split(markdown, limit)
    for piece in pieces:
        check(piece, limit)
    assert visible(pieces) == visible(split(markdown, 10**6))
    check(preview(markdown, limit), limit)


@given(DOCUMENT)
@settings(max_examples=150, deadline=None)
def test_every_word_of_a_document_is_shown_in_order(document):
    numbers = [str(number) for _, sentence in document for _, number in sentence]
    markdown = "\n\n".join(
        block.format(" ".join(inline.format(f"w{number}") for inline, number in sentence)) for block, sentence in document
    )
    shown = "\n".join(piece.text for piece in split(markdown, 300))
    assert re.findall(r"(?<=w)\d{4}", shown) == numbers


@given(st.text(st.sampled_from("ab .\n🙂é\u0301👩\u200d🇫🇷"), max_size=400), st.integers(10, 50))
@settings(max_examples=200, deadline=None)
def test_plain_text_loses_only_white_space_when_divided(text, limit):
    bold = [Entity("bold", 0, utf16_length(text))] if text else []
    pieces = split_text(text, bold, limit)
    for piece in pieces:
        check(piece, limit)
    visible = letters(text).replace("\u200d", "").replace("\u0301", "")
    assert letters("".join(piece.text for piece in pieces)).replace("\u200d", "").replace("\u0301", "") == visible


@given(DOCUMENT, st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_a_draft_never_shows_an_open_fence_and_always_something(document, share):
    markdown = "\n\n".join(
        block.format(" ".join(inline.format(f"w{number}") for inline, number in line)) for block, line in document
    )
    piece = preview(markdown[: int(len(markdown) * share)])
    check(piece)
    assert "```" not in piece.text
