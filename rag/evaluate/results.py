"""Case and prediction become a result: what is wrong, if anything, and one number for each measure that applies.

This module does not know how many results there are; `summary.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rag.errors import CaseProblem
from rag.evaluate.cases import Case, Cite
from rag.evaluate.judge import Finding, Judge, check_citations, check_claims, citation_scores, in_source_words
from rag.evaluate.locations import Location, Sources, locate
from rag.evaluate.measures import contains_answer, exact_match, ranking, span_overlap, token_f1
from rag.evaluate.predictions import Prediction
from rag.language import sentence_spans, sentences_within, words
from rag.models import count_tokens
from rag.types import Span

if TYPE_CHECKING:
    from rag.types import Citation

__all__ = ["Result", "examine", "findings_of", "judge_all"]

_PASSAGES = 5  # whose characters are compared with the expected ones
_NEAR = 0.8  # difflib's ratio of common words, from which on a quote is a near-duplicate of another; chosen by hand
_AROUND = 600  # characters on each side in which a sentence begins and ends
_LONG = 6  # words; shorter quotes resemble each other by chance; chosen by hand


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case. `broken` says why its expectation does not stand in the sources; no number counts it."""

    case: Case
    prediction: Prediction
    places: tuple[Location, ...]
    findings: tuple[Finding, ...]
    values: dict[str, float] = field(default_factory=dict)
    broken: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings and not self.broken


def judge_all(
    cases: Sequence[Case], predictions: Sequence[Prediction], sources: Sources, judge: Judge = in_source_words
) -> list[Result]:
    """One result for each case, in order."""
    results = [examine(case, given, sources, judge) for case, given in zip(cases, predictions, strict=True)]
    ranked = [result for result in results if result.places]
    found = ranking([result.places for result in ranked], [result.prediction.passages for result in ranked])
    for result, values in zip(ranked, found, strict=True):
        result.values.update(values)
        if result.case.turns:
            result.values.update({f"follow-up {name}": value for name, value in values.items()})
    _count(results, sources)
    return results


def examine(case: Case, given: Prediction, sources: Sources, judge: Judge = in_source_words) -> Result:
    """One case alone, without the measures of ranking and cost."""
    try:
        places = tuple(locate(case, sources))
    except CaseProblem as error:
        return Result(case, given, (), (), {}, f"{error.message} {error.hint}")
    findings = findings_of(case, places, given, sources, judge)
    return Result(case, given, places, findings, _values(case, places, given, sources, findings, judge))


def findings_of(
    case: Case, places: Sequence[Location], given: Prediction, sources: Sources, judge: Judge = in_source_words
) -> tuple[Finding, ...]:
    """Everything wrong with an answer: as an answer at all, in its citations, its claims, and against the case."""
    if given.trouble:
        return (Finding("trouble", given.trouble),)
    if given.refused:
        return (Finding("refused", "The question was refused, but the sources answer it."),) if case.answerable else ()
    found = check_citations(given.claims, sources) + check_claims(given.claims, sources, judge)
    if not case.answerable:
        if given.answered:
            found.insert(0, Finding("answered", "The question was answered, but the sources do not answer it."))
        return tuple(found)
    if given.reason == "closest":
        found.insert(0, Finding("closest", "Only the closest sentences were shown, and the sources answer it."))
    cited = [any(place.holds(one.document_id, one.span) for one in given.citations) for place in places]
    if places and not _enough(case.cite, places, cited):
        missing = [place.expected.path for place, was in zip(places, cited, strict=True) if not was]
        found.append(Finding("place", f"Expected citations are missing: {', '.join(dict.fromkeys(missing))}."))
    for at, claim in enumerate(given.claims):
        found += [_near(one, at) for one in claim.citations if _is_near_duplicate(one, places, sources)]
    said = [contains_answer(given.text, answer) for answer in case.answers]
    if case.answers and not (all(said) if case.need == "all" else any(said)):
        missing = [repr(answer) for answer, was in zip(case.answers, said, strict=True) if not was]
        joined = (" and " if case.need == "all" else " or ").join(missing)
        found.append(Finding("answer", f"It does not say {joined}."))
    return tuple(found)


def _enough(cite: Cite, places: Sequence[Location], cited: Sequence[bool]) -> bool:
    """Whether as many of the expected places are cited as the case wants."""
    if cite == "half":
        return 2 * sum(cited) >= len(cited)
    if cite == "each":
        held = {place.expected.path for place, was in zip(places, cited, strict=True) if was}
        return held == {place.expected.path for place in places}
    return all(cited) if cite == "all" else any(cited)


def _near(citation: Citation, claim: int) -> Finding:
    said = f"[{citation.number}] quotes a near-duplicate of an expected quote, in {citation.path}."
    return Finding("near_duplicate", said, claim, citation.number)


def _is_near_duplicate(citation: Citation, places: Sequence[Location], sources: Sources) -> bool:
    """Whether a sentence of a quote is almost, but not quite, one that is expected, and stands elsewhere."""
    if any(place.holds(citation.document_id, citation.span) for place in places):
        return False
    expected = [sentence for place in places if place.exact for sentence in _expected_sentences(place, sources)]
    quoted = [citation.quote, *(citation.quote[slice(*span)] for span in sentence_spans(citation.quote))]
    return any(_almost(words(one), expected) for one in quoted)


def _expected_sentences(place: Location, sources: Sources) -> list[list[str]]:
    """The words of a place, and of each whole sentence that it touches: it may be no more than a name of one."""
    document, span = sources.document(place.document_id), place.spans[0]
    if document is None:
        return []
    start, end = max(0, span.start - _AROUND), min(len(document.text), span.end + _AROUND)
    touched = [one for one in sentences_within(document, Span(start, end)) if one.overlaps(span)]
    return [words(document.text[slice(*one)]) for one in (span, *touched)]


def _almost(quoted: Sequence[str], expected: Sequence[Sequence[str]]) -> bool:
    if len(quoted) < _LONG or quoted in expected:
        return False
    for one in expected:
        compared = SequenceMatcher(None, quoted, one, autojunk=False)
        if len(one) >= _LONG and compared.real_quick_ratio() >= _NEAR and compared.ratio() >= _NEAR:
            return True
    return False


def _values(
    case: Case,
    places: Sequence[Location],
    given: Prediction,
    sources: Sources,
    findings: Sequence[Finding],
    judge: Judge,
) -> dict[str, float]:
    """The measures of one answer, by name; those that do not apply are left out."""
    values: dict[str, float] = {"passed": float(not findings)}
    if case.answerable:
        values["answered"] = float(given.answered)
        values["closest"] = float(given.reason == "closest")
        values["incomplete"] = float(given.reason == "incomplete")
        values["false refusals"] = float(given.refused)
    else:
        values["false answers"] = float(given.answered)
        values["partly, unanswerable"] = float(not given.answered and not given.refused)
    if not given.trouble and given.milliseconds:
        values["milliseconds"] = given.milliseconds
    if given.claims:
        recalls, precisions = citation_scores(given.claims, sources, judge)
        wrong = {(one.claim, one.citation) for one in findings if one.kind in ("quote", "source", "page")}
        values["citation recall"] = sum(recalls) / len(recalls)
        if precisions:
            values["citation precision"] = sum(precisions) / len(precisions)
            values["quote validity"] = 1 - len(wrong) / len(precisions)
    if case.answerable and places:
        values |= _against(places, case, given)
    golds = [*case.answers, *([case.reference] if case.reference else [])]
    if case.answerable and case.answers:
        said = [contains_answer(given.text, answer) for answer in case.answers]
        values["answer string recall"] = sum(said) / len(said) if case.need == "all" else float(any(said))
        values["answer EM"] = exact_match(_words_of(given), golds)
    if case.answerable and golds:
        values["answer F1"] = token_f1(_words_of(given) if case.answers else given.text, golds)
    return values


def _against(places: Sequence[Location], case: Case, given: Prediction) -> dict[str, float]:
    """The citations and passages beside the expected places."""
    cited = [any(place.holds(one.document_id, one.span) for one in given.citations) for place in places]
    values = {"right place": float(_enough(case.cite, places, cited))}
    exact = [place for place in places if place.exact]
    if exact:
        passages = span_overlap(exact, [(one.document_id, one.span) for one in given.passages[:_PASSAGES]])
        values["span recall@5"], values["span precision@5"] = passages.recall, passages.precision
        values["span IoU@5"] = passages.iou
        if given.citations:
            quotes = span_overlap(exact, [(one.document_id, one.span) for one in given.citations])
            values["cited span recall"], values["cited span precision"] = quotes.recall, quotes.precision
            values["cited span IoU"] = quotes.iou
    return values


def _words_of(given: Prediction) -> str:
    """The exact answer words where the program marks them, else the whole answer."""
    marked = [claim.text[slice(*claim.answer)] for claim in given.claims if claim.answer]
    return marked[0] if marked else given.text


def _count(results: Sequence[Result], sources: Sources) -> None:
    """Tokens (`cl100k_base`) of each answer and of the passages that it was read from."""
    read = []
    for result in results:
        documents = [(one.span, sources.document(one.document_id)) for one in result.prediction.passages]
        read.append("\n".join(document.text[slice(*span)] for span, document in documents if document))
    said = [result.prediction.text for result in results]
    for result, of_passages, of_answer in zip(results, count_tokens(read), count_tokens(said), strict=True):
        result.values["tokens read"] = float(of_passages)
        if of_answer:
            result.values["answer tokens"] = float(of_answer)
