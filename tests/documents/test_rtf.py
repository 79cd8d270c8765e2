import pytest

HEAD = rb"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fnil Times;}{\f1\fswiss\fcharset204 Arial;}{\f2\fcharset161 Symbol;}}"


def text(document):
    return "\n\f".join(page["text"] for page in document["pages"])


def escaped(words, encoding="cp1251"):
    return "".join(f"\\'{byte:02x}" for byte in words.encode(encoding)).encode()


def test_letters_come_from_code_pages_of_the_document_and_of_its_fonts(read):
    body = escaped("Привет") + rb"\par\f2 " + escaped("αβγ", "cp1253") + rb"\par\f1 " + escaped("мир") + b"}"
    assert text(read(HEAD + body)) == "Привет\nαβγ\nмир"


def test_unicode_letters_replace_what_follows_for_old_readers(read):
    body = rb"\u1055?\u1088\'3f{\uc2\u1080??}\u-10179 ?\u-8704 ?!}"
    assert text(read(HEAD + body)) == "При\U0001f600!"


def test_tables_pages_breaks_and_signs(read):
    body = rb"\trowd\intbl one\cell two\par lines\cell\row\pard after\line next\tab end\emdash\ldblquote x\rdblquote"
    body += rb"\page second\par}"
    assert text(read(HEAD + body)) == "one | two lines\nafter\nnext\tend—“x”\n\fsecond"


def test_what_is_no_text_is_left_out(read):
    body = (
        rb"{\info{\title Report}{\author Ann}}{\*\generator Some 1;}{\stylesheet{\s1 Heading;}}{\pict\wmetafile8 0102abcd}"
        rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\bin4 \{}{ \{brace\}\par}"
    )
    document = read(HEAD + body)
    assert (document["title"], text(document)) == ("Report", "link {brace}")


@pytest.mark.parametrize(
    "body", [b"}}}}", rb"\u99999999999999 \bin-5 \'zz", b"\\", rb"\ansicpg99999 \uc-1 a", rb"\bin999999999 a"]
)
def test_ruins_are_read_as_far_as_they_go(read, body):
    assert text(read(HEAD + rb"first\par " + body)).startswith("first")


def test_groups_without_end_are_refused(refusal):
    assert refusal(HEAD + b"{" * 100_000) == "bomb"
