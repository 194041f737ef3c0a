"""Chunks: whole sentences, nothing lost, nothing over the encoder's limit, headings and pages known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.indexing.chunk import chunk_document, chunk_id
from rag.models import count_tokens
from rag.types import Block, BlockKind, ChunkInput, Document, Page, PageRange, Span

LIMIT = 96


def count(texts: Sequence[str]) -> list[int]:
    """A tokenizer that can be checked by hand: four characters a token, and two special ones."""
    return [2 + (len(text) + 3) // 4 for text in texts]


def document(
    text: str, blocks: tuple[Block, ...] = (), pages: tuple[Page, ...] = (), title: str = "A title"
) -> Document:
    return Document("d", "d.txt", title, text, pages, blocks, "", "text/plain")


def chunks(doc: Document, size: int = 40, overlap: int = 1, limit: int = LIMIT) -> list[ChunkInput]:
    return chunk_document(doc, count=count, limit=limit, size=size, overlap=overlap)


@settings(max_examples=60)
@given(st.lists(st.text(min_size=0, max_size=120), max_size=12), st.integers(10, 80), st.integers(0, 3))
def test_nothing_is_lost_and_nothing_exceeds_the_encoder(parts: list[str], size: int, overlap: int) -> None:
    doc = document("\n\n".join(parts))
    pieces = chunks(doc, size, overlap)
    covered = {i for piece in pieces for i in range(*piece.chunk.span)}
    assert covered >= {i for i, char in enumerate(doc.text) if not char.isspace()}
    assert all(count([piece.reads.text])[0] <= LIMIT for piece in pieces)
    assert [piece.chunk.span for piece in pieces] == sorted(piece.chunk.span for piece in pieces)
    for piece in pieces:
        assert piece.reads.text.endswith(doc.text[slice(*piece.chunk.span)])
        for own, read in zip(piece.sentences, piece.reads.sentences, strict=True):
            assert doc.text[slice(*own)] == piece.reads.text[slice(*read)]


def test_a_word_without_end_is_cut_and_kept() -> None:
    doc = document("x" * 5000)
    pieces = chunks(doc)
    assert "".join(doc.text[slice(*piece.chunk.span)] for piece in pieces) == doc.text
    assert max(count([piece.reads.text])[0] for piece in pieces) <= LIMIT


def test_chunks_overlap_by_whole_sentences() -> None:
    text = " ".join(f"Sentence number {i} says a little." for i in range(30))
    pieces = chunks(document(text))
    for before, after in itertools.pairwise(pieces):
        assert before.sentences[-1] == after.sentences[0]
    alone = chunks(document(text), overlap=0)
    assert all(a.chunk.span.end <= b.chunk.span.start for a, b in itertools.pairwise(alone))


@pytest.mark.parametrize(("tokens", "repeated"), [(10, True), (11, False)])
def test_at_most_a_quarter_of_a_chunk_repeats_the_one_before(tokens: int, repeated: bool) -> None:
    """Of 40 tokens 10; the other sentences fill the first chunk to its end, and leave room for 11 in the second."""

    def sentence(start: str, tokens: int) -> str:
        text = start
        while sum(count_tokens([f"{text} word."])) < tokens:
            text += " word"
        return f"{text} word."

    text = " ".join((sentence("One", 40 - tokens), sentence("Two", tokens), sentence("Three", 29)))
    first, second = chunks(document(text), size=40, limit=400)
    assert (second.sentences[0] == first.sentences[-1]) == repeated


def test_a_heading_starts_a_chunk_and_is_read_before_the_text_below_it() -> None:
    first = " ".join(f"The first part has sentence {i}." for i in range(6))
    second = " ".join(f"The second part has sentence {i}." for i in range(12))
    text = f"First\n{first}\nSecond\n{second}"
    at = text.index("Second\n")
    blocks = (
        Block("heading", Span(0, 5)),
        Block("paragraph", Span(6, 6 + len(first)), ("First",)),
        Block("heading", Span(at, at + 6)),
        Block("paragraph", Span(at + 7, len(text)), ("Second",)),
    )
    pieces = chunks(document(text, blocks), overlap=0)
    start = next(piece for piece in pieces if piece.chunk.span.start == at)
    assert start.reads.text == "A title\n" + text[slice(*start.chunk.span)]
    later = pieces[-1]
    assert later.chunk.heading == ("Second",)
    assert later.reads.text.startswith("A title > Second\n")
    assert not text[slice(*later.chunk.span)].startswith("A title")


def test_a_long_heading_path_is_shortened_never_the_text() -> None:
    text = "Only this sentence stands here."
    block = Block("paragraph", Span(0, len(text)), ("An outer heading of great length " * 8, "Inner"))
    (piece,) = chunks(document(text, (block,)))
    assert piece.reads.text == f"A title > Inner\n{text}"


def _in_blocks(lines: list[tuple[BlockKind, str]]) -> Document:
    text = "\n".join(line for _, line in lines)
    blocks, at = [], 0
    for kind, line in lines:
        blocks.append(Block(kind, Span(at, at + len(line)), ("Rules",)))
        at += len(line) + 1
    return document(text, tuple(blocks))


def test_a_later_piece_of_a_list_is_read_below_the_sentence_that_announces_it() -> None:
    items: list[tuple[BlockKind, str]] = [
        ("list", f"Members of group {i} bring a boat of their own.") for i in range(12)
    ]
    told = _in_blocks([("paragraph", "Guests are welcome. The following is asked of members:"), *items])
    first, *later = chunks(told, size=40, overlap=0)
    assert "asked of members:" in told.text[slice(*first.chunk.span)]
    assert first.reads.text.count("asked of members:") == 1
    for piece in later:
        assert piece.reads.text.startswith("A title > Rules\nThe following is asked of members:\nMembers of group")
        assert all(piece.reads.text[slice(*span)].startswith("Members") for span in piece.reads.sentences)


def test_a_paragraph_after_a_list_is_not_announced() -> None:
    lines: list[tuple[BlockKind, str]] = [
        ("paragraph", "We ask:"),
        ("list", "Bring a boat."),
        ("paragraph", "Be kind."),
    ]
    assert [piece.reads.text for piece in chunks(_in_blocks(lines), size=3, overlap=0)][
        -1
    ] == "A title > Rules\nBe kind."


def test_a_later_piece_of_a_table_is_read_below_its_head() -> None:
    rows: list[tuple[BlockKind, str]] = [("table", f"V-{i} | Archive | {i * 17}.50") for i in range(200, 240)]
    told = _in_blocks([("table", "Voucher | Cost centre | Gross amount"), *rows])
    first, *later = chunks(told, size=60, overlap=0)
    assert first.reads.text.count("Gross amount") == 1
    assert later
    assert all(
        piece.reads.text.startswith("A title > Rules\nVoucher | Cost centre | Gross amount\nV-") for piece in later
    )


def test_a_long_announcement_loses_its_end() -> None:
    lead = "Whoever wants to use the boats of the club " + "and of its friends " * 20 + "has to:"
    lines: list[tuple[BlockKind, str]] = [("paragraph", lead), ("list", "Bring a key."), ("list", "Bring a coat.")]
    *_, last = chunks(_in_blocks(lines), size=4, overlap=0)
    head, announced, text = last.reads.text.split("\n")
    assert (head, text) == ("A title > Rules", "Bring a coat.")
    assert lead.startswith(announced)
    assert 5 < len(announced.split()) < 48


def test_chunks_know_their_pages() -> None:
    one, two = "The first page ends in the middle of", "a sentence. Then more."
    text = f"{one} {two}"
    pages = (Page(1, "i", Span(0, len(one) + 1)), Page(2, "1", Span(len(one) + 1, len(text))))
    (piece,) = chunks(document(text, pages=pages))
    assert piece.chunk.pages == PageRange(1, 2)


def test_the_identity_of_a_chunk_is_its_document_and_span() -> None:
    assert chunk_id("d", Span(0, 5)) == chunk_id("d", Span(0, 5)) < 2**63
    assert len({chunk_id("d", Span(0, 5)), chunk_id("d", Span(0, 6)), chunk_id("e", Span(0, 5))}) == 3
