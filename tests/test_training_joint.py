"""The way from sets of questions to weights that the program reads, on a small made-up set; it takes few steps."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from rag.errors import ModelProblem
from rag.language import sentence_spans
from rag.models import bundled_folder
from rag.models.onnx import TokenizerFile
from rag.models.reader import STATEMENT, WEIGHTS, SpanReader
from rag.types import Window
from training.cases import Case, kind_of, of_pair, of_question
from training.cut import cut, gold_sentences, joined
from training.export import export
from training.joint import Joint, batch_of, losses, pooled
from training.material import CARRIED, NOT_CARRIED, Material, Pair, load, turn
from training.measure import measured, read_cases
from training.packed import batches, held_out, packed, read
from training.sheets import sheet
from training.train import MANIFEST, begin, main, train

TOKENIZER = bundled_folder() / "tokenizer.json"
MINE = json.loads(MANIFEST.read_text("utf-8")) | {"tokens": 700, "epochs": 2, "warm_up": 1, "data": {}}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other take turns with whatever else is tested at the time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 questions on 20 made-up sheets as two sets, tables among them, and some pairs."""
    place = tmp_path_factory.mktemp("sets")
    for name, seeds in (("shifts_wiki", range(14)), ("wtq", range(14, 20))):
        rows: dict[str, list[dict[str, object]]] = {"corpus": [], "queries": [], "qrels": []}
        for seed in seeds:
            one, key = sheet(random.Random(seed), 10), f"page-{seed}#0"
            rows["corpus"].append({"id": key, "title": one.title, "text": one.text})
            for number, (text, _, span) in enumerate(one.questions):
                at = f"{seed}-{number}"
                words = [one.text[slice(*span)]] if span else []
                rows["queries"].append(
                    {"id": at, "text": text, "answerable": bool(span), "answers": words, "context_doc": key}
                )
                if span:
                    rows["qrels"].append({"query": at, "doc": key, "spans": [{"start": span[0], "end": span[1]}]})
        (place / name).mkdir()
        for part, some in rows.items():
            (place / name / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in some), "utf-8")
    (place / "pairs").mkdir()
    labels = ("entailment", "contradiction", "neutral")
    pairs = [
        {"id": f"p{n}", "premise": f"The bridge {n} is red .", "hypothesis": "It is red.", "label": labels[n % 3]}
        for n in range(60)
    ]
    (place / "pairs" / "snli.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pairs), "utf-8")
    return place


@pytest.fixture(scope="module")
def material(folder: Path) -> Material:
    return load(folder)


@pytest.fixture(scope="module")
def made(material: Material) -> list[Case]:
    questions = [question for question in material.questions for _ in range(3)]
    return [case for n, q in enumerate(questions) for case in of_question(material, q, random.Random(n))]


def test_what_answers_and_what_does_not_is_told_apart(made: list[Case]) -> None:
    causes = Counter(case.cause for case in made)
    assert {"", "people", "other article", "taken away"} <= set(causes)
    for case in made:
        golds = [case.text[a:b] for a, b in case.answers or ()]
        if case.cause:
            assert not golds
            assert case.answerable == 0
            assert not any(sure > 0 for sure in case.evidence or ())
        elif golds:
            assert case.answerable == 1
            inside = [
                case.text[a:b] for (a, b), sure in zip(case.sentences, case.evidence or (), strict=True) if sure > 0
            ]
            assert all(any(gold in one or one in gold for one in inside) for gold in golds)


def test_the_sentence_taken_away_is_not_in_the_window(made: list[Case], material: Material) -> None:
    said = {q.text: q for q in material.questions}
    checked = 0
    for case in made:
        question = said.get(case.asked)
        if case.cause == "taken away" and question is not None:
            assert not any(answer in case.text.lower() for answer in question.answers)
            checked += 1
    assert checked > 5


def test_every_fifth_table_is_never_seen(folder: Path, material: Material) -> None:
    tables = [json.loads(line)["id"] for line in (folder / "wtq" / "corpus.jsonl").read_text("utf-8").splitlines()]
    kept = {key.split("/", 1)[1] for key in material.rows if key.startswith("wtq/")}
    assert kept < set(tables)
    assert all(question.context in material.rows for question in material.questions)


def test_an_article_lies_on_one_side(material: Material) -> None:
    sides = [{q.article for q in material.split(held_out=held)} for held in (False, True)]
    assert sides[0]
    assert not sides[0] & sides[1]


def test_everything_has_its_turn_once_before_anything_has_it_twice() -> None:
    keys = [f"question-{n}" for n in range(500)]
    turns = Counter(key for epoch in range(4) for key in keys if turn(key, 0.25, epoch))
    assert set(turns) == set(keys)
    assert set(turns.values()) == {1}


def test_runs_keep_their_sentences_when_they_are_joined(material: Material) -> None:
    question = next(q for q in material.questions if q.golds)
    passage = material.passage(next(iter(question.golds)))
    golds = question.golds[passage.id]
    at = gold_sentences(passage, golds)[0]
    one, other = cut(passage, at, at, golds), cut(passage, 0, 1)
    both = joined(other, one, " ")
    assert [both.text[a:b] for a, b in both.sentences] == [
        part.text[a:b] for part in (other, one) for a, b in part.sentences
    ]
    assert both.evidence == (0.0, 0.0, 1.0)
    assert [both.text[a:b] for a, b in both.answers] == [passage.text[a:b] for a, b in golds]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Why was the bridge closed?", "why"),
        ("How does a sluice work?", "how"),
        ("How many arches has it?", "fact"),
        ("Is the bridge open?", "yes-no"),
        ("Summarise the annual report.", "summary"),
        ("What are the symptoms?", "list"),
        ("Who opened the bridge?", "fact"),
    ],
)
def test_kinds_of_questions(question: str, kind: str) -> None:
    assert kind_of(question) == kind


def test_sentences_stand_at_their_tokens(made: list[Case]) -> None:
    tokenizer = TokenizerFile(TOKENIZER)
    rows = packed(tokenizer, made[:40])
    for case, row in zip(made[:40], rows, strict=True):
        for (a, b, _), span in zip(row.sentences, case.sentences, strict=False):
            (alone,) = tokenizer.encode([case.text[slice(*span)]], special=False)
            assert row.ids[a:b] == alone.ids[: b - a]
            assert b - a == len(alone.ids) or b == len(row.ids) - 1  # what is too long is cut at the end


def test_a_verdict_that_may_be_either_counts_as_one_of_the_two() -> None:
    model = Joint(bundled_folder()).eval()
    pairs = [Pair("1", "begin", "A red bridge.", "It is blue.", verdict) for verdict in (NOT_CARRIED, CARRIED)]
    rows = packed(TokenizerFile(TOKENIZER), [of_pair(pair) for pair in pairs])
    with torch.no_grad():
        shares = [float(torch.exp(-losses(model, [row])["verdict"])) for row in rows]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)


def test_evidence_is_the_mean_over_a_sentence() -> None:
    evidence = torch.tensor([[9.0, 1.0, 3.0, 5.0], [0.0, 0.0, 2.0, 2.0]])
    assert pooled(evidence, torch.tensor([[0, 1, 3], [1, 2, 4]])).tolist() == [2.0, 2.0]


def test_training_goes_on_where_it_was_broken_off(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = train(folder, tmp_path / "whole", MINE | {"epochs": 1}, minutes=60, share=0.02)
    (tmp_path / "parts").mkdir()
    started = begin(MINE)
    started.step = started.place = 1  # as if it had been broken off after a step
    started.save(tmp_path / "parts" / "checkpoint.pt")
    state = train(folder, tmp_path / "parts", MINE | {"epochs": 1}, minutes=60, share=0.02)
    rows = read(tmp_path / "parts" / "epoch-000.jsonl")
    assert rows == read(tmp_path / "whole" / "epoch-000.jsonl")
    assert state.step == whole.step == len(batches(rows, MINE["tokens"], 0)) > 1
    assert (state.epoch, state.place) == (1, 0)
    assert torch.load(tmp_path / "parts" / "checkpoint.pt")["step"] == state.step
    weight = state.model.judgments.weight
    assert not torch.equal(weight, started.model.judgments.weight)
    embedded = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(state.model.state_dict()[embedded], started.model.state_dict()[embedded])


def test_other_data_than_the_manifests_are_not_learnt(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MINE), "utf-8")
    arguments = [str(folder), "--work", str(tmp_path / "work"), "--manifest", str(manifest)]
    assert main(arguments) == 1
    assert "Not the data of the manifest: " in capsys.readouterr().out
    assert main([*arguments, "--record-data"]) == 0
    assert len(json.loads(manifest.read_text("utf-8"))["data"]) == 7


def test_exported_heads_say_what_the_model_says(folder: Path, material: Material, tmp_path: Path) -> None:
    state = begin(MINE)
    state.save(tmp_path / "checkpoint.pt")
    small = tmp_path / "reader.onnx"
    export(tmp_path / "checkpoint.pt", tmp_path / "full.onnx", small)
    assert small.stat().st_size < 35e6
    text = "The bridge at Korve was opened in 1887. It has eleven arches."
    window = Window("Korve", text, tuple(sentence_spans(text)))
    new, shipped = SpanReader(TOKENIZER, tmp_path / "full.onnx"), SpanReader(TOKENIZER, WEIGHTS)
    question = "When was the bridge opened?"
    assert new.read(question, [window])[0][0].answer == shipped.read(question, [window])[0][0].answer
    (read,) = new.read_all(question, [window])
    assert read.sentences == new.read(question, [window])[0]
    assert read.carried + read.contradicted + read.neither == pytest.approx(1.0)
    case = Case(question, "Korve", text, window.sentences, (1.0, 0.0), None, False, 1.0, 1.0, None, "selqa", "")
    rows = packed(TokenizerFile(TOKENIZER), [case])
    one = batch_of(rows)
    with torch.no_grad():
        _, evidence, judgments = state.model.eval()(one.ids, one.mask, one.segments)
    wanted = torch.sigmoid(pooled(evidence, one.sentences)).numpy()
    np.testing.assert_allclose(read.evidence, wanted, atol=1e-3)
    assert read.answerable == pytest.approx(float(torch.sigmoid(judgments[0, 0])), abs=1e-3)
    with pytest.raises(ModelProblem, match="only where exact words"):
        shipped.read_all(question, [window], STATEMENT)
    cases = held_out(material, folder, 4)[:12]
    table = measured(read_cases(small, cases))
    assert table["all"]["windows"] == sum(case.verdict is None for case in cases)
