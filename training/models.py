"""The transformers that `training/reader.py` trains: the reader itself, and a larger one that it may learn from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch

from rag.models.encoder.encoder import bundled_folder

__all__ = ["Dropout", "Larger", "Model", "learnt", "restored"]


class Model(torch.nn.Module):
    """The encoder's transformer with an untrained head: ids, mask, segments `(n, tokens)` -> `(n, tokens, 2)`."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModel

        super().__init__()
        self.bert = AutoModel.from_pretrained(str(folder), local_files_only=True, add_pooling_layer=False)
        self.head = torch.nn.Linear(self.bert.config.hidden_size, 2)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        """Log odds of starts and ends; those of the question, the title and of padding are ruled out by the caller."""
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.head(states)

    @property
    def words(self) -> torch.Tensor:
        """What the encoder holds of each word piece, by its number in the bundled vocabulary."""
        return self.bert.embeddings.word_embeddings.weight.detach()  # type: ignore[no-any-return]


class Larger(Model):
    """An MPNet of any size (Song et al. 2020, arXiv:2004.09297): the same word pieces, under other numbers."""

    def __init__(self, folder: Path) -> None:
        import tokenizers

        super().__init__(folder)
        own, other = (
            tokenizers.Tokenizer.from_file(str(one / "tokenizer.json")).get_vocab()
            for one in (bundled_folder(), folder)
        )
        special = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[UNK]": "[UNK]"}
        ids = torch.zeros(len(own), dtype=torch.long)
        for piece, number in own.items():
            ids[number] = other[special.get(piece, piece)] if not piece.startswith("[unused") else other["[UNK]"]
        self.ids: torch.Tensor
        self.register_buffer("ids", ids, persistent=False)

    @property
    def words(self) -> torch.Tensor:
        """As `Model`."""
        return super().words[self.ids]

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        """As `Model`; of the segments it is told nothing but the separators."""
        del token_type_ids
        return self.head(self.bert(input_ids=self.ids[input_ids], attention_mask=attention_mask).last_hidden_state)


class Dropout(torch.nn.Module):
    """As torch's, with a share in 256ths, from eight random numbers at a draw: torch's own take a third of a step."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.least = round(256 * share)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """The states, some of them zero and the others scaled up; as they are when nothing is trained."""
        if not self.training or not self.least:
            return states
        draws = torch.empty(-(-states.numel() // 8), dtype=torch.int64).random_(-(2**63), None).view(torch.uint8)
        kept = draws[: states.numel()].view(states.shape) >= self.least
        return states * kept * (256 / (256 - self.least))


def restored(weights: Path) -> dict[str, torch.Tensor]:
    """What 8-bit weights written by `training.export` still tell of a checkpoint: all but the frozen embeddings."""
    import onnx

    graph = onnx.load(weights).graph
    kept = {one.name: torch.from_numpy(onnx.numpy_helper.to_array(one).copy()) for one in graph.initializer}
    heads = ("bert.", "head.", "evidence.", "dense.", "judgments.")
    found = {name: value for name, value in kept.items() if name.startswith(heads) and "_Transposed" not in name}
    found = {name: value for name, value in found.items() if "embeddings." not in name}
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            stem = node.input[1].removesuffix("_quantized")
            shifted = kept[f"{stem}_quantized"].float() - kept[f"{stem}_zero_point"].float()
            name = re.sub(r"/(Gemm_)?MatMul_quant$", "", node.name).strip("/").replace("/", ".")
            found[f"{name}.weight"] = (shifted * kept[f"{stem}_scale"]).T.contiguous()
    return found


def learnt(state: Path, encoder: Path) -> Larger:
    """A larger reader that has been trained, as it reads: in bfloat16."""
    teacher = Larger(encoder)
    teacher.load_state_dict(torch.load(state)["model"])
    return teacher.eval().requires_grad_(False).to(torch.bfloat16)
