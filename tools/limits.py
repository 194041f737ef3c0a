"""Writes docs/limits.md, the table of all limits, from the constants themselves: `python -m tools.limits`.

Each row names the test that exceeds its limit; a test looks that it is there.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from rag.config import Config
from rag.parsing.file_reader import Limits
from tools.house import ROOT

__all__ = ["LIMITS", "Limit", "main", "page"]

_PAGE = ROOT / "docs" / "limits.md"
_HEAD = """# Limits

Made from the constants by `python -m tools.limits`. What is over a limit is refused with a sentence that says so;
nothing is cut without a word but where the table says it. Each limit has a test that exceeds it.

| what | at most | then | set in | tested by |
|---|---|---|---|---|
"""


class Limit(NamedTuple):
    """A limit: what it is of, the module and name of its constant, its unit, what happens beyond it, its test."""

    what: str
    module: str
    name: str
    unit: str
    then: str
    test: str


_SERVER, _BODIES = "rag.server.limits", "tests/server/test_bodies.py"
_SIGNING, _SHELF = "tests/server/test_signing_attacks.py", "tests/server/test_shelf.py"
_REQUESTS, _TIME = "tests/server/test_requests.py", "tests/answering/test_time_limit.py"
_TEAM = "tests/server/test_team.py"
_MEMORY = "tests/answering/test_question_memory.py"
_KEPT = "tests/server/test_conversations.py"
_FETCHED = "tests/server/test_fetching.py"
_FILES, _HOSTILE = "tests/parsing/test_load_files.py", "tests/parsing/test_load_hostile.py"

LIMITS = (
    Limit(
        "a question",
        "rag.assistant",
        "MAX_QUESTION",
        "characters",
        "refused",
        f"{_TIME}::test_a_long_question_is_refused",
    ),
    Limit(
        "an earlier turn",
        _SERVER,
        "MOST_TURN",
        "characters",
        "refused; in Python the beginning is read",
        f"{_REQUESTS}::test_texts_have_a_length",
    ),
    Limit(
        "any other text that is sent",
        _SERVER,
        "MOST_TEXT",
        "characters",
        "refused",
        f"{_REQUESTS}::test_texts_have_a_length",
    ),
    Limit(
        "finding an answer",
        "rag.answering.time_limit",
        "LONGEST",
        "seconds",
        "given up",
        f"{_TIME}::test_a_question_is_given_up_after_its_time",
    ),
    Limit(
        "sides of a comparison",
        "rag.answering.comparison",
        "MOST_SIDES",
        "",
        "the first ones are compared, and a note says so",
        f"{_MEMORY}::test_so_many_sides_are_compared_and_the_rest_is_told",
    ),
    Limit(
        "sentences of an answer, as of a long list",
        "rag.answering.citing",
        "MOST_CLAIMS",
        "",
        "the first ones are shown, and a note says so",
        f"{_MEMORY}::test_so_many_sentences_are_shown_and_the_rest_is_told",
    ),
    Limit(
        "memory of the documents that one question leads to",
        "rag.retrieval.corpus",
        "MOST_HELD",
        "bytes",
        "refused",
        f"{_MEMORY}::test_documents_of_one_question_have_a_size",
    ),
    Limit(
        "memory of the documents kept for the next question",
        "rag.retrieval.hybrid",
        "MOST_KEPT",
        "bytes",
        "read again from the index",
        f"{_MEMORY}::test_documents_kept_for_the_next_question_have_a_size",
    ),
    Limit(
        "a table that is looked up in",
        "rag.answering.table_view",
        "MOST_CELLS",
        "cells",
        "its rows are found as passages only",
        f"{_MEMORY}::test_a_table_that_is_too_large_is_not_looked_up_in",
    ),
    Limit(
        "tables that are ready to be looked up in, all together",
        "rag.answering.table_view",
        "MOST_INDEXED",
        "cells",
        "made ready again, 20 bytes a cell",
        f"{_MEMORY}::test_tables_asked_long_ago_give_way",
    ),
    Limit(
        "passages of a search in Python",
        "rag.assistant",
        "MAX_PASSAGES",
        "",
        "refused",
        f"{_MEMORY}::test_passages_have_a_number",
    ),
    Limit(
        "passages of a search in the API",
        _SERVER,
        "MOST_PASSAGES",
        "",
        "the best ones are given",
        f"{_REQUESTS}::test_a_search_gives_so_many_passages",
    ),
    Limit(
        "sources that a question is limited to",
        _SERVER,
        "MOST_PATHS",
        "",
        "refused",
        f"{_REQUESTS}::test_texts_have_a_length",
    ),
    Limit(
        "questions answered side by side",
        _SERVER,
        "AT_ONCE",
        "",
        "wait",
        f"{_REQUESTS}::test_questions_wait_and_only_so_many",
    ),
    Limit(
        "questions that wait",
        _SERVER,
        "MOST_WAITING",
        "",
        "refused",
        f"{_REQUESTS}::test_questions_wait_and_only_so_many",
    ),
    Limit("a body", _SERVER, "MOST_BODY", "bytes", "refused (413)", f"{_BODIES}::test_a_body_has_a_size"),
    Limit(
        "a name and a password",
        _SERVER,
        "MOST_FORM",
        "bytes",
        "refused (413)",
        f"{_SIGNING}::test_a_name_and_a_password_are_short",
    ),
    Limit(
        "all bodies together",
        _SERVER,
        "MOST_HELD",
        "bytes",
        "refused (503)",
        f"{_BODIES}::test_bodies_together_have_a_size",
    ),
    Limit(
        "until a body is there",
        _SERVER,
        "BODY_SECONDS",
        "seconds",
        "refused (408)",
        f"{_BODIES}::test_a_body_has_to_arrive_in_time_and_leaves_its_place",
    ),
    Limit(
        "lists within lists in a body",
        _SERVER,
        "DEEPEST",
        "levels",
        "refused",
        f"{_BODIES}::test_what_is_no_text_or_too_deep_gets_a_sentence",
    ),
    Limit(
        "values in a body",
        _SERVER,
        "MOST_VALUES",
        "",
        "refused",
        f"{_BODIES}::test_what_is_no_text_or_too_deep_gets_a_sentence",
    ),
    Limit(
        "a conversation that is kept on the server",
        "rag.storage.conversations",
        "MOST_OF_ONE",
        "bytes",
        "refused; the page keeps it",
        f"{_KEPT}::test_a_conversation_has_a_size",
    ),
    Limit(
        "conversations of one person on the server",
        "rag.storage.conversations",
        "MOST_TOGETHER",
        "bytes",
        "refused",
        f"{_KEPT}::test_all_conversations_of_a_person_have_a_size",
    ),
    Limit(
        "what a conversation is looked for by",
        _SERVER,
        "MOST_SOUGHT",
        "characters",
        "refused",
        f"{_KEPT}::test_what_is_looked_for_has_a_length",
    ),
    Limit(
        "the name of a person or group who is let in",
        _SERVER,
        "MOST_NAME",
        "characters",
        "refused",
        f"{_TEAM}::test_names_and_groups_have_a_length",
    ),
    Limit(
        "members of a group",
        _SERVER,
        "MOST_MEMBERS",
        "",
        "refused",
        f"{_TEAM}::test_names_and_groups_have_a_length",
    ),
    Limit(
        "the title of a collection",
        "rag.collections.folder",
        "MOST_TITLE",
        "characters",
        "refused",
        "tests/test_collections.py::test_titles_make_names_and_folders_make_collections",
    ),
    Limit(
        "collections that are asked together",
        "rag.collections.folder",
        "MOST_JOINED",
        "",
        "not found",
        "tests/test_collections.py::test_names_of_collections",
    ),
    Limit(
        "questions of a conversation that is packed",
        _SERVER,
        "MOST_PACKED",
        "",
        "refused",
        f"{_REQUESTS}::test_a_pack_has_a_size",
    ),
    Limit(
        "citations of a conversation that is packed",
        _SERVER,
        "MOST_CITATIONS",
        "",
        "refused",
        f"{_REQUESTS}::test_a_pack_has_a_size",
    ),
    Limit(
        "from the wish to end to the end of the server",
        _SERVER,
        "END_SECONDS",
        "seconds",
        "ended",
        "tests/server/test_ending.py::test_the_server_ends_in_time_under_load",
    ),
    Limit(
        "until the first wrong password is answered; each further one twice as long",
        "rag.server.throttle",
        "FIRST_WAIT",
        "seconds",
        "wait",
        f"{_SIGNING}::test_a_wrong_password_is_answered_later_each_time_and_known_or_not",
    ),
    Limit(
        "until any wrong password is answered",
        "rag.server.throttle",
        "LONGEST_WAIT",
        "seconds",
        "wait",
        f"{_SIGNING}::test_waits_grow_end_and_count_for_one_place",
    ),
    Limit(
        "wrong passwords for one name from one place at a time",
        "rag.server.throttle",
        "MOST_OPEN",
        "",
        "refused (429)",
        f"{_SIGNING}::test_too_many_wrong_ones_are_not_looked_at_but_for_a_browser_that_is_known",
    ),
    Limit(
        "how long a wrong password counts",
        "rag.server.throttle",
        "FORGIVEN",
        "seconds",
        "forgotten",
        f"{_SIGNING}::test_waits_grow_end_and_count_for_one_place",
    ),
    Limit(
        "a file that is brought in",
        "rag.server.upload_store",
        "MOST_BYTES",
        "bytes",
        "refused",
        f"{_SHELF}::test_limits_of_kind_size_and_number",
    ),
    Limit(
        "files of a folder that is added to from the page",
        "rag.server.upload_store",
        "MOST_FILES",
        "",
        "refused",
        f"{_SHELF}::test_limits_of_kind_size_and_number",
    ),
    Limit(
        "how long a removed file can be put back",
        "rag.server.upload_store",
        "KEPT_DAYS",
        "days",
        "deleted",
        f"{_SHELF}::test_half_uploads_and_what_was_taken_out_long_ago_are_swept",
    ),
    Limit(
        "a file's text",
        "rag.parsing.file_reader.Limits",
        "characters",
        "characters",
        "the file fails",
        f"{_FILES}::test_characters_are_limited",
    ),
    Limit(
        "memory of the process that reads a file",
        "rag.parsing.file_reader.Limits",
        "memory_mb",
        "MB",
        "the file fails",
        f"{_FILES}::test_memory_ends_at_the_limit",
    ),
    Limit(
        "a file, or a page of a PDF (`page_seconds`)",
        "rag.config.Config",
        "page_seconds",
        "seconds of the processor",
        "the file fails",
        f"{_FILES}::test_a_hang_ends_at_the_limit",
    ),
    Limit(
        "what is fetched by its address",
        "rag.server.fetching",
        "FETCHED_BYTES",
        "bytes",
        "given up",
        f"{_FETCHED}::test_more_than_it_may_be_is_given_up",
    ),
    Limit(
        "the time that takes",
        "rag.server.fetching",
        "FETCH_SECONDS",
        "seconds",
        "given up",
        f"{_FETCHED}::test_what_takes_too_long_is_given_up",
    ),
    Limit(
        "redirects on the way",
        "rag.server.fetching",
        "FETCH_REDIRECTS",
        "times",
        "given up",
        f"{_FETCHED}::test_redirects_are_followed_without_cookies_and_not_for_ever",
    ),
)


def main() -> None:
    """Writes the page."""
    _PAGE.write_text(page(), "utf-8")


def page() -> str:
    """The page, as Markdown."""
    return _HEAD + "".join(map(_row, LIMITS))


def _row(limit: Limit) -> str:
    value = _value(limit)
    number = f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"
    file, _, test = limit.test.partition("::")
    at_most = f"{number} {limit.unit}".strip()
    where = f"`{limit.module}.{limit.name}`" if limit.module not in _CLASSES else f"`{limit.module}`"
    return f"| {limit.what} | {at_most} | {limit.then} | {where} | [{test}](../{file}) |\n"


_CLASSES = {"rag.parsing.file_reader.Limits": Limits(), "rag.config.Config": Config()}


def _value(limit: Limit) -> int | float:
    holder = _CLASSES.get(limit.module) or import_module(limit.module)
    value = getattr(holder, limit.name)
    assert isinstance(value, int | float), limit.name
    return value


if __name__ == "__main__":
    main()
