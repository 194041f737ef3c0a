"""The whole path with the network refused: any look-up or connection beyond this machine ends the process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

REFUSE = textwrap.dedent("""
    import os, sys
    HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}
    def watch(event, arguments):
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            if isinstance(address, tuple) and address[0] not in HERE:
                refuse(event, address)
        elif event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in HERE:
            refuse(event, arguments[0])
    def refuse(event, what):
        os.write(2, f"NETWORK {event} {what}\\n".encode())
        os._exit(99)
    sys.addaudithook(watch)
""")


def environment(home: Path) -> dict[str, str]:
    """A home without any cache, and none of the switches that would keep libraries quiet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRADIO", "TRANSFORMERS"))}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}


def python(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", REFUSE + textwrap.dedent(code)],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_the_watch_notices_a_connection(tmp_path: Path) -> None:
    done = python("import urllib.request; urllib.request.urlopen('http://192.0.2.1/')", tmp_path)
    assert done.returncode == 99, done.stderr
    assert python("import socket; socket.getaddrinfo('example.org', 80)", tmp_path).returncode == 99


def test_building_and_asking_need_no_network(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.md").write_text("# Ports\n\nThe port of Gwadar lies on the Arabian Sea.\n")
    (tmp_path / "sources" / "b.html").write_text(
        "<html><head><title>T</title><link rel=stylesheet href='http://192.0.2.1/x.css'></head><body><article>"
        "<h1>Gas</h1><p>The gas of Sui was found in 1952. <img src='http://192.0.2.1/x.png'></p></article></body></html>"
    )
    done = python(
        """
        import rag
        report = rag.build("sources", "index")
        assert not report.failed, report
        with rag.open("index") as assistant:
            answer = assistant.ask("Where does the port of Gwadar lie?")
        assert answer.status == "answered", answer
        print(answer.claims[0].citations[0].quote)
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "The port of Gwadar lies on the Arabian Sea."


def test_building_and_asking_leave_nothing_in_an_empty_home(tmp_path: Path) -> None:
    """What a library sends it queues there first: ONNX Runtime keeps a device id and a queue under `~/.cache`."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    (work / "sources").mkdir(parents=True)
    (work / "sources" / "a.md").write_text("# Ports\n\nThe port of Gwadar lies on the Arabian Sea.\n")
    quiet = {name: value for name, value in environment(home).items() if not name.startswith(("XDG_", "ORT_"))}
    for command in (["build"], ["ask", "Where does the port of Gwadar lie?"]):
        rag = [sys.executable, "-m", "rag", *command]
        done = subprocess.run(rag, cwd=work, env=quiet, capture_output=True, text=True, check=False, timeout=240)
        assert done.returncode == 0, done.stderr
    assert "Arabian Sea" in done.stdout
    assert [path.relative_to(home).as_posix() for path in home.rglob("*")] == []


def test_the_server_answers_its_page_without_the_network(tmp_path: Path) -> None:
    test_building_and_asking_need_no_network(tmp_path)
    code = REFUSE + "from rag.cli.commands import main\nsys.argv = ['rag', 'serve', '--port', '0']\nmain()\n"
    server = subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = next(word for line in server.stdout or () for word in line.split() if word.startswith("http://127."))
        page = urllib.request.urlopen(address, timeout=60).read().decode()
        time.sleep(10)  # what phones home does so after the start, from a thread
        assert server.poll() is None, (server.stdout or sys.stdin).read()
        for elsewhere in ("googleapis", "cdn.", "gstatic", "jsdelivr", "huggingface.co", "https://"):
            assert elsewhere not in page, elsewhere
    finally:
        server.kill()
        server.communicate()
