"""From a patch to a copy that has proved itself: on a real release folder, with a real terminal. Where systemd's walls would
stand there is a program that only runs what stands behind them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kiebot
from kiebot.cli import walled
from kiebot.errors import OperatorFault
from kiebot.services.patches import fitted
from tests.fakes.terminal import Terminal

PACKAGE = Path(kiebot.__file__).parent
BROKEN = "def shout(words):\n    return wrds.upper()\n"
DIFF = """--- a/kiebot/planted.py
+++ b/kiebot/planted.py
@@ -1,2 +1,2 @@
 def shout(words):
-    return wrds.upper()
+    return {}
"""
WALLS = """#!/bin/sh
# systemd-run without walls: what stands after --, with the variables that it is given
while [ "$1" != -- ]; do
    case $1 in --setenv=*) export "${1#--setenv=}" ;; esac
    shift
done
shift
exec "$@"
"""
DRIVER = """
import functools, sys
from pathlib import Path
from kiebot.cli import fixing, walled
from kiebot.errors import OperatorFault
what, diff, place, program = sys.argv[1:]
run = functools.partial(walled.run, program=(program,))
try:
    print("made:", (fixing.fix_release if what == "release" else fixing.fix_checkout)(diff, Path(place), run=run))
except OperatorFault as fault:
    print("fault:", fault)
    sys.exit(fault.exit_code)
"""


@pytest.fixture
def walls(tmp_path):
    program = tmp_path / "systemd-run"
    program.write_text(WALLS)
    program.chmod(0o755)
    return program


@pytest.fixture
def release(tmp_path):
    """A release as scripts/install leaves one, with a module that has a slip."""
    release = tmp_path / "releases/1.0-aa"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", release / "venv"], check=True)
    [packages] = release.glob("venv/lib/python*/site-packages")
    shutil.copytree(PACKAGE, packages / "kiebot")
    (packages / "kiebot/planted.py").write_text(BROKEN)
    (packages / "libraries.pth").write_text(next(path for path in sys.path if path.endswith("site-packages")))
    script = release / "venv/bin/kiebot"
    script.write_text(f"#!{release}/venv/bin/python\nfrom kiebot.cli.main import kiebot\nkiebot()\n")
    script.chmod(0o755)
    (release / ".complete").touch()
    return release


def fix(release, walls, diff, what="release"):
    packages = next(release.glob("venv/lib/python*/site-packages"))
    command = [release / "venv/bin/python", "-P", "-c", DRIVER, what, diff, release, walls]
    return Terminal([str(word) for word in command]), fitted(diff, packages) if diff else None


def test_a_patch_becomes_a_release_of_its_own_that_runs(release, walls):
    terminal, patch = fix(release, walls, DIFF.format("words.upper()"))
    shown = terminal.reads(r"Its hash: (\w+)\n")
    assert patch.text in terminal.said
    terminal.types(shown[1])
    assert terminal.ends() == 0, terminal.said
    assert "compile: passed\nsmoke tests: passed\n" in terminal.said

    new = release.with_name(f"1.0-aa+fix-{patch.hash}")
    assert f"made: {new.name}" in terminal.said
    assert (new / ".complete").exists()
    assert (new / f"fixes/{patch.hash}.patch").read_text() == patch.text
    said = subprocess.run([new / "venv/bin/kiebot", "version"], capture_output=True, text=True, check=True, env={}).stdout
    assert said == f"{kiebot.__version__}+fix-{patch.hash}\n"
    [mended] = new.glob("venv/lib/python*/site-packages/kiebot/planted.py")
    assert "words.upper()" in mended.read_text()
    [untouched] = release.glob("venv/lib/python*/site-packages/kiebot/planted.py")
    assert untouched.read_text() == BROKEN


@pytest.mark.parametrize(
    ("mended", "step"),
    [("words.upper()\nimport winreg", "smoke tests: failed"), ("words.upper(", "compile: failed")],
)
def test_a_patch_that_breaks_something_leaves_nothing_behind(release, walls, mended, step):
    terminal, patch = fix(release, walls, DIFF.format(mended.replace("\n", "\n+")))
    terminal.reads("Its hash")
    terminal.types(patch.hash)
    assert terminal.ends() == 1
    assert step in terminal.said
    assert "Nothing was changed" in terminal.said
    assert [each.name for each in release.parent.iterdir()] == ["1.0-aa"]


def test_another_hash_changes_nothing(release, walls):
    terminal, _ = fix(release, walls, DIFF.format("words.upper()"))
    terminal.reads("Its hash")
    terminal.types("y")
    assert terminal.ends() == 1
    assert "that is another hash: nothing was changed" in terminal.said
    assert [each.name for each in release.parent.iterdir()] == ["1.0-aa"]


@pytest.mark.parametrize(
    ("diff", "words"), [("", "there is no patch for it"), (DIFF.format("x").replace("wrds", "words"), "cannot be applied here")]
)
def test_without_a_patch_that_fits_nobody_is_asked(release, walls, diff, words):
    command = [str(word) for word in (release / "venv/bin/python", "-P", "-c", DRIVER, "release", diff, release, walls)]
    terminal = Terminal(command)
    assert terminal.ends() == 1
    assert words in terminal.said


def test_in_a_checkout_the_patch_stays_and_git_takes_it_over(tmp_path, walls):
    checkout = tmp_path / "checkout"
    shutil.copytree(PACKAGE, checkout / "kiebot")
    (checkout / "kiebot/planted.py").write_text(BROKEN)
    patch = fitted(DIFF.format("words.upper()"), checkout)
    command = [sys.executable, "-P", "-c", DRIVER, "checkout", patch.text, tmp_path / "data", walls]
    terminal = Terminal([str(word) for word in command], {"PYTHONPATH": str(checkout)})
    terminal.reads("Its hash")
    terminal.types(patch.hash)
    assert terminal.ends() == 0, terminal.said
    told = terminal.reads(r"git -C (\S+) apply (\S+)")
    subprocess.run(["git", "-C", told[1], "apply", told[2]], check=True)
    assert "words.upper()" in (checkout / "kiebot/planted.py").read_text()


def test_a_release_is_no_checkout_and_is_left_to_root(release, walls, tmp_path):
    terminal, _ = fix(release, walls, DIFF.format("words.upper()"), "checkout")
    assert terminal.ends() == 1
    assert "a release is root's: sudo kiebot-admin" in terminal.said


def test_without_systemd_there_are_no_walls_and_nothing_is_tried(tmp_path):
    with pytest.raises(OperatorFault, match="does not run systemd"):
        walled.check_walls(booted=tmp_path / "nowhere")


def test_what_runs_behind_walls_gets_no_more_than_it_is_given(tmp_path):
    program = tmp_path / "systemd-run"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    well, said = walled.run(["true"], visible=[tmp_path], environment={"A": "b"}, program=(str(program),))
    words = set(said.splitlines())
    assert well
    assert {"--property=DynamicUser=yes", "--property=PrivateNetwork=yes", "--property=ProtectSystem=strict"} <= words
    assert {f'--property=BindReadOnlyPaths="{tmp_path}"', "--setenv=A=b", "--wait"} <= words
    assert not any("Credential" in word for word in words)


def test_systemd_takes_the_whole_of_a_path_with_blanks_colons_and_quotes():
    assert walled.quoted(Path('/srv/my work:1/a"b\\c')) == '"/srv/my work:1/a\\"b\\\\c"'
