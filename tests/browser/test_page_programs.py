"""The page's answers for programs: stable names, many at once, and nothing believed that a caller says of a source."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.error
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


def page_call(server: Server, name: str, given: dict[str, Any], **headers: str) -> Any:
    """What one of the page's own calls answers."""
    request = urllib.request.Request(
        f"{server.url}page/{name}", json.dumps(given).encode(), {"content-type": "application/json", **headers}
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def test_what_a_caller_says_of_a_source_is_not_believed(server: Server) -> None:
    passage = post(server, "run/search", {"data": ["lighthouse", 1, None]})["data"][0][0]
    given = {"document_id": passage["document_id"], "span": passage["span"], "quote": passage["text"]}
    given["path"] = passage["path"]
    start = passage["span"][0]

    def verdict(**other: object) -> Any:
        return page_call(server, "evidence", {**given, **other})["verdict"]

    assert verdict() == "exact"
    assert verdict(quote="It was lit in 1999.") == "reread"
    assert verdict(span=[start, 10**9], quote="") == "changed"
    assert verdict(span=[-5, 5], quote="") == "changed"
    assert verdict(document_id="no such document", path="../../etc/passwd") == "gone"
    assert page_call(server, "standing", {"citations": [given, {**given, "quote": "no such"}]}) == [
        "exact",
        "reread",
    ]


@pytest.mark.parametrize(
    "path", ["picture?document=../../etc/passwd&page=1&width=800", "picture?document=x", "original/..%2f..%2fx/passwd"]
)
def test_pictures_and_files_only_of_what_is_indexed(server: Server, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.url}page/{path}")
    with refused.value as answer:
        assert answer.code == 404


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'{"document_id": 5}', b'{"document_id": "x", "span": "ab"}'])
def test_a_request_that_makes_no_sense_is_refused_in_a_sentence(server: Server, body: bytes) -> None:
    request = urllib.request.Request(f"{server.url}page/evidence", body, {"content-type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 400
        assert "Invalid request" in json.load(answer)["error"]


def test_gradio_client_asks_too(server: Server) -> None:
    script = (
        "import json, sys\n"
        "from gradio_client import Client\n"
        "client = Client(sys.argv[1], verbose=False, httpx_kwargs={'timeout': 120})\n"
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


def api_blocks(language: str) -> list[str]:
    """The examples of docs/api.md."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "api.md").read_text("utf-8"), re.DOTALL)


def here(code: str, server: Server) -> str:
    """An example, asked of the server of these tests and about its documents."""
    code = code.replace("http://127.0.0.1:7860/", server.url)
    return code.replace("Who operates the port of Gwadar?", "When was the lighthouse at Cape Orrin first lit?").replace(
        "female literacy", "lighthouse"
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_examples(server: Server) -> None:
    ask, search = (here(code, server) for code in api_blocks("sh"))
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert "event: complete" in done.stdout
    assert "14 May 1871" in done.stdout
    done = subprocess.run(["bash", "-c", search], capture_output=True, text=True, check=True)
    passages = json.loads(done.stdout)["data"][0]
    assert len(passages) == 3
    assert passages[0]["path"] == "lighthouse.md"


def test_the_python_example(server: Server) -> None:
    (code,) = api_blocks("python")
    command = [sys.executable, "-W", "ignore", "-c", here(code, server)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "14 May 1871" in done.stdout
    assert "lighthouse.md" in done.stdout


AGENT = """
import asyncio, json, sys
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

async def main(url):
    async with streamablehttp_client(url) as (reading, writing, _), ClientSession(reading, writing) as session:
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        asked = await session.call_tool("ask", {"question": "When was the lighthouse at Cape Orrin first lit?"})
        print(json.dumps([sorted(tools), tools["ask"].inputSchema, asked.content[0].text]))

asyncio.run(main(sys.argv[1]))
"""


def test_an_agent_asks_with_citations(server: Server) -> None:
    pytest.importorskip("mcp", reason="the package mcp is not installed (pip install footnote-rag[mcp])")
    (settings,) = api_blocks("json")
    url = here(json.loads(settings)["mcpServers"]["footnote"]["url"], server)
    command = [sys.executable, "-W", "ignore", "-c", AGENT, url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    tools, schema, said = json.loads(done.stdout.splitlines()[-1])
    assert tools == ["ask", "search", "sources"], "what only serves the page is no tool"
    assert schema["properties"]["question"]["description"] == "What is asked, in a sentence."
    assert "14 May 1871" in said
    assert "lighthouse.md" in said
