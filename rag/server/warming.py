"""Has the models loaded behind a page that is open already.

This module does not know what is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import FootnoteError

if TYPE_CHECKING:
    from rag.server.api import Endpoints

__all__ = ["warm_up"]

WARM_UP_DELAY = 4.0  # seconds until the models are loaded even though nobody has opened the page


def warm_up(endpoints: Endpoints) -> None:
    """Have the models loaded before the first question; the page shows meanwhile that they are.

    Where it is settled meanwhile that nobody will ask, nothing is loaded any more.
    """
    readiness = endpoints.readiness
    readiness.wanted.wait(WARM_UP_DELAY)
    if readiness.settled.is_set():
        return
    try:
        endpoints.assistant.warm_up()
        readiness.ready = True
        if not readiness.settled.is_set():
            endpoints.find_examples()
    except FootnoteError as problem:
        readiness.problem = str(problem)
    finally:
        readiness.settled.set()
