"""The rooms of the package and the imports between them, as they really are.

The floors and the owners of libraries are read from `tests/test_architecture.py`, which holds the code to them; what a
room does is the first sentence of its docstring. This module does not know how any of it is drawn.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Room", "imports_between", "rooms"]

ROOT = Path(__file__).resolve().parent.parent
_PACKAGE = ROOT / "rag"
_TABLE = ROOT / "tests" / "test_architecture.py"
_END = re.compile(r"(?<=\.) (?=[A-Z])")  # of a sentence


@dataclass(frozen=True, slots=True)
class Room:
    """A folder or module directly below `rag`; `libraries` are the third-party ones that only it may import."""

    name: str
    floor: int
    path: Path
    purpose: str
    libraries: tuple[str, ...]


def rooms() -> list[Room]:
    """The rooms, topmost floor first, each floor in the order of the table."""
    tree = ast.parse(_TABLE.read_text("utf-8"))
    floors, owners = _constant(tree, "FLOORS"), _constant(tree, "OWNERS")
    assert isinstance(floors, dict)
    assert isinstance(owners, dict)
    found = []
    for name, floor in floors.items():
        folder, module = _PACKAGE / name, _PACKAGE / f"{name}.py"
        file = module if module.exists() else folder / "__init__.py"
        said = " ".join((ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split())
        libraries = tuple(sorted(library for library, owned_by in owners.items() if name in owned_by))
        found.append(Room(name, int(floor), module if module.exists() else folder, _END.split(said)[0], libraries))
    return sorted(found, key=lambda room: -room.floor)


def imports_between() -> dict[str, set[str]]:
    """Which rooms each room imports, wherever in a file the import stands."""
    found: dict[str, set[str]] = {room.name: set() for room in rooms()}
    for file in sorted(_PACKAGE.rglob("*.py")):
        room = file.relative_to(_PACKAGE).with_suffix("").parts[0]
        if room in found:
            found[room] |= _imported(file) & (found.keys() - {room})
    return found


def _imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"rag.{alias.name}" for alias in node.names} if node.module == "rag" else {str(node.module)}
    return {name.split(".")[1] for name in names if name.startswith("rag.")}


def _constant(tree: ast.Module, name: str) -> object:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            assert node.value is not None
            return ast.literal_eval(node.value)
    raise LookupError(f"{_TABLE} has no {name}")
