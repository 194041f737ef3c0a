"""The property that every reader keeps: what is not in the text is in the ledger, word for word counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from rag.parsing.ledger import word_count
from rag.types import LoadedDocument

_SHARE = 0.01  # of the words that the format knows


class Account(NamedTuple):
    """Words of one file: in the text, in the ledger, and those that the format's own extraction knows."""

    kept: int
    told: int
    known: int

    @property
    def balanced(self) -> bool:
        return abs(self.kept + self.told - self.known) <= _SHARE * self.known


def account(loaded: LoadedDocument, known_words: int) -> Account:
    """The words of a document against those that are known to be in its file."""
    document = loaded.document
    return Account(word_count(document.text), sum(one.words for one in document.left), known_words)


def assert_every_word_is_kept_or_told(loaded: LoadedDocument, known_words: int) -> None:
    """Fails where words of the text and of the ledger together are not those of the file, within 1 %.

    `known_words` is `word_count` of what the format's own extraction, or a plain walk over its text nodes, gives.
    """
    kinds = Counter(one.kind for one in loaded.document.left)
    assert all(times == 1 for times in kinds.values()), f"a kind is told twice: {kinds}"
    assert all(one.count > 0 for one in loaded.document.left), loaded.document.left
    found = account(loaded, known_words)
    assert found.balanced, (
        f"{loaded.document.path}: {found.kept} words of text + {found.told} of the ledger"
        f" are not the {found.known} of the file: {loaded.document.left}"
    )


def table(accounts: Iterable[tuple[str, Account]]) -> str:
    """One line a file, those out of balance marked, and their number."""
    rows = list(accounts)
    lines = [f"{'kept':>8} {'told':>8} {'known':>8}    file"]
    lines += [f"{a.kept:8,} {a.told:8,} {a.known:8,} {' ' if a.balanced else '!'}  {name}" for name, a in rows]
    lines.append(f"{sum(not a.balanced for _, a in rows)} of {len(rows)} out of balance")
    return "\n".join(lines)
