"""Answers and their citations, held to account by cases: what is asked, what should be said, where it stands.

    from rag.evaluate import assert_cites, assert_refuses
    assert_cites(assistant.ask("How many people died?"), path="report.pdf", page=3, quote="64 people died")

Everything is offline and deterministic; no model judges. Floor 6. Names are looked up when they are first used.
"""

import lazy_loader

__all__ = [
    "FALSE_ALARMS",
    "MEASURES",
    "NOTICED",
    "Case",
    "Difference",
    "Expected",
    "Floors",
    "Gate",
    "Result",
    "Run",
    "Sources",
    "ask_one",
    "assert_all_quotes_exact",
    "assert_answers",
    "assert_cites",
    "assert_partly",
    "assert_refuses",
    "breaches",
    "compare",
    "draft_cases",
    "draft_file",
    "evaluate",
    "examine",
    "failure",
    "import_set",
    "load_cases",
    "load_floors",
    "mutation_gate",
    "opened",
    "raised",
    "read_rows",
    "save_floors",
    "write_report",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
