"""How values look in a terminal: bars, tables, JSON. Documents' control characters are not printed."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from rag.cli.tables import in_columns, with_tables
from rag.doctor import Check
from rag.errors import FootnoteError
from rag.language import languages_served, left_phrases, printable
from rag.types import JSON, BuildReport, Failure, Passage, Progress, ProgressCallback, Source

if TYPE_CHECKING:
    from rag.evidence import Origin, Verdict

__all__ = [
    "print_checks",
    "print_error",
    "print_json",
    "print_passages",
    "print_report",
    "print_rows",
    "print_sources",
    "print_verdicts",
    "progress_bars",
]


class _Rate(ProgressColumn):
    """Units a second: files that are read, chunks that are embedded."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


@contextmanager
def progress_bars(quiet: bool) -> Iterator[ProgressCallback]:
    """Progress bars on stderr for files read and chunks embedded, with rate and time left."""
    place = TextColumn("{task.fields[detail]}", markup=False)
    stage = TextColumn("{task.description:<10}")
    columns = (stage, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), place)
    with Bars(*columns, console=Console(stderr=True), disable=quiet) as shown:
        tasks: dict[str, TaskID] = {}

        def show(step: Progress) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = shown.add_task(step.stage, total=step.total, detail="")
            shown.update(tasks[step.stage], completed=step.done, total=step.total, detail=printable(step.detail)[-48:])

        yield show


def print_json(value: JSON | Sequence[JSON]) -> None:
    """JSON on stdout; characters the terminal cannot show are escaped."""
    encoding = sys.stdout.encoding or "ascii"
    print(json.dumps(value, ensure_ascii=encoding.lower().replace("-", "") != "utf8", indent=2))


def print_report(report: BuildReport) -> None:
    """What a build did, and every file that gave no text with the remedy."""
    counts = {
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "failed": report.failed,
        "no text": report.no_text,
        "skipped": report.skipped,
    }
    told = ", ".join(f"{len(files)} {name}" for name, files in counts.items() if files) or "no files"
    print(f"{told}; {report.chunks_embedded} chunks embedded, {report.chunks} in the index; {report.seconds:.1f} s")
    for name, failures in (("failed", report.failed), ("no text", report.no_text), ("skipped", report.skipped)):
        for failure in failures:
            print(_trouble(name, failure))
    for note in report.notes:
        print(note)


def print_error(error: FootnoteError) -> None:
    """An expected error on stderr: what is wrong, and the hint."""
    print(f"{printable(error.message)}\n{printable(error.hint)}", file=sys.stderr)


def print_passages(passages: Sequence[Passage]) -> None:
    """Passages with their place, best first."""
    for number, passage in enumerate(passages, 1):
        page = passage.document.page_at(passage.chunk.span.start)
        place = printable(passage.document.path) + (f", page {printable(page.label)}" if page else "")
        print(f"{number}. {printable(passage.document.name)} ({place})  score {passage.score:.3f}")
        print(f"{_passage_text(passage)}\n")


def _passage_text(passage: Passage) -> str:
    """A passage's own text; for a person at a terminal with its rows as the columns of their table."""
    if not sys.stdout.isatty():
        return printable(passage.text)
    return in_columns(printable(with_tables(passage)), shutil.get_terminal_size().columns)


def print_rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of words."""
    table = Table(*heads, box=box.SIMPLE)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(table)


def print_sources(found: Sequence[Source], known: Mapping[str, Origin]) -> None:
    """A table of files; below it reasons and remedies, what was left out, and the addresses of those from the web."""
    table = Table("file", "status", "pages", "chunks", "language", "title", box=box.SIMPLE)
    for source in found:
        pages = str(source.pages) if source.pages else ""
        if source.pages_without_text and source.status == "indexed":
            pages += f" ({len(source.pages_without_text)} without text)"
        cells = (source.path, source.status, pages, str(source.chunks or ""), source.language, source.title)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console().print(table)
    languages = Counter(source.language for source in found if source.status == "indexed")
    if served := languages_served(dict(languages.most_common())):
        print(f"languages: {served}")
    for source in found:
        if source.reason:
            print(_trouble(source.status, Failure(source.path, source.reason, source.hint)))
    for source in found:
        for standing, phrases in groupby(left_phrases(source.left), key=lambda one: one.standing):
            print(printable(f"{standing}: {source.path!r}: {', '.join(map(str, phrases))}"))
    for source in found:
        if origin := known.get(source.path):
            print(printable(f"fetched: {source.path!r}: {origin.address} on {origin.fetched[:10]}"))


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """How the quotes of a pack stand, one line each, and the sum."""
    for verdict in verdicts:
        place = f"[{verdict.number}] {verdict.path}"
        print(printable(f"{verdict.standing:<10} {place}  {verdict.said}").rstrip())
    counts = Counter(verdict.standing for verdict in verdicts)
    told = ", ".join(f"{counts[name]} {name}" for name in ("unchanged", "moved", "changed", "gone") if counts[name])
    print(f"{len(verdicts)} quotes: {told}" if verdicts else "The pack contains no quotes.")


def print_checks(checks: Sequence[Check]) -> None:
    """One line for each check of the doctor."""
    for check in checks:
        print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {printable(check.said)}")
        if check.hint:
            print(f"      {printable(check.hint)}")


def _trouble(status: str, failure: Failure) -> str:
    return f"{status}: {printable(failure.path)!r}: {printable(failure.reason)} {printable(failure.hint)}"
