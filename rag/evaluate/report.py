"""A run as one HTML file to look at: the measures, the plots, every case, and each failed one with its evidence.

The file asks nothing of anybody: its style, script and plots stand in it, and its policy forbids all else. What comes
from documents is text, never markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.evaluate import plots
from rag.evaluate.locations import Sources
from rag.evaluate.measures import calibration, risk_coverage
from rag.evaluate.results import Result
from rag.evaluate.run import Run, row_of
from rag.evaluate.summary import MEASURES
from rag.types import Citation, Document, Span

__all__ = ["write_report"]

_HERE = Path(__file__).parent / "page"
_AROUND = 260  # characters shown before and after a quote
_SOURCES = 14  # bars


@dataclass(frozen=True, slots=True)
class HighlightedText:
    """A stretch of text, lit up or not: "" is plain, "right" is what was expected, "wrong" what else was cited."""

    text: str
    light: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in a source with its surroundings."""

    head: str
    where: str
    pieces: tuple[HighlightedText, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as the page shows it."""

    number: int
    result: Result
    state: str
    source: str
    found: str
    expected: tuple[Evidence, ...]
    given: tuple[Evidence, ...]


def write_report(run: Run, sources: Sources, path: Path, name: str) -> None:
    """Writes the report. Raises OSError where the file cannot be written."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    script = (_HERE / "report.js").read_text("utf-8")
    style = (_HERE / "report.css").read_text("utf-8")
    by_source = _by_source(run)
    text = environment.get_template("report.html").render(
        name=name,
        run=run,
        groups=_groups(run),
        shown=[_shown(number, result, sources) for number, result in enumerate(run.results, 1)],
        plots={title: (Markup(svg), said) for title, svg, said in _plots(run) if svg},  # noqa: S704  # ours, escaped
        bars=[(path, Markup(plots.bar(share)), f"{share:.0%}", count) for path, share, count in by_source],  # noqa: S704
        more_sources=len({place.expected.path for result in run.results for place in result.places}) - len(by_source),
        script=Markup(script),  # noqa: S704
        style=Markup(style),  # noqa: S704
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )
    path.write_text(text, "utf-8", newline="\n")


def _groups(run: Run) -> list[tuple[str, list[tuple[str, str, str, int, str]]]]:
    """Name of each group, and its measures: name, value, interval, cases, meaning."""
    groups: dict[str, list[tuple[str, str, str, int, str]]] = {}
    for measure in MEASURES:
        found = run.measures.get(measure.name)
        if found is not None:
            digits = 3 if measure.floored else 0
            interval = f"{found.low:.{digits}f} – {found.high:.{digits}f}"
            row = (measure.name, f"{found.value:.{digits}f}", interval, found.n, measure.said)
            groups.setdefault(measure.group, []).append(row)
    return list(groups.items())


def _plots(run: Run) -> Iterator[tuple[str, str, str]]:
    rows = [row_of(result) for result in run.results if not result.broken]
    answered = [row for row in rows if row.answered]
    confidence = np.array([row.confidence for row in answered])
    right = np.array([row.right for row in answered], bool)
    if not len(confidence):
        return
    coverage, risk = risk_coverage(confidence, right, len(rows))
    highest = min(1.0, max(0.2, float(np.ceil(risk.max() * 5) / 5)))
    points = list(zip(coverage.tolist(), risk.tolist(), strict=True))
    said = "Wrong answers among those given, as the least confident are let in; the dot is the program's own threshold."
    yield "Risk and coverage", plots.curve(points, "share answered", "share wrong", highest), said
    said = "Confidence in bins against how many of these answers are right; on the line, it means what it says."
    yield "Reliability", plots.reliability(calibration(confidence, right), "confidence", "share right"), said


def _by_source(run: Run) -> list[tuple[str, float, int]]:
    """Share of passed cases of each expected source: the worst first, and of equal ones the most asked."""
    passed: dict[str, list[bool]] = {}
    for result in run.results:
        for path in {place.expected.path for place in result.places}:
            passed.setdefault(path, []).append(result.passed)
    rows = [(path, sum(found) / len(found), len(found)) for path, found in passed.items()]
    return sorted(rows, key=lambda row: (row[1], -row[2], row[0]))[:_SOURCES]


def _shown(number: int, result: Result, sources: Sources) -> CaseView:
    failed = not result.passed
    state = "does not fit" if result.broken else "passed" if result.passed else _state(result)
    paths = dict.fromkeys(place.expected.path for place in result.places)
    return CaseView(
        number=number,
        result=result,
        state=state,
        source=", ".join(paths),
        found=_found(result),
        expected=tuple(_expected(result, sources)) if failed else (),
        given=tuple(_given(result, sources)) if failed else (),
    )


def _state(result: Result) -> str:
    kinds = {finding.kind for finding in result.findings}
    outcomes = (("answered", "false answer"), ("refused", "refused"), ("closest", "closest"), ("trouble", "not asked"))
    for kind, said in outcomes:
        if kind in kinds:
            return said
    return "wrong citation" if kinds - {"answer"} else "not said"


def _found(result: Result) -> str:
    """Where the expected place stood among the passages."""
    if not result.places:
        return ""
    for rank, passage in enumerate(result.prediction.passages, 1):
        if any(place.holds(passage.document_id, passage.span) for place in result.places):
            return str(rank)
    return "not found"


def _expected(result: Result, sources: Sources) -> Iterator[Evidence]:
    for place in result.places:
        document = sources.document(place.document_id)
        if document is None:
            continue
        page = "" if place.expected.page is None else f"page {place.expected.page}"
        if not place.exact:
            yield Evidence(
                place.expected.path, page, (HighlightedText("anywhere on this page" if page else "anywhere in it", ""),)
            )
            continue
        yield Evidence(place.expected.path, page, tuple(_lit(document, place.spans[0], place.spans[:1], "right")))


def _given(result: Result, sources: Sources) -> Iterator[Evidence]:
    spans = [(place.document_id, span) for place in result.places for span in place.spans]
    for claim in result.prediction.claims:
        for citation in claim.citations:
            document = sources.document(citation.document_id)
            where = "" if citation.page is None else f"page {citation.page_label or citation.page}"
            head = f"[{citation.number}] {citation.path}"
            if document is None or document.text[slice(*citation.span)] != citation.quote:
                yield Evidence(
                    head,
                    where,
                    (HighlightedText(citation.quote, "wrong"), HighlightedText(" is not the source's text.", "")),
                )
                continue
            right = [span for document_id, span in spans if document_id == document.id]
            yield Evidence(head, where, tuple(_lit(document, citation.span, right, _light(citation, result))))


def _light(citation: Citation, result: Result) -> str:
    return "right" if any(p.holds(citation.document_id, citation.span) for p in result.places) else "wrong"


def _lit(document: Document, span: Span, right: Sequence[Span], light: str) -> Iterator[HighlightedText]:
    """The quote between its surroundings; what of it was expected is lit up as right, the rest as `light` says."""
    before = document.text[max(0, span.start - _AROUND) : span.start]
    after = document.text[span.end : span.end + _AROUND]
    if span.start > _AROUND:
        before = "…" + before[before.find(" ") + 1 :]
    if span.end + _AROUND < len(document.text):
        after = after[: after.rfind(" ")] + "…"
    yield HighlightedText(before, "")
    at = span.start
    for one in sorted(right):
        a, b = max(at, one.start), min(span.end, one.end)
        if a < b:
            if at < a:
                yield HighlightedText(document.text[at:a], light)
            yield HighlightedText(document.text[a:b], "right")
            at = b
    if at < span.end:
        yield HighlightedText(document.text[at : span.end], light)
    yield HighlightedText(after, "")
