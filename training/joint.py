"""The reader with all its heads, and what each of them is taught by.

One pass over `[CLS] question [SEP] context [SEP] window [SEP]` gives, for each token, the log odds that the exact words
start and end there, and that its sentence belongs to the answer; and from the first token the log odds that the window
answers, that it is about what is asked, and that it carries, contradicts or leaves open a statement in the question's
place. This module does not know where the cases come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from rag.models.onnx import as_batch
from training.material import NOT_CARRIED
from training.models import Dropout, Model, restored
from training.packed import Packed

__all__ = ["LOSSES", "Batch", "Joint", "batch_of", "begun", "losses"]

LOSSES = ("span", "evidence", "answerable", "relevance", "verdict")
"""What the sum is taken of, each with its weight in the manifest."""


class Joint(Model):
    """`Model` with heads for evidence `(n, tokens)` and for judgments `(n, 5)` beside the one for exact words."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        size = self.bert.config.hidden_size
        self.evidence = torch.nn.Linear(size, 1)
        self.dense = torch.nn.Linear(size, size)
        self.judgments = torch.nn.Linear(size, 5)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        """Log odds: of starts and ends `(n, tokens, 2)`, of evidence `(n, tokens)`, and the judgments `(n, 5)`."""
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        judgments = self.judgments(torch.tanh(self.dense(states[:, 0])))
        return self.head(states), self.evidence(states).squeeze(-1), judgments


class Batch(NamedTuple):
    """What a step reads and what it is taught by; a negative label is not known."""

    ids: torch.Tensor
    mask: torch.Tensor
    segments: torch.Tensor
    closed: torch.Tensor  # tokens at which nothing starts or ends
    starts: torch.Tensor
    ends: torch.Tensor
    told: torch.Tensor  # rows whose exact words are known
    sentences: torch.Tensor  # (sentences, 3): row, first token, token after the last
    evidence: torch.Tensor
    answerable: torch.Tensor
    relevant: torch.Tensor
    verdict: torch.Tensor


def batch_of(rows: Sequence[Packed]) -> Batch:
    """Rows side by side, filled up to the longest."""
    tokens = as_batch([row.ids for row in rows], [row.head for row in rows])
    ids, mask, segments = (torch.from_numpy(part) for part in tokens)
    closed = torch.ones(ids.shape, dtype=torch.bool)
    starts, ends = torch.zeros(ids.shape, dtype=torch.bool), torch.zeros(ids.shape, dtype=torch.bool)
    places: list[tuple[int, int, int]] = []
    sure: list[float] = []
    for i, row in enumerate(rows):
        closed[i, 0] = False
        closed[i, row.first : len(row.ids) - 1] = False
        starts[i, row.starts or [0]] = True
        ends[i, row.ends or [0]] = True
        for a, b, evidence in row.sentences:
            if evidence >= 0:
                places.append((i, a, b))
                sure.append(evidence)
    return Batch(
        ids, mask, segments, closed, starts, ends,
        torch.tensor([row.starts is not None for row in rows]),
        torch.tensor(places, dtype=torch.long).reshape(-1, 3),
        torch.tensor(sure),
        _known([row.answerable for row in rows]),
        _known([row.relevant for row in rows]),
        torch.tensor([-1 if row.verdict is None else row.verdict for row in rows]),
    )  # fmt: skip


def _known(labels: Sequence[float | None]) -> torch.Tensor:
    return torch.tensor([-1.0 if label is None else label for label in labels])


def pooled(evidence: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens of each sentence."""
    sums = torch.nn.functional.pad(evidence.cumsum(1), (1, 0))
    row, a, b = sentences.unbind(1)
    return (sums[row, b] - sums[row, a]) / (b - a)


def losses(model: torch.nn.Module, rows: Sequence[Packed]) -> dict[str, torch.Tensor]:
    """What each head is off by: a sum over what is known, divided by the number of rows, or sentences."""
    one = batch_of(rows)
    logits, evidence, judgments = model(one.ids, one.mask, one.segments)
    logp = torch.log_softmax(logits.masked_fill(one.closed[..., None], -1e4), 1)
    span = torch.zeros(len(rows))
    for side, gold in ((0, one.starts), (1, one.ends)):
        span = span - torch.logsumexp(logp[..., side].masked_fill(~gold, -1e4), 1) / 2
    n = len(rows)
    found = {"span": (span * one.told).sum() / n}
    given = torch.nn.functional.binary_cross_entropy_with_logits(
        pooled(evidence, one.sentences), one.evidence, reduction="sum"
    )
    found["evidence"] = given / max(len(one.evidence), 1)
    for at, (name, label) in enumerate((("answerable", one.answerable), ("relevance", one.relevant))):
        off = torch.nn.functional.binary_cross_entropy_with_logits(
            judgments[:, at], label.clamp(min=0), reduction="none"
        )
        found[name] = (off * (label >= 0)).sum() / n
    likely = torch.log_softmax(judgments[:, 2:], 1)
    either = torch.logsumexp(likely[:, 1:], 1, keepdim=True)  # NOT_CARRIED
    off = -torch.cat((likely, either), 1).gather(1, one.verdict.clamp(min=0)[:, None])[:, 0]
    assert likely.shape[1] == NOT_CARRIED
    found["verdict"] = (off * (one.verdict >= 0)).sum() / n
    return found


def begun(folder: Path, start: Path, dropout: float) -> Joint:
    """The model as it starts: the encoder's embeddings, which stay, and the rest from 8-bit weights."""
    model = Joint(folder)
    for name, module in list(model.named_modules()):
        if isinstance(module, torch.nn.Dropout):
            none = "attention.self" in name  # with none, attention is one fast operation
            model.set_submodule(name, torch.nn.Dropout(0.0) if none else Dropout(dropout))
    model.bert.embeddings.requires_grad_(False)
    missing, unknown = model.load_state_dict(restored(start), strict=False)
    fresh = ("bert.embeddings.", "evidence.", "dense.", "judgments.")
    assert not unknown, unknown
    assert all(name.startswith(fresh) for name in missing), missing
    return model
