"""Which documents a question names: by title, by file name and path made readable, by date.

This module does not know what is asked of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from pathlib import PurePosixPath

from rag.language import DOCUMENT_NOUNS, composed, content_terms, file_name, terms, words
from rag.types import Source

__all__ = ["DocumentName", "catalogue", "named"]

_KINDS = frozenset(terms(DOCUMENT_NOUNS))
"""They name a document only together with something else."""
_KIND = 0.3
"""What such a word weighs beside one that is in as many names."""
_LEAST = 0.6  # share of the weight of what is asked about that a name must hold
_BREAKS = re.compile(r"[_\W]+|(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class DocumentName:
    """A document's id and path, how it is shown, and the terms of its title, file name, folders and date."""

    document_id: str
    path: str
    title: str
    date: str
    terms: frozenset[str]
    modified: float = 0.0  # when the file was last changed, in seconds since 1970
    series: str = ""  # its file name without dates, numbers and versions: documents of one series share it


def catalogue(sources: Iterable[Source]) -> tuple[DocumentName, ...]:
    """The names of all indexed documents, in the order of their paths."""
    return tuple(
        DocumentName(
            source.document_id,
            source.path,
            source.title,
            source.date,
            _terms_of(source),
            source.modified,
            _series(source),
        )
        for source in sources
        if source.document_id and source.status == "indexed"
    )


def named(asked: str, names: Sequence[DocumentName]) -> list[DocumentName]:
    """The documents that `asked`, a topic or a question, names, best first; none where none stands out.

    A name stands out where it holds most of what is asked about, weighed by how few names have a term, and where that
    is more than a word such as "report"; that word alone names the only document, or the only one that is called so.
    A file name names its file.
    """
    files = [name for name in names if PurePosixPath(name.path).name.lower() in composed(asked).lower()]
    if files:
        return files
    wanted = set(content_terms(asked))
    if wanted and wanted <= _KINDS:
        called = [name for name in names if wanted <= name.terms] if len(names) > 1 else list(names)
        return called if len(called) == 1 else []
    parts = _written_together(asked)
    held = Counter(term for name in names for term in name.terms)
    weight = {term: log(1 + len(names) / held.get(term, 1)) * (_KIND if term in _KINDS else 1.0) for term in wanted}
    total = sum(weight.values())
    found = []
    for name in names:
        common = wanted & name.terms | {part for whole, both in parts if whole in name.terms for part in both & wanted}
        if common - _KINDS and sum(weight[term] for term in common) >= _LEAST * total:
            found.append((sum(weight[term] for term in common), name))
    best = max((score for score, _ in found), default=0.0)
    return [name for score, name in found if score >= 0.95 * best]


def _written_together(asked: str) -> list[tuple[str, set[str]]]:
    """Two words that follow each other as one, with the terms of both: "gitfaq" may be what "the git FAQ" is called."""
    each = words(asked)
    return [(term, set(terms(f"{one} {other}"))) for one, other in pairwise(each) for term in terms(one + other)]


def _series(source: Source) -> str:
    return file_name(PurePosixPath(source.path).stem).series


def _terms_of(source: Source) -> frozenset[str]:
    path = PurePosixPath(source.path)
    written = " ".join((source.title, path.stem, *path.parts[:-1], source.date))
    return frozenset(terms(f"{written} {_BREAKS.sub(' ', written)}"))
