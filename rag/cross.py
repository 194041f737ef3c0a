"""The reader: question and sentence together through a small transformer, which says whether the one answers the other.

The lower layers are those of the bundled encoder, the upper ones were trained for reading (`training/reader.py`) and
travel with the package in half precision. This module does not know where sentences come from or what is done with
the scores.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.types import Window

if TYPE_CHECKING:
    import torch

__all__ = ["FROZEN", "WEIGHTS", "CrossReader", "as_batch", "new_model", "pair_ids"]

WEIGHTS = Path(__file__).parent / "data" / "reader.safetensors"
FROZEN = 2
"""Layers, from below, that are left as the encoder has them."""
_QUESTION, _SENTENCE, _ALL = 40, 80, 144  # tokens at most: of the question, of the sentence, of everything
_CLS, _SEP, _PAD = 101, 102, 0


class CrossReader:
    """Scores sentences for a question. The weights are loaded when they are first needed; safe from several threads.

    `folder` is the bundled encoder's.
    """

    def __init__(self, folder: Path, weights: Path = WEIGHTS) -> None:
        self._folder, self._weights = folder, weights
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def scores(self, question: str, windows: Sequence[Window]) -> NDArray[np.float32]:
        """Log odds that each sentence answers the question, `(n,)`, one passage of the model for all."""
        if not windows:
            return np.empty(0, np.float32)
        import torch

        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        tokenizer, model = self._loaded
        with torch.inference_mode():
            found: NDArray[np.float32] = model(
                *as_batch(pair_ids(tokenizer, [question] * len(windows), windows))
            ).numpy()
        return found

    def _load(self) -> tuple[Any, Any]:
        from safetensors.torch import load_file
        from transformers import AutoTokenizer
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # the encoder's pooler is not wanted here, and that is no news
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = new_model(self._folder)
        model.load_state_dict({key: value.float() for key, value in load_file(self._weights).items()}, strict=False)
        return AutoTokenizer.from_pretrained(str(self._folder), local_files_only=True), model.eval()


def pair_ids(tokenizer: Any, questions: Sequence[str], windows: Sequence[Window]) -> list[tuple[list[int], int]]:
    """Token ids of `[CLS] question [SEP] sentence [SEP] context [SEP]`, and the length of the question's part."""
    options = {"add_special_tokens": False, "verbose": False}
    asked = tokenizer(list(questions), **options)["input_ids"]
    said = tokenizer([window.sentence for window in windows], **options)["input_ids"]
    around = tokenizer([window.context for window in windows], **options)["input_ids"]
    rows = []
    for question, sentence, context in zip(asked, said, around, strict=True):
        head = [_CLS, *question[:_QUESTION], _SEP]
        body = [*sentence[:_SENTENCE], _SEP]
        rest = context[: _ALL - len(head) - len(body) - 1]
        rows.append(([*head, *body, *rest, _SEP], len(head)))
    return rows


def as_batch(rows: Sequence[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Padded ids, mask and segment of each token: three tensors `(n, longest)`."""
    import torch

    longest = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), longest), _PAD)
    mask, segment = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, (row, head) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
        segment[i, head : len(row)] = 1
    return ids, mask, segment


def new_model(folder: Path) -> Any:
    """The encoder's transformer with an untrained head: ids, mask, segments -> log odds, `(n,)`."""
    import torch
    from transformers import AutoModel

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(str(folder), local_files_only=True, add_pooling_layer=False)
            self.head = torch.nn.Linear(self.bert.config.hidden_size, 1)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, segment: torch.Tensor) -> torch.Tensor:
            states = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=segment).last_hidden_state
            logits: torch.Tensor = self.head(states[:, 0]).squeeze(-1)
            return logits

    return Model()
