"""Asks documents in ten languages in their own language: `python -m benchmarks.languages [--model NAME] [--apart]`.

The documents and questions are those of `tests/data/languages`: of each language a text and a table of questions, each
with words of the sentence that answers it. All texts are in one index, or each in one of its own. Prints, a language a
line: in how many answers the right sentence is among the first two that are shown, whole; how many are called
`answered`; and how many of those begin with another sentence.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import rag
from rag.config import load_config
from rag.types import Answer, Citation

__all__ = ["FOLDER", "LANGUAGES", "Asked", "ask_all", "index_of", "main", "questions_of"]

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "languages"
LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "ru", "ar", "zh", "ja")
_FIRST = 2  # sentences that are looked at
_ENDS = ".!?؟。"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, words of the sentence that answers it, and what came of it in how many seconds."""

    question: str
    gold: str
    answer: Answer
    seconds: float

    @property
    def right(self) -> bool:
        """Whether the sentence that answers is among the first that are shown, as a whole."""
        return any(self._says(claim.citations[0]) for claim in self.answer.claims[:_FIRST])

    @property
    def answered(self) -> bool:
        """Whether it is called an answer."""
        return self.answer.status == "answered"

    @property
    def wrong(self) -> bool:
        """Whether it is called an answer and begins with another sentence."""
        return self.answered and not any(self._says(claim.citations[0]) for claim in self.answer.claims[:1])

    def _says(self, citation: Citation) -> bool:
        return self.gold in citation.quote and citation.quote[-1] in _ENDS


def questions_of(language: str, folder: Path = FOLDER) -> list[tuple[str, str]]:
    """The questions of a language, each with words of the sentence that answers it."""
    rows = (folder / f"{language}.tsv").read_text("utf-8").splitlines()
    return [(question, gold) for question, _, gold in (row.partition("\t") for row in rows)]


def index_of(languages: Sequence[str], folder: Path, model: str = "", texts: Path = FOLDER) -> rag.Assistant:
    """An index of the texts of some languages, made in a folder and open."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    for language in languages:
        (sources / f"{language}.txt").write_bytes((texts / f"{language}.txt").read_bytes())
    config = load_config(sources=sources, index=folder / "index", **({"model": model} if model else {}))
    rag.build(config=config)
    return rag.open(config.index, config=config)


def ask_all(assistant: rag.Assistant, language: str, texts: Path = FOLDER) -> Iterator[Asked]:
    """Every question of a language, asked."""
    for question, gold in questions_of(language, texts):
        started = perf_counter()
        answer = assistant.ask(question)
        yield Asked(question, gold, answer, perf_counter() - started)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Asks documents in ten languages in their own language.")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="separated by commas")
    parser.add_argument("--model", default="", help="the encoder, as the setting `model` names it")
    parser.add_argument("--apart", action="store_true", help="an index of its own for each language")
    parser.add_argument("--failures", action="store_true", help="show what is not right")
    parser.add_argument("--texts", default=FOLDER, type=Path, help="another folder of texts and questions")
    options = parser.parse_args(arguments)
    languages = options.languages.split(",")
    found: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for group in [[one] for one in languages] if options.apart else [languages]:
            with index_of(group, Path(folder) / group[0], options.model, options.texts) as assistant:
                assistant.warm_up()
                found |= {language: list(ask_all(assistant, language, options.texts)) for language in group}
    print("\n".join(_lines(found)))
    if options.failures:
        print("\n".join(_failures(found)))
    return 0


def _lines(found: Mapping[str, Sequence[Asked]]) -> Iterator[str]:
    yield "      right  answered  answered and wrong  ms"
    for language, asked in [*found.items(), ("all", [one for each in found.values() for one in each])]:
        right, answered, wrong = (sum(getattr(one, what) for one in asked) for what in ("right", "answered", "wrong"))
        time = median(one.seconds for one in asked) * 1000
        yield f"{language:5} {right / len(asked):.2f}   {answered:3} of {len(asked):3}  {wrong:10}  {time:12.0f}"


def _failures(found: Mapping[str, Sequence[Asked]]) -> Iterator[str]:
    for language, asked in found.items():
        for one in asked:
            if not one.right or one.wrong:
                yield f"{language} {one.question} {one.answer.status} wanted: {one.gold}"
                yield from (f"     - {claim.text}" for claim in one.answer.claims[:3])


if __name__ == "__main__":
    sys.exit(main())
