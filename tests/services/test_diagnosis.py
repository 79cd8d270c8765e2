"""What rules say of an error: states of the machine by their words, slips in the code with a patch that mends them."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kiebot
from kiebot.services import diagnosis
from kiebot.services.conditions import CONDITIONS

PLANTED = '''"""A module with slips."""

from pathlib import Path


def misspelt(path="x"):
    folder = Path(path)
    return foldr.name


def not_imported():
    return json.loads("{}")


def no_attribute(path="x"):
    return Path(path).reed_text()


def proper(path="x"):
    return Path(path).read_text()


def wrong_parameter():
    return proper(pth="x")


def nothing(found=None):
    return found.value


def no_key(row={}):
    return row["results"]


def no_item(row=()):
    return row[0]


def by_zero(number=0):
    return 1 / number
'''
RUN = """
import json, sys
from pathlib import Path
from kiebot import planted
from kiebot.services import diagnosis, incidents
from kiebot.store import incidents as rows
from kiebot.store.db import open_store
open_store(Path(sys.argv[1]))
found = {}
for name in sys.argv[2:]:
    try:
        getattr(planted, name)()
    except Exception as error:
        row = rows.by_code(incidents.record(error, process="bot"))
        said = diagnosis.diagnose(row.kind, row.traceback, row.version)
        found[name] = [said.file, said.line, said.function, said.source, said.cause, said.patch]
print(json.dumps(found))
"""
SLIPS = ("misspelt", "not_imported", "no_attribute", "wrong_parameter", "nothing", "no_key", "no_item", "by_zero")


@pytest.fixture(scope="module")
def slips(tmp_path_factory):
    """What a release with these slips says of itself after each of them broke."""
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(Path(kiebot.__file__).parent, folder / "kiebot", ignore=shutil.ignore_patterns("__pycache__", "sandbox"))
    (folder / "kiebot/planted.py").write_text(PLANTED)
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", RUN, str(folder / "data"), *SLIPS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ, cwd=folder)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "line", "source", "cause", "mended"),
    [
        ("misspelt", 8, "return foldr.name", "folder was probably meant", "+    return folder.name"),
        ("not_imported", 12, 'return json.loads("{}")', "the module json is used but not imported", "+import json"),
        (
            "no_attribute",
            16,
            "return Path(path).reed_text()",
            "read_text was probably meant",
            "+    return Path(path).read_text()",
        ),
        ("wrong_parameter", 24, 'return proper(pth="x")', "path was probably meant", '+    return proper(path="x")'),
    ],
)
def test_a_plain_slip_has_a_patch(slips, name, line, source, cause, mended):
    assert slips[name][:4] == ["kiebot/planted.py", line, name, source]
    assert cause in slips[name][4]
    patch = slips[name][5]
    assert patch.startswith("--- a/kiebot/planted.py\n+++ b/kiebot/planted.py\n@@ ")
    assert [text for text in patch.splitlines() if text.startswith("+")][1:] == [mended]


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("nothing", "found was None"),
        ("no_key", "no 'results' in what line 32 looks into"),
        ("no_item", "more items than there were"),
        ("by_zero", "divides by something that was 0"),
    ],
)
def test_what_only_its_author_can_decide_has_a_cause_and_no_patch(slips, name, cause):
    assert cause in slips[name][4]
    assert slips[name][5] == ""


@pytest.mark.parametrize(
    ("kind", "message", "cause"),
    [
        ("OperationalError", "peewee.OperationalError: database is locked", "kept the database locked"),
        ("OperationalError", "peewee.OperationalError: no such table: thread", "another schema"),
        ("OSError", "OSError: [Errno 28] No space left on device", "disk is full"),
        ("provider-auth", "", "refuses the key"),
        ("job-unclear", "", "may have reached the provider"),
        ("ModuleNotFoundError", "ModuleNotFoundError: No module named 'huey'", "package is missing"),
    ],
)
def test_states_of_the_machine_are_known_by_their_words(kind, message, cause):
    found = diagnosis.diagnose(kind, f"Traceback (most recent call last):\n{message}\n", "1")
    assert cause in found.cause
    assert (found.by, bool(found.advice)) == ("rule", True)


def test_commands_that_are_advised_exist():
    advised = {word for _, _, advice in CONDITIONS for word in advice.split("`")[1::2] if word.startswith("kiebot-admin")}
    commands = importlib.import_module("kiebot.cli.admin").COMMANDS
    assert advised
    assert {words.split()[1] for words in advised} <= set(commands)


def traceback_in(file, line, text):
    return f"Traceback (most recent call last):\n  File \"{file}\", line {line}, in f\n    {text}\nKeyError: 'x'\n"


def test_a_release_with_another_line_there_is_not_patched():
    found = diagnosis.diagnose(
        "KeyError", traceback_in("/opt/kiebot/releases/1/venv/kiebot/errors.py", 3, "return x['x']"), "1.0"
    )
    assert (found.file, found.line, found.source, found.cause) == ("kiebot/errors.py", 3, "", "")
    assert "it happened in release 1.0" in found.advice


@pytest.mark.parametrize("file", ["/usr/lib/python3.11/json/decoder.py", "/etc/passwd", "/x/kiebot/../../../etc/passwd"])
def test_only_our_own_files_are_read(file):
    assert diagnosis.diagnose("KeyError", traceback_in(file, 1, "x"), "1") == diagnosis.Diagnosis()
