"""Questions to begin with, for the sample sources that come with the program, and only for those."""

from __future__ import annotations

from collections.abc import Iterable

from rag.types import Source

__all__ = ["only_samples", "sample_questions"]

QUESTIONS = (
    "How many people died in the attack on the Jaffar Express?",
    "What is the female literacy rate in Balochistan?",
    "Who operates the port of Gwadar?",
    "How many people were killed by the 2022 floods?",
    "Which bodies did the Colombian peace accord create to deal with the past?",
)
PATHS = frozenset(
    {
        "courts-jirgas-police.md",
        "durand-line-to-merger.md",
        "five-insurgencies.html",
        "floods-quakes-droughts.md",
        "gas-water-and-a-port.pdf",
        "jaffar-express-first-report.txt",
        "jaffar-express-hijacking.md",
        "schools-and-madrassas.md",
        "security-review-2024.docx",
        "three-peace-settlements.html",
        "two-borders.html",
        "women-in-two-provinces.md",
    }
)


def sample_questions(sources: Iterable[Source]) -> tuple[str, ...]:
    """The example questions, if all sample sources are indexed; otherwise none."""
    return QUESTIONS if _indexed(sources) >= PATHS else ()


def only_samples(sources: Iterable[Source]) -> bool:
    """Whether the sample sources are all there is to ask."""
    return _indexed(sources) == PATHS


def _indexed(sources: Iterable[Source]) -> set[str]:
    return {source.path for source in sources if source.status == "indexed"}
