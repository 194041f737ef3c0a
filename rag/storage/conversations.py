"""Conversations of people who sign in, kept for each of them alone.

A conversation is a text that only its owner's page reads; beside it stand what a list shows and the words that it is
found by. What is deleted is overwritten. Each change gives the conversation another version, so that two pages at once
do not undo each other's. This module does not know what a conversation consists of, nor who has signed in.
"""

from __future__ import annotations

import json
from pathlib import Path

from rag.language import normalise
from rag.rows import check_room, head_of
from rag.storage.private_file import PrivateFile
from rag.types import MOST_OF_ONE, MOST_TOGETHER, Conversation, ConversationHead

__all__ = ["ConversationStore"]

_HINT = "Check the disk, and the folder of the setting feedback, in which it lies."
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    owner TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, at INTEGER NOT NULL, questions INTEGER NOT NULL,
    pinned INTEGER NOT NULL, version INTEGER NOT NULL, bytes INTEGER NOT NULL, words TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (owner, id)
)
"""
_LIST = """
SELECT id, title, at, questions, pinned, version FROM conversations WHERE owner = ?
AND NOT EXISTS (SELECT 1 FROM json_each(?) AS wanted WHERE instr(words, wanted.value) = 0)
ORDER BY pinned DESC, at DESC, id
"""
_ONE = "SELECT id, title, at, questions, pinned, version, body FROM conversations WHERE owner = ? AND id = ?"


class ConversationStore:
    """The file of conversations, that only its owner may read; it is made with the first one that is kept."""

    def __init__(self, file: Path) -> None:
        self._file = PrivateFile(file, _SCHEMA, _HINT)

    def heads(self, owner: str, text: str = "") -> list[ConversationHead]:
        """Those of one person that hold every word of a text, the pinned ones first, then by when they were asked."""
        wanted = json.dumps(normalise(text).split())
        with self._file.reading() as file:
            return [head_of(row) for row in file.execute(_LIST, (owner, wanted))] if file else []

    def get(self, owner: str, identity: str) -> Conversation | None:
        """One conversation; None where this person has none of that id."""
        with self._file.reading() as file:
            rows = list(file.execute(_ONE, (owner, identity))) if file else []
        return Conversation(head_of(rows[0][:-1]), str(rows[0][-1])) if rows else None

    def keep(self, owner: str, given: Conversation, words: str) -> int:
        """Keeps a conversation that was read in `given.head.version`, 0 for a new one, and gives its new version.

        Gives 0, and changes nothing, where it has another version by now. `words` is what it is found by. Raises
        ConfigProblem where there is no room for it.
        """
        head, size = given.head, len(given.body.encode()) + len(words.encode())
        check_room(size, MOST_OF_ONE, "This conversation has", "Begin a new one; export keeps this one")
        with self._file.changing() as file:
            known = list(
                file.execute("SELECT version, bytes FROM conversations WHERE owner = ? AND id = ?", (owner, head.id))
            )
            version, before = known[0] if known else (0, 0)
            if version != head.version:
                return 0
            (together,) = next(file.execute("SELECT total(bytes) FROM conversations WHERE owner = ?", (owner,)))
            check_room(
                int(together) - before + size,
                MOST_TOGETHER,
                "Your conversations have",
                "Delete some, or export them first",
            )
            row = (owner, head.id, head.title, head.at, head.questions, head.pinned, version + 1, size)
            file.execute(
                "REPLACE INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, normalise(words), given.body)
            )
            return int(version) + 1

    def pin(self, owner: str, identity: str, pinned: bool) -> bool:
        """Puts a conversation in front of the others, or back among them; False where there is none of that id."""
        change = "UPDATE conversations SET pinned = ? WHERE owner = ? AND id = ?"
        with self._file.changing() as file:
            file.execute(change, (pinned, owner, identity))
            return bool(file.changes())

    def delete(self, owner: str, identity: str) -> bool:
        """Deletes a conversation; False where there is none of that id."""
        with self._file.changing() as file:
            file.execute("DELETE FROM conversations WHERE owner = ? AND id = ?", (owner, identity))
            return bool(file.changes())

    def delete_all(self, owner: str) -> int:
        """Deletes all conversations of one person, and gives their number."""
        with self._file.changing() as file:
            file.execute("DELETE FROM conversations WHERE owner = ?", (owner,))
            return int(file.changes())
