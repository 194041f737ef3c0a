"""Where an index in PostgreSQL is: `postgresql://[user[:password]@]host[:port]/database#collection`.

What stands before `#` is the address as PostgreSQL's own programs take it, with its options behind `?`
(`sslmode=verify-full`, `host=/var/run/postgresql`). No message names its password, nor what may be part of one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from rag.errors import ConfigProblem

__all__ = ["Address", "is_address"]

_SCHEMES = ("postgresql://", "postgres://")
_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
_SHAPE = "postgresql://[user[:password]@]host[:port]/database#collection"


def is_address(setting: str) -> bool:
    """Whether a setting names a database and not a folder."""
    return setting.startswith(_SCHEMES)


@dataclass(frozen=True, slots=True)
class Address:
    """One collection in one database. `url` holds the password, if there is one; `shown` never does."""

    url: str = field(repr=False)
    collection: str
    shown: str

    @classmethod
    def parse(cls, setting: str) -> Address:
        """Raises ConfigProblem, which says what is wrong without saying the address."""
        url, _, collection = setting.rpartition("#")
        if not is_address(url):
            raise _wrong("has no #collection at its end")
        if not _COLLECTION.fullmatch(collection):
            raise _wrong("names a collection with other than a-z, 0-9, - and _, or more than 48 of them")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _wrong("cannot be read") from None
        if parts.netloc.count("@") > 1 or "#" in url:
            raise _wrong("has an @ or a # within user or password: write %40 or %23 for it")
        options = parse_qs(parts.query)
        database = unquote(parts.path.strip("/"))
        if not database:
            raise _wrong("names no database")
        if "password" in options:
            raise _wrong("has a password among its options: write user:password@ before the host, or use ~/.pgpass")
        host = parts.hostname or (options.get("host") or options.get("hostaddr") or [""])[0] or "this machine"
        shown = f"{host}{f':{port}' if port else ''}/{database}#{collection}"
        return cls(url, collection, f"postgresql://{shown}")

    @property
    def schema(self) -> str:
        """The schema of the database that holds the collection's tables, and nothing else."""
        return f"footnote_{self.collection}"

    @property
    def people(self) -> Address:
        """Where sessions, conversations and remarks lie: no collection's name begins so, and none has this schema."""
        return Address(self.url, f"_{self.collection}", self.shown)

    @property
    def lock(self) -> int:
        """The number of the collection's advisory lock in its database, of 64 bits."""
        return int.from_bytes(hashlib.sha256(self.schema.encode()).digest()[:8], "big", signed=True)


def _wrong(what: str) -> ConfigProblem:
    return ConfigProblem(f"The address of the index {what}.", f"Write it so: {_SHAPE}")
