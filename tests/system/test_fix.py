"""A bug in a running release is diagnosed, mended in a copy, tried behind walls and switched to; a patch that breaks more is not.

Both patches are made by rules: of a misspelt name, and of a module that is used and not imported, which only Windows has.
"""

from __future__ import annotations

import json

import pytest

from tests.system.box import Box, until
from tests.system.conftest import SOURCE, FarSide, Person, install_arguments, release

pytestmark = pytest.mark.system

START = "kiebot/telegram/handlers/start.py"
SLIPS = {
    "    wanted = incoming.words.strip().lower()\n    if wanted in LANGUAGES:": "wantd in LANGUAGES",  # /lang
    "    words = incoming.words.strip()\n": "    winreg.CloseKey(words)\n",  # /settings
}
SEEN = """
import json
from pathlib import Path
from kiebot.cli import walled
look = "id -un; ls -A /etc/kiebot /var/lib /root; env; cat /proc/net/route | wc -l; touch /opt/kiebot/x /var/x /usr/x"
print(json.dumps(walled.run(["sh", "-c", look], visible=[], environment={"LANG": "C.UTF-8"})))
"""


@pytest.fixture(scope="module")
def person(box: Box, far_side: FarSide) -> Person:
    """Somebody who writes to a bot with two slips in it."""
    source = box.root / f"root/kiebot/{START}"
    text = source.read_text()
    for place, slip in SLIPS.items():
        assert place in text
        text = text.replace(place, place.replace("wanted in LANGUAGES", slip) if "LANGUAGES" in place else f"{place}{slip}")
    source.write_text(text)
    box.must(f"{SOURCE}/scripts/install", *install_arguments(far_side), timeout_s=900)
    return Person(far_side, "Ann")


CHECKOUT = """
from pathlib import Path
from kiebot.cli import fixing
fixing.fix_checkout(Path("/root/fix.diff").read_text(), Path("/root/data"))
"""


def code_after(box: Box, person: Person, command: str, known: int) -> str:
    """Somebody meets an error: its code."""
    person.say(command)
    until(lambda: len(errors(box)) > known, 60, "no error was written down")
    code = errors(box)[0]["code"]
    person.hears("text", code)
    return str(code)


def errors(box: Box) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(box.must("kiebot-admin", "errors", "list", "--json"))
    return found


def test_a_fix_is_read_typed_tried_and_switched_to(box: Box, person: Person) -> None:
    before = release(box)
    code = code_after(box, person, "/lang", 0)
    terminal = box.terminal("kiebot-admin", "errors", "diagnose", code, "--apply")
    shown = terminal.reads(r"Its hash: (\w+)\n", 120)
    assert "-    if wantd in LANGUAGES:\n+    if wanted in LANGUAGES:\n" in terminal.said
    terminal.types(shown[1])
    terminal.reads(r"Go on\? \[y/N\]", 300)
    assert "compile: passed\nsmoke tests: passed\n" in terminal.said
    assert release(box) == before, "nothing is switched before the operator says so"
    terminal.types("y")
    assert terminal.ends() == 0, terminal.said

    assert release(box) == f"{before}+fix-{shown[1]}"
    assert box.must("readlink", "/opt/kiebot/main/previous") == f"../releases/{before}"
    person.say("/lang")
    person.hears("text", "language")
    assert box.must("/opt/kiebot/main/current/venv/bin/kiebot", "version").endswith(f"+fix-{shown[1]}")


def test_a_patch_that_breaks_the_smoke_tests_is_refused(box: Box, person: Person) -> None:
    before, releases = release(box), box.must("ls", "/opt/kiebot/releases")
    code = code_after(box, person, "/settings", 1)
    terminal = box.terminal("kiebot-admin", "errors", "diagnose", code, "--apply")
    shown = terminal.reads(r"Its hash: (\w+)\n", 120)
    assert "+import winreg\n" in terminal.said
    terminal.types(shown[1])
    assert terminal.ends() == 1
    assert "smoke tests: failed. Nothing was changed." in terminal.said
    assert "No module named 'winreg'" in terminal.said
    assert (release(box), box.must("ls", "/opt/kiebot/releases")) == (before, releases)
    person.say("/help")
    person.hears("text", "/img")


def test_nothing_is_applied_without_a_person_at_a_terminal(box: Box, person: Person) -> None:
    before = box.must("ls", "/opt/kiebot/releases")
    said = box.call("kiebot-admin", "errors", "diagnose", errors(box)[0]["code"], "--apply")
    assert (said.returncode, "only by a person at a terminal" in said.stderr) == (1, True)
    assert box.must("ls", "/opt/kiebot/releases") == before


def test_what_is_tried_has_no_network_no_secrets_and_no_state(box: Box, person: Person) -> None:
    well, said = json.loads(box.must("/opt/kiebot/main/current/venv/bin/python", "-c", SEEN))
    assert not well, "what it wrote outside is refused"
    assert said.count("Read-only file system") == 3
    assert "kiebot-main" not in said
    assert "CREDENTIALS" not in said
    assert "config.toml" not in said


def test_in_a_checkout_a_patch_is_tried_behind_the_same_walls(box: Box, person: Person) -> None:
    source = (box.root / f"root/kiebot/{START}").read_text()
    line = next(line for line in source.splitlines() if "wantd" in line)
    diff = f"--- a/{START}\n+++ b/{START}\n@@ @@\n-{line}\n+{line.replace('wantd', 'wanted')}\n"
    (box.root / "root/fix.diff").write_text(diff)
    python = "/opt/kiebot/main/current/venv/bin/python"
    terminal = box.terminal("env", f"PYTHONPATH={SOURCE}", python, "-c", CHECKOUT)
    terminal.types(terminal.reads(r"Its hash: (\w+)\n")[1])
    assert terminal.ends() == 0
    assert "smoke tests: passed" in terminal.said
    assert f"git -C {SOURCE} apply /root/data/fixes/" in terminal.said


def test_the_release_before_the_fix_can_be_had_back(box: Box, person: Person) -> None:
    now = release(box)
    box.must(f"{SOURCE}/scripts/rollback", "--yes", timeout_s=300)
    assert release(box) == now.partition("+fix-")[0]
