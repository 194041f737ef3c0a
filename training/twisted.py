"""Near misses made from questions that are answered: another year, number or name, the contrary word, a negation.

People write such questions by hand for SQuAD 2.0 (Rajpurkar et al. 2018, arXiv:1806.03822, table 2: negation, antonym,
entity swap); here a rule does, and only where the window shows what was meant, so that reading can tell. This module
does not know what is learnt from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["names_in", "twisted"]

_YEAR = re.compile(r"\b(1[0-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w'’.-]+)(?: (?:of |the |de )?[A-Z][\w'’.-]+)*")
_AUXILIARY = re.compile(r"\b(did|does|do|is|are|was|were|has|have|had|can|could|will|would)\b", re.IGNORECASE)
_PAIRS = """
first last; largest smallest; biggest smallest; most least; before after; north south; east west; northern
southern; eastern western; increase decrease; increased decreased; oldest youngest; highest lowest; maximum
minimum; more less; more fewer; early late; earlier later; earliest latest; won lost; win lose; born died;
began ended; start end; started ended; male female; son daughter; father mother; brother sister; husband wife;
upper lower; inside outside; public private; import export; imports exports; buy sell; bought sold; founded
dissolved; always never; good bad; best worst; long short; longest shortest; strong weak; strongest weakest;
high low; higher lower; larger smaller; greater smaller; older newer; old new; rich poor; positive negative;
above below; over under; accept reject; accepted rejected; support oppose; supported opposed; attack defend;
success failure; cause prevent; causes prevents; open close; opened closed; allow forbid; allowed forbidden;
rural urban; internal external; left right; gain loss; profit loss; arrive leave; arrived left; major minor;
common rare; summer winter; day night; men women; king queen; domestic foreign; ancient modern; hot cold; fast
slow; fastest slowest; majority minority; winner loser; beginning end; lend borrow; teacher student
"""
CONTRARY: dict[str, list[str]] = {}
for _pair in _PAIRS.split(";"):
    _one, _other = _pair.split()
    CONTRARY.setdefault(_one, []).append(_other)
    CONTRARY.setdefault(_other, []).append(_one)


def names_in(question: str) -> list[str]:
    """Its runs of capitalised words, the first word left aside."""
    return _NAME.findall(question)


def twisted(question: str, window: str, names: Sequence[str], rng: random.Random) -> str | None:
    """The question asking for something that `window` does not tell, or None where no rule finds a hold in both.

    `names` are what a name is exchanged for.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _exchange(
            question, window, _YEAR, lambda old: str(int(old) + rng.choice((-1, 1)) * rng.randint(1, 30))
        ),
        lambda: _exchange(question, window, _NUMBER, lambda old: str(int(float(old)) + rng.randint(1, 9))),
        lambda: _exchange(question, window, _NAME, lambda _: rng.choice(names)),
        lambda: _contrary(question, rng),
    ]
    rng.shuffle(ways)
    if rng.random() < 0.25:
        ways.append(lambda: _negated(question))
    return next((made for way in ways if (made := way()) is not None), None)


def _exchange(question: str, window: str, shape: re.Pattern[str], other: Callable[[str], str]) -> str | None:
    """What has that shape in both, exchanged for what stands in neither."""
    for found in shape.finditer(question):
        new = other(found[0])
        if found[0] in window and new not in window and new not in question:
            return question[: found.start()] + new + question[found.end() :]
    return None


def _contrary(question: str, rng: random.Random) -> str | None:
    places = [found for found in re.finditer(r"\w+", question) if found[0].lower() in CONTRARY]
    if not places:
        return None
    found = rng.choice(places)
    new = rng.choice(CONTRARY[found[0].lower()])
    return question[: found.start()] + (new.title() if found[0].istitle() else new) + question[found.end() :]


def _negated(question: str) -> str | None:
    found = _AUXILIARY.search(question)
    if found is None or " not " in question or "n't" in question:
        return None
    short = found[0] not in {"can", "will"} and found.end() < len(question) // 2
    return question[: found.end()] + ("n't" if short else " not") + question[found.end() :]
