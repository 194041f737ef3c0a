"""What people ask of articles and reports, and what they are shown: `python -m benchmarks.open_questions [FOLDER]`.

One index over the documents of FOLDER/open_questions and FOLDER/../sources is asked every question, as a person would.
`enough`: the claims shown, whether called `answered` or `partly`, hold one gold sentence; of lists and summaries half;
of comparisons and several documents one of each document. Prints totals, the groups that bind, each kind, and then the
questions that were not shown enough: strength, what came first, the gold (GOLD where it was shown), and its rank.

    python -m benchmarks.open_questions ../shared/eval --json after.json --before before.json
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpora import opened
from benchmarks.gold import Gold, golds_of, rank_of, shown
from benchmarks.sets import CACHE
from benchmarks.shares import Lines, keep, kept, show
from rag.assistant import Assistant
from rag.evaluate.locations import Sources
from rag.types import Answer

__all__ = ["Asked", "ask_all", "enough", "lines_of", "main", "measure"]

PASSAGES = 10
FACTS = {"factoid", "paraphrased factoid", "number", "definition", "yes-no"}
OVERVIEWS = {"summarise", "about-topic"}
GROUPS = {
    "paraphrased, yes-no": {"paraphrased factoid", "yes-no"},
    "why, how, what happened": {"why", "how", "what-happened"},
    "list, compare, several documents": {"list", "compare", "multi-document"},
}
NEAR, OFF = "unanswerable-near-miss", "unanswerable-off-topic"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its gold sentences, the answer to it, and the rank of the first passage with a gold sentence."""

    id: str
    kind: str
    question: str
    answerable: bool
    golds: tuple[Gold, ...]
    answer: Answer
    rank: int | None
    milliseconds: float

    @property
    def enough(self) -> bool:
        """Whether what is shown holds enough of the gold."""
        return enough(self.kind, self.golds, shown(self.answer, self.golds))

    @property
    def sentences(self) -> int:
        """Sentences, rows or items that are shown."""
        return len(self.answer.claims)

    @property
    def words(self) -> int:
        """Words that are shown."""
        return sum(len(claim.text.split()) for claim in self.answer.claims)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Asks open questions and counts what the answers show.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the index is kept")
    parser.add_argument("--json", type=Path, help="where every question's numbers go")
    parser.add_argument("--before", type=Path, help="the --json of an earlier run, shown beside")
    parser.add_argument("--failures", type=int, default=20, help="how many to show of each kind")
    options = parser.parse_args(arguments)
    asked = ask_all(options.folder, options.cache)
    lines = lines_of(asked)
    if options.json:
        keep(options.json, lines)
    show("open_questions", lines, kept(options.before))
    for line in _failures(asked, options.failures):
        print(line)
    return 0


def measure(folder: Path, cache: Path = CACHE) -> Lines:
    """Every question asked, and its numbers by measure."""
    return lines_of(ask_all(folder, cache))


def ask_all(folder: Path, cache: Path = CACHE) -> list[Asked]:
    """Every question of `folder/open_questions`, asked of its documents together with `folder/../sources`."""
    own = folder / "open_questions"
    folders = {"": own / "documents"} | {one.name: one for one in (folder.parent / "sources").iterdir() if one.is_dir()}
    rows = [json.loads(line) for line in (own / "questions.jsonl").read_text("utf-8").splitlines() if line]
    with opened(folders, cache / "open_questions") as assistant:
        assistant.warm_up()
        sources = Sources.of(assistant)
        return [_asked(row, assistant, sources) for row in rows]


def enough(kind: str, golds: Sequence[Gold], hits: Sequence[bool]) -> bool:
    """Whether those of the gold sentences that are shown are enough for a question of this kind."""
    if kind in ("list", "summarise"):
        return 2 * sum(hits) >= len(golds) > 0
    if kind in ("compare", "multi-document"):
        held = {gold.path for gold, hit in zip(golds, hits, strict=True) if hit}
        return bool(golds) and held == {gold.path for gold in golds}
    return any(hits)


def lines_of(asked: Sequence[Asked]) -> Lines:
    """The numbers of every question by measure: totals, the groups that bind, refusals, amounts, kinds."""
    gold = [one for one in asked if one.answerable]
    narrow = [one for one in gold if one.kind not in OVERVIEWS]
    answered = [one for one in narrow if one.answer.status == "answered"]
    partly = [one for one in gold if one.answer.status == "partly"]
    lines: dict[str, Sequence[float]] = {"shown enough": [one.enough for one in gold]}
    for name, kinds in GROUPS.items():
        lines[f"- {name}"] = [one.enough for one in gold if one.kind in kinds]
    lines |= {
        "called answered, but overviews": [one.answer.status == "answered" for one in narrow],
        "- right, of those": [one.enough for one in answered],
        "called partly": [one.answer.status == "partly" for one in gold],
        "- enough, of those": [one.enough for one in partly],
        "- incomplete, of those": [one.answer.reason == "incomplete" for one in partly],
        "called not found": [one.answer.status == "not_found" for one in gold],
        "off topic: not found": [one.answer.status == "not_found" for one in asked if one.kind == OFF],
        "near miss: called answered": [one.answer.status == "answered" for one in asked if one.kind == NEAR],
        "near miss: called partly": [one.answer.status == "partly" for one in asked if one.kind == NEAR],
        "gold in the first 10 passages": [one.rank is not None for one in gold],
        "says that sources differ": [bool(one.answer.differing) for one in asked],
        **_amounts([one for one in asked if one.answer.claims]),
        "milliseconds": [one.milliseconds for one in asked],
    }
    for kind in dict.fromkeys(one.kind for one in gold):
        lines[f"kind {kind}: enough"] = [one.enough for one in gold if one.kind == kind]
    return {name: [float(value) for value in values] for name, values in lines.items() if values}


def _amounts(shown: Sequence[Asked]) -> dict[str, Sequence[float]]:
    """Sentences and words of what is shown, where anything is."""
    narrow = [one for one in shown if one.kind not in OVERVIEWS]
    short = [one for one in narrow if one.kind in FACTS and one.answer.status == "answered"]
    words = [one.words for one in narrow if one.kind != "list"]
    return {
        "sentences, answered facts": [one.sentences for one in short],
        "sentences, all others but overviews": [one.sentences for one in narrow if one not in short],
        "lines, overviews": [one.sentences for one in shown if one.kind in OVERVIEWS],
        "words, but lists and overviews": words,
        "- more than 150": [count > 150 for count in words],
    }


def _asked(row: dict[str, Any], assistant: Assistant, sources: Sources) -> Asked:
    golds = golds_of(row["gold"], sources)
    started = time.perf_counter()
    answer = assistant.ask(row["question"])
    took = 1000 * (time.perf_counter() - started)
    rank = rank_of(assistant.search(row["question"], PASSAGES), golds) if golds else None
    return Asked(row["id"], row["type"], row["question"], row["answerable"], tuple(golds), answer, rank, took)


def _failures(asked: Sequence[Asked], most: int) -> Iterator[str]:
    """Every question that was not answered as it should be, kind by kind."""
    kinds: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        kinds[one.kind].append(one)
    for kind, all_of in kinds.items():
        failed = [one for one in all_of if not _good(one)]
        if failed and most:
            yield f"\n### {kind}: {len(failed)} of {len(all_of)} fail"
            for one in failed[:most]:
                yield from _failure(one)


def _good(one: Asked) -> bool:
    if one.kind == OFF:
        return one.answer.status == "not_found"
    return one.answer.status != "answered" if one.kind == NEAR else one.enough


def _failure(one: Asked) -> Iterator[str]:
    answer = one.answer
    said = " ".join(filter(None, (answer.status, answer.reason, answer.shape)))
    yield f"{one.id} {one.question}  ({said}, {answer.confidence:.2f}; {len(answer.claims)} shown)"
    first = answer.citations[0] if answer.citations else None
    yield f"    shown {_short(f'{first.path}: {answer.claims[0].text}')}" if first else "    shown nothing"
    for gold, hit in zip(one.golds, shown(answer, one.golds), strict=True):
        yield f"    {'GOLD ' if hit else 'gold '} {_short(f'{gold.path}: {gold.text}')}"
    if one.golds:
        yield f"    found {f'first at rank {one.rank}' if one.rank else f'not among {PASSAGES} passages'}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 170 else text[:169] + "…"


if __name__ == "__main__":
    raise SystemExit(main())
