"""What a person sees of what a model wrote."""

import pytest

from kiebot.services.incoming import Entity
from kiebot.telegram.markdown_formulas import to_unicode
from kiebot.telegram.markdown_tables import SCREEN
from kiebot.telegram.rendering import MAX_ENTITIES, as_file, preview, split, split_text, utf16_length, utf16_slice


def shown(markdown):
    pieces = split(markdown)
    assert len(pieces) == 1
    return pieces[0].text


def formatted(markdown):
    """(type, the words it covers) of every entity."""
    return [(one.type, words(piece, one)) for piece in split(markdown) for one in piece.entities]


def words(piece, entity):
    return utf16_slice(piece.text, entity.offset, entity.offset + entity.length)


def test_inline_formatting_becomes_entities():
    assert shown("**a** *b* ~~c~~ ||d|| `e`") == "a b c d e"
    assert formatted("**a** *b* ~~c~~ ||d|| `e`") == [
        ("bold", "a"),
        ("italic", "b"),
        ("strikethrough", "c"),
        ("spoiler", "d"),
        ("code", "e"),
    ]


def test_offsets_are_utf16_units():
    (piece,) = split("🙂🙂 **жирный**")
    assert piece.entities == (Entity("bold", 5, 6),)


def test_headings_are_bold_without_ornaments():
    assert shown("# Title\n\nText\n\n## Next\n\nMore") == "Title\nText\n\nNext\nMore"
    assert formatted("# Title **x**") == [("bold", "Title x")]


def test_a_code_block_keeps_its_language_and_its_lines():
    (piece,) = split("Look:\n\n```python\nif x:\n    y = '\\(a\\) $b$ ||c||'\n```\nDone")
    (entity,) = piece.entities
    assert (entity.type, entity.language) == ("pre", "python")
    assert words(piece, entity) == "if x:\n    y = '\\(a\\) $b$ ||c||'"


def test_lists_keep_their_depth_numbers_and_boxes():
    markdown = "Steps:\n\n1. one\n   - inner\n     - deeper\n2. two\n\n- [x] done\n- [ ] open"
    assert shown(markdown) == "Steps:\n1. one\n   • inner\n      ◦ deeper\n2. two\n\n☑ done\n☐ open"


def test_code_inside_a_list_stands_at_the_left_edge():
    assert shown("1. Run\n   ```sh\n   ls -l\n   ```\n2. Look") == "1. Run\nls -l\n2. Look"


def test_nested_quotes_are_told_apart_though_telegram_has_one_level():
    assert shown("> one\n> > two\n\nend") == "one\n\n> two\n\nend"
    assert [kind for kind, _ in formatted("> one\n> > two\n\nend")] == ["blockquote"]


def test_a_narrow_table_has_aligned_columns():
    assert shown("| Name | Price |\n|---|--:|\n| Яблоко | 7 |\n| 日本 | 12 |").split("\n") == [
        "Name    Price",
        "──────  ─────",
        "Яблоко      7",
        "日本       12",
    ]
    assert [kind for kind, _ in formatted("| a | b |\n|---|---|\n| c | d |")] == ["pre"]


def test_a_wide_table_becomes_one_record_per_row():
    wide = "w" * SCREEN
    assert shown(f"| Name | Notes |\n|---|---|\n| A | **{wide}** |\n| B | x |") == f"Name: A\nNotes: {wide}\n\nName: B\nNotes: x"
    assert ("bold", wide) in formatted(f"| Name | Notes |\n|---|---|\n| A | **{wide}** |")


def test_a_table_with_links_keeps_them():
    assert ("text_link", "site") in formatted("| Name | Where |\n|---|---|\n| A | [site](https://e.com) |")


def test_links_and_pictures_are_links_and_what_is_no_address_is_text():
    (piece,) = split("[site](https://e.com/a_b) ![cat](https://e.com/c.png)")
    assert [(one.type, one.url) for one in piece.entities] == [
        ("text_link", "https://e.com/a_b"),
        ("text_link", "https://e.com/c.png"),
    ]
    assert shown("[notes](notes.txt) and [top](#top)") == "notes (notes.txt) and top"
    assert shown("[](https://e.com)") == "https://e.com"


def test_reference_lists_do_not_disappear():
    assert shown("As said [1].\n\n[1]: https://e.com") == "As said [1].\n\n[1]: https://e.com"
    (piece,) = split("As [they][1] and [others] said.\n\n[1]: https://e.com\n[others]: https://o.com")
    assert piece.text == "As they and others said."
    assert [one.url for one in piece.entities] == ["https://e.com", "https://o.com"]
    assert shown("[note]: word") == "[note]: word"
    assert shown("x[^1]\n\n[^1]: word") == "x[^1]\n\n[^1]: word"


@pytest.mark.parametrize(
    "markdown", ["Vec<String> and List<T>", "a < b && c > d", "<your-name> <T>", "<!-- note -->", "`<b>x</b>`"]
)
def test_what_only_looks_like_html_stays(markdown):
    assert shown(markdown) == markdown.strip("`")


def test_html_that_models_write_is_obeyed():
    assert shown("H<sub>2</sub>O is <b>wet</b>,<br>x<sup>2</sup>") == "H₂O is wet,\nx²"
    assert formatted("is <b>wet</b>") == [("bold", "wet")]
    assert shown("<details><summary>More</summary>\nHidden\n</details>") == "More\nHidden"
    assert formatted("<sub>open") == []


def test_prices_and_shell_variables_are_no_formulas():
    for markdown in ("costs $5 and $10", "from $5-$10", "$HOME/bin:$PATH", "US$5 or US$6"):
        assert shown(markdown) == markdown


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}", "(-b ± √(b²-4ac))/(2a)"),
        (r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}", "∫₀^∞ e^(-x²) dx = √π/2"),
        (r"\sum_{i=1}^{n} i", "∑ᵢ₌₁ⁿ i"),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "[1 2; 3 4]"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a = b\nc = d"),
        (r"x \in \mathbb{R}^n", "x ∈ ℝⁿ"),
        (r"\ce{2H2 + O2 -> 2H2O}", "2H₂ + O₂ → 2H₂O"),
        (r"90^\circ, \vec{F}, \text{at } 5\%", "90°, F⃗, at 5%"),
        (r"\nosuchcommand{x}", None),
        (r"\frac{a", None),
        ("{" * 5000, None),
    ],
)
def test_formulas_are_said_in_unicode_or_not_guessed_at(latex, said):
    assert to_unicode(latex) == said


def test_formulas_of_all_spellings_are_found():
    assert shown(r"\(x^2\), $y_1$ and **$z$**") == "x², y₁ and z"
    assert shown("Then\n\\[\na \\le b\n\\]\nand $$c^3$$ end") == "Then\na ≤ b\nand \nc³\nend"
    assert formatted(r"\(\weird{x}\)") == [("code", r"\weird{x}")]
    assert shown(r"see \[1\] \(as I said before\)") == "see [1] (as I said before)"


def test_formatting_does_not_share_characters_with_code():
    assert formatted("**a `b` c**") == [("bold", "a"), ("code", "b"), ("bold", "c")]


def test_nothing_to_see_gives_no_pieces_and_empty_constructs_show_their_source():
    assert split("") == split(" \n\n ") == split("&nbsp;\u200b")[1:] == []
    assert split("[](#)")[0].text == "[](#)"


def test_long_text_is_cut_at_paragraphs_then_lines_then_words():
    paragraphs = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(30))
    pieces = split(paragraphs)
    assert all(piece.text.startswith("Paragraph") for piece in pieces)
    assert [piece.text.split()[0] for piece in split("word " * 3000)] == ["word"] * 4
    assert all(piece.text.endswith(".") for piece in split("One sentence of some words. " * 400))


def test_a_code_block_goes_on_in_the_next_piece():
    pieces = split("Intro\n\n```python\n" + "print('hello world')\n" * 400 + "```")
    assert len(pieces) > 1
    for piece in pieces:
        assert [(one.type, one.language) for one in piece.entities] == [("pre", "python")]
        assert all(line == "print('hello world')" for line in words(piece, piece.entities[0]).split("\n"))


def test_emoji_families_and_flags_are_not_torn_apart():
    family = "👨‍👩‍👧‍👦"
    for sign in (family, "🇫🇷", "е\u0301", "👍🏽"):
        for piece in split_text(sign * 3000):
            assert piece.text.count(sign) * len(sign) == len(piece.text)
            assert utf16_length(piece.text) <= 4096


def test_entities_beyond_telegrams_hundred_move_to_the_next_piece():
    pieces = split("**b** x " * 250)
    assert [len(piece.entities) for piece in pieces if len(piece.entities) > MAX_ENTITIES] == []
    assert sum(len(piece.entities) for piece in pieces) == 250


def test_split_text_divides_an_entity_between_pieces():
    pieces = split_text("word " * 2000, [Entity("bold", 0, 9999)])
    assert all(piece.entities == (Entity("bold", 0, utf16_length(piece.text)),) for piece in pieces)


@pytest.mark.parametrize(
    ("growing", "text", "last"),
    [
        ("Here is **bold te", "Here is bold te", ("bold", "bold te")),
        ("Here is **bold*", "Here is bold", ("bold", "bold")),
        ("Run `ls -", "Run ls -", ("code", "ls -")),
        ("See [the si", "See the si", None),
        ("See [site](https://e.c", "See site", None),
        ("```py\nx = 1", "x = 1", ("pre", "x = 1")),
        ("Title\n-", "Title", None),
        ("a **b** and *c", "a b and c", ("italic", "c")),
        ("**", "…", None),
        ("", "…", None),
    ],
)
def test_a_growing_text_reads_as_if_it_were_finished(growing, text, last):
    piece = preview(growing)
    found = [(one.type, words(piece, one)) for one in piece.entities]
    assert (piece.text, found[-1:]) == (text, [last] if last else [])


def test_a_long_growing_text_shows_its_end():
    piece = preview("\n\n".join(f"Paragraph {number} " + "words " * 50 for number in range(60)) + "\n\nthe **end")
    assert 4000 < utf16_length(piece.text) <= 4096
    assert piece.text.startswith("…")
    assert piece.text.endswith("the end")
    assert words(piece, piece.entities[-1]) == "end"


@pytest.mark.parametrize("after", ["", "\n```\n\nAnd that was it"])
def test_the_end_of_a_long_code_block_is_still_code(after):
    piece = preview("Start\n\n```python\n" + "x = call(1)\n\n" * 1000 + "y = 2" + after)
    assert piece.text.startswith("…")
    assert [(one.type, one.language) for one in piece.entities] == [("pre", "python")]
    assert "```" not in piece.text


def test_a_finished_preview_is_what_will_be_sent():
    markdown = (
        "## Plan\n\nSome **words**:\n\n1. one `x`\n2. two\n\n```sh\nls\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\nEnd."
    )
    assert [preview(markdown)] == split(markdown)


def test_the_file_of_a_long_answer_holds_all_of_it():
    name, data = as_file("# Привет\n" + "слово " * 9000)
    assert name.endswith(".md")
    assert data.decode("utf-8-sig") == "# Привет\n" + "слово " * 9000
