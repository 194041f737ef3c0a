"""A PostgreSQL server for the tests: a real one, in a folder of its own, spoken to through a socket in it.

`truth_of` starts one for the whole session; processes that a test starts find it by an environment variable. Where
PostgreSQL is not installed those tests are skipped, and fail where FOOTNOTE_ENCLOSED=required, as in CI.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import psutil
import psycopg
import pytest

from rag.shared import Address, PostgresTruth

__all__ = ["PostgresServer", "truth_of"]

_FOUND = "FOOTNOTE_TEST_POSTGRES"
_AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
_FAST = ("fsync=off", "full_page_writes=off")


class PostgresServer:
    """A server whose data lie in a folder that it makes; `start` returns once it answers."""

    def __init__(self, *settings: str, port: int = 5432) -> None:
        """`settings` as in postgresql.conf; without them nothing listens but a socket, whose name has the port in it.

        Skips or fails the test where there is no PostgreSQL.
        """
        self.port = port
        self._programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
        self._settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            f"port={port}",
            "max_connections=50",
            *settings,
        )
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        wanted = "--encoding=UTF8 --locale=C --auth-local=trust --auth-host=scram-sha-256 --username=footnote --no-sync"
        self._run("initdb", "--pgdata", str(self._data), *wanted.split())

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, collection: str, database: str = "postgres") -> str:
        """The address of a collection in it."""
        return f"postgresql://footnote@/{database}?host={self.folder}&port={self.port}#{collection}"

    def start(self) -> PostgresServer:
        log = (self.folder / "log").open("ab")
        options = [word for setting in self._settings for word in ("-c", setting)]
        command = [*self._as, str(self._programs / "postgres"), "-D", str(self._data), *options]
        self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        self.wait()
        return self

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("").partition("#")[0]).close()
            except psycopg.OperationalError:
                assert time.monotonic() < until, (self.folder / "log").read_text()
                assert self._process is not None
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Ends every process of it with SIGKILL, the one that listens first."""
        assert self._process is not None
        family = [psutil.Process(self._process.pid)]
        family += family[0].children(recursive=True)
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self._process.wait()
        psutil.wait_procs(family[1:], timeout=30)

    def run(self, statement: str) -> None:
        """Runs a statement as the owner of everything."""
        with psycopg.connect(self.url("").partition("#")[0], autocommit=True) as connection:
            connection.execute(statement.encode())

    def program(self, name: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's own programs, as whoever may speak to the server."""
        self._run(name, "--host", str(self.folder), "--port", str(self.port), "--username", "footnote", *arguments)

    def remove(self) -> None:
        """Ends it and removes its data."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _as(self) -> list[str]:
        """It ends with whoever started it, and does not run as root."""
        return [*(_AS_POSTGRES if os.geteuid() == 0 else ["setpriv"]), "--pdeathsig=KILL"]

    def _run(self, name: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / name), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder)
        assert done.returncode == 0, done.stderr


def truth_of(folder: Path) -> PostgresTruth:
    """A truth that belongs to a folder: a collection of the session's server."""
    url = os.environ.get(_FOUND) or _session_server()
    collection = "t" + hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return PostgresTruth(Address.parse(f"{url}#{collection}"))


@lru_cache(maxsize=1)
def _session_server() -> str:
    server = PostgresServer(*_FAST)
    atexit.register(server.remove)
    os.environ[_FOUND] = server.start().url("").partition("#")[0]
    return os.environ[_FOUND]


def _programs() -> Path:
    """The folder of PostgreSQL's server programs, the newest there are."""
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found = there[-1] if there else shutil.which("postgres")
    if not found or not shutil.which("setpriv"):
        reason = "PostgreSQL is not installed"
        if os.environ.get("FOOTNOTE_ENCLOSED") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found).parent
