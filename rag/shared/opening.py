"""The door to PostgreSQL, which tells where its driver is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import ConfigProblem
from rag.shared.address import Address

if TYPE_CHECKING:
    from rag.shared.truth import PostgresTruth

__all__ = ["open_postgres"]


def open_postgres(address: Address, idle: int = 0) -> PostgresTruth:
    """See `PostgresTruth`; nothing is connected yet. Raises ConfigProblem where the driver is not installed."""
    try:
        from rag.shared.truth import PostgresTruth
    except ImportError as error:
        if (error.name or "psycopg").partition(".")[0] != "psycopg":
            raise
        raise ConfigProblem(
            "An index in PostgreSQL needs a driver that is not installed.",
            "Run: pip install 'footnote-rag[shared]', or name a folder as the index.",
        ) from error
    return PostgresTruth(address, idle)
