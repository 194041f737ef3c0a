"""Puts what a benchmark found into `docs/performance.md`, between the marks that carry its name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DOCUMENT", "put"]

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def put(name: str, text: str) -> None:
    """Replaces what stands between `<!-- name -->` and `<!-- end of name -->`. Raises ValueError where they are not."""
    before, start, rest = DOCUMENT.read_text("utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not end:
        raise ValueError(f"{DOCUMENT} has no marks for {name}")
    DOCUMENT.write_text(f"{before}{start}{text.rstrip()}\n{end}{after}", "utf-8")
