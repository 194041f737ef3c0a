"""The page's server under use: `python -m benchmarks.page INDEX [--people 50] [--minutes 2] [--pause 3]`.

Starts the server as `rag serve` does, then measures in one run:
- from the start of the process until the page and its state are answered, and until the models are loaded;
- the same questions by one person and by many at once: latency, errors, and answers that differ from the lone one's;
- its memory over some minutes of mixed use (everything that a page asks of it: answers, follow-ups, evidence, page
  pictures, suggestions, what became of citations, packs), after a first round that fills caches. `--pause` seconds lie
  between two uses, as a person reads what was answered.

Everything stays on this machine, and every loop is bounded.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from rag.assistant import build
from rag.config import load_config

QUESTIONS = (
    "How many people died in the attack on the Jaffar Express?",
    "What is the female literacy rate in Balochistan?",
    "Who operates the port of Gwadar?",
    "How many people were killed by the 2022 floods?",
    "When was the Durand Line agreed?",
    "When was the Sui gas field discovered?",
    "Who won the 2022 World Cup?",
    "How many physicians does Pakistan have?",
)


class Page:
    """A server over an index, and what its page asks of it."""

    def __init__(self, index: Path, kept: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{found.getsockname()[1]}/"
        port = self.url.rsplit(":", 1)[1].rstrip("/")
        command = [sys.executable, "-m", "rag", "serve", "--index", str(index), "--port", port]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, env={**os.environ, "FOOTNOTE_FEEDBACK": str(kept)}, stderr=subprocess.DEVNULL
        )

    def call(self, name: str, given: dict[str, Any]) -> Any:
        """One of the page's calls; for `ask` the last event."""
        request = urllib.request.Request(
            f"{self.url}page/{name}", json.dumps(given).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=300) as response:
            return json.loads(response.read().splitlines()[-1])

    def wait(self, wanted: str = "") -> float:
        """Seconds from the start until the page is there, or its state says `wanted`."""
        while time.perf_counter() - self.started < 300:
            try:
                with urllib.request.urlopen(self.url, timeout=5):
                    pass
                if not wanted or self.call("state", {})[wanted]:
                    return time.perf_counter() - self.started
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.02 if not wanted else 0.2)
        raise SystemExit("The page did not come.")

    def busy(self) -> float:
        """Seconds that the server has had of the processors."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """Megabytes of the server and of the children that draw its pages."""
        whole = psutil.Process(self.process.pid)
        return float(sum(each.memory_info().rss for each in [whole, *whole.children(recursive=True)])) / 1e6

    def use(self, number: int, titles: list[str]) -> None:
        """A question, what a reader opens of its answer, a follow-up, and now and then the list and a pack."""
        turn = number // 2
        question = QUESTIONS[turn % len(QUESTIONS)] if number % 2 else f"What is {titles[turn % len(titles)]} about?"
        answer = self.call("ask", {"question": question})
        cited = [citation for claim in answer["claims"] for citation in claim["citations"]]
        for passage in answer["passages"][:2]:
            given = {name: passage[name] for name in ("document_id", "span", "path")}
            found = self.call("evidence", {**given, "quote": passage["text"]})
            if found.get("media_type") == "application/pdf":
                query = urllib.parse.urlencode(
                    {"document": found["document_id"], "page": found["page"], "width": 900 + number % 7}
                )
                with urllib.request.urlopen(f"{self.url}page/picture?{query}", timeout=60) as response:
                    response.read()
        self.call("suggest", {"question": question, "asked": [question], "cited": cited})
        self.call("standing", {"citations": cited})
        self.call("ask", {"question": "And when was that?", "turns": [{"role": "user", "text": question}]})
        if number % 10 == 0:
            self.call("sources", {})
            asked = {"question": question, "notes": answer["notes"], "claims": answer["claims"]}
            self.call("pack", {"title": question, "conversation": [asked]})


@contextmanager
def serving_copy(sources: Path) -> Iterator[tuple[Page, Path]]:
    """A server over an index of a copy of some sources, and the copy, which may be changed."""
    with tempfile.TemporaryDirectory() as place:
        copy, index = Path(place) / "sources", Path(place) / "index"
        shutil.copytree(sources, copy)
        build(config=load_config(sources=copy, index=index))
        os.environ["FOOTNOTE_SOURCES"] = str(copy)
        page = Page(index, Path(place) / "feedback.jsonl")
        try:
            yield page, copy
        finally:
            page.process.kill()
            page.process.wait()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--pause", type=float, default=3.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        page = Page(arguments.index, Path(place) / "feedback.jsonl")
        try:
            print(f"page answered after        {page.wait():6.2f} s, {page.busy():.2f} s of them on a processor")
            print(f"models loaded after        {page.wait('ready'):6.2f} s")
            page.wait("settled")
            at_once(page, arguments.people)
            over_time(page, arguments.minutes, arguments.pause)
        finally:
            page.process.terminate()
            page.process.wait(20)


def at_once(page: Page, people: int) -> None:
    """The questions by one person, then by many at the same moment."""
    alone: list[float] = []
    right: dict[str, Any] = {}
    for question in QUESTIONS * 2:
        started = time.perf_counter()
        right[question] = page.call("ask", {"question": question})["claims"]
        alone.append(time.perf_counter() - started)
    alone.sort()
    asked = [QUESTIONS[i % len(QUESTIONS)] for i in range(people)]

    def one(question: str) -> tuple[float, bool]:
        started = time.perf_counter()
        answer = page.call("ask", {"question": question})
        same = answer["question"] == question and answer["claims"] == right[question]
        return time.perf_counter() - started, same

    with ThreadPoolExecutor(people) as crowd:
        found = list(crowd.map(one, asked))
    taken = sorted(seconds for seconds, _ in found)
    wrong = sum(not same for _, same in found)
    p95 = taken[int(len(taken) * 0.95)]
    print(f"one person                 {statistics.median(alone):6.2f} s median, {alone[-1]:.2f} longest")
    name = f"{people} at once"
    print(f"{name:<27}{statistics.median(taken):6.2f} s median, {p95:.2f} p95, {taken[-1]:.2f} longest")
    print(f"                           {people / taken[-1]:6.1f} answers a second, {wrong} wrong or mixed, no error")


def over_time(page: Page, minutes: float, pause: float) -> None:
    """Memory after a first round of use, every so often, and its growth until the end."""
    titles = [source["title"] for source in page.call("sources", {}) if source["status"] == "indexed"]
    for number in range(4 * len(QUESTIONS)):
        page.use(number, titles)
    first, began, uses, said = page.memory(), time.monotonic(), 0, 0
    print(f"memory                     {first:6.0f} MB after a first round", flush=True)
    while (passed := (time.monotonic() - began) / 60) < minutes:
        page.use(uses, titles)
        uses += 1
        if passed >= (said + 1) * max(minutes / 6, 1):
            said += 1
            print(f"                           {page.memory():6.0f} MB after {passed:.0f} minutes", flush=True)
        time.sleep(pause)
    last = page.memory()
    growth = 100 * (last / first - 1)
    print(f"                           {last:6.0f} MB after {uses} uses in {minutes:g} minutes: {growth:+.1f} %")


if __name__ == "__main__":
    main()
