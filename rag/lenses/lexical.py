"""The lexical lens: BM25 over words in tantivy, with English stemming, accents folded, case ignored.

A lens is an immutable folder, put together of parts that are written once and then only read. Questions are never
parsed as a query language: their words are looked up, nothing else. This module does not know what the keys stand for.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import UUID

import numpy as np
import tantivy

from rag.types import Keys, Vectors

__all__ = ["FOLDER", "Entry", "LexicalLens", "is_function_word", "terms"]

FOLDER = "lexical"
_ANALYZER = "footnote"
_CONTEXT_BOOST = 0.5
_META = "meta.json"
_WORD = re.compile(r"[^\W_]+")
_SPACED = bytes(code if chr(code).isalnum() else 32 for code in range(128)).ljust(256)  # all but letters and digits
# Beyond letters of Europe and punctuation, what is a word is left to the analyzer: it counts vowel signs as letters.
_UNUSUAL = re.compile("[^\0-\u02af\u0370-\u0373\u0376-\u0482\u048a-\u052f\u1e00-\u1fff\u2000-\u206f\u20a0-\u20bf]")
_KNOWN_WORDS = 1 << 16
_WRITER_BYTES = 2_000_000_000  # an upper limit, not taken in advance: a part is one segment, however large
_FUNCTION_WORDS = frozenset(  # as the analyzer leaves them; they say how is asked, not about what
    re.findall(
        r"\w+",
        "a about am an and ani are as at be been befor by can could did do doe done dure each for from had has have "
        "he her him his how i if in into is it its itself mani me much must my no not of on or our s shall she should "
        "so some such t than that the their them then there these they this those to was we were what when where "
        "which who whom whose whi will with would you your",
    )
)

_IRREGULAR = (  # "did it begin" and "it began" are the same word, which no stemmer knows
    "begin began begun; become became; break broke broken; bring brought; build built; buy bought; catch caught; "
    "child children; choose chose chosen; die death dead; draw drew drawn; drive drove driven; eat ate eaten; "
    "fall fell fallen; feel felt; fight fought; find found; fly flew flown; foot feet; forget forgot forgotten; "
    "give gave given; grow grew grown; hear heard; hide hid hidden; hold held; keep kept; "
    "know knew known; lay laid; lead led; leave left; lend lent; lose lost loss; make made; man men; mean meant; "
    "meet met; pay paid; person people; ride rode ridden; rise rose risen; run ran; see saw seen; seek sought; "
    "sell sold; send sent; shake shook shaken; shoot shot; sing sang sung; sink sank sunk; speak spoke spoken; "
    "spend spent; stand stood; steal stole stolen; strike struck; swim swam; take took taken; teach taught; tell told; "
    "think thought; throw threw thrown; understand understood; wear wore worn; win won; woman women; "
    "write wrote written"
)


class Entry(NamedTuple):
    """What is indexed of a chunk: its key, its document, its title and heading path, its own text."""

    key: int
    document_id: str
    context: str
    body: str


class LexicalLens:
    """Words by key. Equal scores are ordered by key."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def write(cls, folder: Path, entries: Iterable[Entry]) -> None:
        """A whole lens as one part, in an existing, empty folder. Raises OSError."""
        name = "0" * 32
        cls.finish(folder, {name: cls.write_part(folder, name, entries)})

    @staticmethod
    def write_part(folder: Path, name: str, entries: Iterable[Entry]) -> int:
        """Writes one part and returns how many entries it has; `name` are 32 hexadecimal digits.

        Raises OSError if the disk does not take it.
        """
        aside = folder / ".part"
        aside.mkdir()
        index = tantivy.Index(_schema(), path=str(aside))
        index.register_tokenizer(_ANALYZER, _analyzer())
        try:
            writer = index.writer(_WRITER_BYTES, 1)  # one thread: one order of documents, whatever the machine
            for entry in entries:
                row = tantivy.Document()
                row.add_integer("key", entry.key)
                row.add_text("document", entry.document_id)
                row.add_text("context", entry.context)
                row.add_text("body", entry.body)
                writer.add_document(row)
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:  # what tantivy raises for any failure of its own, a full disk included
            raise OSError(f"the words cannot be written: {error}") from error
        (segment,) = json.loads((aside / _META).read_text())["segments"]
        for path in aside.glob(f"{UUID(segment['segment_id']).hex}.*"):
            path.rename(folder / f"{name}{path.suffix}")
        shutil.rmtree(aside)
        return int(segment["max_doc"])

    @staticmethod
    def finish(folder: Path, sizes: Mapping[str, int]) -> None:
        """Makes one index of the parts in a folder; `sizes` has the number of entries of each, by name, in order.

        tantivy calls a part a segment. Its statistics are sums over all segments, so a score is the same whatever parts
        the words lie in, and equal scores come in the order of the parts. Raises OSError.
        """
        tantivy.Index(_schema(), path=str(folder))
        meta = json.loads((folder / _META).read_text())
        meta["segments"] = [
            {"segment_id": str(UUID(name)), "max_doc": size, "deletes": None} for name, size in sizes.items()
        ]
        (folder / _META).write_text(json.dumps(meta))
        for path in folder.glob(".*"):  # notes of a writer, which this index never sees again
            path.unlink()

    @classmethod
    def open(cls, folder: Path) -> LexicalLens:
        """Opens a written lens. Raises OSError if it is missing, ValueError if it cannot be read."""
        if not tantivy.Index.exists(str(folder)):
            raise FileNotFoundError(folder)
        try:
            return cls(_opened(folder))
        except ValueError as error:
            if "Lockfile" not in str(error):
                raise
        # tantivy writes a lock file even to read; where the folder cannot be written, it gets a copy to do so.
        with TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True) as copy:
            shutil.copytree(folder, copy, dirs_exist_ok=True, copy_function=shutil.copyfile)
            Path(copy).chmod(0o700)
            return cls(_opened(Path(copy)))  # what is open stays readable when the copy is removed

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, text: str, k: int, documents: Sequence[str] | None = None) -> tuple[Keys, Vectors]:
        """The `k` best keys by BM25 and their scores, `(≤ k,)` each, best first; only of `documents` if given.

        Function words count only in a text that has no others.
        """
        asked = dict.fromkeys(terms(text))
        wanted = [term for term in asked if term not in _FUNCTION_WORDS] or list(asked)
        if not wanted or k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found = self._searcher.search(self._query(wanted, documents), limit=k, count=False).hits
        keys = np.array(self._searcher.fast_field_values("key", [address for _, address in found]), np.int64)
        scores = np.array([score for score, _ in found], np.float32)
        order = np.lexsort((keys, -scores))
        return keys[order], scores[order]

    def idf(self, wanted: Iterable[str]) -> dict[str, float]:
        """BM25's inverse document frequency of each term, ln(1 + (N - n + 0.5) / (n + 0.5)), over bodies.

        It is 0 for function words, however rare they are.
        """
        total = len(self)
        counts = {t: sum(self._searcher.doc_freq("body", form) for form in _forms(t)) for t in set(wanted)}
        weights = {term: math.log(1 + (total - min(n, total) + 0.5) / (n + 0.5)) for term, n in counts.items()}
        return {term: 0.0 if term in _FUNCTION_WORDS else weight for term, weight in weights.items()}

    def _query(self, wanted: Sequence[str], documents: Sequence[str] | None) -> tantivy.Query:
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        parts = []
        for term in (form for base in wanted for form in _forms(base)):
            parts.append((should, tantivy.Query.term_query(self._schema, "body", term, "freq")))
            context = tantivy.Query.term_query(self._schema, "context", term, "freq")
            parts.append((should, tantivy.Query.boost_query(context, _CONTEXT_BOOST)))
        query = tantivy.Query.boolean_query(parts)
        if documents is None:
            return query
        allowed = tantivy.Query.term_set_query(self._schema, "document", list(documents))
        return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(allowed, 0.0))])


def terms(text: str) -> list[str]:
    """The words of a text as they are compared, in order: stemmed, folded, lower case, irregular forms brought home."""
    return list(_terms(text))


@lru_cache(maxsize=8192)  # a question looks at the same sentences several times, and so do questions that follow
def _terms(text: str) -> tuple[str, ...]:
    if text.isascii():
        found = text.encode().translate(_SPACED).decode().split()
    elif _UNUSUAL.search(text):
        base, _ = _irregular()
        return tuple(base.get(term, term) for term in _analyzer().analyze(text))
    else:
        found = _WORD.findall(text)
    return tuple(filter(None, map(_KNOWN.__getitem__, found)))


class _Known(dict[str, str]):
    """What becomes of each word that was met; empty for one that is too long to be indexed."""

    def __missing__(self, word: str) -> str:
        base, _ = _irregular()
        term = next((base.get(term, term) for term in _analyzer().analyze(word)), "")
        if len(self) >= _KNOWN_WORDS:
            self.clear()
        self[word] = term
        return term


_KNOWN = _Known()


def is_function_word(term: str) -> bool:
    """Whether a word of `terms` says how something is said, not what."""
    return term in _FUNCTION_WORDS


def _forms(term: str) -> tuple[str, ...]:
    """How a word of `terms` stands in the index: the irregular forms are separate words there."""
    return _irregular()[1].get(term, (term,))


@lru_cache(maxsize=1)
def _irregular() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    rows = [tuple(dict.fromkeys(_analyzer().analyze(row))) for row in _IRREGULAR.split(";")]
    return {form: row[0] for row in rows for form in row}, {row[0]: row for row in rows}


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.config_reader(reload_policy="manual")  # a generation never changes; watching it could only do harm
    index.register_tokenizer(_ANALYZER, _analyzer())
    return index


@lru_cache(maxsize=1)
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(64))
    builder = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("context", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()
