"""Values looked up in tables: `python -m benchmarks.tables [FOLDER]`.

Builds one index over twelve sheets of different make (`benchmarks.lookup_sheets`) and asks the 120 questions of
`lookups.tsv`, as people type them; 24 of them ask for a cell that is blank or absent. An answer is right if it is
called `answered` and its first citation sets off the cell asked for (a blank one: says that it is blank), wrong if it
is called `answered` and does not, else not answered, which is right where what is asked for is absent.

FOLDER holds the sets `wtq`, `tatqa`, `aitqa`, `fetaqa`: of the fifth of their tables that nothing is trained on, up to
`--most` questions whose answer is one cell are asked of one index over those tables (`found`: the cell, or its row, is
among the first three shown; a year that is asked for may be the head of the cell). `--own` limits each question to its
own table, as those who wrote the questions of wtq had it before them and do not name it. fetaqa has no such questions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rag
from benchmarks.lookup_sheets import write_sheets
from rag.types import Answer, Citation

__all__ = ["LookUp", "look_ups", "main", "measure", "verdict"]

SETS = ("wtq", "tatqa", "aitqa", "fetaqa")
ABSENT, BLANK = "(absent)", "(blank)"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class LookUp:
    """A question, the file it is about, and the cell as it is shown there."""

    file: str
    question: str
    cell: str


def look_ups() -> list[LookUp]:
    """The 120 questions."""
    lines = Path(__file__).with_name("lookups.tsv").read_text("utf-8").splitlines()
    return [LookUp(*line.split("\t")) for line in lines]


def verdict(asked: LookUp, answer: Answer) -> str:
    """ "right", "wrong" or "not answered"."""
    if answer.status != "answered" or not answer.claims:
        return "right" if asked.cell == ABSENT else "not answered"
    first = answer.claims[0].citations[0]
    if asked.cell == BLANK:
        right = first.answer is None and any("blank" in note for note in answer.notes)
    else:
        right = _cell(first) == asked.cell
    return "right" if right and first.path == asked.file else "wrong"


def _cell(citation: Citation) -> str:
    place = citation.answer
    return "" if place is None else citation.quote[slice(*(end - citation.span.start for end in place))]


def measure(assistant: rag.Assistant, asked: Sequence[LookUp], *, show: bool = True) -> dict[str, int]:
    """How many questions are right, wrong and not answered; those that are not right are printed."""
    counts = {"right": 0, "wrong": 0, "not answered": 0}
    for one in asked:
        answer = assistant.ask(one.question)
        found = verdict(one, answer)
        counts[found] += 1
        if show and found != "right":
            first = answer.claims[0].citations[0] if answer.claims else None
            said = f"{first.path}: {_cell(first)!r} in {first.quote[:80]!r}" if first else ""
            print(f"  {found}: {one.question!r} ({one.file}, {one.cell}): {answer.status} {said}")
    return counts


def _held_out(folder: Path, most: int) -> tuple[dict[str, str], list[tuple[str, list[str], str]]]:
    """Tables as Markdown by id, and questions with their answers and the id of their table."""
    corpus = {row["id"]: row for row in map(json.loads, (folder / "corpus.jsonl").read_text("utf-8").splitlines())}
    kept = {one for one in corpus if int(hashlib.sha256(one.encode()).hexdigest(), 16) % 5 == 0}
    asked = []
    for row in map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines()):
        known = corpus.get(row["context_doc"])
        answers = [answer for answer in row["answers"] if known and _is_cell(answer, known["text"])]
        if known and known["id"] in kept and len(row["answers"]) == 1 and answers:
            asked.append((row["text"], answers, known["id"]))
    return {one: _markdown(corpus[one]["title"], corpus[one]["text"]) for one in sorted(kept)}, asked[:most]


def _is_cell(answer: str, text: str) -> bool:
    cells = (cell.rpartition(": ")[2].strip() for line in text.split("\n") for cell in line.split(" | "))
    return answer.strip().lower() in {cell.lower() for cell in cells}


def _markdown(title: str, text: str) -> str:
    """A table of rows written "column: value | …"; rows without names of columns stay as they are."""
    table, _, rest = text.strip("\n").partition("\n\n")
    lines = table.split("\n")
    rows = [[cell.partition(": ") for cell in line.split(" | ")] for line in lines]
    named = [row for row in rows if len(row) > 1 and all(mark for _, mark, _ in row[1:])]
    heads = list(dict.fromkeys(name if mark else "" for row in named for name, mark, _ in row))
    out = [f"# {title}" if title else "", ""]
    if len(named) * 2 > len(rows):
        before = [line for line, row in zip(lines, rows, strict=True) if row not in named]
        out += [*before, "", _row(heads), "|" + "---|" * len(heads)]
        for row in named:
            said = {name if mark else "": value if mark else name for name, mark, value in row}
            out.append(_row([said.get(head, "") for head in heads]))
    else:
        width = max(len(row) for row in rows)
        cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
        full = [row + [""] * (width - len(row)) for row in cells]
        out += [_row(full[0]), "|" + "---|" * width, *map(_row, full[1:])]
    return "\n".join([*out, "", rest, ""])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _found(answer: Answer, answers: Sequence[str], path: str) -> bool:
    """Whether the cell, or the row that holds it, is among the first three shown."""
    shown = [citation for claim in answer.claims for citation in claim.citations][:_SHOWN]
    texts = [f"{citation.quote}|{_head(citation)}" for citation in shown if citation.path == path]
    if not answer.claims:
        texts = [passage.text for passage in answer.passages[:1] if passage.document.path == path]
    wanted = answers[0].strip().lower()
    return any(wanted in (cell.strip().lower() for cell in re.split(r"[|\n]", text)) for text in texts)


def _head(citation: Citation) -> str:
    """The head of the cell that is set off."""
    rows = citation.table
    return " ".join(line[rows.cell[1]] for line in rows.heads) if rows and rows.cell and citation.answer else ""


def _ask_set(folder: Path, most: int, *, own: bool) -> Iterator[str]:
    tables, asked = _held_out(folder, most)
    if not asked:
        yield f"{folder.name}: no question whose answer is one cell"
        return
    with tempfile.TemporaryDirectory() as place:
        sources, index = Path(place) / "sources", Path(place) / "index"
        sources.mkdir()
        names = {one: f"{at}.md" for at, one in enumerate(tables)}
        for one, text in tables.items():
            (sources / names[one]).write_text(text, "utf-8")
        rag.build(sources, index)
        found = answered = right = 0
        with rag.open(index) as assistant:
            for question, answers, one in asked:
                answer = assistant.ask(question, paths=[names[one]] if own else None)
                found += _found(answer, answers, names[one])
                if answer.status == "answered":
                    answered += 1
                    first = answer.claims[0].citations[0] if answer.claims else None
                    said = f"| {_cell(first) or first.quote} | {_head(first)} |".lower() if first else ""
                    right += answers[0].strip().lower() in said
        yield (
            f"{folder.name}: {len(asked)} questions, {len(tables)} tables: found {found / max(1, len(asked)):.2f}; "
            f"answered {answered}, of those with the cell {right}"
        )


def main() -> None:
    """Asks, and prints what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--own", action="store_true", help="ask each question of its own table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sources, index = Path(place) / "sources", Path(place) / "index"
        sources.mkdir()
        write_sheets(sources)
        began = time.perf_counter()
        rag.build(sources, index)
        built = time.perf_counter()
        with rag.open(index) as assistant:
            assistant.warm_up()
            started = time.perf_counter()
            counts = measure(assistant, look_ups())
            each = (time.perf_counter() - started) / 120
        print(f"look-ups: {counts}; build {built - began:.1f} s, {1000 * each:.0f} ms a question")
    for name in SETS if options.folder else ():
        if (options.folder / name).is_dir():
            for line in _ask_set(options.folder / name, options.most, own=options.own):
                print(line)


if __name__ == "__main__":
    main()
