"""Sets the golden pages: `python -m tools.pdf_pages [FOLDER]` writes each as a PDF and the text of it as `.txt`.

The words are made here, too; `like.txt` names what each page is made after. Pages that a browser prints stay as they
are where none is installed. Needs reportlab and Pillow.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.pdf_pages import columns, papers, printed, tables

FOLDER = Path(__file__).resolve().parents[2] / "tests/data/pdf_pages"


def main(folder: Path) -> None:
    """Writes all pages."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, tuple[str, bytes, list[str]]] = {}
    for sheets in (columns.pages(), tables.pages(), papers.pages()):
        found |= {name: (sheet.like, sheet.finish(), sheet.golden) for name, sheet in sheets.items()}
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        found |= printed.pages()
    for name, (_, data, golden) in found.items():
        (folder / f"{name}.pdf").write_bytes(data)
        (folder / f"{name}.txt").write_text("\n".join(golden) + "\n", "utf-8")
    (folder / "like.txt").write_text("".join(f"{name}: {found[name][0]}\n" for name in sorted(found)), "utf-8")
    print(f"{len(found)} files, {sum(len(data) for _, data, _ in found.values()):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
