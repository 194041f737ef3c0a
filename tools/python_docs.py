"""Writes docs/python.md, the Python API, from signatures and docstrings: `python -m tools.python_docs`.

An indented block of code in a docstring is an example; the tests run them.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import ModuleType

import rag
import rag.evaluate
from tools.house import ROOT

__all__ = ["examples", "main", "page"]

_PAGE = ROOT / "docs" / "python.md"
_CODE = re.compile(r"(?:^|\n\n)((?:    .+\n?)+)")
_HEAD = """# The Python API

Made from signatures and docstrings by `python -m tools.python_docs`; the tests run the examples. How answers are held
to account is explained in [evaluating.md](evaluating.md), the API over HTTP in [api.md](api.md).
"""


def main() -> None:
    """Writes the page."""
    _PAGE.write_text(page(), "utf-8")


def page() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    for module in (rag, rag.evaluate):
        parts += [f"## `{module.__name__}`\n", _text(inspect.getdoc(module) or "")]
        for name in module.__all__:
            parts += _entry(f"{module.__name__}.{name}", getattr(module, name))
    return "\n".join(parts)


def examples(module: ModuleType) -> list[str]:
    """The code in a module's docstring."""
    return [_dedented(block) for block in _CODE.findall(inspect.getdoc(module) or "")]


def _entry(name: str, value: object) -> Iterator[str]:
    yield f"### `{name}`\n"
    if inspect.isclass(value):
        yield f"```python\n{_class(value)}\n```\n"
        yield _text(_docstring(value))
        yield from _members(value)
    elif inspect.isfunction(value):
        yield f"```python\n{_signature(value, 'def ' + name.rpartition('.')[2])}\n```\n"
        yield _text(_docstring(value))
    else:
        yield f"A constant: {type(value).__name__}.\n"


def _class(kind: type) -> str:
    """The fields of a value with their types and defaults; of another class, how it is made."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    fields = [node for node in tree.body if isinstance(node, ast.AnnAssign)]
    shown = [f"    {line}" for line in map(ast.unparse, fields) if not line.startswith("_")]
    if shown:
        return "\n".join([f"class {kind.__name__}:", *shown])
    return _signature(kind.__init__, f"class {kind.__name__}")  # type: ignore[misc]


def _members(kind: type) -> Iterator[str]:
    """The public methods and properties that a class defines itself."""
    listed = False
    for name, member in vars(kind).items():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        shown = f".{name}" if isinstance(member, property) else _signature(function, f".{name}", wide=True)
        yield f"- `{shown}`  \n  {' '.join(_docstring(function).split())}"
        listed = True
    if listed:
        yield ""


def _signature(function: Callable[..., object], name: str, wide: bool = False) -> str:
    """Its parameters and result as its source has them, on one line where they fit."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(tree, ast.FunctionDef)
    given = tree.args
    given.args = [one for one in given.args if one.arg not in ("self", "cls")]
    plain = tree.returns is None or ast.unparse(tree.returns) == "None"
    result = "" if plain or tree.returns is None else f" -> {ast.unparse(tree.returns)}"
    none = [None] * (len(given.args) - len(given.defaults))
    pairs = [*zip(given.args, [*none, *given.defaults], strict=True)]
    parts = [_parameter(*pair) for pair in pairs]
    parts += [f"*{ast.unparse(given.vararg)}"] if given.vararg else []
    parts += ["*"] if given.kwonlyargs and not given.vararg else []
    parts += [_parameter(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    line = f"{name}({', '.join(parts)}){result}"
    if wide or len(line) <= 110:
        return line
    inside = ",\n    ".join(parts)
    return f"{name}(\n    {inside},\n){result}"


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f" = {ast.unparse(default)}" if default is not None else "")


def _docstring(value: object) -> str:
    """The docstring, but for the one that a dataclass gives itself."""
    said = inspect.getdoc(value) or ""
    return "" if inspect.isclass(value) and said.startswith(f"{value.__name__}(") else said


def _text(docstring: str) -> str:
    """A docstring as Markdown: its indented code is marked as Python."""
    marked = _CODE.sub(lambda block: f"\n\n```python\n{_dedented(block[1])}```\n", docstring)
    return marked.strip("\n") + "\n"


def _dedented(code: str) -> str:
    return inspect.cleandoc(code) + "\n"


if __name__ == "__main__":
    main()
