"""What all tests share: no network by accident, and the paths of material that may be absent."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from paths import SHARED

settings.register_profile("footnote", deadline=None)  # a busy machine is no failure
settings.load_profile("footnote")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the tests go on that can go on for longer."""
    parser.addoption("--rounds", type=int, default=3, help="faults of each kind that are put in (tests/faults)")
    parser.addoption("--questions", type=int, default=6, help="questions that the small language model is asked")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> int:
    """How many faults of each kind are put in."""
    return int(request.config.getoption("--rounds"))


def pytest_configure() -> None:
    """Ctrl-C reaches what the tests start, also where they run behind a shell that has it ignored (`nohup`, `&`)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any attempt to connect beyond this machine fails the test that makes it."""
    tried: list[object] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if inet and isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            tried.append(address)
            raise OSError(f"the tests refuse the network: {address}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield
    assert not tried, f"connections were tried: {tried}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real material beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with real material is absent")
    return SHARED


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if sys.platform != "linux" or shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)
