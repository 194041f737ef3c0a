"""A cross-encoder trained for natural language inference: does a text follow from another, or its opposite?

None is bundled. A folder is read from the disk; a name is looked up on the hub, since the person wrote it down. This
module does not know where the texts come from.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from rag.errors import ModelProblem
from rag.types import EntailmentScores

__all__ = ["CrossEncoder"]


class CrossEncoder:
    """A sequence classifier with labels for entailment and contradiction. The weights are loaded when first needed."""

    def __init__(self, source: str, device: str | None = None) -> None:
        self._source, self._device = source, device
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any, int, int] | None = None

    def infer(self, premise: str, hypothesis: str) -> EntailmentScores:
        """How likely the hypothesis follows from the premise, and how likely its opposite. Raises ModelProblem."""
        import torch

        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        tokenizer, model, entails, contradicts = self._loaded
        tokens = tokenizer(premise, hypothesis, truncation="only_first", return_tensors="pt").to(model.device)
        with torch.inference_mode():
            shares = torch.softmax(model(**tokens).logits[0].float(), dim=0)
        return EntailmentScores(float(shares[entails]), float(shares[contradicts]) if contradicts >= 0 else 0.0)

    def _load(self) -> tuple[Any, Any, int, int]:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        here = Path(self._source).is_dir()
        options = {"local_files_only": here, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._source, **options)
            model: Any = AutoModelForSequenceClassification.from_pretrained(self._source, **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelProblem(
                f"The inference model {self._source} cannot be loaded: {str(error).splitlines()[0]}",
                "Name another folder or model in the setting nli, or leave it out.",
            ) from error
        labels = {str(label).lower(): int(at) for at, label in model.config.id2label.items()}
        entails = next((at for label, at in labels.items() if label.startswith("entail")), -1)
        if entails < 0:
            raise ModelProblem(
                f"{self._source} has no label for entailment, but {', '.join(labels)}.",
                "Name a cross-encoder trained for natural language inference.",
            )
        contradicts = next((at for label, at in labels.items() if label.startswith("contra")), -1)
        return tokenizer, model.to(self._device or "cpu").eval(), entails, contradicts
