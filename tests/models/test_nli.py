"""An inference model joins in where one is configured: a tiny one, made here, with real loading."""

from __future__ import annotations

from pathlib import Path

import pytest
from words import WordEncoder

from rag.answering.verification.checking import SourceSentence, verify
from rag.errors import ModelProblem
from rag.evaluate.judge import supported_by
from rag.models.encoder.encoder import bundled_folder
from rag.models.nli import CrossEncoder
from rag.types import EntailmentScores


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("nli"), ("contradiction", "entailment", "neutral"))


def made(folder: Path, labels: tuple[str, ...]) -> Path:
    """A random cross-encoder with the bundled encoder's words."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_folder_is_loaded_and_gives_probabilities(folder: Path) -> None:
    model = CrossEncoder(str(folder))
    said = model.infer("The port opened in 2007.", "The port is open.")
    assert 0 < said.entailed < 1
    assert 0 < said.contradicted < 1
    assert said.entailed + said.contradicted < 1, "the third share is neutral"
    assert said == model.infer("The port opened in 2007.", "The port is open.")


def test_a_model_of_another_kind_is_refused_by_its_labels(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="no label for entailment, but good, bad"):
        CrossEncoder(str(made(tmp_path, ("good", "bad")))).infer("One.", "Two.")


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="cannot be loaded"):
        CrossEncoder(str(tmp_path)).infer("One.", "Two.")


class Judge:
    """Says what it is told."""

    def __init__(self, entailed: float, contradicted: float) -> None:
        self.said = EntailmentScores(entailed, contradicted)

    def infer(self, premise: str, hypothesis: str) -> EntailmentScores:
        return self.said


def test_it_joins_in_but_does_not_overrule_a_fact_that_differs() -> None:
    sources = [SourceSentence("The port of Gwadar opened in 2007.")]
    same, other = "The port of Gwadar opened in 2007.", "The port of Gwadar opened in 1998."
    assert verify(same, sources, WordEncoder(), nli=Judge(0.9, 0.0)).support == "supported"
    assert verify(same, sources, WordEncoder(), nli=Judge(0.0, 0.9)).support == "contradicted"
    assert verify(same, sources, WordEncoder(), nli=Judge(0.0, 0.0)).score < verify(same, sources, WordEncoder()).score
    assert verify(other, sources, WordEncoder(), nli=Judge(1.0, 0.0)).support == "contradicted"


@pytest.fixture(params=[("contradiction", "entailment", "neutral"), ("ENTAILMENT", "neutral", "CONTRADICTION")])
def order(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


def test_the_judge_of_evaluations_asks_a_real_cross_encoder_by_its_own_labels(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    """Weights that are nothing but a bias: what the model says is known, whatever label stands where."""
    import torch
    from transformers import AutoModelForSequenceClassification

    premise, claim = "The port of Gwadar opened in 2007.", "In 2007 the port of Gwadar opened."
    heard = {}
    for wanted in ("entail", "contra", "neutral"):
        folder = made(tmp_path / wanted, order)
        model = AutoModelForSequenceClassification.from_pretrained(str(folder))
        with torch.no_grad():
            model.classifier.weight.zero_()
            model.classifier.bias.copy_(torch.tensor([9.0 if one.lower().startswith(wanted) else 0.0 for one in order]))
        model.save_pretrained(folder)
        said = CrossEncoder(str(folder)).infer(premise, claim)
        assert (said.entailed > 0.99, said.contradicted > 0.99) == (wanted == "entail", wanted == "contra")
        heard[wanted] = supported_by(WordEncoder(), CrossEncoder(str(folder)))(claim, [premise])
    assert heard["entail"]
    assert not heard["contra"]
    spoilt = claim.replace("2007", "1998")
    assert not supported_by(WordEncoder(), CrossEncoder(str(tmp_path / "entail")))(spoilt, [premise]), "a fact differs"
