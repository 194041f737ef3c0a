"""The house, as a table: imports only point down, rooms on one floor never import each other, one owner a library."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "rag"

FLOORS: dict[str, int] = {
    "types": 0,
    "errors": 0,
    "rows": 1,
    "language": 1,
    "models": 1,
    "parsing": 2,
    "storage": 2,
    "shared": 2,
    "lenses": 2,
    "retrieval": 3,
    "indexing": 3,
    "answering": 4,
    "workers": 4,
    "config": 5,
    "assistant": 5,
    "evidence": 6,
    "evaluate": 6,
    "watch": 6,
    "doctor": 6,
    "collections": 7,
    "server": 8,
    "pytest_plugin": 8,
    "cli": 9,
    "__main__": 10,
}
APART = {
    (room, kept) for room in ("indexing", "retrieval") for kept in ("storage", "shared", "lenses")
}  # but for `rag.types`
BESIDE = {("assistant", "config")}  # rooms of one floor of which the first may import the second

OWNERS: dict[str, set[str]] = {
    "tiktoken": {"models"},
    "sentencex": {"language"},
    "py3langid": {"language"},
    "pypdfium2": {"parsing"},
    "pypdfium2_raw": {"parsing"},
    "PIL": {"parsing"},
    "pypdf": {"parsing"},
    "tesserocr": {"parsing"},
    "trafilatura": {"parsing"},
    "lxml": {"parsing"},
    "python_calamine": {"parsing"},
    "markdown_it": {"parsing"},
    "chardet": {"parsing"},
    "oxmsg": {"parsing"},
    "docx": {"evidence"},
    "sentence_transformers": {"models"},
    "transformers": {"models"},
    "torch": {"models"},
    "onnx": {"models"},
    "onnxruntime": {"models"},
    "tokenizers": {"models"},
    "httpx2": {"models", "server"},
    "faiss": {"lenses"},
    "pymilvus": {"lenses"},
    "tantivy": {"language", "lenses"},  # one analyzer: what is compared is what is indexed
    "apsw": {"storage"},
    "psycopg": {"shared"},
    "obstore": {"shared"},
    "sqlite3": set(),
    "ray": {"workers"},
    "filelock": {"storage", "lenses", "collections", "server"},
    "watchfiles": {"watch"},
    "pydantic": {"config", "server", "evaluate"},
    "typer": {"cli"},
    "rich": {"cli"},
    "ir_measures": {"evaluate"},
    "scipy": {"evaluate"},
    "yaml": {"evaluate"},
    "jinja2": {"evaluate"},
    "markupsafe": {"evaluate"},
    "lemminflect": {"language"},
    "pytest": {"pytest_plugin"},
    "gradio": {"server"},
    "fastapi": {"server"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "prometheus_client": {"server"},
    "authlib": {"server"},
    "joserfc": {"server"},
}
FACES = {
    ".".join(path.parent.relative_to(PACKAGE.parent).parts): path
    for path in sorted(PACKAGE.rglob("__init__.py"))
    if path.parent != PACKAGE
}
SHARED = {"numpy", "lazy_loader"}  # values flow between rooms; every face is made with it


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
            below = FLOORS.get(target, 99) < FLOORS.get(room, 99) or (room, target) in BESIDE
            if room and target != room and not below:
                found.append(f"{place} imports {target}, which is not below {room}")
            elif (room, target) in APART:
                found.append(f"{place} imports {target}, whose Protocols it is to use")
            elif target != room and f"rag.{target}" in FACES and module not in FACES:
                found.append(f"{place} imports {module}, which is not named by a face")
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


@pytest.mark.parametrize("name", FACES)
def test_a_face_names_and_does_not_define(name: str) -> None:
    """Its `__all__` is what its stub imports, and each name is there."""
    face = FACES[name]
    tree = ast.parse(face.read_text("utf-8"))
    assert ast.get_docstring(tree), "a room says what it is for"
    rest = [node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.Assign)]
    assert not rest, ast.unparse(rest[0])
    module = importlib.import_module(name)
    stub = face.with_suffix(".pyi")
    named = (
        [each.name for each in ast.walk(ast.parse(stub.read_text("utf-8"))) if isinstance(each, ast.alias)]
        if stub.exists()
        else []
    )
    assert sorted(getattr(module, "__all__", [])) == sorted(named)
    assert all(getattr(module, each) is not None for each in named)


def test_every_room_stands_in_the_table_and_every_entry_is_a_room() -> None:
    assert {room_of(path) for path in FILES} - {""} == set(FLOORS)


def declared(*extras: str) -> set[str]:
    """The distributions that pyproject.toml asks for, with some of its extras; names as PEP 503 normalises them."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {_normal(re.split(r"[\[<>=~!; ]", line)[0]) for line in lines}


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_every_library_that_is_imported_is_declared() -> None:
    """`pytest` needs no line: its plugin is imported by pytest alone."""
    brought, wanted = packages_distributions(), declared("ocr", "oidc", "shared", "ray")
    tops = {module.partition(".")[0] for path in FILES for _, module in imports(path)}
    libraries = tops - set(sys.stdlib_module_names) - {"rag", "pytest"}
    assert len(libraries) > 30
    undeclared = {one for one in libraries if not {_normal(by) for by in brought.get(one, ())} & wanted}
    assert undeclared == set()


def test_the_check_notices_an_import_upwards_sideways_or_of_anothers_library(tmp_path: Path) -> None:
    bad = PACKAGE / "indexing" / "chunk.py"
    text = bad.read_text("utf-8")
    for line, said in (
        ("import rag.cli", "not below"),
        ("def f():\n    from rag.retrieval import Corpus", "not below"),
        ("import faiss", "belongs to"),
        ("from rag.parsing.pool import load_files", "not named by a face"),
        ("from rag.storage import Store", "Protocols"),
        ("import requests", "no owner"),
    ):
        tree = ast.parse(f"{line}\n{text}")
        copy = tmp_path / "rag" / "indexing" / "chunk.py"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(ast.unparse(tree), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "rag")
            assert any(said in one for one in complaints(copy)), line
