"""Backups: one archive with copies of all databases of one moment, made while kiebot runs, and put back as a whole.

    manifest.json             release, schema, and length and sha256 of every other file
    session/NAME.session      Telegram's session, copied first: with an older place in the stream of updates Telegram repeats
                              what the database already knows, with a newer one messages would be missed
    kiebot.db  queue.db
    config.toml               what was set; secrets only when they were asked for
    media.jsonl               which files of jobs were there; the files themselves are not in a backup

An archive gets its name when it has been written, read again and compared; whatever a crash leaves has another name, and the next
backup removes it.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import kiebot
from kiebot.errors import OperatorFault
from kiebot.store import db, snapshots
from kiebot.store.failpoint import failpoint

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "kiebot.db"
QUEUE = "queue.db"
CONFIG = "config.toml"
MEDIA = "media.jsonl"
NAME = re.compile(r"kiebot-(\d{8}T\d{6}Z)(?:-\d+)?\.tar\.gz")
INSIDE = re.compile(r"kiebot\.db|queue\.db|config\.toml|media\.jsonl|session/[\w.-]+\.session")
PARTIAL = ".partial"
COMPRESSION = 5
PIECE_BYTES = 1 << 20
SPARE_BYTES = 64 << 20
UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    created_at: float
    version: str
    with_secrets: bool
    secrets_left_out: list[str]
    parts: list[Part] = field(default_factory=list)
    format: int = FORMAT

    @property
    def names(self) -> list[str]:
        return [part.name for part in self.parts]


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration as a backup keeps it."""

    toml: str
    with_secrets: bool
    secrets_left_out: list[str]


def make(data_dir: Path, folder: Path, settings: Settings, *, with_session: bool = True) -> Path:
    """Write a backup into `folder` and return its path. Raises OperatorFault when that fails."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(folder):
        _remove_partial(folder)
        _need_room(data_dir, folder)
        staging = folder / f"copies{PARTIAL}"
        staging.mkdir(mode=0o700)
        try:
            _copy_all(data_dir, staging, settings, with_session)
            failpoint("backup-copied")
            return _archived(staging, folder, settings)
        except (OSError, sqlite3.Error, tarfile.TarError) as exc:
            raise OperatorFault(f"the backup could not be written: {exc}", exit_code=1) from exc
        finally:
            _remove_partial(folder)


def _copy_all(data_dir: Path, staging: Path, settings: Settings, with_session: bool) -> None:
    sessions = sorted((data_dir / "session").glob("*.session")) if with_session else []
    files = [*sessions, data_dir / DATABASE, data_dir / QUEUE]
    for live in files:
        if live.is_file():
            to = staging / live.relative_to(data_dir)
            to.parent.mkdir(exist_ok=True, mode=0o700)
            snapshots.copy(live, to)
            found = snapshots.damage(to)
            if found:
                raise OperatorFault(f"{live} is damaged: {found[0]}; no backup was made of it", exit_code=1)
    _write(staging / CONFIG, [settings.toml])
    _write(staging / MEDIA, (json.dumps(row, ensure_ascii=False) + "\n" for row in _media(data_dir)))


def _write(path: Path, pieces: Iterator[str] | list[str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(pieces)


def _media(data_dir: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((data_dir / "media").rglob("*")):
        try:
            found = path.stat()
        except FileNotFoundError:  # swept meanwhile
            continue
        if path.is_file():
            yield {"path": str(path.relative_to(data_dir)), "size": found.st_size, "changed_at": found.st_mtime}


def _archived(staging: Path, folder: Path, settings: Settings) -> Path:
    names = sorted(str(path.relative_to(staging)) for path in staging.rglob("*") if path.is_file())
    parts = [Part(name, (staging / name).stat().st_size, _sum_of_file(staging / name)) for name in names]
    manifest = Manifest(time.time(), kiebot.__version__, settings.with_secrets, settings.secrets_left_out, parts)
    partial = folder / f"archive{PARTIAL}"
    _write(staging / MANIFEST, [json.dumps(asdict(manifest), indent=1)])
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=COMPRESSION) as archive:
            for name in (MANIFEST, *names):
                archive.add(staging / name, name, recursive=False, filter=_nobodys)
        file.flush()
        os.fsync(file.fileno())
    failpoint("backup-written")
    if read(partial) != manifest:
        raise OperatorFault("the backup is not what was written: look at the disk", exit_code=1)
    failpoint("backup-verified")
    return _named(partial, folder)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _named(partial: Path, folder: Path) -> Path:
    """Give the archive its name; a second one of the same second gets a number."""
    stamp, number = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"), 1
    final = folder / f"kiebot-{stamp}.tar.gz"
    while final.exists():
        number += 1
        final = folder / f"kiebot-{stamp}-{number}.tar.gz"
    partial.rename(final)
    snapshots.sync_folder(folder)
    return final


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove all backups but the newest `keep`. Returns what was removed."""
    old = listed(folder)[keep:]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def listed(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first."""
    found = [path for path in folder.iterdir() if NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found, key=lambda path: (path.name.partition(".")[0].split("-")[1], len(path.name), path.name), reverse=True)


def made_at(path: Path) -> float:
    """When a backup was made, by its name."""
    found = NAME.fullmatch(path.name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp() if found else 0.0


def read(archive: Path, into: Path | None = None) -> Manifest:
    """Read a whole archive, compare every file with what the manifest says, and unpack it `into` a folder if there is one. Raises
    OperatorFault when anything is missing, changed or unknown."""
    try:
        with gzip.open(archive) as content, tarfile.open(fileobj=content, mode="r:") as opened:
            members = iter(opened)
            manifest = _manifest(opened, next(members, None))
            found = [_unpacked(opened, member, into) for member in members]
            while content.read(PIECE_BYTES):  # to its end, where its own sum stands
                pass
    except UNREADABLE as exc:
        raise OperatorFault(f"{archive} is no whole backup: {exc}", exit_code=1) from exc
    if sorted(found, key=lambda part: part.name) != manifest.parts:
        raise OperatorFault(f"{archive} is damaged: its files are not those that were written", exit_code=1)
    return manifest


def manifest_of(archive: Path) -> Manifest:
    """What an archive says of itself. Only its beginning is read. Raises OperatorFault."""
    try:
        with tarfile.open(archive, "r:gz") as opened:
            return _manifest(opened, opened.next())
    except UNREADABLE as exc:
        raise OperatorFault(f"{archive} is no whole backup: {exc}", exit_code=1) from exc


def _manifest(opened: tarfile.TarFile, member: tarfile.TarInfo | None) -> Manifest:
    if member is None or member.name != MANIFEST:
        raise ValueError("it does not begin with a manifest")
    told = json.loads(_content(opened, member).read())
    if told["format"] != FORMAT:
        raise ValueError(f"it has form {told['format']}, made by release {told['version']}")
    return Manifest(**{**told, "parts": [Part(**part) for part in told["parts"]]})


def _unpacked(opened: tarfile.TarFile, member: tarfile.TarInfo, into: Path | None) -> Part:
    if not member.isfile() or not INSIDE.fullmatch(member.name) or ".." in member.name:
        raise ValueError(f"{member.name!r} does not belong into a backup")
    content, total = _content(opened, member), hashlib.sha256()
    target = None if into is None else into / member.name
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.devnull if target is None else target, "wb") as file:
        while piece := content.read(PIECE_BYTES):
            total.update(piece)
            file.write(piece)
    if target is not None:
        target.chmod(0o600)
    return Part(member.name, member.size, total.hexdigest())


def _content(opened: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = opened.extractfile(member)
    if content is None:
        raise ValueError(f"{member.name!r} is no file")
    return content


def _sum_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: `before` is the folder with what was there, `migrated` the migrations that were applied."""

    manifest: Manifest
    before: Path
    migrated: list[str]
    config: str


def restore(archive: Path, data_dir: Path, *, patience_s: float = snapshots.PATIENCE_S) -> Restored:
    """Put a backup in the place of what is in `data_dir`, which no process may use. Everything is checked before anything is
    replaced. Session and queue come first, the database last: a restore that was killed is done again."""
    staging = data_dir / f"restore{PARTIAL}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    before = data_dir / f"before-restore-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S.%fZ')}"
    try:
        manifest = read(archive, staging)
        migrated = _brought_up_to_date(staging, manifest)
        for name in sorted((name for name in manifest.names if _is_database(name)), key=lambda name: name == DATABASE):
            snapshots.put_in_place(staging / name, data_dir / name, before / name, patience_s)
            failpoint(f"restored-{name.partition('/')[0]}")
        return Restored(manifest, before, migrated, (staging / CONFIG).read_text(encoding="utf-8"))
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _is_database(name: str) -> bool:
    return name.endswith((".db", ".session"))


def _brought_up_to_date(staging: Path, manifest: Manifest) -> list[str]:
    """Check the unpacked databases and migrate the one of kiebot, before anything is replaced."""
    for name in filter(_is_database, manifest.names):
        found = snapshots.damage(staging / name)
        if found:
            raise OperatorFault(f"{name} in this backup is damaged: {found[0]}", exit_code=1)
    if DATABASE not in manifest.names:
        raise OperatorFault("this backup has no database", exit_code=1)
    db.connect(staging)
    try:
        return db.migrate_store() if db.pending_migrations() else []
    finally:
        db.close_store()
        snapshots.settle(staging / DATABASE)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise OperatorFault(f"another backup is being written into {folder}", exit_code=1) from exc
        yield
    finally:
        os.close(descriptor)


def _remove_partial(folder: Path) -> None:
    for path in folder.glob(f"*{PARTIAL}"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _need_room(data_dir: Path, folder: Path) -> None:
    """The copies and, at worst, as much again for the archive."""
    sizes = [path.stat().st_size for name in (DATABASE, f"{DATABASE}-wal", QUEUE) if (path := data_dir / name).is_file()]
    needed, free = 2 * sum(sizes) + SPARE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        raise OperatorFault(f"a backup needs {needed >> 20} MiB in {folder}, there are {free >> 20}", exit_code=1)
