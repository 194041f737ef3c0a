"""The table of limits is what the constants are, and each of its tests is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from rag.server import limits
from tools.limits import LIMITS, Limit, page

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_is_what_the_constants_are() -> None:
    """If not: `python -m tools.limits`."""
    assert (ROOT / "docs" / "limits.md").read_text("utf-8") == page()


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_each_limit_has_its_test(limit: Limit) -> None:
    file, _, name = limit.test.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


def test_every_limit_of_the_server_stands_in_the_table() -> None:
    assert set(limits.__all__) - {limit.name for limit in LIMITS} == {"ORIGINALS_AT_ONCE"}, "which nobody notices"
