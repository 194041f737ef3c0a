"""An answer in a terminal, sentence by sentence as it comes; Ctrl-C stops it and lets go of the language model.

This module does not know where the sentences come from.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING, cast

from rag.cli.tables import in_columns, table_begins
from rag.language import printable
from rag.types import Answer, Delta, Done, Event

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.status import Status

__all__ = ["print_answer"]

_HEADING = re.compile(r"^### (.+)$", re.MULTILINE)
_ALOUD = "\n\nSo far it was thinking aloud. Its answer:\n"
_INSTEAD = "\n\nThe sources' own words instead:\n"


def print_answer(events: Iterator[Event], writes: str = "") -> Answer:
    """Prints the pieces of an answer, then what follows them: notes and sources. Returns the whole.

    `writes` names the language model that is waited for. What was shown stays where the answer in the end is another:
    that one is printed below it. Raises KeyboardInterrupt after a line of its own, and whatever the events raise.
    """
    shown = held = ""  # held: a table is shown once all its rows are there
    waiting = _status(f"{writes} is writing …") if writes else nullcontext()
    stream = cast("Generator[Event]", events)  # closing it is what stops a language model
    try:
        with closing(stream), waiting as status:
            for event in stream:
                if isinstance(event, Delta):
                    if status is not None:
                        status.stop()
                    told = held + event.text if not event.anew else event.text
                    ends = table_begins(told) if sys.stdout.isatty() else len(told)
                    sys.stdout.write((_ALOUD if event.anew else "") + _dressed(told[:ends]))
                    sys.stdout.flush()
                    shown = told[:ends] if event.anew else shown + told[:ends]
                    held = told[ends:]
                elif isinstance(event, Done):
                    answer = event.answer
    except KeyboardInterrupt:
        print()
        raise
    whole = str(answer)
    print(_dressed(whole[len(shown) :] if whole.startswith(shown) else _INSTEAD + whole))
    return answer


def _dressed(text: str) -> str:
    """Markdown for a terminal: where a person looks, headings are bold and tables have columns; a file or a pipe gets
    them as they are.
    """
    if not sys.stdout.isatty():
        return printable(text)
    width = shutil.get_terminal_size().columns
    return in_columns(_HEADING.sub("\x1b[1m\\1\x1b[0m", printable(text)), width)


def _status(text: str) -> AbstractContextManager[Status | None]:
    """A line on stderr while nothing is there yet, if a person looks."""
    from rich.console import Console

    console = Console(stderr=True)
    return console.status(text) if console.is_terminal else nullcontext()
