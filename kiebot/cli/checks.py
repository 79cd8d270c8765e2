"""What `kiebot-admin doctor` looks at on this machine. Every check is a function that answers with a Check."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import kiebot
from kiebot.cli.backup import folder_of
from kiebot.cli.state import opened_as_it_is
from kiebot.config import Config, ConfigFault, find, load, missing, unusable
from kiebot.confined import bubblewrap
from kiebot.errors import OperatorFault
from kiebot.store import backup as archives
from kiebot.store import db, folder

OLDEST_SQLITE = (3, 38, 0)  # JSON functions built in
LOW_DISK_BYTES = 2 << 30
OLD_BACKUP_HOURS = 50  # two nights and a bit
OCR_LANGUAGES = ("eng", "rus")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
PROGRAM_TIMEOUT_S = 10
PRIVATE_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `status` is ok, warn (something is off) or fail (the bot cannot work so)."""

    name: str
    status: str
    detail: str
    fix: str = ""


def apt(package: str) -> str:
    """The line that installs a package."""
    return f"sudo apt-get install -y --no-install-recommends {package}"


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] > (3, 13):
        return Check("python", "warn", f"{version} is newer than what was tested", "use Python 3.11, 3.12 or 3.13")
    return Check("python", "ok", version)


def sqlite() -> Check:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Check("sqlite", "fail", f"{sqlite3.sqlite_version} is too old", "use a Python built with SQLite 3.38 or newer")
    return Check("sqlite", "ok", sqlite3.sqlite_version)


def ffmpeg() -> Check:
    lacking = [program for program in ("ffmpeg", "ffprobe") if shutil.which(program) is None]
    if lacking:
        return Check("ffmpeg", "warn", f"{', '.join(lacking)} not found: results are not looked into, no previews", apt("ffmpeg"))
    return Check("ffmpeg", "ok", _first_line(["ffmpeg", "-version"]).split(" Copyright")[0])


def tesseract() -> Check:
    if shutil.which("tesseract") is None:
        return Check("tesseract", "warn", "not found: no text from scanned pages", apt("tesseract-ocr"))
    known = output_of(["tesseract", "--list-langs"]).split()
    lacking = [language for language in OCR_LANGUAGES if language not in known]
    if lacking:
        packages = " ".join(f"tesseract-ocr-{language}" for language in lacking)
        return Check("tesseract", "warn", f"no language data for {', '.join(lacking)}", apt(packages))
    return Check("tesseract", "ok", f"{_first_line(['tesseract', '--version'])}, {', '.join(OCR_LANGUAGES)}")


def walls(config: Config | None) -> Check:
    """Whether what opens strangers' files is walled off: by a unit of systemd, else by bubblewrap."""
    if config is None or config.media.socket is None:
        return _bubblewrap()
    path = config.media.socket
    with socket.socket(socket.AF_UNIX) as door:
        try:
            door.connect(str(path))
        except OSError as error:
            unit = f"{path.stem}.socket"
            return Check("walls", "fail", f"{path}: {error.strerror}: files are not opened", f"systemctl restart {unit}")
    return Check("walls", "ok", f"strangers' files are opened by the unit behind {path}")


def _bubblewrap() -> Check:
    if shutil.which("bwrap") is None:
        return Check(
            "bubblewrap", "warn", "not found: strangers' files are read within limits but without walls", apt("bubblewrap")
        )
    with tempfile.TemporaryDirectory() as scratch:
        if bubblewrap.works(bubblewrap.wrap(["true"], scratch=Path(scratch), environment={}, visible=[])):
            return Check("bubblewrap", "ok", _first_line(["bwrap", "--version"]))
    return Check(
        "bubblewrap",
        "warn",
        "refused here: strangers' files are read within limits but without walls",
        "allow unprivileged user namespaces: sysctl kernel.unprivileged_userns_clone=1, or the container's settings",
    )


def fonts() -> Check:
    found = next((path for folder in FONT_FOLDERS if folder.is_dir() for path in folder.rglob("DejaVuSans.ttf")), None)
    if found is None:
        return Check("fonts", "warn", "DejaVu Sans not found: no letters in films and pictures", apt("fonts-dejavu-core"))
    return Check("fonts", "ok", str(found))


def clock() -> Check:
    """The clock must not stand before this release; whether it is right to the second only --online can tell."""
    released = (Path(kiebot.__file__)).stat().st_mtime
    if time.time() < released:
        return Check("clock", "fail", "the clock stands before this release was made", "sudo timedatectl set-ntp true")
    return Check("clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))


def configuration(file: Path | None) -> tuple[Check, Config | None]:
    """The check, and the configuration when it can be read at all."""
    try:
        found = find(file)
        config = load(file)
    except ConfigFault as fault:
        told = "; ".join(str(problem) for problem in fault.problems)
        return Check("config", "fail", told, "kiebot-admin config check"), None
    if wrong := unusable(config):
        told = "; ".join(f"{problem.key}: {problem.message}" for problem in wrong)
        return Check("config", "fail", f"{found or 'environment'}: {told}", "kiebot-admin config check"), config
    lacking = missing(config)
    if lacking:
        keys = ", ".join(problem.key for problem in lacking)
        status = "fail" if found else "warn"  # without a file nobody means to run a bot yet
        return Check("config", status, f"{found or 'no file'}: {keys} not set", "kiebot-admin config check"), config
    return Check("config", "ok", str(found or "environment")), config


def config_file_rights(file: Path | None, *, mend: bool) -> Check:
    """Secrets in the file are for its owner only."""
    try:
        found = find(file)
    except ConfigFault:
        found = None
    if found is None:
        return Check("config file rights", "ok", "no file")
    mode = stat.S_IMODE(found.stat().st_mode)
    open_to = 0o037 if _is_installed(found) else 0o077
    if mode & open_to and mend:
        found.chmod(mode & 0o700)
        mode = stat.S_IMODE(found.stat().st_mode)
    if mode & open_to:
        return Check("config file rights", "warn", f"{found} can be read by others ({mode:o})", f"chmod 600 {found}")
    return Check("config file rights", "ok", f"{mode:o}")


def _is_installed(file: Path) -> bool:
    """Whether it is root's and lent to our group, as scripts/install leaves it."""
    status = file.stat()
    return status.st_uid == 0 and status.st_gid == os.getegid() != 0


def vision(config: Config) -> Check:
    """Who looks at pictures, and keys that lead nowhere. Whether it sees only --online can tell."""
    look, text = config.vision, config.text
    if look.base_url and not look.model:
        return Check("vision", "warn", f"no model named: {look.base_url} is asked for {text.model}", "set vision.model")
    if look.api_key.get_secret_value() and not look.base_url:
        return Check("vision", "warn", "vision.api_key is not used without vision.base_url", "set vision.base_url too")
    if look.model:
        return Check("vision", "ok", f"{look.model} at {look.base_url or text.base_url}")
    return Check("vision", "ok", f"the text model looks at pictures: {text.model}; --online asks whether it can")


def data_dir(config: Config, *, mend: bool) -> Check:
    """It must be there, ours, writable, and closed to others."""
    path = config.data_dir
    if reason := _no_place(path, make=mend):
        return Check("data directory", "fail", reason, "set data_dir to a folder of the bot's user")
    if not path.is_dir():
        return Check("data directory", "warn", f"{path} is not there yet: the first start makes it", "kiebot-admin doctor --fix")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077 and mend:
        path.chmod(PRIVATE_MODE)
        mode = stat.S_IMODE(path.stat().st_mode)
    if not os.access(path, os.W_OK | os.X_OK):
        return Check(
            "data directory", "fail", f"{path} cannot be written by this user", f"chown the folder to user {os.getuid()}"
        )
    if mode & 0o077:
        return Check("data directory", "warn", f"{path} is open to others ({mode:o})", f"chmod 700 {path}")
    return Check("data directory", "ok", str(path))


def _no_place(path: Path, *, make: bool) -> str | None:
    """Why the folder is none and cannot be made. `make`: try it where it is not there."""
    if not make or path.is_dir():
        return folder.why_not(path)
    try:
        folder.make(path)
    except OperatorFault as fault:
        return str(fault).removeprefix("data_dir: ")
    return None


def payments(config: Config) -> Check:
    """What is sold, and whether people can pay for it and use what they bought."""
    stars, lavatop, billing = config.payments.stars, config.payments.lavatop, config.billing
    ways = [way for way, on in (("Telegram Stars", stars.enabled), ("lava.top", lavatop.enabled)) if on]
    if not ways:
        detail = "credits are given by hand, by promo codes and bonuses only" if billing.enabled else "nothing is sold"
        return Check("payments", "ok", detail)
    if not billing.enabled:
        told = f"{' and '.join(ways)} enabled while everything is free: nothing is sold"
        return Check("payments", "warn", told, "set billing.enabled = true, or switch the payments off")
    lacking = _lacking_for_payments(config)
    if lacking:
        return Check("payments", "fail", f"{', '.join(lacking)} not set", "kiebot-admin config show")
    late = _lacking_for_webhooks(config)
    if late:
        told = f"{', '.join(late)} not set: payments by card are found by asking, minutes late at worst"
        return Check("payments", "warn", told, "see docs/money.md, lava.top")
    if not config.payments.support:
        heard, kept = "go to the administrators", "are only kept, for kiebot-admin feedback list: nobody is told of them"
        told = f"by {' and '.join(ways)}; questions about payments {heard if config.telegram.admins else kept}"
        return Check("payments", "ok" if config.telegram.admins else "warn", told, "set payments.support or telegram.admins")
    return Check("payments", "ok", f"by {' and '.join(ways)}; support: {config.payments.support}")


def _lacking_for_payments(config: Config) -> list[str]:
    stars, lavatop = config.payments.stars, config.payments.lavatop
    lacking = ["payments.stars.packs"] if stars.enabled and not stars.packs else []
    if lavatop.enabled:
        keys = {
            "payments.lavatop.packs": bool(lavatop.packs),
            "payments.lavatop.api_key": bool(lavatop.api_key.get_secret_value()),
            "payments.lavatop.offer_id": bool(lavatop.offer_id),
        }
        lacking += [key for key, given in keys.items() if not given]
    return lacking


def _lacking_for_webhooks(config: Config) -> list[str]:
    lavatop = config.payments.lavatop
    if not lavatop.enabled:
        return []
    keys = {"payments.lavatop.webhook_key": bool(lavatop.webhook_key.get_secret_value()), "web.enabled": config.web.enabled}
    return [key for key, given in keys.items() if not given]


def disk(config: Config) -> Check:
    """Free space where the data lies, or will."""
    path = next(folder for folder in (config.data_dir, *config.data_dir.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(path).free
    if free < LOW_DISK_BYTES:
        return Check(
            "disk", "warn", f"only {free / 2**30:.1f} GiB free", "free some space, or lower media.max_gb and media.keep_hours"
        )
    return Check("disk", "ok", f"{free / 2**30:.0f} GiB free")


def database(file: Path | None, config: Config) -> Check:
    """The schema is this release's, and SQLite finds no damage."""
    if not (config.data_dir / "kiebot.db").is_file():
        return Check("database", "ok", "not made yet")
    try:
        with opened_as_it_is(file):
            damage, pending = db.quick_check(), db.pending_migrations()
    except OperatorFault as fault:
        return Check("database", "fail", str(fault))
    if damage:
        return Check("database", "fail", f"damaged: {damage[0]}", "stop kiebot and restore a copy")
    if pending:
        return Check("database", "fail", f"older schema: {', '.join(pending)} to apply", "kiebot-admin db migrate")
    return Check("database", "ok", "sound, schema of this release")


def backups(config: Config) -> Check:
    """How old the newest backup is."""
    if not (config.data_dir / "kiebot.db").is_file():
        return Check("backup", "ok", "there is nothing to lose yet")
    found = archives.listed(folder_of(config))
    if not found:
        return Check("backup", "warn", f"none in {folder_of(config)}", "kiebot-admin backup")
    hours = (time.time() - archives.made_at(found[0])) / 3600
    told = f"{len(found)} in {folder_of(config)}, the newest {hours:.0f} hours old"
    if hours > OLD_BACKUP_HOURS:
        return Check(
            "backup", "warn", told, "kiebot-admin backup; systemctl list-timers 'kiebot-backup*' says when the next is due"
        )
    return Check("backup", "ok", told)


def process(name: str, config: Config) -> Check:
    """Whether a process runs: it holds a lock in the data directory as long as it lives."""
    path = config.data_dir / f"{name}.lock"
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return Check(name, "ok", "has not run here yet")
    except BlockingIOError:
        return Check(name, "ok", f"runs: {path.read_text().strip()}")
    except OSError as exc:
        return Check(name, "warn", f"{path} cannot be read: {exc.strerror}")
    return Check(name, "ok", "does not run")


def output_of(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def _first_line(command: list[str]) -> str:
    return (output_of(command).strip().splitlines() or ["no answer"])[0]
