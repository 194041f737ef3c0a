"""A conversation as one file to keep: HTML that needs nothing else, with every quote, its place, and its file's hash.

`verify_pack` reads such a file later and compares every quote with the sources as they are then. What a person sees in
the file is what is compared: the quotes are taken from the shown text. The file holds no script and loads nothing. This
module does not know how an answer was made.
"""

from __future__ import annotations

import base64
import hashlib
import html
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal, TypeAlias

from rag.assistant import Assistant
from rag.errors import ConfigProblem, SourceError, SourcesMissing
from rag.load import Scanning, load_files
from rag.types import JSON, Box, Citation, Document, Loaded, Span, Support

__all__ = ["Asked", "Said", "Standing", "Verdict", "make_pack", "verify_pack"]

Standing: TypeAlias = Literal["unchanged", "moved", "changed", "gone"]

_AROUND = 300  # characters of the source on either side of a quote
_WIDTH = 1100  # pixels of a whole page; a crop is a part of it
_MARGIN = 0.035  # of the page's height, above and below the quote
_SUPPORT = {"quoted": "", "supported": "supported", "contradicted": "the sources say otherwise"}
_MOST_BYTES = 400_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer and the citations that carry it."""

    text: str
    support: Support
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what was answered; no sentences where the sources do not answer."""

    question: str
    said: tuple[Said, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a quote of a pack stands in the sources now. `said` tells more in a sentence, where there is more to tell."""

    question: str
    number: int
    path: str
    standing: Standing
    said: str = ""

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def make_pack(assistant: Assistant, title: str, conversation: Sequence[Asked]) -> str:
    """The conversation as HTML. A quote that no longer stands in its source is kept as text and named as such."""
    escaped = html.escape(title)
    turns = "\n".join(_turn(assistant, number, asked) for number, asked in enumerate(conversation, 1))
    made = time.strftime("%d %B %Y, %H:%M")
    return _PAGE.format(title=escaped, made=made, turns=turns, style=_STYLE)


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


class _Files:
    """The sources as they are now, as far as a pack asks for them; every file is read once."""

    def __init__(self, sources: Path, exhibits: Iterable[_Exhibit], languages: str) -> None:
        self._root = sources
        self._hashes: dict[str, str] = {}
        here = {path.relative_to(sources).as_posix(): path for path in _walk(sources)}
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
        self._texts: dict[str, str | SourceError] = {
            path: found.document.text if isinstance(found, Loaded) else found
            for path, found in load_files([(here[path], path) for path in sorted(read)], languages=languages)
            if not isinstance(found, Scanning)  # a word on how far OCR has come
        }

    def judge(self, exhibit: _Exhibit) -> Verdict:
        standing, said = self._standing(exhibit)
        return Verdict(exhibit.question, exhibit.number, exhibit.path, standing, said)

    def _standing(self, exhibit: _Exhibit) -> tuple[Standing, str]:
        here, twin = self._hashes.get(exhibit.path), self._paths.get(exhibit.sha256)
        if here == exhibit.sha256:
            return self._same(exhibit)
        if twin is not None and self._says(twin, exhibit):
            return "moved", f"The file is now {twin}."
        if here is None:
            return "gone", ""
        text = self._texts.get(exhibit.path)
        if isinstance(text, SourceError):
            return "changed", str(text)
        if text is not None and exhibit.quote in text:
            return "moved", "The file has changed and still says it."
        return "changed", "The file has changed and no longer says it."

    def _same(self, exhibit: _Exhibit) -> tuple[Standing, str]:
        text = self._texts.get(exhibit.path)
        if isinstance(text, str) and text[slice(*exhibit.span)] == exhibit.quote:
            return "unchanged", ""
        if self._says(exhibit.path, exhibit):
            return "moved", "The file is the same and is read in another way now."
        return "changed", "The file is the same and does not say it: the pack has been altered."

    def _says(self, path: str, exhibit: _Exhibit) -> bool:
        text = self._texts.get(path)
        return isinstance(text, str) and exhibit.quote in text


class _Reader(HTMLParser):
    """Finds the exhibits in a pack: their places in attributes, their quotes in the text that is shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Exhibit] = []
        self.is_pack = False
        self._question = self._kept = ""
        self._place: dict[str, str] | None = None
        self._into: Literal["question", "quote"] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("name") == "generator" and given.get("content") == "Footnote pack 1":
            self.is_pack = True
        elif tag == "h2":
            self._into, self._kept = "question", ""
        elif tag == "li" and "data-sha256" in given:
            self._place = given
        elif tag == "mark" and self._place is not None:
            self._into, self._kept = "quote", ""

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._kept += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2" and self._into == "question":
            self._question, self._into = self._kept, None
        elif tag == "mark" and self._into == "quote" and self._place is not None:
            place, self._into = self._place, None
            span = Span(int(place["data-start"]), int(place["data-end"]))
            number, path, sha256 = int(place["data-number"]), place["data-path"], place["data-sha256"]
            self.found.append(_Exhibit(self._question, number, path, sha256, span, self._kept))
            self._place = None


def _exhibits(file: Path) -> list[_Exhibit]:
    reader = _Reader()
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigProblem(f"{file} is too large for a pack.", "Name a pack that the page has saved.")
        reader.feed(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigProblem(f"{file} cannot be read: {error.strerror}.", "Check the name.") from error
    except (ValueError, KeyError) as error:
        raise ConfigProblem(f"{file} is no pack, or a damaged one.", "Save it from the page again.") from error
    if not reader.is_pack:
        raise ConfigProblem(f"{file} is no pack.", "Save one from the page: Export, Evidence pack.")
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


# Writing.


def _turn(assistant: Assistant, number: int, asked: Asked) -> str:
    cited = {citation.number: citation for said in asked.said for citation in said.citations}
    claims = "\n".join(_claim(number, said) for said in asked.said)
    if not asked.said:
        claims = '<p class="claim">The sources do not answer this question.</p>'
    notes = "".join(f'<p class="note">{html.escape(note)}</p>' for note in asked.notes)
    exhibits = "\n".join(_exhibit(assistant, number, cited[each]) for each in sorted(cited))
    listed = f"<ol>\n{exhibits}\n</ol>" if exhibits else ""
    return f"<article>\n<h2>{html.escape(asked.question)}</h2>\n{notes}{claims}\n{listed}\n</article>"


def _claim(turn: int, said: Said) -> str:
    marks = "".join(f'<sup><a href="#t{turn}c{each.number}">{each.number}</a></sup>' for each in said.citations)
    words = _SUPPORT.get(said.support, "not found in the sources")
    support = f" <small>{words}</small>" if words else ""
    return f'<p class="claim {said.support}">{html.escape(said.text)}{marks}{support}</p>'


def _exhibit(assistant: Assistant, turn: int, citation: Citation) -> str:
    document = assistant.document(citation.document_id)
    title = f"<h3><b>{citation.number}</b> {html.escape(citation.title)}</h3>"
    page = f", page {html.escape(str(citation.page_label or citation.page))}" if citation.page else ""
    where = f'<p class="where">{html.escape(citation.path)}{page}</p>'
    anchor = f'id="t{turn}c{citation.number}"'
    if document is None or document.text[slice(*citation.span)] != citation.quote:
        lost = (
            '<p class="note">This was quoted; it does not stand in the source any more, so it is not vouched for.</p>'
        )
        return f"<li {anchor}>{title}{where}{lost}<blockquote>{_text(citation.quote)}</blockquote></li>"
    before, after = assistant.surroundings(citation, _AROUND)
    shown = f"<blockquote>{_text(before)}<mark>{_text(citation.quote)}</mark>{_text(after)}</blockquote>"
    place = (
        f'data-number="{citation.number}" data-path="{html.escape(document.path)}" data-sha256="{document.sha256}" '
        f'data-start="{citation.span.start}" data-end="{citation.span.end}"'
    )
    hashed = f'<p class="hash">SHA-256 of the file: <code>{document.sha256}</code></p>'
    return f"<li {anchor} {place}>{title}{where}{shown}{_crops(assistant, document, citation.span)}{hashed}</li>"


def _crops(assistant: Assistant, document: Document, span: Span) -> str:
    """For a PDF the parts of its pages that hold the quote, with its lines marked."""
    figures = []
    for page, boxes in assistant.page_boxes(document.id, span).items():
        top = max(0.0, min(box.top for box in boxes) - _MARGIN)
        bottom = min(1.0, max(box.bottom for box in boxes) + _MARGIN)
        png = assistant.page_picture(document.id, page, _WIDTH, Box(0, top, 1, bottom))
        if png is None:
            continue
        lit = "".join(_lit(box, top, bottom) for box in boxes)
        source = base64.b64encode(png).decode("ascii")
        label = html.escape(document.pages[page - 1].label)
        figures.append(f'<figure><img alt="Part of page {label}" src="data:image/png;base64,{source}">{lit}</figure>')
    return "".join(figures)


def _lit(box: Box, top: float, bottom: float) -> str:
    tall = bottom - top
    return (
        f'<i style="left:{box.left:.4%};top:{(box.top - top) / tall:.4%};'
        f'width:{box.right - box.left:.4%};height:{(box.bottom - box.top) / tall:.4%}"></i>'
    )


def _text(text: str) -> str:
    """Escaped so that a parser gives back the same characters: it would turn a carriage return into a line feed."""
    return html.escape(text).replace("\r", "&#13;")


_STYLE = """
:root { color-scheme: light; }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1.5rem; color: #1c1d1f; background: #fff;
  font: 1.0625rem/1.65 Charter, "Iowan Old Style", "Noto Serif", Georgia, serif; }
h1 { margin-bottom: 0; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 0 0 .6rem; font-size: 1.35rem; line-height: 1.35; }
h3 { margin: 0; font-size: 1rem; }
h3 b, sup, a { color: #9a5200; }
sup { margin-left: .15em; font: 600 .7em/0 sans-serif; } a { text-decoration: none; }
article { padding: 2rem 0 1rem; border-top: 1px solid #e4e3df; }
.made, .where, .hash, .note, small { color: #6d6f75; font: .8125rem/1.5 sans-serif; overflow-wrap: anywhere; }
.unsupported { color: #6d6f75; }
.claim { margin: 0 0 .6rem; }
ol { margin: 1.5rem 0 0; padding: 0; list-style: none; }
li { margin-bottom: 1.25rem; padding: 1rem 1.25rem; border: 1px solid #e4e3df; border-radius: .7rem;
  background: #f7f7f5; break-inside: avoid; }
li p { margin: 0; }
blockquote { margin: .6rem 0; color: #55575c; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: #ffe2a0; color: #1c1d1f; }
figure { position: relative; margin: .75rem 0; } img { display: block; width: 100%; border: 1px solid #e4e3df; }
i { position: absolute; background: #ffd97f; mix-blend-mode: multiply; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="Footnote pack 1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p class="made">Evidence as it stood on {made}. Check it against the sources with: rag verify FILE</p>
{turns}
</body>
</html>
"""
