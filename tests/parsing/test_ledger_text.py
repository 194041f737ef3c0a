"""Text, Markdown, tables of text and notebooks: every word is kept, or told in the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from ledger_property import account, assert_every_word_is_kept_or_told, table

from rag.errors import SourceError
from rag.parsing import load_bytes
from rag.parsing.ledger import word_count
from rag.types import Left

TEXTS = {
    "plain.txt": "RUNNING HEAD\n\nFirst line,\nsecond.\n\n\tIndented — with dashes.\n\f\nRUNNING HEAD\n\nPage two.\n",
    "hebrew.txt": "שלום עולם.\n\nطيب. كيف حالك؟\n",
    "marked.md": "---\ntitle: A title\ndate: 2025-03-31\n---\n\n# Head\n\n<!-- c -->\n\n| a | b |\n|--|--|\n| 1 | |\n",
    "code.md": "Text\n\n```python\nx = 1  # why\n```\n\n- [link](http://a.org)\n- ![picture](a.png)\n\n[^1]: Note.\n",
    "rows.csv": 'name,"a ""quoted"" one",total\n\nAnna,"two\nlines",12\n,,\nBert,,7\n',
    "rows.tsv": "name\ttotal\nAnna\t\nBert\t7\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_the_file_itself(name: str) -> None:
    assert_every_word_is_kept_or_told(load_bytes(TEXTS[name].encode(), name), word_count(TEXTS[name]))


def _notebook(*cells: Mapping[str, object]) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()


def test_a_notebook_tells_what_it_leaves_out() -> None:
    printed = "ham " * 5000
    cells = (
        {"cell_type": "markdown", "source": ["# Prices\n", "\n", "Why they rose."], "attachments": {"a.png": {}}},
        {
            "cell_type": "code",
            "source": "plot(prices)",
            "outputs": [
                {"output_type": "display_data", "data": {"image/png": "aGFt", "text/plain": ["<Figure size>"]}},
                {"output_type": "display_data", "data": {"text/html": "<style>b {c: d}</style><b>bold</b> &amp; more"}},
                {"output_type": "stream", "text": [printed]},
            ],
        },
        {
            "cell_type": "code",
            "source": "1 / 0",
            "outputs": [{"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mDivided\x1b[0m"]}],
        },
    )  # fmt: skip
    loaded = load_bytes(_notebook(*cells), "prices.ipynb")
    known = "Prices Why they rose. plot(prices) <Figure size> bold more 1 / 0 Divided"
    assert_every_word_is_kept_or_told(loaded, word_count(known) + word_count(printed))
    assert loaded.document.left == (Left("picture", 2, ("cell 1", "cell 2")), Left("limit", 1, ("cell 2",), 2500))
    for said in ("bold & more", "Divided", "<Figure size>"):
        assert said in loaded.document.text
    assert "\x1b" not in loaded.document.text


def test_an_error_without_a_trace_is_still_said() -> None:
    cell = {
        "cell_type": "code",
        "source": "x",
        "outputs": [{"output_type": "error", "ename": "KeyError", "evalue": "'a'"}],
    }
    assert "KeyError: 'a'" in load_bytes(_notebook(cell), "x.ipynb").document.text


def test_no_word_of_the_shared_texts_is_lost(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = []
    for file in sorted((shared / "files").rglob("*")):
        if file.suffix.lower() not in (".txt", ".md", ".csv", ".tsv"):
            continue
        data = file.read_bytes()
        try:
            loaded = load_bytes(data, file.name)
            accounts.append((file.name, account(loaded, word_count(data.decode()))))
        except (SourceError, UnicodeDecodeError):  # not text, or of an older encoding
            continue
    with capsys.disabled():
        print(f"\n{table(accounts)}")
    assert accounts
    assert all(one.balanced for _, one in accounts)
