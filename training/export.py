"""Writes the trained reader as the package takes it: `python -m training.export TRAIN --state FOLDER/checkpoint.pt`.

Of the reader with all its heads (`training/train.py`) the average of the weights is taken; what each head is worth is
measured by `training/measure.py`. The checkpoint becomes ONNX with 8-bit weights (dynamic quantisation, one scale a
column), and both forms answer questions that were not trained on: exact words (token F1 and exact match as the SQuAD
script counts them), and how well the score tells windows that answer from those that do not.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from rag.evaluate.measures import exact_match, token_f1
from rag.models.encoder.encoder import bundled_folder
from rag.models.reader import WEIGHTS, SpanReader
from rag.types import Span, Window
from training.joint import Joint
from training.models import Model
from training.windows import Example, load

OUTPUTS = ("logits", "evidence", "judgments")
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("--state", type=Path, default=Path("build/reader.pt"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--most", type=int, default=600, help="questions to compare the two forms on")
    options = parser.parse_args()
    tokenizer = bundled_folder() / "tokenizer.json"
    with tempfile.TemporaryDirectory() as place:
        full = Path(place) / "full.onnx"
        export(options.state, full, options.out)
        print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")
        examples = held_out(options.train, options.most)
        for name, weights in (("full precision", full), ("8 bits", options.out)):
            measure(name, SpanReader(tokenizer, weights), examples)


def model_of(state: Path) -> tuple[Model, tuple[str, ...]]:
    """The model of a checkpoint, and what it gives out."""
    kept = torch.load(state)
    joint = "average" in kept
    model = Joint(bundled_folder()) if joint else Model(bundled_folder())
    model.load_state_dict(kept["model"] | kept.get("average", {}))
    return model.eval(), OUTPUTS if joint else OUTPUTS[:1]


def export(state: Path, full: Path, small: Path) -> None:
    """Both forms of a checkpoint."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model, outputs = model_of(state)
    ids = torch.randint(1000, 20000, (4, 64))
    axes = {name: {0: "n", 1: "tokens"} for name in (*INPUTS, *outputs)}
    if "judgments" in axes:
        axes["judgments"] = {0: "n"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(full),
            dynamo=False,  # the newer exporter's graph runs a fifth slower in 8 bits
            opset_version=17,
            input_names=INPUTS,
            output_names=list(outputs),
            dynamic_axes=axes,
        )
    quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)


def held_out(train: Path, most: int) -> list[Example]:
    """A window with and a window without the answer for questions that were not trained on."""
    questions = load(train)
    rng = random.Random(7)
    found: list[Example] = []
    for question in questions.split(held_out=True)[:: max(1, len(questions.split(held_out=True)) // most)]:
        if question.golds:
            found.append(questions.with_answer(question, question.text, rng))
        found += questions.without_answer(question, question.text, rng)
    return found


def measure(name: str, reader: SpanReader, examples: Sequence[Example]) -> None:
    """Prints what a form of the reader is worth on windows."""
    f1, exact, yes, no = list[float](), list[float](), list[float](), list[float]()
    for example in examples:
        whole = Span(0, len(example.text))
        ((read,),) = reader.read(example.question, [Window(example.title, example.text, (whole,))])
        (yes if example.answers else no).append(read.score)
        if example.answers and not example.whole:
            said = example.text[read.answer.start : read.answer.end]
            golds = [example.text[a:b] for a, b in example.answers]
            f1.append(token_f1(said, golds))
            exact.append(exact_match(said, golds))
    area = float((np.array(yes)[:, None] > np.array(no)[None, :]).mean())
    print(f"{name}: F1 {np.mean(f1):.3f}, exact {np.mean(exact):.3f}, answers or not: AUROC {area:.3f}", flush=True)


if __name__ == "__main__":
    main()
