"""Reads a pack and compares its quotes with the sources as they are now. An index is not needed.

This module does not know how a pack is written, only the marks by which its quotes are found.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal, TypeAlias

from rag.errors import ConfigProblem, SourceError, SourcesMissing
from rag.evidence.tables import table_around
from rag.language import composed
from rag.parsing import VERSION, load_files
from rag.types import BLANK, JSON, Document, LoadedDocument, OcrProgress, Span

__all__ = ["QuoteStatus", "Verdict", "verify_pack"]

QuoteStatus: TypeAlias = Literal["unchanged", "moved", "changed", "gone"]

_MOST_BYTES = 400_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a quote of a pack stands in the sources now. `said` tells more in a sentence, where there is more to tell."""

    question: str
    number: int
    path: str
    standing: QuoteStatus
    said: str = ""

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def verify_pack(file: Path, sources: Path, languages: str = "") -> list[Verdict]:
    """Compares every quote of a pack with the sources, in the order of the pack.

    unchanged: the file is the same, byte for byte, and says it. moved: the words stand elsewhere - in the changed file,
    or in the same file under another name. changed: the file is there and no longer says it. gone: there is no such
    file. With `languages` scanned pages are read by OCR, as they were for the index. Raises ConfigProblem if the file
    is no pack, SourcesMissing if there is no such folder.
    """
    if not sources.is_dir():
        raise SourcesMissing(f"There is no sources folder at {sources}.", "Name it with --sources.")
    exhibits = _exhibits(file)
    files = _Files(sources, exhibits, languages)
    return [files.judge(exhibit) for exhibit in exhibits]


@dataclass(frozen=True, slots=True)
class _Exhibit:
    """What a pack says of one quote."""

    question: str
    number: int
    path: str
    sha256: str
    span: Span
    quote: str
    reader: str  # version of reading; empty in packs of before it was said
    table: tuple[tuple[str, ...], ...] | None  # heads and quoted rows, where these are shown as a table


class _Files:
    """The sources as they are now, as far as a pack asks for them; every file is read once."""

    def __init__(self, sources: Path, exhibits: Iterable[_Exhibit], languages: str) -> None:
        self._root = sources
        self._hashes: dict[str, str] = {}
        here = {composed(path.relative_to(sources).as_posix()): path for path in _walk(sources)}
        wanted = {exhibit.path for exhibit in exhibits if exhibit.path in here}
        missing = {exhibit.sha256 for exhibit in exhibits if exhibit.path not in here}
        for path, file in here.items():
            if path in wanted or missing:
                self._hashes[path] = _sha256(file)
        missing |= {each.sha256 for each in exhibits if self._hashes.get(each.path) != each.sha256}
        if missing - set(self._hashes.values()):  # changed where it was: it may lie under another name as well
            self._hashes |= {path: _sha256(file) for path, file in here.items() if path not in self._hashes}
        self._paths = {sha256: path for path, sha256 in sorted(self._hashes.items(), reverse=True)}
        read = wanted | {self._paths[sha256] for sha256 in missing if sha256 in self._paths}
        self._read: dict[str, Document | SourceError] = {
            path: found.document if isinstance(found, LoadedDocument) else found
            for path, found in load_files([(here[path], path) for path in sorted(read)], languages=languages)
            if not isinstance(found, OcrProgress)  # a word on how far OCR has come
        }

    def judge(self, exhibit: _Exhibit) -> Verdict:
        standing, said = self._standing(exhibit)
        return Verdict(exhibit.question, exhibit.number, exhibit.path, standing, said)

    def _standing(self, exhibit: _Exhibit) -> tuple[QuoteStatus, str]:
        here, twin = self._hashes.get(exhibit.path), self._paths.get(exhibit.sha256)
        if here == exhibit.sha256:
            return self._same(exhibit)
        if twin is not None and self._says(twin, exhibit):
            return "moved", f"The file is now {twin}."
        if here is None:
            return "gone", ""
        read = self._read.get(exhibit.path)
        if isinstance(read, SourceError):
            return "changed", str(read)
        if self._says(exhibit.path, exhibit):
            return "moved", "The file has changed and still contains the quote."
        return "changed", "The file has changed and no longer contains the quote."

    def _same(self, exhibit: _Exhibit) -> tuple[QuoteStatus, str]:
        read = self._read.get(exhibit.path)
        stands = isinstance(read, Document) and read.text[slice(*exhibit.span)] == exhibit.quote
        if isinstance(read, Document) and stands and _table_at(read, exhibit.span, exhibit):
            return "unchanged", ""
        if not stands and self._says(exhibit.path, exhibit):
            return "moved", "The file is the same; source read again, and the quote is elsewhere in it."
        missing = "is not the table shown" if stands else "no longer has the quote"
        if exhibit.reader != VERSION:
            return "changed", f"The file is the same; source read again, and its text {missing}."
        missing = "have the table as shown" if stands else "contain the quote"
        return "changed", f"The file is the same and does not {missing}: the pack has been altered."

    def _says(self, path: str, exhibit: _Exhibit) -> bool:
        read = self._read.get(path)
        if not isinstance(read, Document):
            return False
        found = (each.span() for each in re.finditer(re.escape(exhibit.quote), read.text))
        return any(_table_at(read, Span(*span), exhibit) for span in found)


def _table_at(document: Document, span: Span, exhibit: _Exhibit) -> bool:
    """Whether the table shown of a quote, if there is one, is what the source has at a span."""
    if exhibit.table is None:
        return True
    view = table_around(document, span, rows=0)
    if view is None:
        return False
    columns = (view.quoted.columns,) if any(view.quoted.columns) else ()
    return exhibit.table == tuple(tuple(map(_cell, row)) for row in (*columns, *view.rows))


def _cell(text: str) -> str:
    """What a cell says, however it is broken into lines; nothing where it is shown as blank."""
    said = " ".join(text.split())
    return "" if said == BLANK else said


class _Reader(HTMLParser):
    """Finds the exhibits in a pack: their places in attributes, their quotes in the text that is shown, or in an
    attribute where that is a table.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Exhibit] = []
        self.is_pack = False
        self._reader = ""
        self._question = self._kept = ""
        self._place: dict[str, str] | None = None
        self._into: Literal["question", "quote", "cell"] | None = None
        self._rows: list[list[str]] = []  # heads and quoted rows of the exhibit's table
        self._in_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("name") == "generator" and given.get("content") == "Footnote pack 1":
            self.is_pack = True
        elif tag == "meta" and given.get("name") == "reader":
            self._reader = given.get("content", "")
        elif tag == "h2":
            self._into, self._kept = "question", ""
        elif tag == "li" and "data-sha256" in given:
            self._place, self._rows, self._in_row = given, [], False
        elif self._place is not None and tag in ("thead", "tr") and "data-quote" in self._place:
            self._in_row = tag == "thead" or given.get("class") == "lit" or (self._in_row and not self._rows)
            if self._in_row and tag == "tr":
                self._rows.append([])
        elif tag in ("th", "td") and self._in_row and self._rows:
            self._into, self._kept = "cell", ""
        elif tag == "mark" and self._place is not None:
            self._into, self._kept = "quote", ""

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._kept += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2" and self._into == "question":
            self._question, self._into = self._kept, None
        elif tag in ("th", "td") and self._into == "cell":
            self._rows[-1].append(_cell(self._kept))
            self._into = None
        elif tag == "li" and self._place is not None and "data-quote" in self._place:
            self._found(self._place["data-quote"])
        elif tag == "mark" and self._into == "quote" and self._place is not None:
            self._into = None
            self._found(self._kept)

    def _found(self, quote: str) -> None:
        assert self._place is not None
        place, self._place = self._place, None
        span = Span(int(place["data-start"]), int(place["data-end"]))
        number, path, sha256 = int(place["data-number"]), composed(place["data-path"]), place["data-sha256"]
        table = tuple(map(tuple, self._rows)) if "data-quote" in place else None
        self.found.append(_Exhibit(self._question, number, path, sha256, span, quote, self._reader, table))
        self._rows = []


def _exhibits(file: Path) -> list[_Exhibit]:
    reader = _Reader()
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigProblem(f"{file} is too large for an evidence pack.", "Name a pack saved from the page.")
        reader.feed(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigProblem(f"{file} cannot be read: {error.strerror}.", "Check the name.") from error
    except (ValueError, KeyError) as error:
        raise ConfigProblem(
            f"{file} is not an evidence pack, or is damaged.", "Save it from the page again."
        ) from error
    if not reader.is_pack:
        raise ConfigProblem(f"{file} is not an evidence pack.", "Save one from the page: Export, Evidence pack.")
    return reader.found


def _walk(sources: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(sources):
        below[:] = [name for name in below if not name.startswith(".")]
        yield from (
            Path(folder) / name for name in names if not name.startswith(".") and (Path(folder) / name).is_file()
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
