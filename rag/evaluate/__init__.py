"""Answers and their citations, held to account by cases: what is asked, what should be said, where it stands.

    from rag.evaluate import assert_cites, assert_refuses
    assert_cites(assistant.ask("How many people died?"), path="report.pdf", page=3, quote="64 people died")

Everything is offline and deterministic; no model judges. Names are looked up when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.evaluate.cases import Case, Expected, load_cases
    from rag.evaluate.floors import Floors, load_floors
    from rag.evaluate.judge import Finding, in_source_words
    from rag.evaluate.matchers import assert_all_quotes_exact, assert_answers, assert_cites, assert_refuses
    from rag.evaluate.measures import exact_match, span_overlap, token_f1
    from rag.evaluate.mutations import mutation_gate
    from rag.evaluate.run import Run, evaluate
    from rag.evaluate.summary import Estimate, compare

_HOMES = {
    "Case": "cases",
    "Estimate": "summary",
    "Expected": "cases",
    "Finding": "judge",
    "Floors": "floors",
    "Run": "run",
    "assert_all_quotes_exact": "matchers",
    "assert_answers": "matchers",
    "assert_cites": "matchers",
    "assert_refuses": "matchers",
    "compare": "summary",
    "evaluate": "run",
    "exact_match": "measures",
    "in_source_words": "judge",
    "load_cases": "cases",
    "load_floors": "floors",
    "mutation_gate": "mutations",
    "span_overlap": "measures",
    "token_f1": "measures",
}

__all__ = [
    "Case",
    "Estimate",
    "Expected",
    "Finding",
    "Floors",
    "Run",
    "assert_all_quotes_exact",
    "assert_answers",
    "assert_cites",
    "assert_refuses",
    "compare",
    "evaluate",
    "exact_match",
    "in_source_words",
    "load_cases",
    "load_floors",
    "mutation_gate",
    "span_overlap",
    "token_f1",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"rag.evaluate.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'rag.evaluate' has no attribute {name!r}")
