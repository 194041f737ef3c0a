"""Trains the reader: `python -m training.reader TRAIN`, then `python -m training.export`.

A question and a window of text go in together; out come, for each token, the log odds that the answer's exact words
start and end there. The first token stands for "nothing here answers". The loss is the negative log likelihood of the
gold starts and ends, summed over all gold spans (Devlin et al. 2019, section 4.3, arXiv:1810.04805, with the marginal
likelihood of Clark and Gardner 2018, arXiv:1710.10723). Seeded; goes on from its last checkpoint; settings, data hash
and the curve go to `training/LOG.md`.

A larger reader can be trained first, from an encoder in a folder (`--encoder`), and the reader then learns from what
that one holds likely too (`--teacher`, `--teacher-encoder`). The larger one does not travel with the package.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from rag.models.encoder.encoder import bundled_folder
from rag.models.onnx import TokenizerFile, as_batch
from rag.models.reader import Row, rows_of
from rag.types import Window
from training.models import Dropout, Larger, Model, learnt, restored
from training.renamed import Renamer
from training.windows import SETS, Example, Questions, load

RENAMED = 0.5
"""Share of the examples whose names and years are exchanged."""

SOFTENED = 2.0
"""The temperature at which a reader and its teacher are compared."""


class Item(NamedTuple):
    """An example in tokens: its row, and the tokens at which gold answers start and end (0: nothing answers)."""

    row: Row
    starts: list[int]
    ends: list[int]


def items_of(tokenizer: TokenizerFile, examples: Sequence[Example]) -> list[Item]:
    """Examples in tokens, in the same order."""
    windows = [Window(e.title, e.text, ()) for e in examples]
    found = []
    for example, row in zip(examples, rows_of(tokenizer, [e.question for e in examples], windows), strict=True):
        starts: set[int] = set()
        ends: set[int] = set()
        for a, b in example.answers:
            held = [row.first + n for n, (s, e) in enumerate(row.offsets) if s < b and a < e]
            if held and (row.offsets[held[-1] - row.first][1] >= b or example.whole):
                starts.update(held if example.whole else held[:1])
                ends.update(held if example.whole else held[-1:])
        found.append(Item(row, sorted(starts) or [0], sorted(ends) or [0]))
    return found


def batch(items: Sequence[Item]) -> tuple[torch.Tensor, ...]:
    """Ids, mask, segments, forbidden tokens, gold starts, gold ends: `(n, longest)` each."""
    tokens = as_batch([item.row.ids for item in items], [item.row.head for item in items])
    ids, mask, segment = (torch.from_numpy(part) for part in tokens)
    closed = torch.ones(ids.shape, dtype=torch.bool)
    starts, ends = torch.zeros(ids.shape, dtype=torch.bool), torch.zeros(ids.shape, dtype=torch.bool)
    for i, item in enumerate(items):
        closed[i, 0] = False
        closed[i, item.row.first : len(item.row.ids) - 1] = False
        starts[i, item.starts] = True
        ends[i, item.ends] = True
    return ids, mask, segment, closed, starts, ends


def loss_of(
    model: torch.nn.Module, items: Sequence[Item], bf16: bool, agreement: float, teacher: Larger | None = None
) -> torch.Tensor:
    """Mean over starts and ends of the negative log likelihood of all that is gold.

    With `agreement`, every item is read twice, each time with other numbers dropped, and what the two readings differ
    by counts too: R-Drop, equation 4 of Liang et al. 2021, arXiv:2106.14448. With a `teacher`, as much counts how far
    the reader is from what the teacher holds likely: Hinton et al. 2015, section 2, arXiv:1503.02531.
    """
    ids, mask, segment, closed, starts, ends = batch([*items, *items] if agreement else items)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = model(ids, mask, segment)
    logits = logits.float().masked_fill(closed[..., None], -1e4)
    logp = torch.log_softmax(logits, 1)
    total = torch.zeros(())
    for side, gold in ((0, starts), (1, ends)):
        total = total - torch.logsumexp(logp[..., side].masked_fill(~gold, -1e4), 1).mean()
    if agreement:
        one, other = logp.chunk(2)
        apart = (one.exp() * (one - other) + other.exp() * (other - one)).sum(1) / 2  # both ways, (n, 2)
        total = total + agreement * apart.mean(0).sum()
    if teacher is not None:
        with torch.no_grad():
            said = teacher(ids[: len(items)], mask[: len(items)], segment[: len(items)]).float()
        said = said.repeat(len(ids) // len(items), 1, 1).masked_fill(closed[..., None], -1e4)
        likely = torch.softmax(said / SOFTENED, 1)
        soft = -(likely * torch.log_softmax(logits / SOFTENED, 1)).sum(1)  # (n, 2)
        total = total + SOFTENED**2 * soft.mean(0).sum()
    return total / 2


def batches(
    questions: Questions, tokenizer: TokenizerFile, renamer: Renamer, tokens: int, seed: int
) -> Iterator[list[Item]]:
    """One epoch: batches of about `tokens` tokens, of examples of like length, in random order."""
    rng = random.Random(seed)
    examples = [renamer(one, rng) if rng.random() < RENAMED else one for one in questions.epoch(rng)]
    rng.shuffle(examples)
    for at in range(0, len(examples), 2048):
        items = sorted(items_of(tokenizer, examples[at : at + 2048]), key=lambda item: len(item.row.ids))
        made: list[list[Item]] = [[]]
        for item in items:
            if (len(made[-1]) + 1) * len(item.row.ids) > tokens:
                made.append([])
            made[-1].append(item)
        rng.shuffle(made)
        yield from made


def begun(options: argparse.Namespace) -> tuple[Model, list[torch.nn.Parameter], torch.optim.Optimizer]:
    """The model as it starts, what of it is trained, and the optimizer."""
    model = Larger(options.encoder) if options.encoder else Model(bundled_folder())
    for name, module in list(model.named_modules()):
        if isinstance(module, torch.nn.Dropout):
            none = "attention.self" in name or "attention.attn" in name  # with none, attention is one fast operation
            model.set_submodule(name, torch.nn.Dropout(0.0) if none else Dropout(options.dropout))
    model.bert.embeddings.requires_grad_(False)
    if options.start:
        missing, unknown = model.load_state_dict(restored(options.start), strict=False)
        assert not unknown, unknown
        assert all("embeddings." in name for name in missing), missing
    trained = [p for p in model.parameters() if p.requires_grad]
    return model, trained, torch.optim.AdamW(trained, lr=options.rate, weight_decay=0.01, fused=True)


def main() -> None:
    """Trains and keeps a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("--state", type=Path, default=Path("build/reader.pt"), help="checkpoint")
    parser.add_argument("--start", type=Path, help="8-bit weights to go on from where there is no checkpoint")
    parser.add_argument("--encoder", type=Path, help="another encoder to train, which is to teach")
    parser.add_argument("--teacher", type=Path, help="checkpoint of a larger reader to learn from too")
    parser.add_argument("--teacher-encoder", type=Path, help="what that one was trained from")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--tokens", type=int, default=4096, help="tokens a step")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop (and decay towards the stop) by then")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--agreement", type=float, default=0.0, help="weight of R-Drop, which doubles the time")
    parser.add_argument("--full-precision", action="store_true", help="instead of bfloat16")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads or torch.get_num_threads())
    questions, tokenizer = load(options.train), TokenizerFile(bundled_folder() / "tokenizer.json")
    model, trained, optimizer = begun(options)
    renamer = Renamer((passage.text for passage in questions.passages.values()), tokenizer, model.words.numpy())
    teacher = learnt(options.teacher, options.teacher_encoder) if options.teacher else None
    step, seconds, epoch = 0, 0.0, 0
    if options.state.exists():
        saved = torch.load(options.state)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, seconds, epoch = saved["step"], saved["seconds"], saved["epoch"]
    size = len(list(batches(questions, tokenizer, renamer, options.tokens, 0)))
    steps = int(options.epochs * size)
    print(f"{len(questions.questions)} questions, {size} steps an epoch, {steps} in all", flush=True)
    started, losses, curve = time.monotonic() - seconds, [], []
    model.train()
    done = 0.0
    while done < 1:
        for items in batches(questions, tokenizer, renamer, options.tokens, epoch):
            seconds = time.monotonic() - started
            done = max(step / steps, seconds / 60 / options.minutes)
            if done >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = options.rate * min(1.0, (step + 1) / 150) * max(0.01, 1 - done)
            loss = loss_of(model, items, not options.full_precision, options.agreement, teacher)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            step += 1
            if step % 50 == 0:
                curve.append(f"{step}: {sum(losses[-50:]) / len(losses[-50:]):.3f}")
                print(f"step {curve[-1]}, {done:.3f} done, {seconds / 60:.1f} min", flush=True)
            if step % 250 == 0:
                _save(options.state, model, optimizer, step, seconds, epoch)
        epoch += 1
    _save(options.state, model, optimizer, step, seconds, epoch)
    _log(options, len(questions.questions), step, curve, seconds / 60)


def _save(state: Path, model: Any, optimizer: Any, step: int, seconds: float, epoch: int) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    fresh = state.with_suffix(".new")
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "seconds": seconds,
            "epoch": epoch,
        },
        fresh,
    )
    fresh.replace(state)


def _log(options: argparse.Namespace, questions: int, steps: int, curve: list[str], minutes: float) -> None:
    digest = hashlib.sha256()
    for name in SETS:
        for part in ("corpus", "queries", "qrels"):
            digest.update((options.train / name / f"{part}.jsonl").read_bytes())
    text = (
        f"\n## Reader (`training/reader.py`), {time.strftime('%Y-%m-%d')}\n\n"
        f"{options.encoder.name + ', ' if options.encoder else ''}{'taught, ' if options.teacher else ''}"
        f"{questions} questions, {steps} steps of {options.tokens} tokens, rate {options.rate}, dropout "
        f"{options.dropout}, agreement {options.agreement}, {minutes:.0f} minutes on {torch.get_num_threads()} threads "
        f"of a busy machine; data {digest.hexdigest()[:16]}\n\nLoss: {', '.join(curve)}\n"
    )
    with Path("training/LOG.md").open("a") as file:
        file.write(text)


if __name__ == "__main__":
    main()
