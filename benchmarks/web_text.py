"""Prints how well the article's text of saved web pages is found: by us, and by trafilatura alone.

    python -m benchmarks.web_text

The pages of `tests/data/web_pages` are of different make; beside each stands the text that a person would copy. Words
are compared as a bag: precision is what menus and consent texts cost, recall what was lost of the article.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rag.errors import SourceError
from rag.parsing import load_bytes

PAGES = Path(__file__).parent.parent / "tests" / "data" / "web_pages"


class Score(NamedTuple):
    """How many of the words are the article's, how many of the article's words are there, and both in one."""

    precision: float
    recall: float
    f1: float


def score(text: str, wanted: str) -> Score:
    """Compares two texts as bags of words."""
    one, other = (Counter(re.findall(r"\w+", part.lower())) for part in (text, wanted))
    common = (one & other).total()
    precision, recall = common / max(one.total(), 1), common / max(other.total(), 1)
    return Score(precision, recall, 2 * precision * recall / max(precision + recall, 1e-9))


def ours(path: Path) -> str:
    """What we read of a page; nothing where it is refused."""
    try:
        return load_bytes(path.read_bytes(), path.name).document.text
    except SourceError:
        return ""


def theirs(path: Path) -> str:
    """What trafilatura finds by itself when it is asked to find much."""
    from trafilatura import extract

    return extract(path.read_bytes(), favor_recall=True, include_comments=False, include_tables=True) or ""


def main() -> None:
    """Prints a line for each page, the worst of ours first, and the means."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    mine: dict[str, Score] = {}
    other: dict[str, Score] = {}
    for page in sorted(PAGES.glob("*.html")):
        wanted = page.with_suffix(".txt").read_text("utf-8")
        mine[page.stem], other[page.stem] = score(ours(page), wanted), score(theirs(page), wanted)
    print(f"{'page':<24}{'ours: precision, recall, F1':>30}{'trafilatura: the same':>30}")
    for name in sorted(mine, key=lambda name: mine[name].f1):
        print(
            f"{name:<24}" + "".join("      " + "".join(f"{part:8.3f}" for part in one[name]) for one in (mine, other))
        )
    for whose, scores in (("ours", mine), ("trafilatura", other)):
        means = [fmean(part) for part in zip(*scores.values(), strict=True)]
        shown = f"precision {means[0]:.3f}, recall {means[1]:.3f}, F1 {means[2]:.3f}"
        print(f"{whose}, {len(scores)} pages: {shown}")


if __name__ == "__main__":
    main()
