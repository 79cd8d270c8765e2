"""The child process that holds a local language model: llama.cpp's own HTTP server, with OpenAI's routes.

`python -m kiebot.sandbox.ai.llama --model FILE --port-file FILE`. It ends when its standard input does, that is with its parent,
however that ended. A crash of the C++ inside takes nobody else along.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

ALIAS = "smollm2-135m"
CONTEXT_TOKENS = 4096
TEMPERATURE = 0.3  # little, but "Another answer" shall differ
REPEAT_PENALTY, REPEAT_TOKENS = 1.2, 128  # without it so small a model says the same sentence until its limit


def main() -> None:
    """Load the model, write the address into the port file, and serve until the parent is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole terminal; our end is the parent's closing of our input
    server = start(arguments.model)
    part = arguments.port_file.with_suffix(".part")
    part.write_text(server.listening_address)
    os.replace(part, arguments.port_file)
    sys.stdin.buffer.read()
    os._exit(0)  # the server's own threads would delay an orderly end


def start(model: Path) -> Any:
    """The running server; it lives as long as the returned object."""
    import xllamacpp

    return xllamacpp.Server(configured(xllamacpp.CommonParams(), model))


def configured(params: Any, model: Path) -> Any:
    """The parameters of llama.cpp: one conversation at a time, words that do not run in circles."""
    params.model.path = str(model)
    params.model_alias = {ALIAS}
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.use_jinja = True
    params.sampling.temp = TEMPERATURE
    params.sampling.penalty_repeat = REPEAT_PENALTY
    params.sampling.penalty_last_n = REPEAT_TOKENS
    params.cpuparams.n_threads = max(1, (os.cpu_count() or 2) - 1)  # all cores at once are slower on a busy machine
    return params


if __name__ == "__main__":
    main()
