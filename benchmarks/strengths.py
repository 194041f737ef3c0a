"""How the whole program introduces what it shows: `python -m benchmarks.strengths [FOLDER] [--sets a,b]`.

Sets of short questions are asked of an index of their own, as a person would ask. Right is what cites a gold sentence;
of a set that names only passages, what cites one. Prints, for each set: whether what is shown first is right, be it
called `answered` or `partly`; what is called `answered` and how much of that is right; near misses and another set's
questions; follow-ups; and how often sources are said to differ.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

import rag
from benchmarks.sets import CACHE, sampled
from benchmarks.shares import Lines, keep, kept, show
from rag.errors import QuestionProblem
from rag.evaluate.cases import Case, load_cases
from rag.evaluate.datasets import import_set
from rag.evaluate.locations import Location, Sources, locate
from rag.types import Answer, Claim

__all__ = ["SETS", "Judged", "lines_of", "main", "measure"]

SETS = ("squad2_dev", "clapnq_dev", "chunking_eval", "mtrag_un")
FOREIGN = 200
_OTHER = {"squad2_dev": "clapnq_dev"}  # whose questions are foreign to a set; to all others squad2_dev's are


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what became of it; `foreign`: it is another set's."""

    case: Case
    foreign: bool
    places: tuple[Location, ...]
    answer: Answer

    def is_(self, status: str) -> bool:
        """Whether the answer is introduced so."""
        return self.answer.status == status

    @property
    def first(self) -> bool:
        """Whether the claim that is shown first cites an expected place."""
        return any(map(self._right, self.answer.claims[:1]))

    @property
    def anywhere(self) -> bool:
        """Whether any claim does."""
        return any(map(self._right, self.answer.claims))

    def _right(self, claim: Claim) -> bool:
        return any(place.holds(one.document_id, one.span) for place in self.places for one in claim.citations)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Measures how what is shown is introduced, and whether rightly.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--sets", default=",".join(SETS), help="separated by commas")
    parser.add_argument("--questions", type=int, default=500, help="at most so many of each set; 0: all")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the indexes are kept")
    parser.add_argument("--json", type=Path, help="where every question's numbers go")
    parser.add_argument("--before", type=Path, help="the --json of an earlier run, shown beside")
    parser.add_argument("--failures", type=int, default=0, help="how many to show of each way to fail")
    options = parser.parse_args(arguments)
    before, found = kept(options.before), Lines()
    for name in filter(None, options.sets.split(",")):
        judged = measure(options.folder / name, options.cache, options.questions)
        lines = lines_of(judged)
        show(name, lines, None if before is None else {line: before.get(f"{name}: {line}", []) for line in lines})
        found |= {f"{name}: {line}": values for line, values in lines.items()}
        print("\n".join(_failures(judged, options.failures)))
        sys.stdout.flush()
        if options.json:
            keep(options.json, found)
    return 0


def measure(folder: Path, cache: Path = CACHE, count: int = 0) -> list[Judged]:
    """The questions of a set, at most `count` (0: all), and foreign ones, asked of the set's own index."""
    place = cache / "strengths" / folder.name
    imported = import_set(folder, place)
    rag.build(imported.sources, place / "index")
    cases = [(case, False) for case in sampled(load_cases(imported.cases), count)]
    cases += [(case, True) for case in sampled(_foreign(folder), FOREIGN)]
    with rag.open(place / "index") as assistant:
        sources = Sources.of(assistant)
        found = []
        for case, foreign in track(cases, f"asking {folder.name}", len(cases)):
            try:
                answer = assistant.ask(case.question, case.turns)
            except QuestionProblem as error:
                print(f"not asked: {case.id}: {error.message}")
                continue
            found.append(Judged(case, foreign, tuple(locate(case, sources)), answer))
    return found


def lines_of(judged: Sequence[Judged]) -> Lines:
    """The numbers of every question by measure."""
    own = [one for one in judged if not one.foreign]
    gold = [one for one in own if one.case.answerable and one.places]
    answered = [one for one in gold if one.is_("answered")]
    after = [one for one in gold if one.case.turns]
    near = [one for one in own if not one.case.answerable]
    foreign = [one for one in judged if one.foreign]
    lines: dict[str, list[bool]] = {
        "right first in what is shown": [one.first for one in gold],
        "right anywhere in what is shown": [one.anywhere for one in gold],
        "called answered": [one.is_("answered") for one in gold],
        "- right first, of those answered": [one.first for one in answered],
        "- right anywhere, of those answered": [one.anywhere for one in answered],
        "called partly": [one.is_("partly") for one in gold],
        "- right first, of those partly": [one.first for one in gold if one.is_("partly")],
        "called not found": [one.is_("not_found") for one in gold],
        "near misses: called answered": [one.is_("answered") for one in near],
        "near misses: called partly": [one.is_("partly") for one in near],
        "another set's: called answered": [one.is_("answered") for one in foreign],
        "another set's: not found": [one.is_("not_found") for one in foreign],
        "follow-ups: gold cited in what is shown": [one.anywhere for one in after],
        "says that sources differ": [bool(one.answer.differing) for one in judged],
    }
    return {name: [float(value) for value in values] for name, values in lines.items() if values}


def _foreign(folder: Path) -> list[Case]:
    """Another set's questions that stand alone: nothing here answers them."""
    queries = folder.parent / _OTHER.get(folder.name, "squad2_dev") / "queries.jsonl"
    rows = [json.loads(line) for line in queries.read_text("utf-8").split("\n") if line] if queries.is_file() else []
    return [Case(f"foreign-{row['id']}", row["text"], answerable=False) for row in rows if not row.get("history")]


def _failures(judged: Sequence[Judged], most: int) -> Iterator[str]:
    """Some questions of each way to fail: the question, how what is shown is introduced, what comes first, the gold."""
    ways: dict[str, Callable[[Judged], bool]] = {
        "answered, and wrong": lambda one: bool(one.places) and one.is_("answered") and not one.first,
        "partly, and wrong": lambda one: bool(one.places) and one.is_("partly") and not one.first,
        "not found, though it is there": lambda one: bool(one.places) and one.is_("not_found"),
        "a near miss answered": lambda one: not one.foreign and not one.case.answerable and one.is_("answered"),
        "another set's, not refused": lambda one: one.foreign and not one.is_("not_found"),
        "says that sources differ": lambda one: bool(one.answer.differing),
    }
    for way, failed in ways.items():
        all_of = [one for one in judged if failed(one)]
        if all_of and most:
            yield f"\n### {way}: {len(all_of)}"
        for one in sampled(all_of, most) if most else ():
            yield f"{one.case.question}  ({one.answer.status}, {one.answer.confidence:.2f})"
            yield from (f"    shown {claim.text[:150]}" for claim in one.answer.claims[:1])
            yield from (f"    gold  {(place.expected.quote or place.expected.path)[:150]}" for place in one.places[:1])


if __name__ == "__main__":
    raise SystemExit(main())
