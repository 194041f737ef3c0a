"""Side by side with what people would take instead: `python -m benchmarks.peers [--document]`.

LangChain, LlamaIndex, txtai, Haystack and a script without a framework, each in its own environment (made at the first
run, see `environments`), each doing what its documentation advises, with the same weights, the same articles, chunks of
the same length and no network. In one run, in turn: building, a whole process from nothing to the best passages, many
questions with everything loaded, and one changed article. How often the best passages hold the answer is counted by
where the answer stands in its article. `--document` writes the ratios into `docs/performance.md`.

The articles and questions are those of SQuAD under `../shared`: five articles are asked about, the others lie beside.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.document import put
from benchmarks.peers.environments import HOUSE, PEERS, make, python_of

SHARED = HOUSE.parent / "shared"
ASKED, BESIDE = SHARED / "eval" / "squad2_dev", SHARED / "train" / "squad1_dev"
HERE = Path(__file__).parent
OURS = "footnote"
NAMES = {
    OURS: "Footnote",
    "script": "a script (sentence-transformers, FAISS)",
    "langchain": "LangChain",
    "llama_index": "LlamaIndex",
    "txtai": "txtai",
    "haystack": "Haystack",
}
NEWS = "The lighthouse of Quorntown was rebuilt in 1911 by the engineer Edda Varnholm."
ABOUT_NEWS = "Who rebuilt the lighthouse of Quorntown?"
QUIET = {  # nobody reports to anybody, and nothing is looked for on a hub
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "TIKTOKEN_CACHE_DIR": str(HOUSE / "rag" / "data" / "tiktoken"),
    "PYTHONWARNINGS": "ignore",
}


class Ran(NamedTuple):
    """A whole process: what it printed, wall and processor seconds, its peak memory in megabytes."""

    said: Any
    wall: float
    cpu: float
    peak: float


class Asked(NamedTuple):
    """A question, the article that answers, and where in it any of the answers stands, white space not counted."""

    question: str
    path: str
    spans: list[tuple[int, int]]


def main() -> None:
    """Prints the figures of each program, then the table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peers", nargs="*", default=list(PEERS))
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3, help="of whole processes")
    parser.add_argument("--document", action="store_true")
    arguments = parser.parse_args()
    if not ASKED.is_dir() or not BESIDE.is_dir():
        sys.exit(f"The articles and questions are not there: {SHARED}")
    for peer in arguments.peers:
        make(peer)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        articles, asked = corpus(arguments.articles, arguments.questions)
        (root / "questions.json").write_text(json.dumps([one.question for one in asked]), "utf-8")
        for peer in (OURS, *arguments.peers):
            (root / peer / "sources").mkdir(parents=True)
            for name, text in articles.items():
                (root / peer / "sources" / name).write_text(text, "utf-8")
        rows = compare(root, (OURS, *arguments.peers), articles, asked, arguments.rounds)
    print(said := table(rows))
    if arguments.document:
        put("peers", said)


def compare(
    root: Path, peers: Sequence[str], articles: Mapping[str, str], asked: Sequence[Asked], rounds: int
) -> dict[str, dict[str, float]]:
    """Every figure of every program; the same step of all of them one after the other."""
    rows: dict[str, dict[str, float]] = {peer: {} for peer in peers}
    for peer in peers:
        ran = tell(root, peer, "build", str(root / peer / "sources"))
        rows[peer] |= {"build": ran.said[0], "build cpu": ran.said[1]}
        print(f"{peer}: built in {ran.said[0]:.1f} s, {ran.said[1]:.1f} s of processor, {ran.peak:.0f} MB", flush=True)
    for peer in peers:
        ran = tell(root, peer, "answer", str(root / "questions.json"))
        rows[peer] |= {"warm": median(ran.said["seconds"], 0), "warm cpu": median(ran.said["seconds"], 1)}
        rows[peer] |= hits(ran.said["found"], asked, articles)
        print(f"{peer}: {rows[peer]}, {ran.peak:.0f} MB", flush=True)
    cold: dict[str, list[Ran]] = {name: [] for name in (*peers, "rag ask")}
    for _ in range(rounds):
        for name in cold:
            cold[name].append(from_nothing(root, name, asked[0].question))
    for name, runs in cold.items():
        found = {key: statistics.median(getattr(one, key) for one in runs) for key in ("wall", "cpu", "peak")}
        rows.setdefault(name, {}).update({"cold": found["wall"], "cold cpu": found["cpu"], "memory": found["peak"]})
        print(f"{name}: cold {found}", flush=True)
    for peer in peers:
        rows[peer] |= changed(root, peer, next(iter(articles)))
        print(f"{peer}: {rows[peer]}", flush=True)
    return rows


def changed(root: Path, peer: str, name: str) -> dict[str, float]:
    """One article says something new; afterwards that must be found."""
    file = root / peer / "sources" / name
    time.sleep(2.5)
    file.write_text(file.read_text("utf-8").replace("\n\n", f"\n\n{NEWS}\n\n", 1), "utf-8")
    ran = tell(root, peer, "update", str(file))
    found = tell(root, peer, "ask", ABOUT_NEWS).said
    if not any(NEWS in text for _, text in found):
        raise AssertionError(f"{peer} does not find what was changed")
    return {"update": ran.said[0], "update cpu": ran.said[1]}


def from_nothing(root: Path, name: str, question: str) -> Ran:
    """A whole process from its start to the passages; of Footnote the command itself, with and without an answer."""
    if name in (OURS, "rag ask"):
        command = ["search" if name == OURS else "ask", question, "--json", "--index", str(root / OURS / "index")]
        return run([sys.executable, "-m", "rag", *command])
    return tell(root, name, "ask", question)


def tell(root: Path, peer: str, command: str, what: str) -> Ran:
    """One command of `doors` in a program's own environment."""
    python = sys.executable if peer == OURS else str(python_of(peer))
    return run([python, str(HERE / f"with_{peer}.py"), command, str(root / peer / "index"), what])


def run(command: Sequence[str]) -> Ran:
    """A process. Raises RuntimeError with what it complained of if it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **QUIET}, cwd=HOUSE)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{command} ended with {process.returncode}:\n{err.read()[-2000:]}")
        unit = 1e6 if sys.platform == "darwin" else 1e3
        text = out.read()
    said = json.loads(text if text.startswith(("{\n", "[\n")) else text.strip().splitlines()[-1])
    return Ran(said, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def corpus(count: int, questions: int) -> tuple[dict[str, str], list[Asked]]:
    """Articles by file name, those that are asked about first, and answerable questions spread over them."""
    articles: dict[str, list[str]] = {}
    place: dict[str, tuple[str, int]] = {}  # id of a paragraph -> its article, and where it starts there
    for folder in (ASKED, BESIDE):
        for row in rows_of(folder / "corpus.jsonl"):
            name = f"{row['id'].rpartition('#')[0] or row['title']}.txt".replace("/", "_").replace(" ", "_")
            if folder == ASKED or name in articles or len(articles) < count:
                paragraphs = articles.setdefault(name, [])
                place[row["id"]] = (name, sum(len(one) + 2 for one in paragraphs))
                paragraphs.append(row["text"])
    texts = {name: "\n\n".join(paragraphs) for name, paragraphs in articles.items()}
    golds = {row["query"]: row for row in rows_of(ASKED / "qrels.jsonl")}
    asked = []
    for row in rows_of(ASKED / "queries.jsonl"):
        if row["answerable"] and row["id"] in golds:
            name, start = place[golds[row["id"]]["doc"]]
            spans = [(start + one["start"], start + one["end"]) for one in golds[row["id"]]["spans"] if "start" in one]
            asked.append(Asked(row["text"], name, [bare_span(texts[name], *span) for span in spans]))
    return texts, asked[:: max(1, len(asked) // questions)][:questions]


def hits(
    found: Sequence[Sequence[Sequence[str]]], asked: Sequence[Asked], articles: Mapping[str, str]
) -> dict[str, float]:
    """How often the first one, five and ten passages hold an answer whole."""
    bare_articles = {name: bare(text) for name, text in articles.items()}
    ranks = []
    for passages, one in zip(found, asked, strict=True):
        holds = (
            i
            for i, (path, text) in enumerate(passages, 1)
            if path == one.path and covers(bare_articles[path], text, one)
        )
        ranks.append(next(holds, 99))
    return {f"hit@{k}": sum(rank <= k for rank in ranks) / len(ranks) for k in (1, 5, 10)}


def covers(article: str, text: str, asked: Asked) -> bool:
    """Whether a passage, found in its article whatever became of its white space, holds an answer."""
    passage = bare(text)
    at = article.find(passage)
    while at >= 0:
        if any(at <= start and end <= at + len(passage) for start, end in asked.spans):
            return True
        at = article.find(passage, at + 1)
    return False


def bare(text: str) -> str:
    """Without white space."""
    return "".join(text.split())


def bare_span(text: str, start: int, end: int) -> tuple[int, int]:
    """A span of a text as one of the text without white space."""
    first = len(bare(text[:start]))
    return first, first + len(bare(text[start:end]))


def median(pairs: Sequence[Sequence[float]], at: int) -> float:
    """The median of one of the two times."""
    return statistics.median(pair[at] for pair in pairs)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Ratios to Footnote, wall time with processor time in brackets; what is counted stands as it is."""
    ours = rows[OURS]
    timed = ("cold", "build", "update", "warm")
    lines = [
        "| | cold answer | memory, asking | build | one changed article | warm question | hit@1 | hit@5 | hit@10 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        times = {
            key: f"{row[key] / ours[key]:.2f} ({row[f'{key} cpu'] / ours[f'{key} cpu']:.2f})" if key in row else ""
            for key in timed
        }
        cells = [times["cold"], f"{row['memory'] / ours['memory']:.2f}", times["build"], times["update"], times["warm"]]
        cells += [f"{row[key]:.3f}" if key in row else "" for key in ("hit@1", "hit@5", "hit@10")]
        shown = {"rag ask": "Footnote, `rag ask`: reading and answering too", OURS: "**Footnote**, `rag search`"}
        lines.append("| " + " | ".join([shown.get(name, NAMES.get(name, name)), *cells]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
