"""How good search, sentence choice and refusal are: `python -m benchmarks.quality [FOLDER] [--json FILE]`.

Runs every set of questions under a folder (default `../shared/eval`) and prints the table; each number comes with a
95 % interval from a bootstrap over questions. Encodings are kept under a cache folder, so a second run takes minutes.

- search: documents that answer at rank 1, among 5, MRR and nDCG of 10, for each lens alone and fused; and, where the
  set has spans, whether a gold span lies as a whole in the first / first five passages
- sentence: whether the best sentence, or one of five, holds the answer, over the whole corpus; the exact words' token
  F1, over the whole corpus and where only the passages with the answer are given; by the question's first word
- refusal: AUROC of `answerable` for answerable against unanswerable questions; calibration against "the best sentence
  is right"; at the threshold in use, how many unanswerable and how many foreign questions (asked of the next set's
  index) are answered, how many answerable ones, and how many of those rightly
- verbatim: sentences drawn from the corpus and asked word for word come first
- shown: the whole program asked, with its three strengths: `benchmarks.strengths` for each set that it names, and
  `benchmarks.open_questions` and `benchmarks.dialogues` where the folder has them; each is a command of its own, too
- failures: `--failures 20` shows as many questions whose first sentence does not answer
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from benchmarks import dialogues, open_questions, strengths
from benchmarks.ask import Asker, Found, is_gold
from benchmarks.sets import CACHE, Question, QuestionSet, folders_of, load_set, vectors_of
from benchmarks.shares import Tally, estimate, interval
from rag.answering.ranking import RankedSentences
from rag.evaluate.measures import auroc, calibration_error, token_f1
from rag.language import terms
from rag.models.encoder.encoder import SentenceEncoder, bundled_folder
from rag.models.reader import SpanReader
from rag.retrieval.rewriting import rewrite_question
from rag.types import Span, Turn

FOREIGN = 200
GIVEN = 400  # questions for which only the passages with the answer are read
VERBATIM = 100
WHOLE = {"open_questions": open_questions.measure, "dialogues": dialogues.measure}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Measures search, sentence choice and refusal.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--json", type=Path, default=Path("artefacts/quality.json"), help="where the results go")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--questions", type=int, default=0, help="at most so many of each set; 0: all")
    parser.add_argument("--failures", type=int, default=0, help="how many to show of each set")
    parser.add_argument("--sets", default="", help="only these, separated by commas")
    options = parser.parse_args(arguments)
    wanted = set(filter(None, options.sets.split(",")))
    folders = folders_of(options.folder)
    whole = {name: ask for name, ask in WHOLE.items() if (options.folder / name).is_dir()}
    if not any(not wanted or name in wanted for name in (*whole, *(folder.name for folder in folders))):
        print(f"No set of questions under {options.folder}.", file=sys.stderr)
        return 1
    encoder, reader = SentenceEncoder(), SpanReader(bundled_folder() / "tokenizer.json")
    options.cache.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {}
    for at, folder in enumerate(folders):
        if not wanted or folder.name in wanted:
            other = folders[at - 1] if len(folders) > 1 else None
            results |= _of_set(folder, other, encoder, reader, options)
            _show(folder.name, results)
    for name, ask in whole.items():
        if not wanted or name in wanted:
            lines = ask(options.folder, options.cache)
            results[name] = {measure: estimate(values) for measure, values in lines.items()}
            _show(name, results)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0


def _of_set(
    folder: Path, other: Path | None, encoder: SentenceEncoder, reader: SpanReader, options: argparse.Namespace
) -> dict[str, Any]:
    """All that is measured of one set; `other` is the set whose questions are foreign to it."""
    one = load_set(folder, encoder, options.cache, options.questions)
    asker = Asker(one.index, reader)
    found = _measure(asker, one, one.vectors, [q.text for q in one.questions], options.failures)
    found |= _verbatim(asker, encoder)
    if other is not None:
        found |= _foreign(asker, load_set(other, encoder, options.cache, options.questions))
    if one.name in strengths.SETS:
        shown = strengths.lines_of(strengths.measure(folder, options.cache, options.questions))
        found |= {f"shown: {name}": estimate(values) for name, values in shown.items()}
    results: dict[str, Any] = {one.name: found}
    if any(q.history for q in one.questions):
        alone = [rewrite_question(q.text, [Turn("user", turn) for turn in q.history]) for q in one.questions]
        asked, searched = [each.asked for each in alone], [each.searched for each in alone]
        as_read = (vectors_of(asked, encoder, options.cache), asked)
        as_searched = (vectors_of(searched, encoder, options.cache), searched)
        results[f"{one.name}, stand-alone"] = _measure(asker, one, *as_read, searched=as_searched)
    return results


def _measure(
    asker: Asker,
    one: QuestionSet,
    vectors: Any,
    texts: Sequence[str],
    failures: int = 0,
    searched: tuple[Any, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """`texts` with their `vectors` are what is read for; `searched`, the same, what is searched for if that differs."""
    tally, failed = Tally(), list[str]()
    sure: list[float] = []
    right: list[bool] = []
    answerable: list[bool] = []
    asked = zip(one.questions, vectors, texts, *(searched or (vectors, texts)), strict=True)
    for question, vector, text, near, words in track(asked, f"asking {one.name}", len(texts)):
        start = time.perf_counter()
        found = asker.find(words, near)
        reading = asker.read(text, vector, found)
        tally.add("milliseconds", 1000 * (time.perf_counter() - start))
        if question.golds:
            _search(tally, asker, question, found)
        spans = any(gold.spans for gold in question.golds)
        golds = _golds(asker, question, found, reading)
        if question.answerable and spans:
            tally.add("sentence first", golds[0] if golds else 0)
            tally.add("sentence in 5", any(golds[:5]))
            tally.add("words F1", _words(asker, question, found, reading))
            if len(tally.values.get("words F1, passage given", ())) < GIVEN:
                given = _given(asker, question, found)
                tally.add("words F1, passage given", _words(asker, question, given, asker.read(text, vector, given)))
            if not (golds and golds[0]):
                failed.append(_failure(asker, question, found, reading))
            tally.add(f"sentence first, {text.split()[0].lower()}" if text else "", golds[0] if golds else 0)
        if spans or not question.answerable:
            right.append(bool(golds) and golds[0])
        sure.append(reading.answerable)
        answerable.append(question.answerable)
        shown = reading.answerable >= reading.least
        tally.add("answerable answered" if question.answerable else "unanswerable answered", shown)
        if shown and question.answerable and spans:
            tally.add("answered rightly", golds[0])
    for at in np.random.default_rng(0).permutation(len(failed))[:failures]:
        print(failed[at])
    results: dict[str, Any] = tally.result()
    results["milliseconds"] = [float(np.median(tally.values["milliseconds"]))]
    p, y = np.array(sure), np.array(answerable)
    if y.any() and not y.all():
        results["AUROC"] = [*interval(np.c_[p, y], lambda rows: auroc(rows[:, 0], rows[:, 1] > 0)), len(p)]
    if len(right) == len(p):
        rows = np.c_[p, np.array(right)]
        results["calibration error"] = [
            *interval(rows, lambda rows: calibration_error(rows[:, 0], rows[:, 1] > 0)),
            len(p),
        ]
    return results


def _search(tally: Tally, asker: Asker, question: Question, found: Found) -> None:
    wanted = {gold.document for gold in question.golds}
    ideal = sum(1 / np.log2(i + 2) for i in range(min(len(wanted), 10)))
    for name, keys in (("dense", found.dense), ("lexical", found.lexical), ("fused", found.keys)):
        documents = list(dict.fromkeys(asker.index.pieces[key].chunk.document_id for key in keys))[:10]
        hits = [document in wanted for document in documents]
        tally.add(f"{name} hit@1", any(hits[:1]))
        tally.add(f"{name} hit@5", any(hits[:5]))
        tally.add(f"{name} MRR", next((1 / (i + 1) for i, hit in enumerate(hits) if hit), 0.0))
        tally.add(f"{name} nDCG@10", sum(1 / np.log2(i + 2) for i, hit in enumerate(hits) if hit) / ideal)
        if any(gold.spans for gold in question.golds):
            held = [asker.holds(key, question.golds) for key in keys[:5]]
            tally.add(f"{name} span@1", any(held[0]) if held else 0)
            tally.add(f"{name} span@5", any(any(one) for one in held))
            tally.add(f"{name} all spans@5", all(any(column) for column in zip(*held, strict=True)) if held else 0)
    if any(gold.spans for gold in question.golds):
        recall, iou = _recall(asker, found.keys[:5], question)
        tally.add("span recall@5", recall)
        tally.add("span IoU@5", iou)
    tally.add("characters of 5", sum(_length(asker, key) for key in found.keys[:5]))


def _recall(asker: Asker, keys: Sequence[int], question: Question) -> tuple[float, float]:
    """Characters of the gold spans that lie in these chunks, as a share of the gold and of gold and chunks together.

    Recall and IoU of Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024).
    """
    gold = {(g.document, at) for g in question.golds for span in g.spans for at in range(*span)}
    pieces = [asker.index.pieces[key].chunk for key in keys]
    held = [(chunk.document_id, at) for chunk in pieces for at in range(*chunk.span)]
    common = len(gold.intersection(held))
    return common / len(gold), common / (len(held) + len(gold) - common)


def _words(asker: Asker, question: Question, found: Found, reading: RankedSentences) -> float:
    """Token F1 of the exact words of the best sentence, against the likest gold span."""
    best = reading.sentences[0]
    answer = best.answer or Span(0, 0)
    said = asker.passages(found)[best.passage].sentences[best.sentence][answer.start : answer.end]
    golds = [asker.index.documents[g.document].text[span.start : span.end] for g in question.golds for span in g.spans]
    return token_f1(said, golds)


def _given(asker: Asker, question: Question, found: Found) -> Found:
    """As if the search had found the chunks that hold a gold span, and nothing else."""
    keys = [key for key in range(len(asker.index.pieces)) if any(asker.holds(key, question.golds))]
    return replace(found, keys=keys, scores=[1.0] * len(keys)) if keys else found


def _failure(asker: Asker, question: Question, found: Found, reading: RankedSentences) -> str:
    best = reading.sentences[0]
    said = asker.passages(found)[best.passage].sentences[best.sentence]
    golds = [asker.index.documents[g.document].text[span.start : span.end] for g in question.golds for span in g.spans]
    return f"- {question.text}\n    first: {said}\n    gold:  {golds[0]}"


def _length(asker: Asker, key: int) -> int:
    span = asker.index.pieces[key].chunk.span
    return span.end - span.start


def _golds(asker: Asker, question: Question, found: Found, reading: RankedSentences) -> list[bool]:
    """For the first five different sentences, whether each answers."""
    seen: dict[tuple[str, int], bool] = {}
    for scored in reading.sentences:
        piece = asker.index.pieces[found.keys[scored.passage]]
        place = (piece.chunk.document_id, piece.sentences[scored.sentence])
        seen.setdefault((place[0], place[1].start), is_gold(place, question.golds))
        if len(seen) == 5:
            break
    return list(seen.values())


def _foreign(asker: Asker, other: QuestionSet) -> dict[str, Any]:
    """Questions of another set, asked of this index."""
    tally = Tally()
    for i in np.random.default_rng(0).permutation(len(other.questions))[:FOREIGN]:
        text, vector = other.questions[i].text, other.vectors[i]
        reading = asker.read(text, vector, asker.find(text, vector))
        tally.add("foreign answered", reading.answerable >= reading.least)
    return dict(tally.result())


def _verbatim(asker: Asker, encoder: SentenceEncoder) -> dict[str, Any]:
    """Sentences of at least eight words, asked word for word: is the passage, and the sentence, first?"""
    places = [
        (document, span)
        for document, span in dict.fromkeys(asker.places(range(len(asker.index.pieces))))
        if len(terms(asker.index.documents[document].text[span.start : span.end])) >= 8
    ]
    chosen = [places[i] for i in np.random.default_rng(0).permutation(len(places))[:VERBATIM]]
    texts = [asker.index.documents[document].text[span.start : span.end] for document, span in chosen]
    tally = Tally()
    for text in texts:
        vector = encoder.query(text)
        found = asker.find(text, vector)
        body = " ".join(text.split())
        piece = asker.index.pieces[found.keys[0]]
        whole = asker.index.documents[piece.chunk.document_id].text[piece.chunk.span.start : piece.chunk.span.end]
        best = asker.read(text, vector, found).sentences[0]
        said = asker.passages(found)[best.passage].sentences[best.sentence]
        tally.add("verbatim passage first", body in " ".join(whole.split()))
        tally.add("verbatim sentence first", body == " ".join(said.split()))
    return dict(tally.result())


def _show(name: str, results: dict[str, Any]) -> None:
    for key in (name, f"{name}, stand-alone"):
        if key not in results:
            continue
        print(f"\n## {key}\n")
        for measure, (value, *rest) in results[key].items():
            around = f"  [{rest[0]:.3f}, {rest[1]:.3f}]  n={rest[2]}" if len(rest) == 3 else ""
            print(f"{measure:46} {value:.3f}{around}")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
