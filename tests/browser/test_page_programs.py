"""The page's answers for programs: stable names, many at once, and nothing believed that a caller says of a source."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .serving import ROOT, Server

pytestmark = pytest.mark.xdist_group("browser")

QUESTIONS = {
    "When was the lighthouse at Cape Orrin first lit?": "14 May 1871",
    "How many fishing boats does the harbour of Orrin hold?": "84 fishing boats",
    "What was the highest tide ever measured at the north quay?": "9.4 metres",
}


def post(server: Server, path: str, body: dict[str, Any]) -> Any:
    """What an endpoint answers."""
    request = urllib.request.Request(
        f"{server.url}gradio_api/{path}", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def asked(server: Server, question: str) -> list[dict[str, Any]]:
    """All events of an answer."""
    event = post(server, "call/v2/ask", {"question": question})["event_id"]
    with urllib.request.urlopen(f"{server.url}gradio_api/call/ask/{event}") as response:
        lines = response.read().decode().split("\n")
    return [json.loads(line.removeprefix("data: "))[0] for line in lines if line.startswith("data: [{")]


def test_programs_get_the_same_answer_under_stable_names(server: Server) -> None:
    events = asked(server, "When was the lighthouse at Cape Orrin first lit?")
    assert events[0]["event"] == "found"
    answer = next(event for event in events if event["event"] == "done")
    assert answer["status"] == "answered"
    citation = answer["claims"][0]["citations"][0]
    assert "1871" in citation["quote"]
    assert citation["quote"] == (server.sources / citation["path"]).read_text()[slice(*citation["span"])]
    with urllib.request.urlopen(f"{server.url}gradio_api/info") as response:
        assert set(json.load(response)["named_endpoints"]) == {"/ask", "/search", "/sources"}


def test_a_bad_question_is_answered_with_a_sentence(server: Server) -> None:
    event = post(server, "call/v2/ask", {"question": "  "})["event_id"]
    with urllib.request.urlopen(f"{server.url}gradio_api/call/ask/{event}") as response:
        said = response.read().decode()
    assert "event: error" in said
    assert "The question is empty." in said
    assert "Traceback" not in said


def test_many_ask_at_once_and_nobody_gets_the_answer_of_another(server: Server) -> None:
    questions = [*QUESTIONS] * 10

    def last(question: str) -> dict[str, Any]:
        return next(event for event in asked(server, question) if event["event"] == "done")

    with ThreadPoolExecutor(len(questions)) as people:
        answers = list(people.map(last, questions))
    for question, answer in zip(questions, answers, strict=True):
        assert answer["question"] == question
        assert QUESTIONS[question] in answer["claims"][0]["text"]


def test_what_a_caller_says_of_a_source_is_not_believed(server: Server) -> None:
    passage = post(server, "run/search", {"data": ["lighthouse", 1, None]})["data"][0][0]
    document, (start, end) = passage["document_id"], passage["span"]

    def evidence(*data: object) -> dict[str, Any]:
        found: dict[str, Any] = post(server, "run/evidence", {"data": list(data)})["data"][0]
        return found

    path = passage["path"]
    assert evidence(document, start, end, passage["text"], path, 100)["verdict"] == "exact"
    assert evidence(document, start, end, "It was lit in 1999.", path, 100) == {"verdict": "changed"}
    assert evidence(document, start, 10**9, "", path, 100) == {"verdict": "changed"}
    assert evidence(document, -5, 5, "", path, 100) == {"verdict": "changed"}
    assert evidence("no such document", 0, 5, "words", "../../etc/passwd", 100) == {"verdict": "gone"}
    assert post(server, "run/picture", {"data": [document, 1, 800]})["data"] == [None]
    assert post(server, "run/picture", {"data": ["../../etc/passwd", 1, 800]})["data"] == [None]


def test_gradio_client_asks_too(server: Server) -> None:
    script = (
        "import json, sys\n"
        "from gradio_client import Client\n"
        "client = Client(sys.argv[1], verbose=False)\n"
        "question = 'When was the lighthouse at Cape Orrin first lit?'\n"
        "found = [client.predict(question=question, api_name='/ask')]\n"
        "found.append(client.predict(question='lighthouse', k=2, api_name='/search'))\n"
        "found.append(client.predict(api_name='/sources'))\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, server.url], capture_output=True, text=True, check=True, cwd=ROOT
    )
    answer, passages, sources = json.loads(done.stdout.splitlines()[-1])
    assert "1871" in answer["markdown"]
    assert len(passages) == 2
    assert {source["path"] for source in sources} >= {"lighthouse.md", "harbour.txt", "reports/tides.pdf"}
