"""Where sources came from that were fetched by their address: a log beside them, one line for each.

The log is a file that anybody may have put there. An address from it is text, and only one of the web counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rag.types import FETCHED_LOG, JSON

__all__ = ["Origin", "note_origin", "origins", "origins_in", "told_origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The `address` that a source was fetched from, and when: `fetched` is in ISO 8601."""

    address: str
    fetched: str

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {"address": self.address, "fetched": self.fetched}


def note_origin(folder: Path, path: str, address: str) -> None:
    """Notes that the source at `path` in a folder has just been fetched from an address. Raises OSError."""
    line = {"path": path, "address": address, "fetched": datetime.now(UTC).isoformat(timespec="seconds")}
    with (folder / FETCHED_LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def origins(folder: Path) -> Mapping[str, Origin]:
    """The origin of each source of a folder that was fetched from the web, by its path; the last one counts."""
    try:
        return origins_in((folder / FETCHED_LOG).read_bytes())
    except OSError:  # nothing was ever fetched
        return {}


def origins_in(log: bytes) -> Mapping[str, Origin]:
    """As `origins`, of the log's bytes."""
    found: dict[str, Origin] = {}
    for line in log.decode("utf-8", "replace").splitlines():
        with suppress(ValueError, TypeError, KeyError):  # a line that was cut short, or is somebody else's
            told = json.loads(line)
            address, fetched = str(told["address"]), datetime.fromisoformat(told["fetched"]).isoformat()
            if _is_web(address):
                found[str(told["path"])] = Origin(address, fetched)
    return found


def told_origin(known: Mapping[str, Origin], path: str) -> dict[str, JSON]:
    """The `address` of a source and when it was `fetched`, JSON-ready; nothing for one that was not."""
    return known[path].to_dict() if path in known else {}


def _is_web(address: str) -> bool:
    """Raises ValueError for what is no address at all."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable() and " " not in address
