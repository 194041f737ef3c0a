"""Whether other wordings find the same sentence: `python -m benchmarks.wordings [FOLDER] [--most N]`.

Answerable questions of the sets that have spans, asked as they stand and then in capitals, without the mark and in
small letters, as keywords, with two letters of a word exchanged, with a letter left out, and politely. For each way:
how often the first sentence is the very one that the plain question finds, and how often it answers.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.ask import Asker, is_gold
from benchmarks.sets import CACHE, load_set
from rag.models.encoder.encoder import SentenceEncoder, bundled_folder
from rag.models.reader import SpanReader
from rag.types import Span

_FUNCTION = frozenset("a an the of in on at to for by is are was were do does did has have had and or as with".split())  # noqa: SIM905


def exchanged(text: str, rng: random.Random) -> str:
    """Two neighbouring letters inside a long word changed over."""
    return _slip(text, rng, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def left_out(text: str, rng: random.Random) -> str:
    """A letter inside a long word missing."""
    return _slip(text, rng, lambda word, at: word[:at] + word[at + 1 :])


def keywords(text: str) -> str:
    """Without the words that only hold a question together."""
    return " ".join(word for word in text.rstrip(" ?").split() if word.lower() not in _FUNCTION)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "capitals": lambda text, _: text.upper(),
    "small letters, no mark": lambda text, _: text.rstrip(" ?").lower(),
    "keywords": lambda text, _: keywords(text),
    "two letters exchanged": exchanged,
    "a letter left out": left_out,
    "please": lambda text, _: f"Please tell me, {text[0].lower()}{text[1:]}",
}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--most", type=int, default=150, help="questions of each set")
    parser.add_argument("--sets", default="squad2_dev,clapnq_dev")
    options = parser.parse_args()
    encoder, reader = SentenceEncoder(), SpanReader(bundled_folder() / "tokenizer.json")
    for name in options.sets.split(","):
        one = load_set(options.folder / name, encoder, CACHE)
        asker, rng = Asker(one.index, reader), random.Random(0)

        def first(text: str, asker: Asker = asker) -> tuple[str, Span]:
            """Document and span of the first sentence."""
            text = asker.correct_spelling(text, asker.find(text, encoder.query(text)))
            vector = encoder.query(text)
            found = asker.find(text, vector)
            best = asker.read(text, vector, found).sentences[0]
            piece = asker.index.pieces[found.keys[best.passage]]
            return piece.chunk.document_id, piece.sentences[best.sentence]

        asked = [q for q in one.questions if q.answerable and any(gold.spans for gold in q.golds)]
        asked = [asked[i] for i in np.random.default_rng(0).permutation(len(asked))[: options.most]]
        plain = [first(question.text) for question in asked]
        right = np.mean([is_gold(place, q.golds) for place, q in zip(plain, asked, strict=True)])
        print(f"\n## {name}, {len(asked)} questions\n\n{'as asked':24} {'':14} answers {right:.3f}", flush=True)
        for way, change in WAYS.items():
            places = [first(change(question.text, rng)) for question in asked]
            same = np.mean([a == b for a, b in zip(places, plain, strict=True)])
            right = np.mean([is_gold(place, q.golds) for place, q in zip(places, asked, strict=True)])
            print(f"{way:24} the same {same:.3f}  answers {right:.3f}", flush=True)


def _slip(text: str, rng: random.Random, change: Callable[[str, int], str]) -> str:
    long = list(re.finditer(r"[^\W\d_]{5,}", text))
    if not long:
        return text
    found = rng.choice(long)
    at = rng.randrange(1, len(found[0]) - 2)
    return text[: found.start()] + change(found[0], at) + text[found.end() :]


if __name__ == "__main__":
    main()
