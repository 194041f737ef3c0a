"""Models in ONNX Runtime and tokenizers from their files: what answers a question without PyTorch.

Both libraries are loaded when they are first needed, use no network and report nothing to anyone: ONNX Runtime has
telemetry of its own, sent from native threads, which is switched off here before the library is loaded. This module
does not know what a model is for, nor what its outputs mean.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelProblem

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

__all__ = ["OnnxModel", "TokenBatch", "TokenizedText", "TokenizerFile", "as_batch"]

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # its own `disable_telemetry_events()` does not stop it

Ids: TypeAlias = NDArray[np.int64]
_AGAIN = "Install the package again."


class TokenizedText(NamedTuple):
    """The tokens of one text, and where each stands in it (half-open, in code points; special tokens at `(0, 0)`)."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class TokenBatch(NamedTuple):
    """What a transformer reads: `(n, tokens) int64` each; the mask is 0 where a row is only filled up."""

    ids: Ids
    mask: Ids
    segments: Ids


def as_batch(rows: Sequence[Sequence[int]], heads: Sequence[int] | None = None, pad: int = 0) -> TokenBatch:
    """Rows of token ids, filled up to the longest. `heads`: how many tokens of each row are of the first segment."""
    ids = np.full((len(rows), max(map(len, rows), default=0)), pad, np.int64)
    mask, segments = np.zeros_like(ids), np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
        if heads is not None:
            segments[i, heads[i] : len(row)] = 1
    return TokenBatch(ids, mask, segments)


class TokenizerFile:
    """A `tokenizer.json`, loaded when it is first needed; safe from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._loaded: tokenizers.Tokenizer | None = None

    def encode(self, texts: Sequence[str], *, special: bool = True, limit: int | None = None) -> list[TokenizedText]:
        """The tokens of each text, with the model's special tokens or without. Raises ModelProblem.

        Nothing is cut off unless `limit` says how many tokens there may be, special ones included.
        """
        loaded = self._load()
        if len(texts) == 1:  # without waking the library's threads
            found = [loaded.encode(texts[0], add_special_tokens=special)]
        else:
            found = loaded.encode_batch(list(texts), add_special_tokens=special)
        for i, one in enumerate(found):
            if limit is not None and len(one.ids) > limit:
                bare = loaded.encode(texts[i], add_special_tokens=False)
                bare.truncate(limit - (loaded.num_special_tokens_to_add(False) if special else 0))
                found[i] = loaded.post_process(bare, None, special)
        return [TokenizedText(one.ids, one.offsets) for one in found]

    def count(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones included. Raises ModelProblem."""
        if len(texts) == 1:
            return [len(self._load().encode(texts[0]))]
        return [len(one) for one in self._load().encode_batch_fast(list(texts))]  # without where they stand

    def id_of(self, token: str) -> int:
        """The id of a token, such as `[CLS]`. Raises ModelProblem if the vocabulary has none of this name."""
        found = self._load().token_to_id(token)
        if found is None:
            raise ModelProblem(f"The tokenizer {self._path.name} has no token {token}.", _AGAIN)
        return int(found)

    def _load(self) -> tokenizers.Tokenizer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _tokenizer(self._path)
            return self._loaded


class OnnxModel:
    """An ONNX model over token batches, on the CPU, loaded when it is first needed; safe from several threads.

    `threads` compute one batch together; None: as many as there are cores. `weights` is the folder of the files that
    the model names as places of its weights, if it does; they are mapped, not copied.
    """

    def __init__(self, path: Path, *, threads: int | None = None, weights: Path | None = None) -> None:
        self._path, self._threads, self._weights = path, threads, weights
        self._lock = threading.Lock()
        self._loaded: onnxruntime.InferenceSession | None = None

    def run(self, batch: TokenBatch, outputs: Iterable[str] | None = None) -> list[NDArray[np.float32]]:
        """The named outputs for a batch (None: all, in the model's order). Raises ModelProblem if it cannot be loaded.

        Of ids, mask and segments the model is given those it has an input for.
        """
        session = self._session()
        given = {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.segments}
        wanted = {one.name for one in session.get_inputs()}
        found = session.run(
            None if outputs is None else list(outputs), {name: given[name] for name in given if name in wanted}
        )
        return [np.asarray(one, np.float32) for one in found]

    def load(self) -> None:
        """Loads the model now. Raises ModelProblem if ONNX Runtime or the file is missing, or cannot be read."""
        self._session()

    @property
    def facts(self) -> dict[str, str]:
        """What the file says of itself, by name. Raises as `load` does."""
        return dict(self._session().get_modelmeta().custom_metadata_map)

    def _session(self) -> onnxruntime.InferenceSession:
        with self._lock:
            if self._loaded is None:
                self._loaded = _session(self._path, self._threads, self._weights)
            return self._loaded


def _session(path: Path, threads: int | None, weights: Path | None) -> onnxruntime.InferenceSession:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelProblem(f"ONNX Runtime cannot be used: {error}.", "Run: pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # a problem is raised; what it prints besides is of no use to who asks
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle cores are for the other askers
    try:
        model: Path | bytes = path
        if weights is not None:  # looked for beside the model, unless the model comes as bytes
            model = path.read_bytes()
            options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights))
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors have no common class but this
        raise ModelProblem(f"The model {path} cannot be loaded: {str(error).splitlines()[0]}", _AGAIN) from error


def _cores() -> int:
    """Those this process may use, where the system can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tokenizer(path: Path) -> tokenizers.Tokenizer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")  # said, so that it does not warn when a child is started
    import tokenizers

    try:
        loaded = tokenizers.Tokenizer.from_str(path.read_text("utf-8"))
    except OSError as error:
        raise ModelProblem(f"The tokenizer {path} cannot be read: {error.strerror}.", _AGAIN) from error
    except Exception as error:  # the library raises nothing narrower
        raise ModelProblem(f"The tokenizer {path} is damaged: {error}", _AGAIN) from error
    loaded.no_truncation()
    loaded.no_padding()
    return loaded
