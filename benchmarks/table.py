"""A file of results as Markdown that a person reads. This module does not know how anything is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["as_table"]

_STAGES = {"parts", "program", "chunk_sizes"}
_LENSES = {"dense": "vectors", "lexical": "words", "fused": "together"}
_SEARCH = ("hit@1", "hit@5", "MRR", "nDCG@10", "span@1", "span@5")
_READING = {
    "sentence first": "answer sentence first",
    "words F1": "exact words, F1",
    "AUROC": "AUROC",
    "calibration error": "calibration error",
    "answerable answered": "answerable answered",
    "unanswerable answered": "unanswerable answered",
    "foreign answered": "another set's answered",
    "answered rightly": "of those answered, rightly",
    "shown: right first in what is shown": "right first in what is shown",
    "shown: called answered": "called answered",
    "shown: - right first, of those answered": "of those, right first",
    "shown: called not found": "called not found",
    "shown: near misses: called answered": "near misses called answered",
    "shown: another set's: not found": "another set's not found",
    "shown: follow-ups: gold cited in what is shown": "follow-ups, gold cited",
}
_PROGRAM = (
    "passed",
    "quote validity",
    "citation recall",
    "citation precision",
    "right place",
    "answer string recall",
    "answer F1",
    "false answers",
    "false refusals",
    "AUROC",
    "hit@1",
    "nDCG@5",
    "follow-up hit@1",
)
_SIZES = ("hit@1", "hit@5", "nDCG@5", "span recall@5", "span precision@5", "span IoU@5")


def as_table(found: Mapping[str, Any]) -> str:
    """The results as Markdown: circumstances, search, reading, the program, chunk sizes, data."""
    return "\n".join(
        [*_head(found), *_search(found), *_reading(found), *_program(found), *_sizes(found), *_data(found)]
    )


def _head(found: Mapping[str, Any]) -> Iterator[str]:
    asked = f"at most {found['questions']} questions of each set" if found["questions"] else "all questions"
    yield f"# Results at {found['commit']}"
    yield ""
    yield f"{found['made']}, Footnote {found['version']}, {asked}, {found['jobs']} processes, {found['seconds']:.0f} s."
    yield f"{found['machine']}. Encoder `{found['model'][:60]}`."
    missing = [
        f"{name} ({', '.join(sorted(lack))})" for name, one in found["sets"].items() if (lack := _STAGES - one.keys())
    ]
    if missing:
        yield f"Stopped before the end; not measured: {', '.join(missing)}."
    yield "Values with their 95 % interval; settings and hashes stand in the JSON beside this file."


def _search(found: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for way, measures in _ways(found):
        for lens, name in _LENSES.items():
            values = [_value(measures, f"{lens} {measure}", short=lens != "fused") for measure in _SEARCH]
            rows.append([way if lens == "dense" else "", name, *values])
    yield from _table("Search: each lens alone, and together", ["set", "", *_SEARCH], rows)


def _reading(found: Mapping[str, Any]) -> Iterator[str]:
    columns = list(_ways(found))
    rows = [
        [said, *(_value(measures, name) for _, measures in columns)]
        for name, said in _READING.items()
        if any(name in measures for _, measures in columns)
    ]
    rows.append(["milliseconds, median", *(f"{measures['milliseconds'][0]:.0f}" for _, measures in columns)])
    yield from _table("Reading and refusing", ["", *(way for way, _ in columns)], rows)


def _program(found: Mapping[str, Any]) -> Iterator[str]:
    sets = {name: one["program"] for name, one in found["sets"].items() if one.get("program")}
    if not sets:
        return
    rows = [[name, *(_value(one["measures"], name) for one in sets.values())] for name in _PROGRAM]
    rows.append(["cases", *(str(one["cases"]) for one in sets.values())])
    rows.append(["documents / chunks", *(f"{one['documents']:,} / {one['chunks']:,}" for one in sets.values())])
    for name in ("latency median", "latency p95"):
        rows.append([f"{name}, ms", *(_whole(one["measures"], name) for one in sets.values())])
    rows.append(["asked anew / in seconds", *(f"{one['asked']} / {one['seconds']}" for one in sets.values())])
    built = [f"{one['chunks embedded']:,} / {one['build seconds']}" for one in sets.values()]
    rows.append(["chunks encoded anew / in seconds", *built])
    yield from _table("The whole program", ["", *sets], rows)


def _sizes(found: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        [name, size, f"{one['chunks']:,}", *(_value(one, measure) for measure in _SIZES), _whole(one, "tokens read")]
        for name, of_set in found["sets"].items()
        for size, one in (of_set.get("chunk_sizes") or {}).items()
    ]
    yield from _table("Chunk sizes compared", ["set", "tokens", "chunks", *_SIZES, "tokens read"], rows)


def _data(found: Mapping[str, Any]) -> Iterator[str]:
    yield from _table("Data", ["set", "SHA-256"], [[name, one["sha256"]] for name, one in found["sets"].items()])


def _ways(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each set, and once more where its follow-ups were made to stand alone."""
    for one in found["sets"].values():
        yield from (one.get("parts") or {}).items()


def _value(measures: Mapping[str, Any], name: str, short: bool = False) -> str:
    if name not in measures:
        return ""
    value, low, high = measures[name][:3]
    return f"{value:.3f}" if short else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _whole(measures: Mapping[str, Any], name: str) -> str:
    return f"{measures[name][0]:,.0f}" if name in measures else ""


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield from ("", f"## {title}", "", _line(heads), _line(["---"] * len(heads)))
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
