"""Calls to a function in a child process: bounded time and memory, no network, no writing, no processes of its own.

Time is the processor's: a busy machine is no reason to give up. A function that works through parts of a file (pages)
calls `renew_time` after each, and so has the whole time for every one of them. A child that hangs without using the
processor ends after the same time on the clock.

A `SandboxedProcess` runs one function `bytes -> bytes`, named as `"module:function"`, again and again; it is killed
and replaced when it hangs or dies. It starts as a fresh interpreter (no fork, no import of the caller's main module).
What the function raises as one of our own errors is raised again here; anything else becomes UnreadableSource. What
the child writes to its standard error is logged, line by line, at DEBUG.

This module does not know what the function does. On systems without `resource` only time is bounded.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import BinaryIO

from rag import errors
from rag.errors import FootnoteError, SourceError, SourceLimit, UnreadableSource
from rag.language import printable

__all__ = ["SandboxedProcess", "renew_time"]

_HINT_LIMIT = "Split the file, or raise the limit."
_HINT_DAMAGED = "The file is probably damaged: open it in its own program, save it again, and use that copy."
_FRAME = struct.Struct("<Q")
_RECYCLE = 500  # calls after which a child is replaced, so that what libraries leak stays small
_IDLE = 0.02  # of the time on the clock; a child that uses less of the processor waits for something
_BLIND = 20  # times the limit, on the clock, where the processor's time of a child cannot be seen
_START_SECONDS = 60.0  # for a fresh interpreter, again and again while it moves at all; not part of any limit
_MOVES = 0.0005  # of the time on the clock; our own code is on its way there, however little a busy machine gives it
_LAST_LINES_SECONDS = 1.0  # for the log to be complete; a process that outlives the child may hold the pipe open
_LINE = 4096  # bytes of a line in the log: a child that writes without end must not fill the memory

_log = logging.getLogger(__name__)


class SandboxedProcess:
    """A replaceable child process. Not for two threads at once. Close it, or use it as a context manager."""

    def __init__(self, target: str, *, memory_mb: int = 2048) -> None:
        """Starts the process at once, so that it is ready by the time of the first call."""
        self._target, self._memory_mb = target, memory_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._served = 0
        self._closed = False
        self._start()

    def __enter__(self) -> SandboxedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, request: bytes, seconds: float) -> bytes:
        """The function's result. Raises what it raised, SourceLimit over the limits, UnreadableSource if it died."""
        fresh = self._served == 0
        try:
            return self._call(request, seconds)
        except (_Died, MemoryError):
            # What earlier calls left in the process must not be held against this one.
            if not fresh and not self._closed:
                try:
                    return self._call(request, seconds)
                except (_Died, MemoryError):
                    pass
            raise UnreadableSource("The reader crashed on this file, or ran out of memory.", _HINT_DAMAGED) from None

    def close(self) -> None:
        """Ends the process and waits for it. May be called from another thread to break off a call."""
        self._closed = True
        self._stop()

    def _call(self, request: bytes, seconds: float) -> bytes:
        if self._process is None or self._process.poll() is not None or self._served >= _RECYCLE:
            self._stop()
            self._start()
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise _Died
        try:
            if self._served == 0:
                _read(process.stdout.fileno(), 1, _Patience(_START_SECONDS, process.pid, _MOVES))
            self._served += 1
            patience = _Patience(seconds, process.pid)
            process.stdin.write(_FRAME.pack(len(request)) + struct.pack("<d", seconds) + request)
            process.stdin.flush()
            (size,) = _FRAME.unpack(_read(process.stdout.fileno(), _FRAME.size, patience))
            reply = _read(process.stdout.fileno(), size, patience)
        except TimeoutError:
            self._stop()
            raise _too_long(seconds) from None
        except (OSError, EOFError, ValueError):
            self._stop()
            if process.returncode in _OUT_OF_TIME:
                raise _too_long(seconds) from None
            _log.debug("%s (%d): ended with exit code %s", self._target, process.pid, process.returncode)
            raise _Died from None
        return self._result(reply)

    def _result(self, reply: bytes) -> bytes:
        if reply[:1] == b"+":
            return reply[1:]
        if reply[:1] == b"M":
            self._stop()
            raise MemoryError
        name, *values = json.loads(reply[1:])
        raise _error(name, values)

    def _start(self) -> None:
        if self._closed:
            raise _Died
        root = str(Path(__file__).resolve().parents[2])
        program = (
            f"import sys; sys.path.insert(0, {root!r}); from rag.parsing.sandbox import _serve; _serve(*sys.argv[1:])"
        )
        environment = {name: value for name, value in os.environ.items() if name in _KEPT}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        self._served = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-c", program, self._target, str(self._memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert self._process.stderr is not None
        arguments = self._process.stderr, f"{self._target} ({self._process.pid})"
        self._listener = threading.Thread(target=_log_lines, args=arguments, daemon=True)
        self._listener.start()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if self._listener is not None:
            self._listener.join(_LAST_LINES_SECONDS)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still to be written has nobody left to read it
                    pipe.close()


_KEPT = {
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
}


def _log_lines(pipe: BinaryIO, name: str) -> None:
    """Logs what a child writes to its standard error, until it ends."""
    with pipe:
        for line in iter(lambda: pipe.readline(_LINE), b""):
            _log.debug("%s: %s", name, printable(line.decode("utf-8", "replace").rstrip()))


class _Died(Exception):
    """The child ended before it answered."""


def _too_long(seconds: float) -> SourceLimit:
    return SourceLimit(f"Reading the file, or a page of it, took longer than {seconds:g} seconds.", _HINT_LIMIT)


_OUT_OF_TIME = {-int(getattr(signal, name)) for name in ("SIGPROF", "SIGALRM") if hasattr(signal, name)}


class _Patience:
    """How long to wait for a process: until it has used less than a share `idle` of the processor for `seconds`.

    It ends by itself when it spins.
    """

    def __init__(self, seconds: float, pid: int, idle: float = _IDLE) -> None:
        self._seconds, self._pid, self._idle = seconds, pid, idle
        self._used = _processor_seconds(pid)
        self.deadline = time.monotonic() + (seconds if self._used is not None else _BLIND * seconds)

    def renewed(self) -> bool:
        """Whether the deadline that has come is followed by another."""
        before, self._used = self._used, _processor_seconds(self._pid)
        if before is None or self._used is None or self._used - before < self._idle * self._seconds:
            return False
        self.deadline = time.monotonic() + self._seconds
        return True


def _processor_seconds(pid: int) -> float | None:
    """What a process has used so far; None where the system does not show it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def renew_time() -> None:
    """Within a child: gives what is read next the whole time again. Elsewhere it does nothing."""
    for timer in _TIMERS:
        _, limit = signal.getitimer(timer)
        if limit:
            signal.setitimer(timer, limit, limit)


_TIMERS = [getattr(signal, name) for name in ("ITIMER_PROF", "ITIMER_REAL") if hasattr(signal, name)]


def _limit_time(seconds: float) -> None:
    """The child ends after so much processor time, or long after if its parent is gone; 0 lifts the limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
        signal.setitimer(signal.ITIMER_REAL, _BLIND * seconds, _BLIND * seconds)


def _read(pipe: int, size: int, patience: _Patience) -> bytes:
    parts = []
    with selectors.DefaultSelector() as ready:  # `select` alone fails above 1,024 open files, as a busy server has
        ready.register(pipe, selectors.EVENT_READ)
        while size:
            left = patience.deadline - time.monotonic()
            if left <= 0 or not ready.select(left):
                if patience.renewed():
                    continue
                raise TimeoutError
            part = os.read(pipe, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def _error(name: str, values: list[object]) -> FootnoteError:
    kind = getattr(errors, name, None) if name in errors.__all__ else None
    if not isinstance(kind, type) or not issubclass(kind, SourceError):
        kind = UnreadableSource
    message, hint, *rest = values
    if kind is errors.EmptySource and rest and isinstance(rest[0], list):
        return errors.EmptySource(str(message), str(hint), tuple(int(page) for page in rest[0]))
    return kind(str(message), str(hint))


def _serve(target: str, memory_mb: str) -> None:
    """The child's side: reads requests from standard input until it is closed."""
    import importlib

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it ends us
    output = os.dup(1)
    os.dup2(2, 1)  # a library that prints must not end up in the replies
    module, _, function = target.partition(":")
    call = getattr(importlib.import_module(module), function)
    _lock_down(int(memory_mb))
    os.write(output, b"!")  # ready: from here on time counts
    while True:
        head = _exactly(_FRAME.size + 8)
        (size,), (limit,) = _FRAME.unpack(head[: _FRAME.size]), struct.unpack("<d", head[_FRAME.size :])
        request = _exactly(size)
        _limit_time(limit)
        reply = _answer(call, request)
        _limit_time(0)
        view = memoryview(_FRAME.pack(len(reply)) + reply)
        while view:
            view = view[os.write(output, view) :]


def _exactly(size: int) -> bytes:
    data = sys.stdin.buffer.read(size)
    if len(data) < size:
        os._exit(0)  # the parent is gone
    return data


def _answer(call: object, request: bytes) -> bytes:
    assert callable(call)
    try:
        result: bytes = call(request)
        return b"+" + result
    except FootnoteError as error:
        return b"-" + json.dumps([type(error).__name__, *error.__reduce__()[1]]).encode()
    except MemoryError:
        return b"M"
    except Exception as error:  # the boundary: whatever a library makes of a hostile file ends here, by its name
        with contextlib.suppress(Exception):  # where even this needs more memory than there is
            traceback.print_exc()
        message = f"The reader failed over this file ({type(error).__name__})."
        return b"-" + json.dumps(["UnreadableSource", message, _HINT_DAMAGED]).encode()


def _lock_down(memory_mb: int) -> None:
    """No network, no files written, no processes started, no more memory than allowed."""
    sys.dont_write_bytecode = True
    _leave_network()
    try:
        import resource

        for what, most in (
            (resource.RLIMIT_AS, memory_mb << 20),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):  # a limit that the system refuses; time stays bounded
                resource.setrlimit(what, (most, most))
    except ImportError:
        pass
    sys.addaudithook(_refuse)


def _leave_network() -> None:
    """On Linux the child gets a network namespace of its own, with nothing in it, where the kernel lets it."""
    if sys.platform != "linux":
        return
    import ctypes

    new_net, new_user = 0x40000000, 0x10000000
    unshare = ctypes.CDLL(None).unshare
    if unshare(new_net) != 0 and os.geteuid() != 0:
        unshare(new_net | new_user)


_FORBIDDEN = (
    *("socket.", "urllib.", "ftplib.", "http.client", "smtplib.", "webbrowser."),
    *(
        "subprocess.",
        "os.fork",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "os.startfile",
        "os.kill",
        "pty.",
    ),
    *("shutil.", "tempfile.", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"A reader may not use {event}.")
    if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("A reader may not write files.")
