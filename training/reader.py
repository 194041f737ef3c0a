"""Trains the reader: `python training/reader.py TRAIN [--out rag/data/reader.safetensors]`.

TRAIN holds folders with `corpus.jsonl`, `queries.jsonl` and `qrels.jsonl`. For each question a group of sentences is
scored together with the fixed score 0 of "none of these": the one that holds the answer, and the most tempting others
of its passage and of the same article; for unanswerable questions only tempting ones. The loss is the cross-entropy of
the right choice. Seeded; goes on from its last checkpoint; settings, data hash and the curve go to `training/LOG.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer

from rag.cross import FROZEN, as_batch, new_model, pair_ids
from rag.embed import bundled_folder
from rag.text import sentence_spans
from rag.types import Window

SETS = {"squad2_dev": 99999, "squad1_dev": 99999, "nq_oracle": 99999, "selqa": 99999, "policyqa": 1000}
WORD = re.compile(r"\w+")
_ABSENT = 0.12  # share of answerable questions that are asked once more of sentences that do not answer


@dataclass(frozen=True, slots=True)
class Group:
    """A question with sentences; the first is the right one, unless `answerable` is false."""

    question: str
    windows: tuple[Window, ...]
    answerable: bool


@dataclass(slots=True)
class Sentence:
    """A sentence of the corpus, ready to be compared with questions."""

    doc: str
    start: int
    end: int
    window: Window
    words: frozenset[str]


def sentences_of(row: dict[str, str]) -> list[Sentence]:
    """The sentences of a passage, each with its title and the sentence before it as context."""
    text, before, found = row["text"], "", []
    for start, end in sentence_spans(text):
        own = text[start:end]
        context = f"{row['title']}. {before}"
        found.append(Sentence(row["id"], start, end, Window(own, context), words_of(f"{own} {row['title']}")))
        before = own
    return found


def words_of(text: str) -> frozenset[str]:
    """Words without the ends that change most."""
    return frozenset(re.sub(r"(ing|ed|es|s)$", "", word) for word in WORD.findall(text.lower()))


def groups_of(folder: Path, most: int, size: int, rng: random.Random) -> list[Group]:
    """The groups of one set, in random order, from at most `most` of its questions."""
    corpus = Corpus([json.loads(line) for line in (folder / "corpus.jsonl").open()], rng)
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open()]
    gold: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "qrels.jsonl").open():
        row = json.loads(line)
        gold[row["query"]].append(row)
    rng.shuffle(queries)
    groups = []
    for query in queries[:most]:
        right = corpus.right(gold[query["id"]])
        if query["answerable"] and not right:
            continue
        docs = {row["doc"] for row in gold[query["id"]]} or {query.get("context_doc", "")}
        answers = [answer.lower() for answer in query.get("answers", []) if len(answer) > 2]
        near, far = corpus.tempting(query["text"], docs, right, answers)
        chosen = [rng.choice(right)] if right else near[:1]
        for pool in (near[:3], far, near, far):
            fresh = [s for s in pool if s not in chosen]
            if fresh and len(chosen) < size:
                chosen.append(rng.choice(fresh))
        if len(chosen) > 1:
            groups.append(Group(query["text"], tuple(s.window for s in chosen), bool(right)))
        if right and rng.random() < _ABSENT:  # a question whose answer is not there at all
            groups.append(Group(query["text"], tuple(s.window for s in (near + far)[:size]), False))
    return [group for group in groups if group.windows]


class Corpus:
    """The sentences of a set, by passage and by article, with the weight of each word."""

    def __init__(self, rows: list[dict[str, str]], rng: random.Random) -> None:
        self._rng = rng
        self._article = {row["id"]: row["title"] or row["id"] for row in rows}
        self._by_doc = {row["id"]: sentences_of(row) for row in rows}
        self._by_article: dict[str, list[Sentence]] = defaultdict(list)
        for doc, found in self._by_doc.items():
            self._by_article[self._article[doc]] += found
        self._all = [one for found in self._by_doc.values() for one in found]
        counts = Counter(word for one in self._all for word in one.words)
        self._weight = {word: math.log(1 + len(self._all) / n) for word, n in counts.items()}
        self._lonely = len(self._by_article) > len(rows) * 0.5  # no article has several passages

    def right(self, gold: list[dict[str, Any]]) -> list[Sentence]:
        """The sentences that touch a gold span."""
        spans = [(row["doc"], span) for row in gold for span in row.get("spans", []) if "start" in span]
        return [s for doc, span in spans for s in self._by_doc[doc] if s.start < span["end"] and span["start"] < s.end]

    def tempting(
        self, question: str, docs: set[str], right: list[Sentence], answers: list[str]
    ) -> tuple[list[Sentence], list[Sentence]]:
        """Wrong sentences that share most with the question: of its passages, and of the same article or elsewhere."""
        asked = words_of(question)

        def likeness(s: Sentence) -> float:
            return -sum(self._weight[w] for w in asked & s.words) / (8 + len(s.words)) ** 0.5

        def wrong(s: Sentence) -> bool:
            return s not in right and not any(answer in s.window.sentence.lower() for answer in answers)

        article = self._by_article[self._article.get(min(docs), "")]
        pool = self._rng.sample(self._all, min(300, len(self._all))) if self._lonely or not article else article
        near = sorted((s for doc in sorted(docs) for s in self._by_doc.get(doc, []) if wrong(s)), key=likeness)
        return near, sorted(filter(wrong, pool), key=likeness)[:6]


def main() -> None:
    """Makes the groups, trains, and writes the weights of the trained layers in half precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, default=Path("rag/data/reader.safetensors"))
    parser.add_argument("--state", type=Path, default=Path("build/reader.pt"), help="checkpoint")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--batch", type=int, default=16, help="questions a step")
    parser.add_argument("--size", type=int, default=3, help="sentences a question")
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop (and decay towards the stop) by then")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads or torch.get_num_threads())
    rng = random.Random(0)
    groups = [g for name, most in SETS.items() for g in groups_of(arguments.train / name, most, arguments.size, rng)]
    rng.shuffle(groups)
    print(f"{len(groups)} questions, {sum(not g.answerable for g in groups)} without an answer", flush=True)
    folder = bundled_folder()
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = new_model(folder)
    for part in (model.bert.embeddings, *model.bert.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=arguments.rate, weight_decay=0.01)
    steps, step = int(arguments.epochs * len(groups) / arguments.batch), 0
    if arguments.state.exists():
        saved = torch.load(arguments.state)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
    started, losses = time.monotonic(), []
    curve: list[str] = []
    while step < steps:
        spent = (time.monotonic() - started) / 60 / arguments.minutes
        done = max(step / steps, spent)
        if spent >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = arguments.rate * min(1.0, (step + 1) / 100) * max(0.02, 1 - done)
        first = step * arguments.batch % (len(groups) - arguments.batch)
        loss = loss_of(model, tokenizer, groups[first : first + arguments.batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        step += 1
        if step % 50 == 0 or step == steps:
            curve.append(f"{step}: {sum(losses[-50:]) / len(losses[-50:]):.3f}")
            print(f"step {curve[-1]} of {steps}, {(time.monotonic() - started) / 60:.1f} min", flush=True)
        if step % 200 == 0:
            save(model, optimizer, step, arguments)
    save(model, optimizer, step, arguments)
    seen = "\n".join(group.question for group in groups[: step * arguments.batch])
    arguments.state.with_suffix(".seen").write_text(seen, "utf-8")  # the others are left for `training/mix.py`
    log(arguments, len(groups), step, curve, (time.monotonic() - started) / 60)


def loss_of(model: torch.nn.Module, tokenizer: object, groups: list[Group]) -> torch.Tensor:
    """Cross-entropy of the right choice among each group's sentences and "none"."""
    rows = pair_ids(tokenizer, [g.question for g in groups for _ in g.windows], [w for g in groups for w in g.windows])
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(*as_batch(rows)).float()
    total, at = torch.zeros(()), 0
    for group in groups:
        own = torch.cat([torch.zeros(1), logits[at : at + len(group.windows)]])
        total = total - torch.log_softmax(own, 0)[1 if group.answerable else 0]
        at += len(group.windows)
    return total / len(groups)


def save(model: torch.nn.Module, optimizer: torch.optim.Optimizer, step: int, arguments: argparse.Namespace) -> None:
    """The checkpoint, and the weights as the package takes them."""
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, arguments.state)
    kept = {name: p.detach().half().contiguous() for name, p in model.named_parameters() if p.requires_grad}
    save_file(kept, arguments.out)


def log(arguments: argparse.Namespace, groups: int, steps: int, curve: list[str], minutes: float) -> None:
    """Adds a run to the log."""
    digest = hashlib.sha256()
    for name in SETS:
        for part in ("corpus", "queries", "qrels"):
            digest.update((arguments.train / name / f"{part}.jsonl").read_bytes())
    weights = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    text = (
        f"\n## Reader (`training/reader.py`), {time.strftime('%Y-%m-%d')}\n\n"
        f"{groups} questions, {steps} steps of {arguments.batch}, {arguments.size} sentences a question, rate "
        f"{arguments.rate}, {minutes:.0f} minutes; data {digest.hexdigest()[:16]}; weights {weights[:16]}\n\n"
        f"Loss: {', '.join(curve)}\n"
    )
    with Path("training/LOG.md").open("a") as file:
        file.write(text)


if __name__ == "__main__":
    main()
