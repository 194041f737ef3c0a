"""What a test says of an answer. Each raises AssertionError that shows what was cited instead.

These need no cases and no pytest; the fixtures `assistant` and `ask` of the pytest plugin give the answers.
"""

from __future__ import annotations

from rag.evaluate.failures import citation_list, highlighted_diff, nearest
from rag.evaluate.judge import check_citations, check_claims
from rag.evaluate.locations import Sources, occurrences
from rag.evaluate.measures import contains_answer
from rag.language import composed, printable
from rag.types import Answer, PartlyReason

__all__ = ["assert_all_quotes_exact", "assert_answers", "assert_cites", "assert_partly", "assert_refuses"]


def assert_cites(answer: Answer, path: str | None = None, page: int | None = None, quote: str | None = None) -> None:
    """At least one citation is of this path, on this page (1-based), and holds this quote; what is None is not asked.

    A quote is held if its words stand in the citation's quote in a row, whatever white space parts them.
    """
    __tracebackhide__ = True
    if path is None and page is None and quote is None:
        raise TypeError("assert_cites needs a path, a page or a quote")
    here = [one for one in answer.citations if path is None or one.path == composed(path)]
    here = [one for one in here if page is None or one.page == page]
    if any(quote is None or any(True for _ in occurrences(quote, one.quote)) for one in here):
        return
    wanted = ", ".join(
        part for part in (path or "", f"page {page}" if page else "", repr(quote) if quote else "") if part
    )
    said = [f"The answer does not cite {wanted}."]
    if not answer.citations:
        said.append(f"It cites nothing: {answer.status}.")
    else:
        said += ["It cites", citation_list(answer.citations)]
    best = nearest(quote, [one.quote for one in here or answer.citations]) if quote and answer.citations else None
    if quote and best is not None:
        said.append(f"  compared: {printable(highlighted_diff(quote, best))}")
    raise AssertionError("\n".join(said))


def assert_all_quotes_exact(answer: Answer) -> None:
    """Every quote is the source's own text at its span, on its page, and every claim is what its citations say.

    Compared with the documents that the answer brings with its passages. An answer without claims has nothing wrong.
    """
    __tracebackhide__ = True
    sources = Sources.shown_with(answer)
    found = check_citations(answer.claims, sources) + check_claims(
        [claim for claim in answer.claims if claim.support == "quoted"], sources
    )
    if found:
        raise AssertionError(printable("\n".join(finding.said for finding in found)))


def assert_answers(answer: Answer, *strings: str) -> None:
    """The answer says all of these, as whole words and numbers, in any case; what only comes closest says none."""
    __tracebackhide__ = True
    if answer.reason == "closest":
        raise AssertionError(
            printable(f"The question is not answered; only the closest sentences are shown:\n{_shown(answer)}")
        )
    text = " ".join(claim.text for claim in answer.claims)
    missing = [string for string in strings if not contains_answer(text, string)]
    if missing:
        raise AssertionError(printable(f"The answer does not say {', '.join(map(repr, missing))}.\nIt says: {text!r}"))


def assert_refuses(answer: Answer) -> None:
    """The answer is "not found" and claims nothing; for a list of what comes closest there is `assert_partly`."""
    __tracebackhide__ = True
    if answer.status == "not_found" and not answer.claims:
        return
    raise AssertionError(f"Expected a refusal, but the answer is {_strength(answer)}: {_shown(answer)}")


def assert_partly(answer: Answer, reason: PartlyReason | None = None) -> None:
    """The answer says of itself that it is less than one: "closest" or "incomplete", or any of them for None.

    The reason "" is that of a language model's answer, of which the sources do not carry every sentence.
    """
    __tracebackhide__ = True
    if answer.status == "partly" and reason in (None, answer.reason):
        return
    wanted = "partly" if reason is None else f"partly ({reason or 'not all of it carried'})"
    raise AssertionError(f"Expected {wanted}, but the answer is {_strength(answer)}: {_shown(answer)}")


def _strength(answer: Answer) -> str:
    return f"{answer.status} ({answer.reason})" if answer.reason else answer.status


def _shown(answer: Answer) -> str:
    said = " ".join(claim.text for claim in answer.claims)
    return printable("\n".join(filter(None, (repr(said), citation_list(answer.citations)))))
