"""An S3 server for the tests: SeaweedFS in a process of its own, on this machine, in a folder of its own.

Where it is not installed those tests are skipped, and fail where FOOTNOTE_ENCLOSED=required, as in CI.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

__all__ = ["S3Server"]

_PARTS = ("master", "volume", "filer", "s3")
_PORTS = tuple(f"{part}.port{kind}" for part in _PARTS for kind in ("", ".grpc"))
_FIXED = (
    *(
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-filer",
        "-s3",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ),
    *("-master.telemetry=false", "-master.electionTimeout=1s", "-master.heartbeatInterval=100ms"),
    *("-master.volumeSizeLimitMB=64", "-volume.max=20", "-volume.minFreeSpace=0"),
)


class S3Server:
    """A server with one key; `start` returns once it takes and gives objects, and makes buckets as they are used."""

    def __init__(self) -> None:
        """Skips or fails the test where there is no SeaweedFS."""
        self._program = Path(sys.executable).parent / "weed"
        if not self._program.exists() or shutil.which("setpriv") is None:
            if os.environ.get("FOOTNOTE_ENCLOSED") == "required":
                pytest.fail("SeaweedFS is not installed")
            pytest.skip("SeaweedFS is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix="s3", dir="/tmp"))
        self.secret = secrets.token_hex(8)
        key = {"accessKey": "tester", "secretKey": self.secret}
        known = {
            "identities": [{"name": "tester", "credentials": [key], "actions": ["Admin", "Read", "Write", "List"]}]
        }
        (self.folder / "s3.json").write_text(json.dumps(known))
        (self.folder / "data").mkdir()
        self._ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self._ports['s3.port']}"

    def url(self, prefix: str, secret: str = "") -> str:
        """The setting for a prefix in its bucket."""
        return f"s3+http://tester:{secret or self.secret}@{self.endpoint}/footnote/{prefix}"

    def objects(self, prefix: str = "") -> S3Store:
        """What lies below a prefix, past the program."""
        return S3Store(
            "footnote",
            prefix=prefix or None,
            endpoint=f"http://{self.endpoint}",
            region="us-east-1",
            access_key_id="tester",
            secret_access_key=self.secret,
            client_options={"allow_http": True},
        )

    def start(self) -> S3Server:
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        config = [f"-dir={self.folder / 'data'}", f"-s3.config={self.folder / 's3.json'}"]
        command = ["setpriv", "--pdeathsig=KILL", str(self._program), f"-logdir={self.folder}", "server"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *_FIXED, *ports, *config], stdout=log, stderr=log, cwd=self.folder
            )
        self.wait()
        return self

    def wait(self) -> None:
        """Until it gives what it has taken."""
        until, store = time.monotonic() + 60, self.objects("started")
        while True:
            try:
                obstore.put(store, "here", b"here")
                if bytes(obstore.get(store, "here").bytes()) == b"here":
                    return
            except (BaseError, OSError):
                assert time.monotonic() < until, (self.folder / "log").read_text()[-3000:]
                assert self._process is not None
                assert self._process.poll() is None, (self.folder / "log").read_text()[-3000:]
                time.sleep(0.05)

    def kill(self) -> None:
        """Ends it with SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def remove(self) -> None:
        """Ends it and removes its data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in _PARTS:  # it makes them there, and leaves them when it is killed
            Path(f"/tmp/seaweedfs-{part}-grpc-{self._ports[f'{part}.port.grpc']}.sock").unlink(missing_ok=True)


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    for each in taken:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in taken]
    for each in taken:
        each.close()
    return ports
