"""A machine to install on: Debian 12 with a real systemd as its first process, in namespaces of this one. Needs root.

Its disk is an overlay over a root file system that is built once (mmdebstrap) and kept in /var/tmp, as is what pip downloads.
What a box writes lies in memory where there is plenty: to sync and to remove many thousand files takes minutes on a busy disk.
The network is the host's, so that servers of a test are reached at 127.0.0.1.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.fakes.terminal import Terminal

CACHE = Path("/var/tmp/kiebot-box")  # large, and worth keeping over a reboot
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
RELEASE = "bookworm"
INNER = Path(__file__).parent / "inner.sh"
CONTROLLERS = ("cpu", "cpuacct", "pids", "memory", "devices", "freezer", "blkio")
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,procps,iproute2"
NOT_IN_A_BOX = (  # the host's hardware, clock and updates are none of its business
    *("systemd-udevd.service", "systemd-udev-trigger.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket"),
    *("systemd-timesyncd.service", "systemd-networkd.service", "systemd-resolved.service", "systemd-remount-fs.service"),
    *("systemd-modules-load.service", "systemd-sysctl.service", "systemd-logind.service", "systemd-firstboot.service"),
    *("sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "dev-hugepages.mount"),
    *("getty.target", "console-getty.service", "apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer"),
    *("fstrim.timer", "dpkg-db-backup.timer"),
)
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "SYSTEMD_PAGER": "cat",
}
BOOT_S = 60.0
DISK_GB = 6  # of memory; three releases and what Debian adds take half of it


def build_base() -> Path:
    """The root file system that all boxes share, built when it is not there. Takes about a minute."""
    base = CACHE / "base"
    if (base / ".complete").exists():
        return base
    shutil.rmtree(base, ignore_errors=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    if shutil.which("mmdebstrap") is None:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "mmdebstrap")
    options = ["--aptopt=Acquire::Check-Valid-Until false", "--dpkgopt=force-unsafe-io", "--variant=minbase"]
    what = [f"--include={PACKAGES}", *options, RELEASE, str(base)]
    _run("mmdebstrap", "--quiet", "--mode=root", "--format=directory", *what, *([str(SOURCES)] if SOURCES.exists() else []))
    _furnish(base)
    (base / ".complete").touch()
    return base


def _furnish(base: Path) -> None:
    """What the box needs to reach the same servers as the host, and what it does without."""
    for name in ("ssl/certs/ca-certificates.crt", "pip.conf"):
        if (here := Path("/etc") / name).exists():
            shutil.copyfile(here, base / "etc" / name)
    for unit in NOT_IN_A_BOX:
        link = base / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    default = base / "etc/systemd/system/default.target"
    default.unlink(missing_ok=True)
    default.symlink_to("/lib/systemd/system/multi-user.target")
    (base / "var/log/journal").mkdir(exist_ok=True)
    (base / "etc/machine-id").write_text("")
    (base / "etc/fstab").write_text("")
    (base / "etc/hostname").write_text("kiebot-box\n")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL)


class Box:
    """One machine. Its disk lies in `folder` and outlives a crash; close() removes everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._outer: subprocess.Popen[bytes] | None = None
        self._first = 0  # the pid, here, of its systemd
        self._groups: list[Path] = []
        self._mounts: list[Path] = []
        base = build_base()
        if _memory_gb() > 2 * DISK_GB:
            self._mount(folder, "-t", "tmpfs", "-o", f"size={DISK_GB}g,mode=755", "tmpfs")
        for name in ("root", "upper", "work"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        layers = f"lowerdir={base},upperdir={folder / 'upper'},workdir={folder / 'work'}"
        self._mount(self.root, "-t", "overlay", "-o", layers, "overlay")
        (CACHE / "pip").mkdir(exist_ok=True)
        self._mount(self.root / "root/.cache/pip", "--bind", str(CACHE / "pip"))

    def _mount(self, place: Path, *what: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        _run("mount", *what, str(place))
        self._mounts.append(place)

    @property
    def root(self) -> Path:
        """Its file system, seen from here."""
        return self._folder / "root"

    def boot(self) -> None:
        """Start its systemd and wait until it is up."""
        boot_id = self._folder / "boot_id"
        boot_id.write_text(f"{uuid.uuid4()}\n")
        self._groups = _make_groups(self._folder.name)
        flags = ["--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child=SIGKILL"]
        hierarchies = [each for each in CONTROLLERS if (Path("/sys/fs/cgroup") / each).is_dir()]
        log = (self._folder / "boot.log").open("ab")
        self._outer = subprocess.Popen(
            ["unshare", *flags, str(INNER), str(self.root), str(boot_id), *hierarchies],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: _enter(self._groups),
        )
        log.close()
        until(self._is_systemd, BOOT_S, "no systemd came up")
        until(lambda: self.output("systemctl", "is-system-running") in ("running", "degraded"), BOOT_S, "it does not boot")

    def _is_systemd(self) -> bool:
        assert self._outer is not None
        assert self._outer.poll() is None, (self._folder / "boot.log").read_text()[-2000:]
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
        self._first = int(children[0]) if children else 0
        return bool(children) and Path(f"/proc/{self._first}/comm").read_text().strip() == "systemd"

    def call(self, *command: str, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a command inside."""
        whole = self._inside(*command)
        return subprocess.run(whole, capture_output=True, text=True, timeout=timeout_s, stdin=subprocess.DEVNULL, check=False)

    def terminal(self, *command: str) -> Terminal:
        """A command inside that somebody sits before."""
        return Terminal(self._inside(*command))

    def _inside(self, *command: str) -> list[str]:
        enter = ["nsenter", "--target", str(self._first), "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd"]
        pairs = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return [*enter, "--", "/usr/bin/env", "-i", *pairs, *command]

    def output(self, *command: str, timeout_s: float = 600) -> str:
        """What a command prints, whatever it ends with."""
        return self.call(*command, timeout_s=timeout_s).stdout.strip()

    def must(self, *command: str, timeout_s: float = 600) -> str:
        """What a command prints; it has to succeed."""
        done = self.call(*command, timeout_s=timeout_s)
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout.strip()

    def main_pid(self, unit: str) -> int:
        """The main process of a unit, by its number inside; 0 when there is none."""
        return int(self.output("systemctl", "show", "-P", "MainPID", unit) or 0)

    def crash(self) -> None:
        """End all its processes at once, as a power cut that spares the disk."""
        if self._outer is not None:
            if self._first and Path(f"/proc/{self._first}").exists():
                os.kill(self._first, signal.SIGKILL)  # the first process of a namespace takes all others with it
            self._outer.wait(30)
            self._outer, self._first = None, 0
        for group in reversed(self._groups):
            _remove_group(group)

    def close(self) -> None:
        """End it and remove its disk."""
        self.crash()
        for place in reversed(self._mounts):
            subprocess.run(["umount", "-l", str(place)], check=False)
        shutil.rmtree(self._folder, ignore_errors=True)


def until(condition: Callable[[], object], timeout_s: float, otherwise: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def _memory_gb() -> float:
    """What is free or can be made so."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 2**20


def _make_groups(name: str) -> list[Path]:
    """Control groups of its own below ours, where the host has the older hierarchies; a unified one is divided by the kernel."""
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        return []
    groups = []
    ours = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    for hierarchy in ("systemd", "unified", *CONTROLLERS):
        wanted = {"systemd": "name=systemd", "unified": ""}.get(hierarchy, hierarchy)
        path = next((place for _, names, place in ours if names == wanted), None)
        top = Path("/sys/fs/cgroup") / hierarchy
        if path is not None and top.is_dir():
            groups.append(top / path.strip("/") / f"kiebot-box-{name}")
            groups[-1].mkdir(parents=True, exist_ok=True)
    return groups


def _enter(groups: list[Path]) -> None:
    for group in groups:
        (group / "cgroup.procs").write_text(str(os.getpid()))


def _remove_group(group: Path) -> None:
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            continue  # the kernel still empties it; the next boot uses it again
