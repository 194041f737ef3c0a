"""Where a Milvus server is, as a setting says it: `milvus://[user:password@]host[:port][/database][#name]`.

This module does not know how a server is spoken to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from rag.errors import ConfigProblem

__all__ = ["Address", "address_of"]

_NAME = re.compile(r"[A-Za-z0-9_]{1,60}")
_PORT = 19530
_HINT = "Write it as milvus://host:19530, or milvus+tls://user:password@host:19530 for a server with accounts."


@dataclass(frozen=True, slots=True)
class Address:
    """`place` is what a person may be told; `token` is "user:password", or empty."""

    place: str
    uri: str
    database: str
    name: str
    token: str = field(default="", repr=False)


def address_of(url: str, name: str) -> Address:
    """The address that a URL names. `name` tells indexes apart that have one URL; a name in it comes before that.

    Raises ConfigProblem, which repeats nothing of the URL: there may be a password in it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        raise ConfigProblem("The address of the Milvus server cannot be read.", _HINT) from None
    if parts.scheme not in ("milvus", "milvus+tls") or not host or parts.query:
        raise ConfigProblem("The address of the Milvus server cannot be read.", _HINT)
    chosen, database = unquote(parts.fragment), parts.path.strip("/")
    if not all(_NAME.fullmatch(one) for one in (chosen, database) if one):
        raise ConfigProblem(
            "The name of an index or a database in Milvus has letters, digits and _ only, at most 60.",
            "Write it behind the address: milvus://host:19530#reports",
        )
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    token = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
    uri = f"{'https' if parts.scheme.endswith('tls') else 'http'}://{place}"
    return Address(place, uri, database, f"{chosen}_{name}" if chosen else name, token)
