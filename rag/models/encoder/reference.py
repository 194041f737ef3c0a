"""The reference: sentence-transformers, loaded from a folder, or from a hub if the person named one of its models."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelProblem
from rag.models.encoder.snapshot import EncoderOutput
from rag.types import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["Reference"]


class Reference:
    """A sentence-transformers model, loaded when it is first needed. Raises ModelProblem if it cannot be."""

    def __init__(self, name: str, device: str | None, *, offline: bool) -> None:
        self._name, self._device, self._offline = name, device, offline
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @property
    def model(self) -> SentenceTransformer:
        """The model itself."""
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._name, self._device, offline=self._offline)
            return self._loaded

    @property
    def loaded(self) -> bool:
        """Whether the weights are loaded already."""
        return self._loaded is not None

    @property
    def max_tokens(self) -> int:
        """What the model reads of a text, special tokens included."""
        return int(self.model.max_seq_length or 512)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.get_embedding_dimension() or 0)

    @property
    def document_prompt(self) -> str:
        """What the model wants before a text that is to be found."""
        return self.model.prompts.get("document") or ""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        # "verbose" would warn of texts over the limit, and finding those is what counting is for.
        return [len(ids) for ids in self.model.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]]

    def read(self, texts: Sequence[str]) -> EncoderOutput:
        """Vectors, token vectors and offsets of some texts, none of them too long."""
        import torch

        tokens = self.model.tokenizer(
            list(texts),
            padding=True,
            truncation=False,
            verbose=False,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = tokens.pop("offset_mapping").numpy()
        with torch.inference_mode():
            out = self.model({key: value.to(self.model.device) for key, value in tokens.items()})
            vectors = torch.nn.functional.normalize(out["sentence_embedding"], dim=1).float().cpu().numpy()
            return EncoderOutput(vectors, out["token_embeddings"].float().cpu().numpy(), offsets)

    def query(self, text: str) -> Vectors:
        """The vector of a question, `(dim,)`, cut at what the model reads."""
        vector = self.model.encode_query(text, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(vector, np.float32)


def _load(name: str, device: str | None, *, offline: bool) -> SentenceTransformer:
    # Set before the import: the hub's client reads it once. Only a model named by the person may be looked up.
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    if device is not None:
        _try(device)
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


def _try(device: str) -> None:
    """Raises ModelProblem where PyTorch cannot compute on the device; it has several ways of saying so."""
    import torch

    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ModelProblem(
            f"The device {device} cannot be used here: {str(error).splitlines()[0]}.",
            "Leave the setting device out to use the best device available, or set it to cpu.",
        ) from error
