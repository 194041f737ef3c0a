"""What the tables of some documents come closest with, where they do not say outright what is asked.

The row next to one that is named, or what is worked out where the question's noun is no word of the table's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering.table_answer import TableAnswer, answer_from_tables
from rag.answering.table_neighbours import neighbour
from rag.answering.table_view import views_of
from rag.language import bounds_in, class_asked, end_asked, workings_in
from rag.types import Document

__all__ = ["closest_in_tables"]


def closest_in_tables(question: str, documents: Sequence[Document]) -> TableAnswer | None:
    """The rows that come closest, `partly`; None where no table has any that are better than its best sentences."""
    views = [view for document in documents for view in views_of(document)]
    if (beside := neighbour(question, views)) is not None:
        places, note = beside
        return TableAnswer(places, "partly", (note,))
    noun = class_asked(question)
    if noun is None or end_asked(question) is not None:
        return None
    if not (bounds_in(question) or {"highest", "lowest"}.intersection(w for w, _ in workings_in(question))):
        return None
    word, start, end = noun
    told = answer_from_tables(question[:start] + " " * (end - start) + question[end:], documents)
    if told is None or told.status != "answered":
        return None
    places = tuple(replace(place, answer=None) for place in told.places)  # nothing says that the cell is what is meant
    return TableAnswer(
        places, "partly", (*told.notes, f"The table does not say “{word}”: its rows are taken for that.")
    )
