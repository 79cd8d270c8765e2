"""`errors diagnose --apply`: from a proposed patch to a copy that has proved itself. What runs is never touched here.

The operator sees the patch whole, as it fits the source that is here, and types its hash. Then it goes into a copy, and the copy
has to compile and to pass `kiebot.smoke` behind walls. Of an installation the copy is a release of its own beside the others, and
scripts/apply-fix, which runs this as root, offers to switch to it; of a checkout it is a folder, and git takes the patch over.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

import kiebot
from kiebot.cli import walled
from kiebot.cli.output import say_aside
from kiebot.errors import OperatorFault
from kiebot.logs.lines import CONTROL
from kiebot.services.patches import Patch, Unfit, fitted

PACKAGE = Path(kiebot.__file__).parent
COMPLETE = ".complete"  # scripts/lib.sh: what has it is a release that may run
PATCHES = "fixes"  # inside a release: what was changed in it
FIX = "+fix-"
MOST_OUTPUT = 3000  # characters of what a failed trial printed
COMPILED = "/tmp/compiled"  # noqa: S108 - in the trial's own /tmp
ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "HOME": "/tmp"}  # noqa: S108
Run = Callable[..., tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the package with the patch in it. `root` holds kiebot/; `visible`: what a trial has to be shown."""

    root: Path
    python: Path
    visible: Sequence[Path] = ()
    environment: dict[str, str] = field(default_factory=dict)


def agreed_patch(diff: str, root: Path = PACKAGE.parent) -> Patch:
    """The patch as it fits here, once the operator has read it and typed its hash. Raises OperatorFault."""
    if not diff:
        raise OperatorFault("there is no patch for it: nothing was changed", exit_code=1)
    if not sys.stdin.isatty():
        raise OperatorFault("a patch is applied only by a person at a terminal, who reads it: nothing was changed", exit_code=1)
    try:
        patch = fitted(diff, root)
    except Unfit as fault:
        raise OperatorFault(f"this patch cannot be applied here: {fault}. Nothing was changed", exit_code=1) from fault
    say_aside(f"\nThis is all that would change:\n\n{patch.text}\nIts hash: {patch.hash}\n")
    typed = click.prompt("Type the hash to try it in a copy", default="", show_default=False, err=True)
    if typed.strip().lower() != patch.hash:
        raise OperatorFault("that is another hash: nothing was changed", exit_code=1)
    return patch


def prove(copy: Copy, *, run: Run = walled.run) -> None:
    """Compile it and run the smoke tests, both behind walls. Raises OperatorFault: what failed."""
    python, package = [str(copy.python), "-P", "-s", "-B"], str(copy.root / "kiebot")
    steps: tuple[tuple[str, list[str], dict[str, str]], ...] = (
        ("compile", [*python, "-m", "compileall", "-q", package], {"PYTHONPYCACHEPREFIX": COMPILED}),
        ("smoke tests", [*python, "-m", "kiebot.smoke", package], {}),
    )
    for step, command, more in steps:
        well, said = run(command, visible=copy.visible, environment={**ENVIRONMENT, **copy.environment, **more})
        if not well:
            words = CONTROL.sub("\ufffd", said.strip()[-MOST_OUTPUT:])
            raise OperatorFault(f"{step}: failed. Nothing was changed.\n{words}", exit_code=1)
        say_aside(f"{step}: passed")


# -- of a release ----------------------------------------------------------------------------------------------------------------


def fix_release(diff: str, release: Path, *, run: Run = walled.run) -> str:
    """A new release beside this one with the patch in it; its name. What fails leaves nothing behind. Raises OperatorFault."""
    patch = agreed_patch(diff, _packages_of(release))
    new = release.with_name(f"{release.name}{FIX}{patch.hash}")
    if not (new / COMPLETE).exists():
        partial = new.with_name(f"{new.name}.partial")
        try:
            _copy_release(release, partial, new)
            _write(patch, _packages_of(new))
            prove(Copy(_packages_of(new), new / "venv/bin/python"), run=run)
            _complete(new, patch)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(new, ignore_errors=True)
            raise
    return new.name


def _packages_of(release: Path) -> Path:
    """Where its environment has the package."""
    found = sorted(release.glob("venv/lib/python*/site-packages/kiebot"))
    if len(found) != 1:
        raise OperatorFault(f"{release} has no kiebot in its environment: is it a release of scripts/install?", exit_code=1)
    return found[0].parent


def _copy_release(release: Path, partial: Path, new: Path) -> None:
    """An environment knows its own place: the copy is told its new one."""
    say_aside(f"Copying release {release.name} to {new.name}")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(new, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(release), str(partial)], check=True)
    (partial / COMPLETE).unlink()
    for file in [partial / "venv/pyvenv.cfg", *(partial / "venv/bin").iterdir()]:
        if file.is_file() and not file.is_symlink():
            text = file.read_bytes()
            file.write_bytes(text.replace(f"{release}/".encode(), f"{new}/".encode()))
    partial.rename(new)


def _write(patch: Patch, root: Path) -> None:
    """The patch, and its hash in the version: what this copy reports from now on says so."""
    patch.write(root)
    version = root / "kiebot/__init__.py"
    version.write_text(re.sub(r'(?m)^(__version__ = "[^"]+)"$', rf'\1{FIX}{patch.hash}"', version.read_text(encoding="utf-8")))


def _complete(new: Path, patch: Patch) -> None:
    """It may run: compiled for a start as quick as any other's, and with a note of what is different in it."""
    subprocess.run([sys.executable, "-I", "-m", "compileall", "-q", str(_packages_of(new) / "kiebot")], check=True)
    (new / PATCHES).mkdir(exist_ok=True)
    (new / PATCHES / f"{patch.hash}.patch").write_text(patch.text, encoding="utf-8")
    (new / COMPLETE).touch()
    os.sync()


# -- of a checkout ---------------------------------------------------------------------------------------------------------------


def fix_checkout(diff: str, data_dir: Path, *, run: Run = walled.run) -> None:
    """The package with the patch in it, tried in a folder that goes; what stays is the patch, and the line that takes it over."""
    release = Path(sys.prefix).resolve().parent
    if (release / COMPLETE).exists() and PACKAGE.resolve().is_relative_to(release):
        raise OperatorFault("a release is root's: sudo kiebot-admin [-i INSTANCE] errors diagnose CODE --apply", exit_code=1)
    patch = agreed_patch(diff)
    with tempfile.TemporaryDirectory() as folder:
        root, environment = Path(folder).resolve(), Path(sys.prefix).resolve()
        root.chmod(0o755)  # the trial's user is nobody we know
        shutil.copytree(PACKAGE, root / "kiebot")
        _write(patch, root)
        visible = (root, environment, Path(sys.base_prefix))
        prove(Copy(root, environment / "bin/python", visible, {"PYTHONPATH": folder}), run=run)
    file = data_dir.resolve() / PATCHES / f"{patch.hash}.patch"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(patch.text, encoding="utf-8")
    say_aside(f"It works in a copy. Take it over:\n  git -C {PACKAGE.parent} apply {file}\nand start kiebot again.")
