"""The first lines of a confined child: `python -m kiebot.confined.launch MODULE PARENT_PID LIMITS`.

The limits are set here, in the child's own interpreter, and not in subprocess's `preexec_fn`: that one runs Python code
between fork and exec, where a lock held by any other thread of the worker stays locked for ever. Up to here only our
own code has run, and not one byte of a stranger's file has been read. The module runs in the same interpreter, because
a second start would double the cost of a call.
"""

from __future__ import annotations

import json
import runpy
import sys

from kiebot.confined.limits import Limits, die_with_parent, tighten


def launch(module: str, parent_pid: str, limits: str) -> None:
    """Confine this process, then become `module`."""
    die_with_parent(int(parent_pid))
    tighten(Limits(**json.loads(limits)))
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    launch(*sys.argv[1:])
