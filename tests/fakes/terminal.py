"""A terminal, and the person at it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import time
from collections.abc import Mapping, Sequence


class Terminal:
    """A command at a terminal of its own; what it shows, and what a person types."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._here, there = pty.openpty()
        environ = {"PATH": os.environ["PATH"], "TERM": "dumb", **(environment or {})}
        self._process = subprocess.Popen(command, stdin=there, stdout=there, stderr=there, cwd="/", env=environ)
        os.close(there)
        self.said = ""

    def reads(self, words: str, within_s: float = 60) -> re.Match[str]:
        """Wait until something is shown; what it matched."""
        deadline = time.monotonic() + within_s
        while not (found := re.search(words, self.said)):
            assert time.monotonic() < deadline, self.said
            assert self._more(), self.said
        return found

    def types(self, words: str) -> None:
        """A line, and Enter."""
        os.write(self._here, f"{words}\n".encode())

    def ends(self) -> int:
        """Its exit code, once it has said everything."""
        while self._more():
            pass
        os.close(self._here)
        return self._process.wait(30)

    def _more(self) -> bool:
        try:
            read = os.read(self._here, 65_536).decode(errors="replace")
        except OSError:  # nobody is there any more
            return False
        self.said += read.replace("\r\n", "\n")
        return bool(read)
