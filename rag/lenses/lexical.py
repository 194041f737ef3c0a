"""The lexical lens: BM25 over words in tantivy, stemmed as their language is, accents folded, case ignored.

A lens is an immutable folder, put together of parts that are written once and then only read. Questions are never
parsed as a query language: their words are looked up, nothing else. This module does not know what the keys stand for.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
import tantivy

from rag.language import analyzer, forms, indexed, is_function_word
from rag.lenses.bm25 import CONTEXT_BOOST, idf, sought_forms
from rag.types import Keys, LexicalEntry, Vectors

__all__ = ["FOLDER", "LexicalLens"]

FOLDER = "lexical"
_ANALYZER = "footnote"
_META = "meta.json"
_ROOM = 1_000_000  # bytes of a disk that is as good as full
_WRITER_BYTES = 2_000_000_000  # an upper limit, not taken in advance: a part is one segment, however large


class LexicalLens:
    """Words by key. Equal scores are ordered by key."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def write(cls, folder: Path, entries: Iterable[LexicalEntry]) -> None:
        """A whole lens as one part, in an existing, empty folder. Raises OSError."""
        name = "0" * 32
        cls.finish(folder, {name: cls.write_shard(folder, name, entries)})

    @staticmethod
    def write_shard(folder: Path, name: str, entries: Iterable[LexicalEntry]) -> int:
        """Writes one part and returns how many entries it has; `name` are 32 hexadecimal digits.

        Raises OSError if the disk does not take it.
        """
        aside = folder / ".part"
        aside.mkdir()
        with _disk_errors(folder):
            index = tantivy.Index(_schema(), path=str(aside))
            index.register_tokenizer(_ANALYZER, analyzer())
            writer = index.writer(_WRITER_BYTES, 1)  # one thread: one order of documents, whatever the machine
            for entry in entries:
                row = tantivy.Document()
                row.add_integer("key", entry.key)
                row.add_text("document", entry.document_id)
                row.add_text("context", indexed(entry.context, entry.language))
                row.add_text("body", indexed(entry.body, entry.language))
                writer.add_document(row)
            writer.commit()
            writer.wait_merging_threads()
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
        with _disk_errors(folder):
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

    def search(
        self, text: str, k: int, documents: Sequence[str] | None = None, language: str = ""
    ) -> tuple[Keys, Vectors]:
        """The `k` best keys by BM25 and their scores, `(≤ k,)` each, best first; only of `documents` if given.

        The text's words are those of `language`; function words count only in a text that has no others.
        """
        sought = sought_forms(text, language)
        if not sought or k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found = self._searcher.search(self._query(sought, documents), limit=k, count=False).hits
        keys = np.array(self._searcher.fast_field_values("key", [address for _, address in found]), np.int64)
        scores = np.array([score for score, _ in found], np.float32)
        order = np.lexsort((keys, -scores))
        return keys[order], scores[order]

    def idf(self, wanted: Iterable[str], language: str = "") -> dict[str, float]:
        """BM25's inverse document frequency of each term, ln(1 + (N - n + 0.5) / (n + 0.5)), over bodies.

        It is 0 for function words, however rare they are.
        """
        total = len(self)
        counts = {t: sum(self._searcher.doc_freq("body", form) for form in forms(t, language)) for t in set(wanted)}
        weights = {term: idf(total, n) for term, n in counts.items()}
        return {term: 0.0 if is_function_word(term, language) else weight for term, weight in weights.items()}

    def _query(self, sought: Sequence[str], documents: Sequence[str] | None) -> tantivy.Query:
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        parts = []
        for term in sought:
            parts.append((should, tantivy.Query.term_query(self._schema, "body", term, "freq")))
            context = tantivy.Query.term_query(self._schema, "context", term, "freq")
            parts.append((should, tantivy.Query.boost_query(context, CONTEXT_BOOST)))
        query = tantivy.Query.boolean_query(parts)
        if documents is None:
            return query
        allowed = tantivy.Query.term_set_query(self._schema, "document", list(documents))
        return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(allowed, 0.0))])


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """What tantivy raises for any failure of its own is an OSError: its threads do not say that a disk was full."""
    try:
        yield
    except ValueError as error:
        number = errno.ENOSPC if shutil.disk_usage(folder).free < _ROOM else errno.EIO
        raise OSError(number, f"the lexical index cannot be written: {error}") from error


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.config_reader(reload_policy="manual")  # a generation never changes; watching it could only do harm
    index.register_tokenizer(_ANALYZER, analyzer())
    return index


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("context", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()
