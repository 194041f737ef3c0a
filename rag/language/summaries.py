"""Cue phrases of sentences that sum up the text they stand in, a classic of extractive summaries.

Edmundson 1969, "New Methods in Automatic Extracting", section 3.2. This module does not know where a sentence stands.
"""

from __future__ import annotations

import re

__all__ = ["is_summary_sentence"]

_CUES = re.compile(
    r"\b(?:in (?:this|the present) (?:paper|work|study|report|article|review|chapter|guide)|"
    r"this (?:paper|work|study|report|article|review|guide) (?:\w+ )?(?:presents|describes|shows|finds|examines|"
    r"explains|reviews|argues|covers|looks|summari[sz]es|is about)|"
    r"we (?:\w+ )?(?:present|propose|introduce|find|found|show|conclude|demonstrate|argue|report|describe|recommend)\b|"
    r"to summari[sz]e|in (?:summary|conclusion|short|brief)|overall,|in sum\b|taken together|"
    r"(?:key|main|major|principal) (?:findings?|results?|contributions?|conclusions?|messages?|points?|aims?|goals?))",
    re.IGNORECASE,
)


def is_summary_sentence(sentence: str) -> bool:
    """Whether a sentence says what its text is about, does or finds."""
    return _CUES.search(sentence) is not None
