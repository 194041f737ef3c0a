"""Counts how a house is built: files at its top, patterns, word lists, long functions and modules, undeclared imports.

Runs on any checkout of the package:  python tools/count_house.py [CHECKOUT]
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

LONG_FUNCTION = 40
"""Lines above which a function does not fit on a screen."""
LONG_MODULE = 300
"""The same of a module, a few screens."""
WORDS = 5
"""Words from which on a literal is a list of words."""
_PATTERN_CALLS = frozenset(
    ("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "escape")
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def counted(checkout: Path) -> dict[str, list[str]]:
    """What was found of each kind, each with its place; `checkout` holds `rag/` and `pyproject.toml`."""
    package = checkout / "rag"
    files = sorted(package.rglob("*.py"))
    trees = {path: ast.parse(path.read_text("utf-8")) for path in files}
    places = {path: path.relative_to(checkout).as_posix() for path in files}
    in_language = [path for path in files if path.parent == package / "language"]
    elsewhere = [path for path in files if path not in in_language]
    return {
        "files at the top of rag/": [places[path] for path in files if path.parent == package],
        "folders at the top of rag/": [
            path.name for path in sorted(package.iterdir()) if path.is_dir() and "__" not in path.name
        ],
        "calls of re": [f"{places[path]}:{line}" for path in files for line in patterns(trees[path])],
        "calls of re outside rag/language": [f"{places[p]}:{n}" for p in elsewhere for n in patterns(trees[p])],
        "word lists": [f"{places[path]}:{line}" for path in files for line in word_lists(trees[path])],
        "word lists outside rag/language": [f"{places[p]}:{n}" for p in elsewhere for n in word_lists(trees[p])],
        f"functions over {LONG_FUNCTION} lines": [
            f"{places[p]}:{name}" for p in files for name in long_functions(trees[p])
        ],
        f"modules over {LONG_MODULE} lines": [
            places[p] for p in files if len(p.read_text("utf-8").splitlines()) > LONG_MODULE
        ],
        "undeclared imports": sorted(imported(trees.values()) - declared(checkout)),
    }


def patterns(tree: ast.AST) -> Iterator[int]:
    """The lines on which a function of `re` is called."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        of = node.func.value
        if node.func.attr in _PATTERN_CALLS and isinstance(of, ast.Name) and of.id == "re":
            yield node.lineno


def word_lists(tree: ast.AST) -> Iterator[int]:
    """The lines of literals of `WORDS` plain lower-case words or more: a string that is split, or a collection."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            text = node.func.value
            split = text.value.split() if isinstance(text, ast.Constant) and isinstance(text.value, str) else []
            if len(split) >= WORDS:
                yield node.lineno
        elif isinstance(node, ast.Set | ast.List | ast.Tuple | ast.Dict):
            members = node.keys if isinstance(node, ast.Dict) else node.elts
            said = [one.value for one in members if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(said) >= WORDS and sum(one.isalpha() and one.islower() for one in said) == len(said):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "findall":
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if any(len(text.split()) >= WORDS for text in texts[1:]):
                yield node.lineno


def long_functions(tree: ast.AST) -> Iterator[str]:
    """The names of functions of more than `LONG_FUNCTION` lines, signature and docstring included."""
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS) and (node.end_lineno or node.lineno) - node.lineno + 1 > LONG_FUNCTION:
            yield node.name


def imported(trees: Iterable[ast.Module]) -> set[str]:
    """The top names of all imports that are neither of this package nor of Python itself."""
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - {"rag"} - sys.stdlib_module_names


def declared(checkout: Path) -> set[str]:
    """The top names that the packages named in `pyproject.toml` bring, extras included."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {}).values()
    wanted = [*project["dependencies"], *(one for extra in extras for one in extra)]
    names = {plain(found[0]) for one in wanted if (found := _NAME.match(one))}
    return {top for top, packages in packages_distributions().items() if names & set(map(plain, packages))}


def plain(name: str) -> str:
    """A distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Prints one line for each kind, and where they are with `-v`."""
    arguments = [one for one in sys.argv[1:] if one != "-v"]
    for kind, found in counted(Path(arguments[0] if arguments else ".").resolve()).items():
        print(f"{kind:34} {len(found):4}" + (f"  {', '.join(found)}" if "-v" in sys.argv else ""))


if __name__ == "__main__":
    main()
