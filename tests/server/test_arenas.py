"""Threads of the server share the allocator's memory: with an arena each, a server grows with every rebuild."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from rag.server.arenas import share_arenas

COUNTED = """
import ctypes, os, sys, tempfile, threading
from rag.server.arenas import share_arenas
if sys.argv[1] == "shared":
    assert share_arenas()
met = threading.Barrier(12)
def work():
    met.wait()
    kept = [ctypes.create_string_buffer(3000) for _ in range(500)]
    met.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as told:
    file = ctypes.c_void_p(c.fopen(told.name.encode(), b"w"))
    c.malloc_info(0, file)
    c.fclose(file)
    print(open(told.name).read().count("<heap nr="))
"""


def arenas(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", COUNTED, how], check=True, capture_output=True, text=True, timeout=120)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc has no arenas to share")
def test_threads_share_the_arenas_of_the_allocator() -> None:
    assert arenas("shared") <= 2 < arenas("each its own")


def test_another_system_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert share_arenas() is False
