"""Sentences and token counts: spans of the text itself, nothing lost, nothing fetched."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language import normalise, sentence_spans, sentences, units
from rag.models import count_tokens
from rag.types import Block, Document, Span


def document(text: str, blocks: tuple[Block, ...] = ()) -> Document:
    return Document("d", "d.txt", "", text, (), blocks, "", "text/plain")


def test_sentences_are_split_where_a_reader_would() -> None:
    text = 'Dr. Khan came at 5 p.m. on Jan. 3. "It cost $3.5 million," he said. Then U.S. forces left! Why?'
    assert [text[slice(*span)] for span in sentence_spans(text)] == [
        "Dr. Khan came at 5 p.m. on Jan. 3.",
        '"It cost $3.5 million," he said.',
        "Then U.S. forces left!",
        "Why?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "😀 One. Two 👩‍👩‍👧 three. Four.",
        "ﬁrst sentence. eﬃcient ligatures. Done.",
        "שלום עולם. מה שלומך? طيب. كيف حالك؟",
        "One line\r\ngoes on. Next\r\n\r\nparagraph.",
        "Same words. Same words. Same words.",
        "e\u0301 combining. n\u0303o. \u200bzero width. end",
    ],
)
def test_every_sentence_is_its_span(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    covered = {i for a, b in spans for i in range(a, b)}
    assert all(i in covered for i, char in enumerate(text) if not char.isspace())


@given(st.text(max_size=300), st.integers(0, 50))
def test_no_character_is_lost_in_any_text(text: str, start: int) -> None:
    spans = sentence_spans(text, start)
    covered = {i for a, b in spans for i in range(a, b)}
    assert covered >= {i for i in range(start, len(text)) if not text[i].isspace()}
    assert sum(b - a for a, b in spans) == len(covered)


def test_sentences_do_not_cross_blocks_and_text_between_blocks_is_kept() -> None:
    text = "A heading without a stop\nLine one of a table\nLine two\n\nloose words here"
    blocks = (
        Block("heading", Span(0, 24)),
        Block("table", Span(25, 44)),
        Block("table", Span(45, 53)),
    )
    found = [text[slice(*span)] for span in sentences(document(text, blocks))]
    assert found == ["A heading without a stop", "Line one of a table", "Line two", "loose words here"]
    assert [block.kind for block, _ in units(document(text, blocks))] == ["heading", "table", "table", "paragraph"]


def test_tokens_are_counted_with_the_published_vocabulary() -> None:
    assert count_tokens(["hello world", "", "<|endoftext|>"])[:2] == [2, 0]
    assert count_tokens(["<|endoftext|>"])[0] > 1, "text that looks like a special token is ordinary text"


def test_counting_needs_no_network_and_no_cache(tmp_path: object) -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise SystemExit('network')\n"
        "socket.socket.connect = refuse\n"
        "from rag.models import count_tokens\n"
        "print(count_tokens(['two words'])[0])"
    )
    environment = {"TIKTOKEN_CACHE_DIR": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr


def test_normalising_folds_what_looks_the_same() -> None:
    assert normalise("  Eﬃcient\n STRASSE\u00a0x ") == "efficient strasse x"


def test_ligatures_and_wide_letters_equal_what_people_type_and_accents_stay_composed() -> None:
    assert normalise("ﬁle Ｎo") == "file no"
    assert normalise("e\u0301t\u00e9") == "\u00e9t\u00e9"
