"""The house, as a table: imports only point down, rooms on one floor never import each other, one owner a library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "rag"

FLOORS: dict[str, int] = {
    "types": 0,
    "errors": 0,
    "text": 1,
    "glyphs": 1,
    "months": 1,
    "parts": 1,
    "bounded": 1,
    "onnx": 1,
    "load": 2,
    "chunk": 2,
    "embed": 2,
    "dense": 2,
    "lexical": 2,
    "store": 2,
    "generations": 2,
    "pages": 2,
    "fuse": 2,
    "questions": 2,
    "read": 2,
    "llm": 2,
    "nli": 2,
    "indexing": 3,
    "search": 3,
    "verify": 3,
    "answer": 3,
    "followup": 3,
    "spelling": 3,
    "config": 4,
    "originals": 4,
    "written": 4,
    "assistant": 5,
    "doctor": 6,
    "watch": 6,
    "pack": 6,
    "feedback": 6,
    "evaluate": 6,
    "pytest_plugin": 7,
    "ui": 7,
    "cli": 8,
}

OWNERS: dict[str, set[str]] = {
    "tiktoken": {"text"},
    "sentencex": {"text"},
    "pypdfium2": {"glyphs"},
    "pypdfium2_raw": {"glyphs"},
    "PIL": {"glyphs"},
    "pypdf": {"load"},
    "tesserocr": {"load"},
    "trafilatura": {"load"},
    "lxml": {"load"},
    "docx": {"load"},
    "pptx": {"load"},
    "openpyxl": {"load"},
    "striprtf": {"load"},
    "markdown_it": {"load"},
    "charset_normalizer": {"load"},
    "sentence_transformers": {"embed"},
    "transformers": {"embed", "llm", "nli"},
    "torch": {"embed", "llm", "nli"},
    "onnx": {"embed"},
    "onnxruntime": {"onnx"},
    "tokenizers": {"onnx"},
    "faiss": {"dense"},
    "tantivy": {"lexical"},
    "apsw": {"store"},
    "sqlite3": set(),
    "openai": {"llm"},
    "httpx2": {"llm"},
    "filelock": {"indexing"},
    "watchfiles": {"watch"},
    "pydantic": {"config"},
    "typer": {"cli"},
    "rich": {"cli"},
    "ir_measures": {"evaluate"},
    "scipy": {"evaluate"},
    "yaml": {"evaluate"},
    "jinja2": {"evaluate"},
    "lemminflect": {"questions"},
    "markupsafe": {"evaluate"},
    "pytest": {"pytest_plugin"},
    "gradio": {"ui"},
    "fastapi": {"ui"},
    "starlette": {"ui"},
    "uvicorn": {"ui"},
}
SHARED = {"numpy"}  # the one library whose values flow between rooms


def room_of(path: Path) -> str:
    """The room a file belongs to: its own name, or that of its folder; "" for the package's front door."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every imported module of a file, wherever in it the import stands, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by a relative name"
            if node.module == "rag":
                yield from ((node.lineno, f"rag.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, str(node.module)


def complaints(path: Path) -> list[str]:
    """What is wrong with the imports of one file."""
    room, found = room_of(path), []
    for line, module in imports(path):
        top, _, rest = module.partition(".")
        target = rest.partition(".")[0]
        place = f"{path.relative_to(PACKAGE.parent)}:{line}"
        if top == "rag":
            if room and target != room and FLOORS.get(target, 99) >= FLOORS[room]:
                found.append(f"{place} imports {target}, which is not below {room}")
        elif top in OWNERS:
            if room not in OWNERS[top]:
                found.append(f"{place} imports {top}, which belongs to {sorted(OWNERS[top])}")
        elif top not in sys.stdlib_module_names and top not in SHARED:
            found.append(f"{place} imports {top}, which has no owner")
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_down_and_libraries_have_one_owner(path: Path) -> None:
    assert complaints(path) == []


def test_every_room_stands_in_the_table_and_every_entry_is_a_room() -> None:
    assert {room_of(path) for path in FILES} - {""} == set(FLOORS)


def test_the_check_notices_an_import_upwards_sideways_or_of_anothers_library(tmp_path: Path) -> None:
    bad = PACKAGE / "chunk.py"
    text = bad.read_text("utf-8")
    for line, said in (
        ("import rag.cli", "not below"),
        ("def f():\n    from rag.store import Store", "not below"),
        ("import faiss", "belongs to"),
        ("import requests", "no owner"),
    ):
        tree = ast.parse(f"{line}\n{text}")
        copy = tmp_path / "rag" / "chunk.py"
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(ast.unparse(tree), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys.modules[__name__], "PACKAGE", copy.parent)
            assert any(said in one for one in complaints(copy)), line
