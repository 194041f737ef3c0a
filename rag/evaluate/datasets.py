"""Question sets of other makers become sources and cases: BEIR-style folders and SQuAD's JSON.

Every document of a set becomes a text file below its title, so that a set is indexed and asked exactly as a person's
own documents are. This module does not know how anything is measured.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import CaseProblem
from rag.evaluate.cases import Case, Expected, to_jsonl
from rag.types import Span, Turn

__all__ = ["ImportedDataset", "import_set", "is_dataset"]

_SAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """Where a set was put: a sources folder, and a file of cases that belong to it."""

    sources: Path
    cases: Path


@dataclass(frozen=True, slots=True)
class _Written:
    """A document's file name, its text as written, and how far the title pushed the set's own offsets."""

    path: str
    text: str
    shift: int


def is_dataset(path: Path) -> bool:
    """Whether a path is a set to import (a folder with a corpus, or SQuAD's JSON), not a file of cases."""
    if path.is_dir():
        return (path / "corpus.jsonl").is_file()
    if path.suffix != ".json" or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return '"data"' in (head := file.read(400)) and ("paragraphs" in head or "version" in head)


def import_set(origin: Path, into: Path) -> ImportedDataset:
    """Writes `into/sources/*.txt` and `into/cases.jsonl`. Raises CaseProblem if `origin` is no set."""
    sources = into / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    try:
        cases = list(_beir(origin, sources) if origin.is_dir() else _squad(origin, sources))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CaseProblem(
            f"{origin} is not a question set: {error}.", "A set is a BEIR folder or a SQuAD file."
        ) from error
    if not cases:
        raise CaseProblem(f"{origin} contains no questions.", "A set has queries.jsonl, or SQuAD's paragraphs.")
    (into / "cases.jsonl").write_text(to_jsonl(cases), "utf-8")
    return ImportedDataset(sources, into / "cases.jsonl")


def _beir(folder: Path, sources: Path) -> Iterator[Case]:
    """BEIR's layout (Thakur et al. 2021), with answers, spans and earlier turns where the set has them."""
    written = {
        _id(row): _write(sources, _id(row), row.get("title") or "", row["text"])
        for row in _rows(folder / "corpus.jsonl")
    }
    evidence: dict[str, list[Expected]] = {}
    for query, document, score, spans in _judged(folder):
        if score > 0 and document in written:
            evidence.setdefault(query, []).extend(_places(written[document], score, spans))
    for row in _rows(folder / "queries.jsonl"):
        query = _id(row)
        answerable = bool(row.get("answerable", query in evidence))
        answers = row.get("answers") or ([row["answer"]] if row.get("answer") else [])
        places = evidence.get(query, []) if answerable else []
        words = [one for one in answers if any(one in (place.quote or "") for place in places)]
        turns = [
            Turn("user" if turn["role"] == "user" else "assistant", turn["text"]) for turn in row.get("history") or ()
        ]
        yield Case(
            id=query,
            question=row["text"],
            answerable=answerable,
            answers=tuple(dict.fromkeys(words)),
            citations=tuple(places),
            turns=tuple(turn for turn in turns if turn.text.strip()),
            reference=answers[0] if answers and answerable and not words else None,
        )


def _places(document: _Written, score: int, spans: list[dict[str, Any]]) -> Iterator[Expected]:
    located = [span for span in spans if span.get("start") is not None]
    if not located:
        yield Expected(document.path, relevance=score)
    for span in located:
        at = Span(span["start"] + document.shift, span["end"] + document.shift)
        yield Expected(document.path, quote=document.text[at.start : at.end], span=at, relevance=score)


def _judged(folder: Path) -> Iterator[tuple[str, str, int, list[dict[str, Any]]]]:
    """Query, document, grade and spans of every judgement."""
    if (folder / "qrels.jsonl").is_file():
        for row in _rows(folder / "qrels.jsonl"):
            yield str(row["query"]), str(row["doc"]), int(row["score"]), row.get("spans") or []
        return
    tables = sorted(folder.glob("qrels/*.tsv")) or sorted(folder.glob("qrels.tsv"))
    if not tables:
        raise ValueError("it has no qrels.jsonl and no qrels/*.tsv")
    for table in tables:
        with table.open(encoding="utf-8", newline="") as file:
            for query, document, score in csv.reader(file, delimiter="\t"):
                if score.lstrip("-").isdigit():  # the first line is a heading
                    yield query, document, int(score), []


def _squad(file: Path, sources: Path) -> Iterator[Case]:
    """SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018): each paragraph is a document, each answer a place in it."""
    for article in json.loads(file.read_text("utf-8"))["data"]:
        title = str(article.get("title") or "").replace("_", " ")
        for number, paragraph in enumerate(article["paragraphs"]):
            document = _write(sources, f"{title or file.stem}-{number}", title, paragraph["context"])
            for row in paragraph["qas"]:
                answerable = not row.get("is_impossible", False)
                answers = row["answers"] if answerable else []
                spans = [
                    {"start": one["answer_start"], "end": one["answer_start"] + len(one["text"])} for one in answers
                ]
                unique = list({(span["start"], span["end"]): span for span in spans}.values())
                yield Case(
                    id=str(row["id"]),
                    question=row["question"],
                    answerable=answerable,
                    answers=tuple(dict.fromkeys(one["text"] for one in answers)),
                    citations=tuple(_places(document, 1, unique)) if unique else (),
                )


def _write(sources: Path, identity: str, title: str, text: str) -> _Written:
    """One document as a file; names that had to be changed are told apart by a hash."""
    name = _SAFE.sub("_", identity).strip("._")[:80]
    if name != identity:
        name += "-" + hashlib.sha256(identity.encode()).hexdigest()[:8]
    head = f"{title.strip()}\n\n" if title.strip() else ""
    lead = len(text) - len(text.lstrip("\ufeff"))
    (sources / f"{name}.txt").write_bytes((head + text[lead:]).encode())
    return _Written(f"{name}.txt", head + text[lead:], len(head) - lead)


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise ValueError(f"there is no {path.name}")
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def _id(row: dict[str, Any]) -> str:
    return str(row["_id"] if "_id" in row else row["id"])
