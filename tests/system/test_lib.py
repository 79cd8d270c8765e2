"""What scripts/lib.sh does by itself, in a folder, with stand-ins for what needs root: no machine is needed for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.box import until

ROOT = Path(__file__).parents[2]
SECRET = "a secret"
CALLER = """\
#!/bin/sh
. {root}/scripts/lib.sh
OPT={at}/opt ETC={at}/etc STATE={at}/state RUN={at}/run UNITS={at}/units COMMANDS={at} GATE_S=0 HELD_S=0
instance=mine status=mine
trap 'echo "the trap of the caller"' EXIT
{call} && echo "well, $instance, $status" || echo "ended with $?, $instance, $status"
"""
STAND_INS = {
    "chown": "",  # there is no such user
    "setpriv": 'while [ "$1" != env ]; do shift; done\nexec "$@"',
    "systemctl": "[ $1 != show ] || echo 0",
}
SHOWN = 'echo "$(cat "$CREDENTIALS_DIRECTORY"/*) of $CREDENTIALS_DIRECTORY"\n'
ADMIN = """\
case "$*" in
*backup*) echo '{"file": "archive"}' ;;
*check*) echo '{"applied": ["0001"]}' ;;
esac
"""
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)


class Machine:
    """A folder with instance main of release v in it, and release w beside it."""

    def __init__(self, folder: Path) -> None:
        self.run, self._at = folder / "run", folder
        for made in ("run", "units", "etc/main/credentials", "state/main", "opt/main", "stand-ins"):
            (folder / made).mkdir(parents=True)
        (folder / "etc/main/credentials/telegram_bot_token").write_text(SECRET)
        for release in "vw":
            (folder / f"opt/releases/{release}/venv/bin").mkdir(parents=True)
            (folder / f"opt/releases/{release}/systemd").symlink_to(ROOT / "systemd")
            (folder / f"opt/releases/{release}/venv/bin/python").symlink_to(sys.executable)
        (folder / "opt/main/current").symlink_to("../releases/v")
        for name, does in STAND_INS.items():
            self.does(f"stand-ins/{name}", does)

    def does(self, program: str, lines: str) -> None:
        """What a program does."""
        path = self._at / program
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)

    def admin_does(self, lines: str) -> None:
        for release in "vw":
            self.does(f"opt/releases/{release}/venv/bin/kiebot-admin", lines)

    def starts(self, call: str) -> subprocess.Popen[str]:
        """A script that calls something of lib.sh, in a group of processes of its own as at a terminal."""
        script = self._at / "script"
        self.does("script", CALLER.format(root=ROOT, at=self._at, call=call))
        environ = {"PATH": f"{self._at / 'stand-ins'}:{os.environ['PATH']}"}
        return subprocess.Popen(
            [script], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def current(self) -> str:
        return os.readlink(self._at / "opt/main/current").removeprefix("../releases/")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@SIGNALS
def test_no_copy_of_the_secrets_stays_when_a_command_is_broken_off(machine: Machine, number: signal.Signals) -> None:
    """As Ctrl-C does it, and a terminal that is closed: the signal goes to all that run there."""
    machine.admin_does(f"{SHOWN}exec sleep 60")
    with machine.starts("as_instance main v kiebot-admin") as script:
        assert script.stdout is not None
        assert script.stdout.readline().startswith(f"{SECRET} of {machine.run}")
        os.killpg(script.pid, number)
        until(lambda: not list(machine.run.iterdir()), 10, "the copy of the secrets is still there")


@pytest.mark.parametrize(("then", "says"), [("true", "well"), ("exit 3", "ended with 3")])
def test_a_command_gets_the_secrets_and_leaves_nothing_and_its_caller_alone(machine: Machine, then: str, says: str) -> None:
    machine.admin_does(f"{SHOWN}{then}")
    said, _ = machine.starts("as_instance main v kiebot-admin").communicate(timeout=20)
    told, *rest = said.splitlines()
    assert told.startswith(f"{SECRET} of {machine.run}")
    assert rest == [f"{says}, mine, mine", "the trap of the caller"]
    assert list(machine.run.iterdir()) == []


def test_without_a_place_for_the_secrets_they_are_copied_nowhere(machine: Machine) -> None:
    machine.admin_does(SHOWN)
    machine.does("stand-ins/cp", "echo copied")
    machine.run.rmdir()
    said, _ = machine.starts("as_instance main v kiebot-admin").communicate(timeout=20)
    assert said.splitlines()[1:] == ["ended with 1, mine, mine", "the trap of the caller"]
    assert said.startswith("mktemp: ")


@SIGNALS
@pytest.mark.parametrize("during", ["backup", "migrate", "start"])
def test_an_upgrade_comes_to_its_end_whatever_is_pressed(machine: Machine, number: signal.Signals, during: str) -> None:
    """Broken off it would leave a bot that is stopped, or held for ever."""
    slow = f'case "$*" in *{during}*) touch {machine.run}/slow && sleep 0.3 ;; esac\n'
    machine.admin_does(f"{slow}{ADMIN}")
    machine.does("stand-ins/systemctl", f"{slow}{STAND_INS['systemctl']}")
    with machine.starts("change_release main v w") as script:
        until((machine.run / "slow").exists, 10, "it never came to that")
        os.killpg(script.pid, number)
        said, _ = script.communicate(timeout=20)
    assert "Instance main runs release w" in said
    assert machine.current() == "w"
    assert list(machine.run.iterdir()) == [machine.run / "slow"], "nothing is held, and no secrets lie about"
