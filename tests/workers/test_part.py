"""What comes back from a node is the value that was sent, or is refused."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from words import WordEncoder

from rag.indexing import chunks_of
from rag.parsing import load_bytes
from rag.types import ChunkEmbedding, EmbedInput, FileResult, ReadFile, ReadSettings, Span, Unread
from rag.workers.part import pack_file, pack_vectors, part_name, unpack_file, unpack_vectors

HOW = ReadSettings("recipe", 40, 1, "eng", 60.0)
TEXT = b"# Ports\n\nThe port lies by the sea.\n\n| ship | year |\n| --- | --- |\n| Aral | 1931 |\n| Brig | 1932 |\n"
SHA256 = hashlib.sha256(TEXT).hexdigest()
NAME = part_name(SHA256, ".md", HOW)


def read() -> ReadFile:
    loaded = load_bytes(TEXT, "ports.md")
    return ReadFile(loaded, tuple(chunks_of(loaded, WordEncoder(), HOW)))


@pytest.mark.parametrize(
    "result",
    [
        read(),
        Unread("failed", "It is damaged.", "Save it again.", again=True),
        Unread("no_text", "It is a scan.", "Read it by OCR.", (1, 3)),
    ],
)
def test_a_part_is_the_value_that_was_packed(result: FileResult) -> None:
    assert unpack_file(NAME, SHA256, pack_file(NAME, result)) == result


def test_a_name_says_content_kind_and_settings() -> None:
    other = ReadSettings("recipe", 40, 1, "eng+deu", 60.0)
    names = {NAME, part_name(SHA256, ".txt", HOW), part_name(SHA256, ".md", other), part_name(SHA256[::-1], ".md", HOW)}
    assert len(names) == 4


def test_what_is_not_that_part_is_refused() -> None:
    packed = pack_file(NAME, read())
    other = hashlib.sha256(b"other").hexdigest()
    for name, sha256, data in (
        (part_name(other, ".md", HOW), SHA256, packed),
        (NAME, other, packed),
        *((NAME, SHA256, packed[:size]) for size in range(len(packed))),
        (NAME, SHA256, packed + b"\0"),
        (NAME, SHA256, packed.replace(b'"pieces": [[0, ', b'"pieces": [[9000, ')),
        (NAME, SHA256, packed.replace(b'"pieces"', b'"pisces"')),
    ):
        with pytest.raises(ValueError, match=r"."):
            unpack_file(name, sha256, data)


def test_vectors_come_back_to_the_bit_and_others_are_refused() -> None:
    inputs = [
        EmbedInput("One. Two.", (Span(0, 4), Span(5, 9))),
        EmbedInput("Alone.", ()),
        EmbedInput("x", (Span(0, 1),)),
    ]
    rows = np.random.default_rng(1).normal(size=(6, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[-1] = 0.0  # a sentence of which the model reads nothing
    embedded = [
        ChunkEmbedding(rows[0], rows[1:3]),
        ChunkEmbedding(rows[3], rows[4:4]),
        ChunkEmbedding(rows[4], rows[5:]),
    ]
    packed = pack_vectors(embedded)
    back = unpack_vectors(inputs, 8, packed)
    assert [(one.vector.tobytes(), one.sentences.tobytes()) for one in back] == [
        (one.vector.tobytes(), one.sentences.tobytes()) for one in embedded
    ]
    for wrong in (packed[:-4], packed + packed[:32], (rows * 2).tobytes(), (rows * np.float32(np.nan)).tobytes()):
        with pytest.raises(ValueError, match=r"."):
            unpack_vectors(inputs, 8, wrong)
