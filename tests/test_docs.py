"""The documents lead where they say: links and symbols resolve, and what is made from the code is current."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import making
import pytest
from reportlab.pdfgen.canvas import Canvas

import rag
import rag.evaluate
from rag.language import left_phrases
from rag.parsing.formats import READERS
from rag.types import Left
from tools import python_docs
from tools.draw_architecture import page_with_table, picture
from tools.house import imports_between, rooms

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)(?:#[^)]*)?\)")
SYMBOL = re.compile(r"`(rag(?:\.\w+){2,})`")
ARCHITECTURE = ROOT / "docs" / "architecture.md"


def links(page: Path) -> Iterator[tuple[str, Path]]:
    """The words and target of each link of a page into the repository."""
    for words, target in LINK.findall(page.read_text("utf-8")):
        if not re.match(r"\w+:", target):
            yield words, (page.parent / target).resolve()


def resolved(symbol: str) -> object:
    """What a dotted name stands for: the longest part that is a module, then attributes."""
    parts = symbol.split(".")
    for cut in range(len(parts), 0, -1):
        name = ".".join(parts[:cut])
        try:
            found: object = import_module(name)
        except ModuleNotFoundError as error:
            if not name.startswith(str(error.name)):
                raise
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise LookupError(symbol)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_something(page: Path) -> None:
    assert [target for _, target in links(page) if not target.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_symbols_resolve(page: Path) -> None:
    for symbol in SYMBOL.findall(page.read_text("utf-8")):
        assert resolved(symbol) is not None


def test_a_linked_symbol_is_defined_in_the_file_that_it_links_to() -> None:
    checked = 0
    for words, target in links(ARCHITECTURE):
        for symbol in SYMBOL.findall(words):
            found = inspect.unwrap(resolved(symbol))  # type: ignore[arg-type]
            if inspect.isclass(found) or inspect.isfunction(found):
                assert Path(inspect.getfile(found)).resolve() == target, symbol
                checked += 1
    assert checked > 15


@pytest.mark.parametrize(
    ("asked", "file", "function"),
    [
        ("answered or not", "rag/answering/extractive.py", "extractive_answer"),
        ("table in a DOCX file", "rag/parsing/office/word_tables.py", "rows_of"),
        ("document is deleted", "rag/storage/writer.py", "next_generation"),
        ("document is deleted", "rag/server/upload_store.py", "remove"),
    ],
)
def test_a_stranger_finds_the_function_by_two_links(asked: str, file: str, function: str) -> None:
    """README, docs/architecture.md, the file: the row that names the matter links the file and names the function."""
    assert ARCHITECTURE in [target for _, target in links(ROOT / "README.md")]
    (row,) = [line for line in ARCHITECTURE.read_text("utf-8").splitlines() if line.startswith("|") and asked in line]
    assert f"../{file})" in row
    assert function in row
    assert re.search(rf"def {function}\(", (ROOT / file).read_text("utf-8"))


def test_the_picture_and_the_table_are_what_the_code_is() -> None:
    """If not: `python -m tools.draw_architecture`."""
    assert (ROOT / "docs" / "architecture.svg").read_text("utf-8") == picture()
    page = ARCHITECTURE.read_text("utf-8")
    assert page == page_with_table(page)
    assert page.count("\n| 2 | [`") == sum(room.floor == 2 for room in rooms())


def test_every_import_between_rooms_is_an_arrow() -> None:
    arrows = sum(len(targets - {"types", "errors"}) for targets in imports_between().values())
    assert picture().count('marker-end="url(#head)"') == arrows > 30


def test_the_python_api_is_what_the_docstrings_say() -> None:
    """If not: `python -m tools.python_docs`."""
    assert (ROOT / "docs" / "python.md").read_text("utf-8") == python_docs.page()


def test_the_examples_of_the_python_api_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example of `rag`, then that of `rag.evaluate` with what the first has opened; both stand in the page."""
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    (tmp_path / "sources").mkdir()
    monkeypatch.chdir(tmp_path)

    def third_page(canvas: Canvas) -> None:
        making.column(canvas, 72, 700, ["The attack came at noon.", "In all, 64 people died in the attack."])

    pages = [lambda canvas, n=n: making.column(canvas, 72, 700, [f"Nothing is on page {n}."]) and None for n in (1, 2)]
    (tmp_path / "sources" / "report.pdf").write_bytes(making.pdf(*pages, third_page))
    (ask,), (check,) = python_docs.examples(rag), python_docs.examples(rag.evaluate)
    assert ask in page
    assert check in page
    exec(ask, {})
    assert "64 people died" in capsys.readouterr().out
    with rag.open("index") as assistant:
        exec(check, {"assistant": assistant})
        with pytest.raises(AssertionError):
            exec(check.replace("page=3", "page=2"), {"assistant": assistant})


def test_every_format_and_every_sentence_on_it_is_in_the_table() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert [suffix for suffix in READERS if f"`{suffix}`" not in page] == []
    left = (Left("running head", 3, ("page 1", "page 2", "page 3"), 12), Left("hidden sheet", 1, ("sheet Costs",)))
    for phrase in left_phrases(left):
        assert str(phrase) in page
