"""How much of anything one request may bring, and how much is done at once: numbers, and nothing else."""

from __future__ import annotations

__all__ = [
    "AT_ONCE",
    "BODY_SECONDS",
    "DEEPEST",
    "END_SECONDS",
    "MOST_BODY",
    "MOST_CITATIONS",
    "MOST_FORM",
    "MOST_HELD",
    "MOST_MEMBERS",
    "MOST_NAME",
    "MOST_PACKED",
    "MOST_PASSAGES",
    "MOST_PATHS",
    "MOST_SOUGHT",
    "MOST_TEXT",
    "MOST_TURN",
    "MOST_VALUES",
    "MOST_WAITING",
    "ORIGINALS_AT_ONCE",
]

MOST_BODY = 8_000_000  # bytes of what is sent to any address but that for files: a long conversation with its quotes
MOST_FORM = 10_000  # bytes of a name and a password
MOST_HELD = 64_000_000  # bytes of bodies that are read at the same time, of all people together
BODY_SECONDS = 60.0  # until a body has to be there
DEEPEST = 40  # lists and objects within each other in what is sent
MOST_VALUES = 300_000  # values in what is sent
MOST_TURN = 2_000  # characters of an earlier question or answer that is sent along
MOST_TEXT = 20_000  # characters of any other text
MOST_CITATIONS = 500  # that are looked after in one call, and of a conversation that is packed
MOST_PACKED = 200  # questions of a conversation that is packed
MOST_PASSAGES = 50  # of a search
MOST_PATHS = 20_000  # sources that a question is limited to
MOST_SOUGHT = 200  # characters of what a conversation is looked for by
MOST_NAME = 200  # characters of the name of a person or group
MOST_MEMBERS = 10_000  # of a group
MOST_WAITING = 200  # questions that wait for their turn
AT_ONCE = 4  # questions answered side by side; further ones wait their turn
ORIGINALS_AT_ONCE = 4  # files of sources that are handed out side by side
END_SECONDS = 2.5  # from the wish to end until the server is gone, whatever it is at
