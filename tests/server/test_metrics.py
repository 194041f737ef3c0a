"""What whoever runs the page may watch: counts that add up over processes, and hold no word of anybody."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from building import build
from prometheus_client.parser import text_string_to_metric_families
from standing import Sender, serving
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import FootnoteError
from rag.evidence import Viewer
from rag.server.api import Endpoints
from rag.server.auth import Authenticator
from rag.server.build_job import BuildJob
from rag.server.metrics import SHARED_COUNTS, Metrics
from rag.server.server import application
from rag.server.users import users_file_line
from rag.types import BuildReport, ProgressCallback

QUESTION = {"question": "How many lamps does the pier of Quaxo have?"}
COUNTING = """
import sys
from rag.server.metrics import Metrics
counts = Metrics()
for status in sys.argv[1:]:
    counts.answered(status, 0.3)
print(counts.text().decode())
"""


@contextmanager
def watched(folder: Path, *, open_counts: bool, problem: str = "") -> Iterator[Sender]:
    """A page where people sign in, over a small index."""
    (folder / "sources").mkdir()
    (folder / "sources" / "pier.txt").write_text("The pier of Quaxo has 34 lamps.")
    build(folder / "sources", folder / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    assistant = Assistant(
        load_config(sources=folder / "sources", index=folder / "index", chunk_tokens=40), WordEncoder()
    )
    metrics = Metrics()
    endpoints = Endpoints(Viewer(assistant), (), counted=metrics.answered)
    users = dict([users_file_line("ada", "a long password").split(":", 1)])
    app = application(
        endpoints,
        BuildJob(assistant.build, lambda: None, counted=metrics.built),
        folder / "sources",
        doorkeeper=Authenticator(lambda: users),
        feedback=folder / "feedback.jsonl",
        watched=metrics.routes(lambda: (not problem, problem), open_counts=open_counts),
    )
    with serving(app) as send:
        yield send
    assistant.close()


def counted(text: str) -> dict[str, float]:
    """The values of a text of Prometheus'."""
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_questions_and_builds_are_counted_and_no_word_of_them(tmp_path: Path) -> None:
    ada = {"content-type": "application/json", "authorization": "Basic YWRhOmEgbG9uZyBwYXNzd29yZA=="}
    with watched(tmp_path, open_counts=True) as send:
        assert (send("/health").status, send("/ready").status) == (200, 200), "without signing in"
        for _ in range(3):
            assert send("/page/ask", json.dumps(QUESTION).encode(), ada).status == 200
        assert send("/page/build", b"{}", ada).status == 200
        while json.loads(send("/page/progress", b"{}", ada).body)["state"] != "done":
            threading.Event().wait(0.05)
        answer = send("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        text = answer.body.decode()
        found = counted(text)
        assert sum(value for name, value in found.items() if name.startswith("footnote_questions_total")) == 3
        assert found["footnote_answer_seconds_count"] == 3
        assert found['footnote_builds_total{result="done"}'] == 1
        assert not {"quaxo", "pier", "lamps", "ada"} & set(text.lower().replace('"', " ").split())
        families = {family.name for family in text_string_to_metric_families(text)}
        assert {f"footnote_{name}" for name in ("questions", "answer_seconds", "builds", "build_seconds")} <= families


def test_counts_are_shut_unless_they_are_opened_and_a_server_that_cannot_answer_says_why(tmp_path: Path) -> None:
    with watched(tmp_path, open_counts=False, problem="The model is missing.") as send:
        assert send("/metrics").status == 404
        assert (send("/ready").status, send("/ready").body) == (503, b"The model is missing.\n")
        assert send("/health").status == 200


def test_processes_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED_COUNTS, str(tmp_path))

    def count(*statuses: str) -> dict[str, float]:
        command = [sys.executable, "-c", COUNTING, *statuses]
        return counted(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    count("answered", "partly")
    both = count("answered", "failed")
    assert both['footnote_questions_total{status="answered"}'] == 2
    assert both['footnote_questions_total{status="partly"}'] == 1
    assert both["footnote_answer_seconds_count"] == 3
    assert both['footnote_answer_seconds_bucket{le="0.25"}'] == 0
    assert both['footnote_answer_seconds_bucket{le="0.5"}'] == 3


def test_a_build_that_fails_is_counted_as_such() -> None:
    ended: list[str] = []

    def fail(_: ProgressCallback) -> BuildReport:
        raise FootnoteError("No disk.", "Buy one.")

    job = BuildJob(fail, lambda: None, counted=lambda result, _: ended.append(result))
    job.start()
    while job.to_dict()["state"] == "running":
        threading.Event().wait(0.01)
    assert ended == ["failed"]
