"""Runs a program with the network refused: `python fenced.py LOG PROGRAM ARGUMENTS...`.

Every attempt to connect, or to look up a name, beyond this machine fails and is written to LOG.
"""

from __future__ import annotations

import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any

FENCE = "FENCED_BY"
HERE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", None)


def refuse(log: Path) -> None:
    """From now on only this machine can be reached."""
    real_connect, real_look_up = socket.socket.connect, socket.getaddrinfo

    def beyond(where: object) -> None:
        with log.open("a", encoding="utf-8") as written:
            written.write(f"{where}\n")
        raise OSError(f"the network is refused: {where}")

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in HERE:
            beyond(address)
        real_connect(self, address)

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        if host not in HERE:
            beyond(host)
        return real_look_up(host, *rest, **named)

    socket.socket.connect = connect  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = look_up


if FENCE in os.environ:  # a process that was started by one with a fence
    refuse(Path(os.environ[FENCE]))

if __name__ == "__main__":
    refuse(Path(sys.argv[1]))
    os.environ[FENCE] = sys.argv[1]
    del sys.argv[:2]
    runpy.run_path(sys.argv[0], run_name="__main__")
