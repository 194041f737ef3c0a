"""How well pages of PDFs become text: `python -m benchmarks.pdf_text [FOLDER] [--show NAME]`.

For each PDF of the golden set (tests/data/pdf_pages, each with the text that a person would type beside it) and for us,
pypdf and PDFium alone, in one run:

- word error: the words that must be put in, taken out or changed (Levenshtein), as a share of the golden text's words;
- order error: of the words that occur once in both texts, the share that must be moved until they stand in the golden
  order - that is, those outside of the longest run that is in order already.

Words are runs of letters and digits, compared in NFKC and without case; a raised mark is a word of its own, so that
"12,500 3" is right and "12,5003" is not. Pages without text are read by OCR, for us, where it is installed.
"""

from __future__ import annotations

import argparse
import bisect
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.parsing import load_files
from rag.types import LoadedDocument

FOLDER = Path(__file__).resolve().parent.parent / "tests/data/pdf_pages"
_RAISED = re.compile("([⁰¹²³⁴-⁹]+)")


class Errors(NamedTuple):
    """Of one text: words of the golden one, and the two errors as shares."""

    words: int
    word_error: float
    order_error: float


def words_of(text: str) -> list[str]:
    """The words as they are compared."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", _RAISED.sub(r" \1 ", text)).casefold())


def compare(golden: str, text: str) -> Errors:
    """The errors of `text`."""
    wanted, found = words_of(golden), words_of(text)
    return Errors(len(wanted), _distance(wanted, found) / max(1, len(wanted)), _order_error(wanted, found))


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's distance in words, row by row; a row's insertions are a running minimum."""
    numbers = {word: at for at, word in enumerate({*one, *other})}
    right = np.array([numbers[word] for word in other], np.int64)
    steps = np.arange(len(other) + 1)
    row = steps.copy()
    for word in one:
        fresh = np.concatenate([[row[0] + 1], np.minimum(row[1:] + 1, row[:-1] + (right != numbers[word]))])
        row = np.minimum.accumulate(fresh - steps) + steps
    return int(row[-1])


def _order_error(wanted: Sequence[str], found: Sequence[str]) -> float:
    once, there = Counter(wanted), Counter(found)
    places = {word: at for at, word in enumerate(found) if there[word] == 1}
    order = [places[word] for word in wanted if once[word] == 1 and word in places]
    tails: list[int] = []  # of the longest rising runs by length
    for place in order:
        at = bisect.bisect_left(tails, place)
        tails[at : at + 1] = [place]
    return 1 - len(tails) / len(order) if order else 0.0


def ours(paths: Sequence[Path]) -> dict[Path, str]:
    """What the program reads, in its bounded processes, OCR included."""
    read = load_files([(path, path.name) for path in paths], languages="eng")
    texts = {name: one.document.text for name, one in read if isinstance(one, LoadedDocument)}
    return {path: texts.get(path.name, "") for path in paths}


def by_pypdf(path: Path) -> str:
    """What pypdf's own `extract_text` says."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def by_pdfium(path: Path) -> str:
    """What PDFium's own text of the pages says."""
    import pypdfium2

    with_pages = pypdfium2.PdfDocument(path.read_bytes())
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in with_pages)
    finally:
        with_pages.close()


def measure(folder: Path) -> dict[str, dict[str, Errors]]:
    """Errors by file and by reader."""
    paths = sorted(path for path in folder.glob("*.pdf") if path.with_suffix(".txt").is_file())
    mine = ours(paths)
    readers: dict[str, Callable[[Path], str]] = {"ours": mine.__getitem__, "pypdf": by_pypdf, "PDFium": by_pdfium}
    found = {}
    for path in paths:
        golden = path.with_suffix(".txt").read_text("utf-8")
        found[path.stem] = {name: compare(golden, read(path)) for name, read in readers.items()}
    return found


def as_table(found: Mapping[str, Mapping[str, Errors]]) -> str:
    """Markdown: a row for each file, and the mean of all files last."""
    names = list(next(iter(found.values())))
    rows = ["| page | " + " | ".join(f"{name}: words | order" for name in names) + " |"]
    rows.append("|---|" + "---|---|" * len(names))
    for file, errors in found.items():
        rows.append(_row(file, [value for name in names for value in errors[name][1:]]))
    means = [float(np.mean([errors[name][kind] for errors in found.values()])) for name in names for kind in (1, 2)]
    return "\n".join([*rows, _row(f"mean of {len(found)} files", means)])


def _row(name: str, values: Sequence[float]) -> str:
    return f"| {name} | " + " | ".join(f"{value:.3f}" for value in values) + " |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Word error and order error of PDF pages read by three readers.")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--show", default="", help="print what we read of this file instead")
    options = parser.parse_args()
    if options.show:
        print(ours([options.folder / f"{options.show}.pdf"])[options.folder / f"{options.show}.pdf"])
    else:
        print(as_table(measure(options.folder)))


if __name__ == "__main__":
    main()
