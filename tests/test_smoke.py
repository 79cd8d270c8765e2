"""The smoke tests of a release: a whole one passes, and what breaks one is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kiebot


def smoke(root):
    """Run it on the package that lies in `root`."""
    command = [sys.executable, "-P", "-s", "-B", "-m", "kiebot.smoke", str(root / "kiebot")]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(root)}, cwd="/")


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(Path(kiebot.__file__).parent, tmp_path / "kiebot")
    return tmp_path


def test_a_whole_package_passes_and_says_what_was_looked_at(copy):
    done = smoke(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 5


@pytest.mark.parametrize(
    ("file", "words", "found"),
    [
        ("sandbox/page/app.py", "\nimport winreg\n", "No module named 'winreg'"),
        ("telegram/handlers/start.py", "\ndef on_start(*_):\n    raise RuntimeError('broken on purpose')\n", "broken on purpose"),
    ],
)
def test_what_is_broken_fails(copy, file, words, found):
    with (copy / "kiebot" / file).open("a") as source:
        source.write(words)
    done = smoke(copy)
    assert done.returncode == 1, done.stdout
    assert found in done.stdout + done.stderr


def test_another_copy_than_the_one_that_is_meant_fails(copy, tmp_path):
    command = [sys.executable, "-m", "kiebot.smoke", str(tmp_path / "elsewhere")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(copy)}, cwd="/")
    assert (done.returncode, "was loaded from" in done.stdout) == (1, True)
