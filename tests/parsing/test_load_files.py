"""Many files at once, in child processes that may hang, die or ask for too much: each file ends, and so do they."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import making
import psutil
import pytest

from rag.errors import EncryptedSource, SourceError, SourceLimit, UnreadableSource, UnsupportedSource
from rag.parsing import Limits, load_bytes, load_files, sandbox, supported
from rag.parsing.sandbox import SandboxedProcess
from rag.types import LoadedDocument

# What the children of these tests run; they find it, and what it imports, by these folders on their path.
HERE = os.pathsep.join(str(folder) for folder in Path(__file__).resolve().parents[:2])


def _children() -> list[psutil.Process]:
    return list(psutil.Process().children(recursive=True))


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """No child, no zombie and no temporary file is left by any test here."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("PYTHONPATH", HERE)
    before = {child.pid for child in _children()}
    yield
    assert not [child for child in _children() if child.pid not in before]
    assert not list(temporary.iterdir())


def _folder(tmp_path: Path, **files: bytes) -> list[tuple[Path, str]]:
    made = []
    for name, data in files.items():
        path = tmp_path / name.replace("__", ".")
        path.write_bytes(data)
        made.append((path, path.name))
    return made


def test_the_same_as_in_this_process(tmp_path: Path) -> None:
    page = making.pdf(lambda canvas: making.column(canvas, 72, 700, ["A page of text 😀.", "More of it."]) and None)
    files = _folder(
        tmp_path, a__txt="Größe 😀\r\n\r\nEnde".encode(), b__md=b"# T\n\ntext", c__pdf=page, d__html=b"<p>hello you</p>"
    )
    read = dict(load_files(files))
    assert set(read) == {"a.txt", "b.md", "c.pdf", "d.html"}
    for path, relative in files:
        assert read[relative] == load_bytes(path.read_bytes(), relative)


def test_failures_come_as_values_and_cost_no_other_file(tmp_path: Path) -> None:
    page = making.pdf(lambda canvas: making.column(canvas, 72, 700, ["Text."]) and None)
    files = _folder(
        tmp_path, a__txt=b"fine", b__txt=b"\x00" * 99, c__pdf=making.encrypted(page, "x"), d__xyz=b"?", e__pdf=b"%PDF-"
    )
    files.append((tmp_path / "gone.txt", "gone.txt"))
    files.append((tmp_path, "folder.txt"))
    read = dict(load_files(files, workers=2))
    kinds = {name: type(result) for name, result in read.items()}
    assert kinds == {
        "a.txt": LoadedDocument,
        "b.txt": UnreadableSource,
        "c.pdf": EncryptedSource,
        "d.xyz": UnsupportedSource,
        "e.pdf": UnreadableSource,
        "gone.txt": UnreadableSource,
        "folder.txt": UnreadableSource,
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_among_the_sources_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    ((_, result),) = load_files([(tmp_path / "pipe.txt", "pipe.txt")])
    assert isinstance(result, UnreadableSource)


@pytest.mark.parametrize(
    "name", ["new\nline", "mark\u202eltr\u200f", "x" * 251, "sp ace'\"$(id)`;", "-rf", "\udcff\udcfe"]
)
def test_odd_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.txt"
    path.write_bytes(b"Some text.")
    ((relative, result),) = load_files([(path, path.name)])
    assert isinstance(result, LoadedDocument)
    assert relative == result.document.path == path.name


def test_characters_are_limited(tmp_path: Path) -> None:
    files = _folder(tmp_path, a__txt=b"word " * 1000)
    ((_, result),) = load_files(files, limits=Limits(characters=4000))
    assert isinstance(result, SourceLimit)


def test_size_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(300 << 20)  # no bytes on the disk
    ((_, result),) = load_files([(path, "large.txt")], limits=Limits(memory_mb=1024))
    assert isinstance(result, SourceLimit)


def test_supported() -> None:
    assert all(map(supported, ["a.txt", "B.PDF", "c/d.Md", "e.htm", "f.xhtml", "g.docx"]))
    assert not any(map(supported, ["a", "a.exe", "txt", ".pdf", "a.pdf.part"]))


def test_closing_early_ends_the_children(tmp_path: Path) -> None:
    files = [file for at in range(30) for file in _folder(tmp_path, **{f"f{at}__txt": b"text " * 100})]
    before = {child.pid for child in _children()}  # a browser of another test may stand open
    reading = load_files(files, workers=3)
    next(reading)
    assert {child.pid for child in _children()} - before
    reading.close()  # type: ignore[attr-defined]
    assert not {child.pid for child in _children()} - before


def test_interrupting_the_parent_leaves_no_child(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    program = (
        "import sys, time; from pathlib import Path; from rag.parsing import load_files\n"
        f"for _ in load_files([(Path({str(tmp_path / 'a.txt')!r}), 'a.txt')] * 50, workers=2):\n"
        "    print('one', flush=True); time.sleep(0.2)\n"
    )
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) == 2
    parent.send_signal(signal.SIGINT)
    parent.wait(20)
    parent.stdout.close()
    assert not psutil.wait_procs(children, timeout=10)[1]


# --- what a reader that has gone wrong may do; called by name in a child ---


def hang(data: bytes) -> bytes:
    while True:
        time.sleep(1)


def spin(data: bytes) -> bytes:
    while True:
        pass


def hoard(data: bytes) -> bytes:
    return bytes(8 << 30)


def die(data: bytes) -> bytes:
    if data == b"die":
        os._exit(3)
    return data.upper()


def complain(data: bytes) -> bytes:
    for _ in range(3000):
        print("this is said often, until the pipe is full", file=sys.stderr)
    print(data.decode(), file=sys.stderr, flush=True)
    os._exit(3)


def crash(data: bytes) -> bytes:
    import ctypes

    ctypes.string_at(0)
    return data


def shout(data: bytes) -> bytes:
    print("this must not end up in the reply" * 100, flush=True)
    return data


def fail(data: bytes) -> bytes:
    raise KeyError("something internal")


def wrong(data: bytes) -> bytes:
    raise EncryptedSource("Locked.", "Unlock it.")


def connect(data: bytes) -> bytes:
    import socket

    try:
        with socket.socket() as client:
            client.settimeout(2)
            client.connect(("127.0.0.1", int(data)))
    except OSError as error:
        return type(error).__name__.encode()
    return b"connected"


def connect_natively(data: bytes) -> bytes:
    """Around Python, as code planted by a broken C library would: only the system can stop it."""
    import ctypes
    import struct

    libc = ctypes.CDLL(None)
    handle = libc.socket(2, 1, 0)
    address = struct.pack("<H", 2) + struct.pack(">H", int(data)) + bytes([127, 0, 0, 1]) + bytes(8)
    return b"connected" if handle >= 0 and libc.connect(handle, address, 16) == 0 else b"refused"


def write(data: bytes) -> bytes:
    try:
        Path(data.decode()).write_bytes(b"x")
    except OSError as error:
        return type(error).__name__.encode()
    return b"written"


def start(data: bytes) -> bytes:
    try:
        subprocess.run(["true"], check=True)
    except OSError as error:
        return type(error).__name__.encode()
    return b"started"


def _call(function: str, data: bytes, seconds: float = 20, memory_mb: int = 1024) -> bytes:
    with SandboxedProcess(f"test_load_files:{function}", memory_mb=memory_mb) as child:
        return child.call(data, seconds)


@pytest.mark.parametrize("function", ["hang", "spin"])
def test_a_hang_ends_at_the_limit(function: str) -> None:
    with pytest.raises(SourceLimit):
        _call(function, b"", seconds=0.2)


def test_memory_ends_at_the_limit() -> None:
    with pytest.raises(SourceError):
        _call("hoard", b"")


@pytest.mark.parametrize("function", ["crash", "fail"])
def test_a_crash_is_one_clear_sentence(function: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        _call(function, b"")
    assert "something internal" not in str(caught.value)


def test_a_child_that_died_is_replaced() -> None:
    with SandboxedProcess("test_load_files:die") as child:
        assert child.call(b"one", 20) == b"ONE"
        with pytest.raises(UnreadableSource):
            child.call(b"die", 20)
        assert child.call(b"two", 20) == b"TWO"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows numbers files otherwise")
def test_a_process_with_many_open_files_reads_on() -> None:
    """`select` fails from the 1,024th on, and every file was called damaged."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip("this machine allows no 2,000 open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    try:
        with contextlib.ExitStack() as opened:
            for _ in range(1100):
                opened.enter_context(Path(os.devnull).open("rb"))
            with SandboxedProcess("late_reader:echo") as child:
                assert child.call(b"data", 20) == b"data"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_child_that_begins_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it moves at all: how busy the machine is says nothing of a file."""
    monkeypatch.setattr(sandbox, "_START_SECONDS", 0.7)
    with SandboxedProcess("late_reader:echo") as child:
        assert child.call(b"data", 20) == b"data"


def test_what_a_child_writes_to_standard_error_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Also the last line of one that crashes, and more lines than a pipe holds; never above DEBUG."""
    with caplog.at_level(logging.DEBUG, "rag.parsing.sandbox"):
        with SandboxedProcess("test_load_files:complain") as child, pytest.raises(UnreadableSource):
            child.call(b"\x1b[31mstop", 20)
        said = [record.getMessage() for record in caplog.records]
        assert len([line for line in said if "said often" in line]) == 3000
        assert any(line.endswith("):  [31mstop") for line in said), "a file's words must not steer a terminal"
        assert any("ended with exit code 3" in line for line in said)
        assert {record.levelno for record in caplog.records} == {logging.DEBUG}
        with pytest.raises(UnreadableSource):
            _call("fail", b"")
        assert "something internal" in caplog.text


def test_errors_of_ours_come_through() -> None:
    with pytest.raises(EncryptedSource) as caught:
        _call("wrong", b"")
    assert (caught.value.message, caught.value.hint) == ("Locked.", "Unlock it.")


def test_what_a_reader_prints_does_not_matter() -> None:
    assert _call("shout", b"data") == b"data"


def test_a_reader_cannot_reach_the_network() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1]).encode()
        assert _call("connect", port) == b"PermissionError"


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_native_code_cannot_reach_the_network_where_the_kernel_allows_to_leave_it() -> None:
    import socket

    probe = "import ctypes, os, sys; u = ctypes.CDLL(None).unshare; sys.exit(u(0x40000000) and u(0x50000000))"
    if subprocess.run([sys.executable, "-c", probe], check=False).returncode:
        pytest.skip("this kernel gives a process no network namespace of its own")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1]).encode()
        assert _call("connect_natively", port) == b"refused"


def test_a_reader_cannot_write_or_start_anything(tmp_path: Path) -> None:
    assert _call("write", str(tmp_path / "file").encode()) == b"PermissionError"
    assert not (tmp_path / "file").exists()
    assert _call("start", b"") == b"PermissionError"


def test_the_language_is_told_inside_the_bounded_process(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Das Schwimmbad bleibt montags geschlossen.", encoding="utf-8")
    ((_, loaded),) = load_files([(tmp_path / "a.txt", "a.txt")], workers=1)
    assert isinstance(loaded, LoadedDocument), loaded
    assert loaded.document.language == "de"
