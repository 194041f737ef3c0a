"""Trains the reader with all its heads: `python -m training.train TRAIN --work FOLDER`, or `make train`.

Settings, seeds and the hashes of the data stand in `training/manifest.json`. Packed epochs, the checkpoint and the log
lie in FOLDER; the same command goes on from the last checkpoint, at the batch where it was broken off. The rate stays
as it is after the warm-up; what is exported is a moving average of the weights, so that training can end at any time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from rag.models import bundled_folder
from rag.models.onnx import TokenizerFile
from training.joint import LOSSES, Joint, begun, losses
from training.material import PAIRS, SETS, Material, load
from training.packed import Packed, batches, epoch, read, write

__all__ = ["MANIFEST", "State", "data_hashes", "main", "packed_epoch", "train"]

MANIFEST = Path(__file__).parent / "manifest.json"
_CHECKPOINT_SECONDS = 480.0
_HEADS = ("head.", "evidence.", "dense.", "judgments.")


@dataclass(slots=True)
class State:
    """Where training stands: what a checkpoint holds."""

    model: Joint
    average: dict[str, torch.Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    place: int = 0  # batches of the epoch that are learnt
    seconds: float = 0.0

    def save(self, path: Path) -> None:
        """Replaces the checkpoint in one move."""
        kept = {name: getattr(self, name) for name in ("step", "epoch", "place", "seconds", "average")}
        kept |= {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        fresh = path.with_suffix(".new")
        torch.save(kept, fresh)
        fresh.replace(path)

    def restore(self, path: Path) -> None:
        """Goes on from a checkpoint."""
        kept = torch.load(path)
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        for name in ("step", "epoch", "place", "seconds", "average"):
            setattr(self, name, kept[name])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("train", type=Path, help="folder of the sets")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="packed data, checkpoint and log")
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop then, with a checkpoint")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--share", type=float, default=1.0, help="of each epoch, for a trial")
    parser.add_argument("--record-data", action="store_true", help="write the data's hashes into the manifest")
    options = parser.parse_args(arguments)
    manifest = json.loads(options.manifest.read_text("utf-8"))
    hashes = data_hashes(options.train)
    if options.record_data:
        options.manifest.write_text(json.dumps(manifest | {"data": hashes}, indent=1) + "\n", "utf-8")
        return 0
    other = sorted(name for name in hashes if manifest["data"].get(name) != hashes[name])
    if other:
        print(f"Not the data of the manifest: {', '.join(other[:3])}. Run with --record-data if that is meant.")
        return 1
    torch.set_num_threads(options.threads or torch.get_num_threads())
    options.work.mkdir(parents=True, exist_ok=True)
    train(options.train, options.work, manifest, options.minutes, options.share)
    return 0


def data_hashes(folder: Path) -> dict[str, str]:
    """A short hash of every file of the sets that are here."""
    names = [folder / name / f"{part}.jsonl" for name in SETS for part in ("corpus", "queries", "qrels")]
    names += [folder / "pairs" / f"{name}.jsonl" for name in PAIRS]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in names
        if path.exists()
    }


def begin(manifest: Mapping[str, Any]) -> State:
    """The model, its optimizer, and the average that starts with it."""
    torch.manual_seed(manifest["seed"])
    model = begun(bundled_folder(), MANIFEST.parent.parent / manifest["start"], manifest["dropout"])
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    for layer in model.bert.encoder.layer[: manifest["frozen"]]:  # in the optimizer all the same, to be freed later
        layer.requires_grad_(False)
    heads = [p for name, p in named if name.startswith(_HEADS) and not name.startswith("head.")]
    rest = [p for name, p in named if not any(p is head for head in heads)]
    groups = [{"params": rest}, {"params": heads}]
    optimizer = torch.optim.AdamW(groups, lr=manifest["rate"], weight_decay=0.01, fused=True)
    return State(model, {name: p.detach().clone() for name, p in named}, optimizer)


def train(folder: Path, work: Path, manifest: Mapping[str, Any], minutes: float, share: float = 1.0) -> State:
    """Learns until the epochs or the minutes are over. Returns where it stands then."""
    state, checkpoint = begin(manifest), work / "checkpoint.pt"
    if checkpoint.exists():
        state.restore(checkpoint)
    told = work / "train.log"
    tokenizer, until = TokenizerFile(bundled_folder() / "tokenizer.json"), time.monotonic() + 60 * minutes
    stopped: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    material: list[Material] = []
    state.model.train()
    while state.epoch < manifest["epochs"] and not stopped and time.monotonic() < until:
        rows = packed_epoch(folder, work, tokenizer, state.epoch, share, material)
        _learn(state, batches(rows, manifest["tokens"], state.epoch), manifest, checkpoint, told, until, stopped)
    state.save(checkpoint)
    signal.signal(signal.SIGTERM, before)
    return state


def packed_epoch(
    folder: Path, work: Path, tokenizer: TokenizerFile, number: int, share: float, material: list[Material]
) -> list[Packed]:
    """The rows of an epoch, made if they are not there yet."""
    path = work / f"epoch-{number:03}.jsonl"
    if not path.exists():
        if not material:
            material.append(load(folder))
        write(path, epoch(material[0], folder, tokenizer, number, share))
    return read(path)


def _learn(
    state: State, made: Sequence[Sequence[Packed]], manifest: Mapping[str, Any],
    checkpoint: Path, told: Path, until: float, stopped: list[int],
) -> None:  # fmt: skip
    """The rest of an epoch."""
    sums: dict[str, float] = defaultdict(float)
    started = saved = time.monotonic()
    before = state.seconds
    for rows in made[state.place :]:
        if stopped or time.monotonic() > until:
            return
        for name, value in _step(state, rows, manifest).items():
            sums[name] += value
        state.seconds = before + time.monotonic() - started
        if state.step % 25 == 0:
            curve = ", ".join(f"{name} {sums[name] / 25:.3f}" for name in LOSSES)
            line = f"step {state.step}, epoch {state.epoch}, {state.place} of {len(made)}, {state.seconds / 60:.1f} min"
            with told.open("a", encoding="utf-8") as file:
                file.write(f"{line}: {curve}\n")
            sums.clear()
        if time.monotonic() - saved > _CHECKPOINT_SECONDS:
            state.save(checkpoint)
            saved = time.monotonic()
    state.epoch, state.place = state.epoch + 1, 0
    state.save(checkpoint)


def _step(state: State, rows: Sequence[Packed], manifest: Mapping[str, Any]) -> dict[str, float]:
    found = losses(state.model, rows)
    total = sum((manifest["weights"][name] * loss for name, loss in found.items()), torch.zeros(()))
    total.backward()
    rates = manifest["rate"], manifest["head_rate"]
    for group, rate in zip(state.optimizer.param_groups, rates, strict=True):
        group["lr"] = rate * min(1.0, (state.step + 1) / manifest["warm_up"])
        torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
    state.optimizer.step()
    state.optimizer.zero_grad()
    state.step += 1
    state.place += 1
    kept = min(manifest["average"], state.step / (state.step + 10))
    with torch.no_grad():
        for name, p in state.model.named_parameters():
            if name in state.average:
                state.average[name].lerp_(p, 1 - kept)
    return {name: loss.item() for name, loss in found.items()}


if __name__ == "__main__":
    raise SystemExit(main())
