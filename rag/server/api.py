"""What the page and other programs can call: checked requests in, JSON-ready values out.

`ask`, `search` and `sources` are public and stable; the others serve the page. Nothing is remembered between calls, so
one person's conversation cannot reach another's. This module does not know HTTP, Gradio, HTML, or how an answer is
made.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, get_args
from urllib.parse import urlsplit

from rag.assistant import MAX_QUESTION
from rag.errors import FootnoteError
from rag.evidence import table_around, told_origin
from rag.language import composed, left_phrases
from rag.models import is_loopback_name
from rag.server.disk import Disk
from rag.server.limits import MOST_CITATIONS, MOST_PASSAGES
from rag.server.metrics import uncounted
from rag.server.request_models import AskRequest, PageRequest, SearchRequest
from rag.server.sample_questions import only_samples, sample_questions
from rag.server.suggestions import suggest
from rag.types import JSON, Citation, Delta, Document, Done, Found, Role, Source, Span, Turn

if TYPE_CHECKING:
    from rag.assistant import OpenSources
    from rag.evidence import SourceViewer

__all__ = ["Endpoints", "Readiness"]

_TURNS = 20
_DOCUMENTS, _EXAMPLES = 8, 4  # looked at for questions to begin with, and how many are enough
_WIDTHS = (200, 2400)  # pixels of a page picture
_ROWS, _CHARACTERS_A_ROW = 8, 70  # of a table on either side of the quoted ones: at least so many, or as many as fit
_AROUND = 20_000  # at most so many characters of the source on either side of a quote

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Readiness:
    """Whether the models behind the assistant are loaded; `problem` is set where they cannot be.

    `wanted` is set once a page is open, so that loading does not slow down the opening; `settled` once it is known
    whether they can be loaded. `examples` are found after that.
    """

    ready: bool = False
    problem: str = ""
    examples: tuple[str, ...] | None = None
    wanted: threading.Event = field(default_factory=threading.Event)
    settled: threading.Event = field(default_factory=threading.Event)
    finding: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The calls over one open assistant and the viewer of its sources.

    `examples` are questions to begin with; None: some are found.
    """

    viewer: SourceViewer
    examples: tuple[str, ...] | None = None
    readiness: Readiness = field(default_factory=Readiness)
    disk: Disk = field(default_factory=Disk)
    counted: Callable[[str, float], None] = uncounted  # told the status and the seconds of each question

    @property
    def assistant(self) -> OpenSources:
        """The open index."""
        return self.viewer.assistant

    def ask(self, given: AskRequest, stop: threading.Event | None = None) -> Iterator[dict[str, JSON]]:
        """Ask the sources; every sentence of the answer carries citations that quote its source exactly.

        Yields `{"event": "found" | "delta" | "done"}`; the last one is the whole answer. found: passages. delta: text,
        all of it so far. done: question, asked_as, status, reason, shape, introduction, claims with citations (path,
        page, span, quote; for rows of a table also table: heads, rows, the asked cell, sheet and range) and group,
        passages, confidence, notes, differing (numbers), and the same as Markdown, where rows are a table.

        How sure the answer is, is its status. "answered": the claims answer. "partly" with the reason "closest": the
        sources do not say it outright and the claims are only the sentences that come closest; with the reason
        "incomplete": they answer a part, and the notes name what was not found; with no reason: not every sentence of
        a language model is carried by the sources (see each claim's support). "not_found": no claims; the passages
        are the nearest ones and no answer. Say the introduction, where there is one, before the claims.
        """
        turns, said = _turns(given), ""
        began, status = time.monotonic(), "left"
        try:
            for event in self.assistant.stream(given.question, turns, given.paths or None, llm=given.llm, stop=stop):
                match event:
                    case Found(passages):
                        yield {"event": "found", "passages": [passage.to_dict() for passage in passages]}
                    case Delta(text, anew):
                        said = text if anew else said + text
                        yield {"event": "delta", "text": said}
                    case Done(answer):
                        status = answer.status
                        shown: dict[str, JSON] = {"introduction": answer.introduction, "markdown": str(answer)}
                        yield {"event": "done", **answer.to_dict(), **shown}
        except Exception:
            status = "failed"
            raise
        finally:
            self.counted(status, time.monotonic() - began)

    def search(self, given: SearchRequest) -> list[dict[str, JSON]]:
        """The passages of the sources that are nearest to a question, best first, with their places."""
        most = max(1, min(given.k, MOST_PASSAGES))
        return [passage.to_dict() for passage in self.assistant.search(given.question, most, given.paths or None)]

    def sources(self, _: PageRequest) -> list[dict[str, JSON]]:
        """Every file under the sources folder, with what became of it, its language, and what was left out of it.

        `left` counts it by kind, with the places and the words; `left_said` says it in phrases. A source that was
        fetched from the web has its `address`, and the time as `fetched`.
        """
        known = self.viewer.origins()
        return [{**_told(source), **told_origin(known, source.path)} for source in self.assistant.documents()]

    def page_sources(self) -> list[dict[str, JSON]]:
        """As `sources`, with how each file stands now, and with the files that no build has come to yet."""
        return [{**_told(source), "disk": standing} for source, standing in self.disk.sources(self.viewer)]

    def state(self) -> dict[str, JSON]:
        """What the page needs before anything is asked: is it ready, how much is indexed, what could be asked."""
        self.readiness.wanted.set()
        sources = self.assistant.documents()
        return {
            "ready": self.readiness.ready,
            "problem": self.readiness.problem,
            "sources": sum(source.status == "indexed" for source in sources),
            "unread": sum(source.status in ("failed", "no_text") for source in sources),
            "disk": {path: how for path, how in self.disk.standing(self.viewer).items() if how != "new"},
            "samples": only_samples(sources),
            "examples": list(self.readiness.examples or self._offered(sources)),
            "settled": bool(self.readiness.problem or self.readiness.examples is not None),
            "longest": MAX_QUESTION,
        }

    def standing(self) -> tuple[bool, str]:
        """Whether a question can be answered now, and if not, why, in words that anybody may read."""
        if not self.readiness.ready:
            return False, self.readiness.problem
        try:
            return self.assistant.generation > 0, ""
        except FootnoteError:
            return False, "The index cannot be asked."

    def language_models(self) -> list[dict[str, JSON]]:
        """The language models that may write: setting, name, host, whether that is this machine, whether it is the
        configured one.
        """
        chosen = self.assistant.language_model
        return [{**_writer(each), "chosen": each == chosen} for each in self.assistant.language_models()]

    def find_examples(self) -> None:
        """Has a few questions to begin with ready, made from what is indexed; none where that cannot be done well.

        Raises IndexProblem, ModelProblem.
        """
        with self.readiness.finding:
            sources = self.assistant.documents()
            self.readiness.examples = self._offered(sources) or self._made(sources)

    def refresh_examples(self) -> None:
        """What is indexed has changed: other questions are found to begin with, behind whatever comes next."""
        self.readiness.examples = None

        def find() -> None:
            try:
                self.find_examples()
            except FootnoteError as problem:
                _log.warning("No questions to begin with were found: %s", problem)
                self.readiness.examples = ()

        threading.Thread(target=find, daemon=True, name="examples").start()

    def _offered(self, sources: Sequence[Source]) -> tuple[str, ...]:
        """Questions that need not be made: those given, or those of the sample sources, if they are indexed."""
        return sample_questions(sources) if self.examples is None else self.examples

    def _made(self, sources: Sequence[Source]) -> tuple[str, ...]:
        found: list[str] = []
        for source in [each for each in sources if each.status == "indexed"][:_DOCUMENTS]:
            passages = self.assistant.search(source.title, 4, [source.path])
            found += suggest(passages, lambda each: self.assistant.ask(each, llm=""), found, most=1)
            if len(found) == _EXAMPLES:
                break
        return tuple(found)

    def evidence(
        self,
        document_id: str,
        span: Span,
        quote: str = "",
        path: str = "",
        answer: Span | None = None,
        around: int = 700,
    ) -> dict[str, JSON]:
        """A span of a source in its surroundings, and where it stands on the page.

        `quote` and `path` are what was cited, so that a source read again since then is recognised: `verdict` is
        "exact" (it stands there), "moved" (the words stand elsewhere: the file has changed, or was read anew),
        "changed" (the changed file does not hold them), "reread" (nor does the same file, read anew) or "gone".
        `state` is that of the file: "unchanged", "changed" or "gone". `answer` is the part of `span` that holds the
        exact words asked for. `table` is the table around rows of one, else None: `heads`, `rows` of which those in
        `lit` are quoted, the asked `cell`, how many rows lie `above` and `below`, `sheet` and `cells`. `problem` says
        in a sentence why no page can be shown, where the store of originals has none for us.
        """
        verdict, document, at = self._found(document_id, span, quote, path)
        if document is None:
            return {"verdict": verdict}
        words = None
        if answer is not None and span.start <= answer.start < answer.end <= span.end:
            words = Span(answer.start + at.start - span.start, answer.end + at.start - span.start)
        return {"verdict": verdict, **self._place(document, at, words, max(0, min(around, _AROUND)))}

    def suggest(
        self, question: str, asked: Sequence[str], cited: Sequence[tuple[str, Span]], paths: Sequence[str] | None = None
    ) -> list[str]:
        """Questions near to one, that the index answers from what was not asked or cited yet; few, or none."""
        near = self.assistant.search(question, 8, paths)
        # In the sources' words: a model would take its time, and nobody has asked yet.
        return suggest(near, lambda each: self.assistant.ask(each, paths=paths, llm=""), [question, *asked], cited)

    def citation_status(self, citations: Sequence[tuple[str, Span, str, str]]) -> list[str]:
        """The verdict, as `evidence` gives it, on each `(document_id, span, quote, path)`.

        Where the words still stand in what was read, but the file is another by now: "outdated", or "missing".
        """
        standing = self.disk.standing(self.viewer)
        late = {"changed": "outdated", "gone": "missing"}
        found = ((self._found(*each)[0], standing.get(composed(each[3]), "")) for each in citations[:MOST_CITATIONS])
        return [late.get(how, verdict) if verdict in ("exact", "moved") else verdict for verdict, how in found]

    def _found(self, document_id: str, span: Span, quote: str, path: str) -> tuple[str, Document | None, Span]:
        """The verdict on a citation, and where it stands now; no document where it no longer does."""
        document = self.assistant.document(document_id)
        same = document is not None  # the id comes from the file's bytes
        document = document or self._replacement(path)
        if document is None:
            return "gone", None, span
        if same and _stands(document, span, quote):
            return "exact", document, span
        at = document.text.find(quote) if quote else -1
        if at >= 0:
            return "moved", document, Span(at, at + len(quote))
        return "reread" if same and quote else "changed", None, span

    def picture(self, document_id: str, page: int, width: int) -> bytes | None:
        """A page of a PDF as PNG; None where there is none, or the file is no longer what was indexed."""
        document = self.assistant.document(document_id)
        if document is None or not 1 <= page <= len(document.pages):
            return None
        return self.viewer.page_picture(document_id, page, max(_WIDTHS[0], min(width, _WIDTHS[1])))

    def original(self, document_id: str) -> tuple[Document, IO[bytes] | None] | None:
        """An indexed document and the bytes that it was read from, to be closed.

        None for the bytes if its file has changed; None if it is gone, or was never indexed. Raises as
        `Viewer.original` does.
        """
        document = self.assistant.document(document_id)
        if document is None:
            return None
        content = self.viewer.original(document_id)
        return (document, content) if content or self.viewer.source_file(document_id) else None

    def _replacement(self, path: str) -> Document | None:
        """What is indexed now under a path."""
        ids = [source.document_id for source in self.assistant.documents() if source.path == composed(path)]
        return self.assistant.document(ids[0]) if ids and ids[0] else None

    def _place(self, document: Document, span: Span, answer: Span | None, around: int) -> dict[str, JSON]:
        page = document.page_at(span.start)
        quote = document.text[slice(*span)]
        number, label = (page.number, page.label) if page else (None, None)
        citation = Citation(0, document.id, document.path, document.name, number, label, span, quote)
        before, after = self.viewer.surroundings(citation, around)
        state = self.viewer.source_state(document.id)
        located = page is not None and state == "unchanged"
        boxes, answer_boxes, problem = self._located(document.id, span, answer) if located else ({}, {}, "")
        return {
            **told_origin(self.viewer.origins(), document.path),
            "document_id": document.id,
            "path": document.path,
            "title": document.name,
            "media_type": document.media_type,
            "date": document.date,
            "modified": self.viewer.source_modified(document.id),
            "heading": list(_heading(document, span.start)),
            "state": state,
            "before": before,
            "quote": quote,
            "answer": [answer.start - span.start, answer.end - span.start] if answer else None,
            "after": after,
            "page": number,
            "page_label": label,
            "labels": [each.label for each in document.pages],
            "table": self._table(document, span, answer, around),
            "boxes": boxes,
            "answer_boxes": answer_boxes,
            "problem": problem,
        }

    def _located(
        self, document_id: str, span: Span, answer: Span | None
    ) -> tuple[dict[str, JSON], dict[str, JSON], str]:
        """The boxes of a quote, those of its answer, and why there are none where the store has no original for us."""
        try:
            return self._boxes(document_id, span), self._boxes(document_id, answer) if answer else {}, ""
        except FootnoteError as problem:  # the quote stands all the same: it is cut from the index
            return {}, {}, str(problem)

    def _table(self, document: Document, span: Span, answer: Span | None, around: int) -> dict[str, JSON] | None:
        """The table around a span, with the text above and below it where all rows on that side are shown."""
        view = table_around(document, span, answer, max(_ROWS, around // _CHARACTERS_A_ROW))
        if view is None:
            return None
        quote = document.text[slice(*view.span)]
        whole = Citation(0, document.id, document.path, document.name, None, None, view.span, quote)
        before, after = self.viewer.surroundings(whole, around)
        before, after = (
            before[max(0, len(before) - view.span.start + view.room.start) :],
            after[: view.room.end - view.span.end],
        )
        shown: dict[str, JSON] = {"before": "" if view.above else before, "after": "" if view.below else after}
        return {**view.to_dict(), **shown}

    def _boxes(self, document_id: str, span: Span) -> dict[str, JSON]:
        boxes = self.viewer.page_boxes(document_id, span)
        return {str(page): [list(box) for box in on_page] for page, on_page in boxes.items()}


def _told(source: Source) -> dict[str, JSON]:
    return {**source.to_dict(), "left_said": [phrase.to_dict() for phrase in left_phrases(source.left)]}


def _turns(given: AskRequest) -> tuple[Turn, ...]:
    """The last turns that are of one of the two roles."""
    known = (each for each in (given.turns or [])[-_TURNS:] if each.role in get_args(Role))
    return tuple(each.value() for each in known)


def _writer(setting: str) -> dict[str, JSON]:
    """A setting of a language model in parts: `http://host/v1#name`, `ollama:name` or `transformers:folder`."""
    address = urlsplit(setting) if "://" in setting else None
    host = (address.hostname or "") if address else ""
    name = address.fragment if address else setting.partition(":")[2]
    return {"setting": setting, "name": name or setting, "host": host, "here": not host or is_loopback_name(host)}


def _stands(document: Document, span: Span, quote: str) -> bool:
    inside = 0 <= span.start < span.end <= len(document.text)
    return inside and (not quote or document.text[slice(*span)] == quote)


def _heading(document: Document, offset: int) -> tuple[str, ...]:
    for block in document.blocks:
        if block.span.start <= offset < block.span.end:
            return block.heading
    return ()
