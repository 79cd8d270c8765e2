"""What `kiebot-admin doctor` sees of a kiebot at work: what waits too long, what broke lately, what systemd says of units."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from kiebot.cli.checks import PROGRAM_TIMEOUT_S, Check
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.logs.journal_source import BOOTED
from kiebot.store import incidents, jobs, outbox
from kiebot.store.db import StoreError, utc_now

TOO_OLD_S = 60.0  # what could be done now waits so long only when nobody does it
LATELY_S = 24 * 3600.0
UNITS = ("kiebot-bot@{}.service", "kiebot-worker@{}.service", "kiebot-web@{}.service", "kiebot-backup@{}.timer")
OPTIONAL = "kiebot-web@"
PROPERTIES = ("LoadState", "ActiveState", "SubState", "Result", "NRestarts")
SYSTEMCTL = ("systemctl",)


def work(file: Path | None, config: Config) -> list[Check]:
    """Jobs and messages that wait, and errors of the last day."""
    if not (config.data_dir / "kiebot.db").is_file():
        return []
    try:
        with opened(file):
            now = utc_now()
            waiting = {"jobs": jobs.oldest_waiting_at(now), "messages": outbox.oldest_due_at(now)}
            broken = incidents.listed(limit=1000, since=now - LATELY_S)
    except (OperatorFault, StoreError):
        return []  # the check of the database says why
    return [*(_waiting(name, since, now) for name, since in waiting.items()), _errors(len(broken))]


def _waiting(name: str, since: float | None, now: float) -> Check:
    process = "worker" if name == "jobs" else "bot"
    age_s = 0.0 if since is None else now - since
    if age_s > TOO_OLD_S:
        told = f"the oldest waits for {age_s:.0f} s: the {process} is down or cannot keep up"
        return Check(f"{name} waiting", "warn", told, f"kiebot-admin logs --service {process} --level WARNING")
    return Check(f"{name} waiting", "ok", "none too long")


def _errors(kinds: int) -> Check:
    if kinds:
        return Check("errors", "warn", f"kinds seen in the last 24 hours: {kinds}", "kiebot-admin errors list --since 24h")
    return Check("errors", "ok", "none in the last 24 hours")


def units(config: Config, *, booted: Path = BOOTED, systemctl: Sequence[str] = SYSTEMCTL) -> list[Check]:
    """The units of the instance that is named like the data directory, where systemd has them."""
    if not booted.is_dir():
        return []
    names = [unit.format(config.data_dir.resolve().name) for unit in UNITS]
    return [check for name in names if (check := _unit(name, systemctl)) is not None]


def _unit(name: str, systemctl: Sequence[str]) -> Check | None:
    """What systemd says of a unit; nothing of one that is not installed, or not wanted."""
    command = [*systemctl, "show", name, "--property", ",".join(PROPERTIES)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return Check(name, "warn", f"systemctl does not answer: {exc}")
    said = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    if said.get("LoadState") != "loaded":
        return None
    state = f"{said.get('ActiveState')} ({said.get('SubState')})"
    restarts = said.get("NRestarts", "0") or "0"
    if said.get("ActiveState") == "active":
        return Check(name, "ok", state if restarts == "0" else f"{state}, restarted {restarts} times")
    if said.get("ActiveState") == "inactive" and said.get("Result") == "success":
        return None if name.startswith(OPTIONAL) else Check(name, "warn", "stopped", f"sudo systemctl start {name}")
    return Check(name, "fail", f"{state}: {said.get('Result')}", f"journalctl -n 30 -u {name}; sudo systemctl restart {name}")
