"""`kiebot-admin documents extract`, without a configuration or any data."""

import json

import pytest
from click.testing import CliRunner

from kiebot.cli.admin import admin
from tests.documents import files


@pytest.fixture
def extract(tmp_path, monkeypatch):
    """Run the command on a file of these bytes, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def extract(data, *options):
        path = tmp_path / "some file"
        path.write_bytes(data)
        return CliRunner().invoke(admin, ["documents", "extract", str(path), *options])

    return extract


def test_text_is_printed_page_by_page(extract, tmp_path):
    result = extract(files.pdf("Первая", "Second"))
    assert (result.exit_code, result.stdout) == (0, "--- page 1 (text)\nПервая\n--- page 2 (text)\nSecond\n")
    assert [path.name for path in tmp_path.iterdir()] == ["some file"]


def test_programs_get_json(extract):
    told = json.loads(extract(files.letter(), "--json").stdout)
    assert set(told) == {"pages", "seconds"}
    assert told["pages"][1] == {"number": 2, "text": "## Вторая глава\nКонец.", "method": "text"}


def test_ocr_is_a_choice(extract):
    scan = files.scan("Договор аренды")
    assert json.loads(extract(scan, "--json").stdout)["pages"] == [{"number": 1, "text": "Договор аренды", "method": "ocr"}]
    result = extract(scan, "--json", "--ocr", "never")
    assert json.loads(result.stdout)["pages"] == [{"number": 1, "text": "", "method": "none"}]
    assert "could not be read: 1" in result.stderr
    assert extract(scan, "--ocr", "perhaps").exit_code == 2


def test_a_password_comes_from_a_file_and_its_lack_has_a_code(extract, tmp_path):
    data = files.encrypted(files.pdf("secret"), "пароль")
    result = extract(data, "--json")
    assert (result.exit_code, json.loads(result.stdout)["error"]["code"]) == (1, "password")
    (tmp_path / "secret").write_text("пароль\n")
    assert "secret" in extract(data, "--password-file", "secret").stdout
    (tmp_path / "secret").write_text("other")
    assert json.loads(extract(data, "--json", "--password-file", "secret").stdout)["error"]["code"] == "wrong-password"


def test_what_cannot_be_read_is_said_in_words(extract):
    result = extract(b"MZ\x90\x00\x03" + bytes(100))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "This is a program" in result.stderr


def test_ignored_macros_and_scripts_are_mentioned(extract):
    result = extract(files.docx_of(files.paragraph("text"), members=[("word/vbaProject.bin", "x")]))
    assert "macros" in result.stderr
