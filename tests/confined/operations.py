"""A confined child whose operations misbehave in every way: `python -m tests.confined.operations`."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from kiebot.confined.child import serve
from kiebot.confined.protocol import Answer
from kiebot.errors import ConfinedError
from kiebot.media.tool import run_tool


def echo(args, files, folder):
    copies = []
    for file in files:
        copies.append(folder / file.name)
        copies[-1].write_bytes(file.read_bytes())
    return Answer({"args": args, "names": [file.name for file in files]}, copies)


def surroundings(args, files, folder):
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_CORE",
              "RLIMIT_FSIZE", "RLIMIT_NOFILE")}  # fmt: skip
    return Answer({
        "limits": limits, "environment": dict(os.environ), "nice": os.nice(0), "session": os.getsid(0) == os.getpid(),
        "oom_score_adj": int(Path("/proc/self/oom_score_adj").read_text()), "path": sys.path, "folder": str(folder),
        "descriptors": os.listdir("/proc/self/fd"),
    })  # fmt: skip


def refuse(args, files, folder):
    raise ConfinedError("refused", "encrypted")


def break_down(args, files, folder):
    raise KeyError("a person's own words")


def hog(args, files, folder):
    return Answer({"size": len(bytearray(3 << 30))})


def spin(args, files, folder):
    while True:
        pass


def sleep(args, files, folder):
    time.sleep(60)


def sleep_in_a_tool(args, files, folder):
    """Both process numbers are written where the test looks for them."""
    Path(args["pid_file"]).write_text(str(os.getpid()))
    run_tool(["sh", "-c", f"echo $$ > {args['tool_pid_file']}; exec sleep 60"])


def signal_itself(args, files, folder):
    os.kill(os.getpid(), getattr(signal, args["signal"]))


def chatter(args, files, folder):
    print("words that are no answer")
    os.write(1, b"more of them\n")
    sys.stderr.write("complaint\n" * 100_000)
    return Answer({"said": True})


def write_much(args, files, folder):
    with (folder / "much").open("wb") as file:
        file.truncate(args["size"])
        file.seek(args["size"] - 1)
        file.write(b"x")
    return Answer({}, [folder / "much"])


def long_line(args, files, folder):
    return Answer({"text": "x" * (20 << 20)})


def leave(args, files, folder):
    os._exit(3)


def forge(args, files, folder):
    """A taken-over child: any bytes it likes on the descriptor of the protocol."""
    for descriptor in range(3, 20):
        try:
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith("pipe:"):
                os.write(descriptor, args["bytes"].encode())
        except OSError:
            pass
    os._exit(0)


OPERATIONS = {function.__name__: function for function in (
    echo, surroundings, refuse, break_down, hog, spin, sleep, sleep_in_a_tool, signal_itself, chatter, write_much, long_line,
    leave, forge,
)}  # fmt: skip

if __name__ == "__main__":
    serve(OPERATIONS)
