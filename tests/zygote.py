"""Builds in forked children that are killed on request: at the n-th write step, or after some time.

Reads a JSON request a line - sources, index, and `step` or `seconds` - and answers with the child's exit status and
the number of write steps that it came to. A step is the begin or end of a transaction, an erasure, or a file opened for
writing, renamed or removed: what lies between two of them is either seen whole or not at all.
This process never builds anything itself, so that its forks start clean.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import apsw
from building import build
from words import WordEncoder

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVENTS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "os.truncate"}


def run(request: dict[str, object], report: int) -> None:
    """The child: builds, counts its steps, and kills itself at the one it was told."""
    steps = 0

    def step(statement: str = "") -> None:
        nonlocal steps
        if statement.startswith(("INSERT", "SELECT")):
            return
        steps += 1
        if steps == request.get("step"):
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in EVENTS or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES):
            step()

    def trace(_: object, statement: str, __: object) -> bool:
        step(statement)
        return True

    def traced(connection: apsw.Connection) -> None:
        connection.exec_trace = trace

    apsw.connection_hooks.append(traced)
    sys.addaudithook(watch)
    done = build(
        Path(str(request["sources"])), Path(str(request["index"])), encoder=WordEncoder(), size=40, overlap=1, workers=1
    )
    os.write(report, json.dumps({"steps": steps, "embedded": done.chunks_embedded}).encode())


def main() -> None:
    """Answers requests until its input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                run(request, write)
                code = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(write)
        if "seconds" in request:
            time.sleep(request["seconds"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        said = os.read(read, 1000)
        os.close(read)
        print(json.dumps({"killed": os.WIFSIGNALED(status), "status": status, **json.loads(said or b"{}")}), flush=True)


if __name__ == "__main__":
    main()
