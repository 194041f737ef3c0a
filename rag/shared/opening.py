"""The doors to PostgreSQL and to the store of originals, which tell where their drivers are not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import ConfigProblem
from rag.shared.address import Address
from rag.shared.s3_address import S3Address

if TYPE_CHECKING:
    from rag.shared.originals import S3Originals
    from rag.shared.people import PostgresPeople
    from rag.shared.truth import PostgresTruth

__all__ = ["open_originals", "open_people", "open_postgres"]


def open_postgres(address: Address, idle: int = 0) -> PostgresTruth:
    """See `PostgresTruth`; nothing is connected yet. Raises ConfigProblem where the driver is not installed."""
    try:
        from rag.shared.truth import PostgresTruth
    except ImportError as error:
        raise _missing(error, "psycopg", "An index in PostgreSQL", "name a folder as the index") from error
    return PostgresTruth(address, idle)


def open_people(address: Address) -> PostgresPeople:
    """See `PostgresPeople`; nothing is connected yet. Raises ConfigProblem where the driver is not installed."""
    try:
        from rag.shared.people import PostgresPeople
    except ImportError as error:
        raise _missing(error, "psycopg", "An index in PostgreSQL", "name a folder as the index") from error
    return PostgresPeople(address)


def open_originals(setting: str) -> S3Originals:
    """See `S3Originals`. Raises ConfigProblem for what is no address, and where the library is not installed."""
    address = S3Address.parse(setting)
    try:
        from rag.shared.originals import S3Originals
    except ImportError as error:
        raise _missing(error, "obstore", "A store of originals", "leave out the setting originals") from error
    return S3Originals(address)


def _missing(error: ImportError, library: str, what: str, instead: str) -> ConfigProblem:
    if (error.name or library).partition(".")[0] != library:
        raise error
    return ConfigProblem(
        f"{what} needs a driver that is not installed.",
        f"Run: pip install 'footnote-rag[shared]', or {instead}.",
    )
