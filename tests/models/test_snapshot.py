"""The encoder's fast start: the same vectors without PyTorch, and the reference wherever that is not so."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest

from rag.models.encoder import encoder as embed
from rag.models.encoder import snapshot
from rag.models.encoder.encoder import SHIPPED, SentenceEncoder, bundled_folder
from rag.types import EmbedInput, Span

SLOW = ("torch", "transformers", "sentence_transformers", "gradio", "onnx", "scipy", "sklearn", "pandas")
TEXT = EmbedInput("The port of Gwadar lies on the sea. It is deep.", (Span(0, 35), Span(36, 47)))


def changed(path: Path, **facts: str) -> Path:
    """A copy of the shipped snapshot that says something else of itself."""
    model = onnx.load(SHIPPED, load_external_data=False)
    for one in model.metadata_props:
        one.value = facts.get(one.key, one.value)
    onnx.save(model, path)
    return path


@pytest.fixture
def seen(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.WARNING, "rag.models.encoder.encoder"):
        yield caplog


def loaded_after(code: str, cwd: Path) -> set[str]:
    """Which slow libraries a fresh process has imported after running some code."""
    tail = f"\nimport json, sys; print(json.dumps([name for name in {SLOW} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code + tail], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_shipped_snapshot_is_small_and_holds_no_path_of_a_machine() -> None:
    assert SHIPPED.stat().st_size < 200_000
    assert b"/site-packages" not in SHIPPED.read_bytes()
    assert b".py" not in SHIPPED.read_bytes()


def test_encoding_needs_none_of_the_slow_libraries(tmp_path: Path) -> None:
    code = (
        "from rag.models.encoder.encoder import SentenceEncoder as E; from rag.types import EmbedInput as I, Span\n"
        "e = E(); e.query('Who?'); e.count(['two words']); list(e.passages([I('Some text.', (Span(0, 10),))]))"
    )
    assert loaded_after(code, tmp_path) == set()
    assert "torch" in loaded_after(
        "import rag.models.encoder.encoder as m, pathlib; m.SHIPPED = pathlib.Path('none')\n" + code, tmp_path
    )


@pytest.mark.parametrize("what", ["sample", "fingerprint", "dimension", "broken", "no runtime"])
def test_without_a_right_snapshot_the_reference_reads(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: pytest.LogCaptureFixture
) -> None:
    right = SentenceEncoder().query("Who died?")
    path = tmp_path / "encoder.onnx"
    if what == "broken":
        path.write_bytes(SHIPPED.read_bytes()[:5000])
    elif what == "no runtime":
        shutil.copy(SHIPPED, path)
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
    else:
        wrong = {"sample": snapshot.encode_vector(np.eye(1, 384, dtype=np.float32)[0]), "dimension": "no number"}
        changed(path, **{what: wrong.get(what, "another model")})
    monkeypatch.setattr(embed, "SHIPPED", path)
    encoder = SentenceEncoder()
    assert encoder._quick is None
    np.testing.assert_allclose(encoder.query("Who died?"), right, atol=1e-5)
    assert encoder._reference.loaded
    assert [record for record in seen.records if "without its snapshot" in record.message]


def test_a_model_in_a_folder_gets_a_snapshot_once(tmp_path: Path) -> None:
    folder, index = tmp_path / "model", tmp_path / "index"
    shutil.copytree(bundled_folder(), folder)
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "ask: ", "document": "doc: "}}')
    index.mkdir()
    first = SentenceEncoder(str(folder), index=index)
    question, ((_, passage),) = first.query("Where is Gwadar?"), first.passages([TEXT])
    assert first.save_snapshot()
    made = index / "encoder.onnx"
    stamp = made.stat().st_mtime_ns
    assert [path.name for path in index.iterdir()] == ["encoder.onnx"]

    again = SentenceEncoder(str(folder), index=index)
    np.testing.assert_allclose(again.query("Where is Gwadar?"), question, atol=1e-5)
    ((_, ours),) = again.passages([TEXT])
    np.testing.assert_allclose(ours.vector, passage.vector, atol=1e-5)
    np.testing.assert_allclose(ours.sentences, passage.sentences, atol=1e-5)
    assert again.count(["two words"]) == first.count(["two words"])
    assert not again._reference.loaded
    assert again.save_snapshot()
    assert made.stat().st_mtime_ns == stamp

    # Another model in the same index is not read with the snapshot of this one.
    (folder / "config_sentence_transformers.json").write_text("{}")
    other = SentenceEncoder(str(folder), index=index)
    assert other.dimension == 384
    assert other._quick is None


def test_a_model_that_cannot_be_shared_is_noted_and_not_tried_again(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder, index = tmp_path / "model", tmp_path / "index"
    shutil.copytree(bundled_folder(), folder)
    index.mkdir()
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    encoder = SentenceEncoder(str(folder), index=index)
    assert not encoder.save_snapshot()
    (note,) = index.iterdir()
    assert "there is no model.safetensors" in note.read_text()
    stamp = note.stat().st_mtime_ns
    assert not SentenceEncoder(str(folder), index=index).save_snapshot()
    assert note.stat().st_mtime_ns == stamp
    np.testing.assert_allclose(encoder.query("Who?"), SentenceEncoder().query("Who?"), atol=1e-5)


def test_an_index_folder_that_cannot_be_written_costs_only_the_snapshot(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_folder(), folder)
    (tmp_path / "file").write_text("in the way")
    assert not SentenceEncoder(str(folder), index=tmp_path / "file").save_snapshot()
