"""Plain text and Markdown: the text is the file's own, and blocks are where sentences may end."""

from __future__ import annotations

from dataclasses import replace

import making
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.errors import EmptySource, SourceError, UnreadableSource
from rag.parsing import load_bytes
from rag.types import Document

# What files are made of: line ends of every kind, marks of Markdown, wide characters, things that look like blanks.
BITS = st.sampled_from(
    [
        *("\n", "\r\n", "\r", "\n\n", " ", "  ", "\t", "    ", "\u00a0", "\u2028", "\x0b", "\x0c", "\\"),
        *("# ", "## ", "- ", "1. ", "> ", "---\n", "```", "| a | b |", "|---|---|", "***", "_", "[x](y)", "<b>"),
        *("<!-- c -->", "Key: value", "title: T", "word", "A sentence.", "é", "ﬁ", "😀", "אבג"),
    ]
)
TEXTS = st.lists(st.one_of(BITS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12)), max_size=60).map(
    "".join
)


def _read(text: str, suffix: str, encoding: str = "utf-8") -> Document:
    loaded = load_bytes(text.encode(encoding), "folder/made" + suffix)
    making.check(loaded)
    return loaded.document


def _blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[slice(*block.span)]) for block in document.blocks]


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@given(text=TEXTS)
@settings(max_examples=400)
def test_the_text_is_the_files_own(suffix: str, text: str) -> None:
    assume("\x00" not in text)  # two bytes to a character, or no text at all
    assume("\x1b" not in text and "\b" not in text)  # a terminal's colours and double strikes are no text
    data = text.encode()
    try:
        loaded = load_bytes(data, "a" + suffix)
    except EmptySource:
        assert not text.lstrip("\ufeff").strip()
        return
    except UnreadableSource:
        assert any(ord(char) < 32 for char in text)
        return
    assert loaded.document.text == text.removeprefix("\ufeff")
    making.check(loaded)


@pytest.mark.parametrize(
    "printed",
    [
        "\x1b[1mNAME\x1b[0m\n  man - \x1b[4mpages\x1b[24m",
        "N\bNA\bAM\bME\bE\n  man - _\bp_\ba_\bg_\be_\bs",
        "NAME\n  man - \x1b]8;;https://example.org/\x1b\\pages\x1b]8;;\x1b\\",
    ],
)
def test_a_terminals_colours_are_no_text(printed: str) -> None:
    assert _read(printed, ".txt").text == "NAME\n  man - pages"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = "Grüße aus Peshawar.\r\n\r\nDas kostet 5 € – “viel” Geld für ein Café.\r\n"
    assert _read(text, ".txt", encoding).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (
            "cp1251",
            "В 2024 году число нападений выросло на сорок процентов по сравнению с прошлым годом. Это много. " * 3,
        ),
        ("shift_jis", "これは日本語の文章です。文字コードを正しく判定できることを確かめます。" * 4),
        ("cp1250", "Zażółć gęślą jaźń. Część mieszkańców wyjechała, a reszta została we wsi przez całą zimę. " * 3),
    ],
)
def test_other_encodings_are_guessed(encoding: str, text: str) -> None:
    assert _read(text, ".txt", encoding).text == text


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n%more",
        b"PK\x03\x04" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        bytes(range(256)) * 20,
        b"\x00" * 500,
    ],
    ids=["pdf", "zip", "png", "bytes", "zeros"],
)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_binaries_are_refused_in_one_clear_sentence(suffix: str, data: bytes) -> None:
    with pytest.raises(UnreadableSource) as caught:
        load_bytes(data, "renamed" + suffix)
    assert caught.value.message.count(".") == 1
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\ufeff"])
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_empty_files(suffix: str, text: str) -> None:
    with pytest.raises(EmptySource):
        load_bytes(text.encode(), "empty" + suffix)


def test_a_wrapped_paragraph_is_one_block() -> None:
    text = (
        "The provinces lie in the west of the country and share long\n"
        "borders with two neighbours, which has shaped their history\n"
        "more than anything else has.\n"
        "\n"
        "A second paragraph.\n"
    )
    assert [block for _, block in _blocks(_read(text, ".txt"))] == [text[: text.index("\n\n")], "A second paragraph."]


def test_long_lines_are_blocks_of_their_own() -> None:
    lines = ["One paragraph that nobody wrapped. " * 8, "Another one, just as long as the first. " * 7, "A short one."]
    blocks = _blocks(_read("\n".join(lines), ".txt"))
    assert [text for _, text in blocks] == [line.strip() for line in lines]


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_keys_with_values_are_blocks_of_their_own(suffix: str) -> None:
    text = (
        "Area - total : 38,394 sq km\nArea - land: 38,394 sq km\nClimate: varies; wet in the south\nnote: estimates\n"
    )
    assert [block for _, block in _blocks(_read(text, suffix))] == text.strip().split("\n")


def test_a_colon_in_a_wrapped_paragraph_does_not_split_it() -> None:
    text = (
        "There are two reasons for this: the first is the border, and the\n"
        "second: the roads, which were built by the engineers of the last\n"
        "century and never since repaired.\n"
    )
    assert len(_blocks(_read(text, ".txt"))) == 1


def test_list_items_and_tables_of_plain_text() -> None:
    text = (
        "Three things:\n- the first thing, which is\n  told on two lines\n- the second\n* the third\n\n"
        "| a | b |\n| c | d |\n"
    )
    assert _blocks(_read(text, ".txt")) == [
        ("paragraph", "Three things:"),
        ("list", "- the first thing, which is\n  told on two lines"),
        ("list", "- the second"),
        ("list", "* the third"),
        ("table", "| a | b |"),
        ("table", "| c | d |"),
    ]


def test_titles_of_plain_text() -> None:
    assert _read("A Report on Roads\n\nThe roads are old.\n", ".txt").title == "A Report on Roads"
    assert _read("A Report on Roads\n=================\nThe roads are old.\n", ".txt").title == "A Report on Roads"
    assert _read("The roads are old.\n\nSo are the bridges.\n", ".txt").title == ""
    assert _read("only one line", ".txt").title == ""


MARKDOWN = """---
title: "Roads and Bridges"
tags: [a]
---
# Roads and Bridges

Opening paragraph
on two lines.

## History

- first item
- second item
  goes on
  1. nested

```python
x = 1

y = 2
```

| year | roads |
|------|-------|
| 2023 | 12    |
| 2024 | 14    |

### Deeper

> A quotation.

## Figures

Last.

[ref]: https://example.org
"""


def test_markdown() -> None:
    document = _read(MARKDOWN, ".md")
    assert document.title == "Roads and Bridges"
    assert [(block.kind, document.text[slice(*block.span)], block.heading) for block in document.blocks] == [
        ("code", MARKDOWN[: MARKDOWN.index("\n# ")], ()),
        ("heading", "# Roads and Bridges", ()),
        ("paragraph", "Opening paragraph\non two lines.", ()),
        ("heading", "## History", ()),
        ("list", "- first item", ("History",)),
        ("list", "- second item\n  goes on", ("History",)),
        ("list", "1. nested", ("History",)),
        ("code", "```python\nx = 1\n\ny = 2\n```", ("History",)),
        ("table", "| year | roads |", ("History",)),
        ("code", "|------|-------|", ("History",)),
        ("table", "| 2023 | 12    |", ("History",)),
        ("table", "| 2024 | 14    |", ("History",)),
        ("heading", "### Deeper", ("History",)),
        ("paragraph", "> A quotation.", ("History", "Deeper")),
        ("heading", "## Figures", ()),
        ("paragraph", "Last.", ("Figures",)),
        ("code", "[ref]: https://example.org", ("Figures",)),
    ]


def test_markdown_with_crlf_and_strange_line_ends_keeps_its_places() -> None:
    text = "# One\u2028still one\r\n\r\nText\x0bmore\r\n\r\n## Two\r\rEnd\x85of it\r\n"
    document = _read(text, ".md")
    assert [block for kind, block in _blocks(document) if kind == "heading"] == ["# One\u2028still one", "## Two"]


def test_a_title_without_front_matter_is_the_first_heading() -> None:
    assert _read("intro\n\n# The *Real* [Title](x)\n\n# Second\n", ".md").title == "The Real Title"
    assert _read("## Only a subheading\n", ".md").title == ""


def test_the_name_of_the_file_changes_nothing_but_the_path() -> None:
    data = b"# Title\n\nSome text.\n"
    one, other = load_bytes(data, "a/b.md").document, load_bytes(data, "c.markdown").document
    assert replace(one, path="") == replace(other, path="")
    assert (one.path, other.path) == ("a/b.md", "c.markdown")
    assert load_bytes(data, "b.txt").document.id != one.id
    assert load_bytes(data + b"x", "b.md").document.id != one.id


def test_shared_sources_are_read_line_by_line(shared) -> None:  # type: ignore[no-untyped-def]
    data = (shared / "sources/articles/kpk-and-balochistan.txt").read_bytes()
    loaded = load_bytes(data, "kpk.txt")
    making.check(loaded)
    assert loaded.document.text == data.decode()
    assert len(loaded.document.blocks) == sum(bool(line.strip()) for line in data.decode().split("\n"))
    for path in sorted((shared / "sources/factbook").glob("*.md")):
        try:
            loaded = load_bytes(path.read_bytes(), path.name)
        except SourceError as error:
            pytest.fail(f"{path.name}: {error}")
        making.check(loaded)
        areas = [text for _, text in _blocks(loaded.document) if text.startswith("Area - total")]
        assert all("\n" not in text for text in areas)
