"""The remarks of people in a file of this machine: one JSON object a line, appended; it is rewritten only where a
person deletes their own. This module does not know what a remark says.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ConfigProblem
from rag.types import JSON

__all__ = ["FeedbackFile"]

_MOST_BYTES = 50_000_000


class FeedbackFile:
    """A `RemarkLog` in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def append(self, line: dict[str, JSON]) -> None:
        """As `RemarkLog` has it. Raises ConfigProblem where the file cannot be written, or is full."""
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        with self._lock, self._told(), self._file.open("ab") as file:
            if file.tell() + len(data) > _MOST_BYTES:
                raise ConfigProblem(f"{self._file} is full.", "Export it with rag feedback, then move it away.")
            file.write(data)

    def delete(self, user: str) -> int:
        """As `RemarkLog` has it; of nobody in particular goes what was cut off, too. Raises ConfigProblem."""
        with self._lock, self._told():
            lines = self._file.read_bytes().splitlines(keepends=True) if self._file.exists() else []
            kept = [line for line in lines if not _is_of(line, user)]
            if len(kept) < len(lines):
                part = self._file.with_name(f"{self._file.name}.part")
                part.write_bytes(b"".join(kept))
                part.replace(self._file)
        return len(lines) - len(kept)

    def lines(self) -> Iterator[dict[str, JSON]]:
        """As `RemarkLog` has it."""
        if not self._file.exists():
            return
        with self._lock, self._file.open(encoding="utf-8") as file:
            for text in file:
                try:
                    line = json.loads(text)
                except ValueError:  # cut off when the disk was full; the others are whole
                    continue
                if isinstance(line, dict):
                    yield line

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigProblem(
                f"{self._file} cannot be written: {error.strerror}.", "Check the disk, or the setting feedback."
            ) from error


def _is_of(text: bytes, user: str) -> bool:
    try:
        line = json.loads(text)
    except ValueError:  # cut off when the disk was full: it can only be told whose it is where there is one person
        return not user
    return isinstance(line, dict) and line.get("user", "") == user
