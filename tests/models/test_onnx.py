"""Models and tokenizers from files: the numbers of the graph, the tokens of transformers itself, nothing cut off."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from rag.errors import ModelProblem
from rag.models.encoder.encoder import bundled_folder
from rag.models.onnx import OnnxModel, TokenBatch, TokenizerFile, as_batch

TEXTS = ["Who died?", "😀 שלום Ünïcödé, naïve cafés.", "word " * 400, ""]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A graph without segments: `masked = ids * mask`, `sums` over the tokens of a row."""
    shape = ["n", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")]
    nodes = [
        helper.make_node("Mul", ["input_ids", "attention_mask"], ["product"]),
        helper.make_node("Cast", ["product"], ["masked"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["masked"], ["sums"], axes=[1], keepdims=0),
    ]
    outputs = [
        helper.make_tensor_value_info("masked", TensorProto.FLOAT, shape),
        helper.make_tensor_value_info("sums", TensorProto.FLOAT, ["n"]),
    ]
    graph = helper.make_graph(nodes, "sums", inputs, outputs)
    path = tmp_path / "sums.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8), path)
    return path


def test_rows_are_filled_up_and_masked() -> None:
    batch = as_batch([[5, 6, 7], [8]], heads=[2, 1], pad=9)
    assert batch.ids.tolist() == [[5, 6, 7], [8, 9, 9]]
    assert batch.mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch.segments.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert {one.dtype for one in batch} == {np.dtype(np.int64)}
    assert as_batch([]).ids.shape == (0, 0)


def test_a_model_gives_its_outputs_in_order_or_by_name(model: Path) -> None:
    batch = as_batch([[1, 2, 3], [4]], pad=100)
    masked, sums = OnnxModel(model).run(batch)
    assert masked.tolist() == [[1, 2, 3], [4, 0, 0]]
    assert sums.tolist() == [6, 4]
    (alone,) = OnnxModel(model, threads=1).run(batch, ["sums"])
    assert alone.tolist() == [6, 4]


def test_several_threads_share_a_model_and_a_tokenizer(model: Path) -> None:
    shared, tokenizer, wrong = OnnxModel(model, threads=2), TokenizerFile(bundled_folder() / "tokenizer.json"), []

    def ask(seed: int) -> None:
        ids = np.random.default_rng(seed).integers(0, 1000, (seed + 1, 50))
        for _ in range(20):
            (sums,) = shared.run(TokenBatch(ids, np.ones_like(ids), np.zeros_like(ids)), ["sums"])
            tokens = tokenizer.encode(["gas " * seed])[0].ids
            if sums.tolist() != ids.sum(axis=1).tolist() or len(tokens) != seed + 2:
                wrong.append(seed)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_tokens_are_those_of_transformers_and_never_cut() -> None:
    from transformers import AutoTokenizer

    reference = AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)
    ours = TokenizerFile(bundled_folder() / "tokenizer.json")
    for special in (True, False):
        wanted = reference(TEXTS, add_special_tokens=special, truncation=False, verbose=False)["input_ids"]
        assert [one.ids for one in ours.encode(TEXTS, special=special)] == wanted
        assert [ours.encode([text], special=special)[0].ids for text in TEXTS] == wanted
    assert ours.id_of("[SEP]") == reference.sep_token_id


def test_offsets_are_code_points_of_the_text() -> None:
    (pieces,) = TokenizerFile(bundled_folder() / "tokenizer.json").encode([TEXTS[1]])
    words = [TEXTS[1][start:end] for start, end in pieces.offsets]
    assert words[0] == words[-1] == ""
    assert {"שלום", "cafés"} <= {"".join(words[i : i + 4]) for i in range(len(words))} | set(words)


def test_what_is_missing_or_damaged_is_told(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(model.read_bytes()[:-30])
    for path in (damaged, tmp_path / "none.onnx"):
        with pytest.raises(ModelProblem, match="cannot be loaded"):
            OnnxModel(path).load()
    with pytest.raises(ModelProblem, match="cannot be read"):
        TokenizerFile(tmp_path / "none.json").encode(["x"])
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ModelProblem, match="damaged"):
        TokenizerFile(tmp_path / "bad.json").encode(["x"])
    with pytest.raises(ModelProblem, match="has no token"):
        TokenizerFile(bundled_folder() / "tokenizer.json").id_of("[NOPE]")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelProblem, match="ONNX Runtime cannot be used"):
        OnnxModel(model).load()


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import sys, rag.models.onnx; print({'onnxruntime', 'tokenizers', 'onnx', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
