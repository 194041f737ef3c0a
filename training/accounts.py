"""Questions about made-up accounts in which several figures stand side by side: whose figure is which.

An account says how many of whom were killed, freed or hired, or what share of whom can read, two to four of them within
a sentence or two; the question asks for one of them in other words, for a group or a fate that is not told of, or for
another place. This module does not know what is learnt from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

from training.sheets import Shown, name

__all__ = ["account"]


class _Fate(NamedTuple):
    """What became of some: as clauses ("{} were killed"), as what an event led to ("the deaths of {}"), as asked."""

    clauses: tuple[str, ...]
    nouns: tuple[str, ...]
    asked: tuple[str, ...]


class _Share(NamedTuple):
    """What share of a group does something: its name ("literacy"), what the group does, as asked."""

    noun: str
    does: tuple[str, ...]


class _Kind(NamedTuple):
    """A kind of account: whom it is about, what may become of them, what they are part of (`{}` is the name)."""

    whom: tuple[str, ...]
    fates: tuple[_Fate, ...]
    events: tuple[str, ...]


_MISFORTUNE = _Kind(
    ("people", "soldiers", "passengers", "children", "police officers", "workers", "attackers", "women", "tourists",
     "militants", "villagers", "sailors", "students", "guards", "rebels", "prisoners", "nurses", "firefighters"),
    (
        _Fate(
            ("{} were killed", "{} lost their lives", "{} died", "{} did not survive", "{} were found dead"),
            ("the deaths of {}", "the death of {}", "the loss of {}", "the killing of {}"),
            ("How many {} died", "How many {} were killed", "How many {} lost their lives", "How many {} perished"),
        ),
        _Fate(
            ("{} were injured", "{} were wounded", "{} were hurt", "{} had to be treated in hospital"),
            ("injuries to {}", "the wounding of {}"),
            ("How many {} were injured", "How many {} were hurt", "How many {} were wounded"),
        ),
        _Fate(
            ("{} were freed", "{} were rescued", "{} were brought to safety", "{} were let go"),
            ("the release of {}", "the rescue of {}"),
            ("How many {} were freed", "How many {} were rescued", "How many {} were let go", "How many {} were saved"),
        ),
        _Fate(
            ("{} were arrested", "{} were detained", "{} were taken into custody"),
            ("the arrest of {}", "the capture of {}"),
            ("How many {} were arrested", "How many {} were detained", "How many {} were caught"),
        ),
        _Fate(
            ("{} had to leave their homes", "{} were displaced", "{} fled"),
            ("the flight of {}", "the displacement of {}"),
            ("How many {} fled", "How many {} were displaced", "How many {} lost their homes"),
        ),
    ),
    ("the attack on the {}", "the {} fire", "the siege of {}", "the {} train crash", "the flood in {}",
     "the raid on {}", "the sinking of the {}", "the {} uprising", "the explosion in {}",
     "the battle of {}", "the hijacking of the {}"),
)  # fmt: skip
_BUSINESS = _Kind(
    ("shops", "factories", "engineers", "drivers", "teachers", "ships", "trees", "flats", "schools", "bridges", "buses",
     "machines", "clerks", "doctors", "wells", "stations", "houses", "cooks"),
    (
        _Fate(
            ("{} were added", "{} were gained"),
            ("a gain of {}", "the addition of {}"),
            ("How many {} were added", "How many new {} were there", "How many {} were gained"),
        ),
        _Fate(
            ("{} were lost", "{} had to go", "{} were given up"),
            ("the loss of {}", "the end of {}"),
            ("How many {} were lost", "How many {} were given up", "How many {} had to go"),
        ),
        _Fate(
            ("{} were moved elsewhere", "{} were relocated"),
            ("the transfer of {}", "the relocation of {}"),
            ("How many {} were moved", "How many {} were relocated", "How many {} were transferred"),
        ),
        _Fate(
            ("{} were kept", "{} stayed", "{} remained"),
            ("the survival of {}",),
            ("How many {} were kept", "How many {} remained", "How many {} are left"),
        ),
    ),
    ("the {} plan", "the reform of {}", "the merger with {}", "the expansion of {}", "the restructuring of {}",
     "the modernisation of the {} district", "the programme for {}"),
)  # fmt: skip
_SHARES = (
    _Share("literacy", ("can read", "can read and write", "are literate", "are able to read")),
    _Share("unemployment", ("are out of work", "have no job", "are unemployed", "cannot find work")),
    _Share("school enrolment", ("go to school", "attend school", "are enrolled in school")),
    _Share("voter turnout", ("vote", "go to the polls", "take part in elections")),
    _Share("internet use", ("use the internet", "are online", "go online")),
    _Share("poverty", ("are poor", "live in poverty", "live below the poverty line")),
    _Share("vaccination", ("are vaccinated", "have had the vaccine", "have been immunised")),
    _Share("smoking", ("smoke", "are smokers")),
)
_GROUPS = {
    "female": ("women", "the women", "girls"),
    "male": ("men", "the men", "boys"),
    "youth": ("young people", "the young"),
    "rural": ("people in the countryside", "villagers"),
    "urban": ("people in towns", "city dwellers"),
    "adult": ("adults", "grown-ups"),
}
_SMALL = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty".split()  # noqa: SIM905
_ABOUT = ("", "", "", "", "over ", "more than ", "at least ", "some ", "about ", "nearly ", "a total of ", "only ")


def account(rng: random.Random) -> Shown:
    """A question about an account; about two in three are answered by it."""
    return _of_shares(rng) if rng.random() < 0.3 else _of_counts(rng)


def _of_counts(rng: random.Random) -> Shown:
    kind, whose = rng.choice((_MISFORTUNE, _MISFORTUNE, _BUSINESS)), _place(rng)
    event = rng.choice(kind.events)
    told: list[tuple[str, _Fate, str]] = []  # figure, fate, of whom
    for whom in rng.sample(kind.whom, rng.randint(2, 4)):
        told.append((_figure(rng, [one[0] for one in told]), rng.choice(kind.fates), whom))
    nouns, clauses = [], []
    if kind is _MISFORTUNE and rng.random() < 0.35:  # the second is some of the first
        (figure, fate, whom), (other, _, some) = told[:2]
        told[1] = other, fate, some
        some = f"{rng.choice(_ABOUT)}{figure} {whom}, including {other} {some},"
        clauses.append(rng.choice(fate.clauses).format(some))
    for figure, fate, whom in told[2 * len(clauses) :]:
        some = f"{rng.choice(_ABOUT)}{figure} {whom}"
        if rng.random() < 0.4:
            nouns.append(rng.choice(fate.nouns).format(some))
        else:
            clauses.append(rng.choice(fate.clauses).format(some))
    rng.shuffle(clauses)
    about = event.format(whose)
    text = _told(nouns, clauses, about, rng.choice(("", f"in {about}, ", f"during {about}, ")), rng)
    figure, fate, whom = rng.choice(told)
    answered = True
    if rng.random() < 0.3:
        whom, fate = rng.choice(kind.whom[1:]), rng.choice(kind.fates)  # soldiers killed are people killed
        known = [one for one in told if one[1] is fate and one[2] == whom]
        answered, figure = bool(known), known[0][0] if known else ""
    other = _place(rng) if rng.random() < 0.1 else ""
    where = rng.choice((f" in {event.format(other or whose)}", f" at {other}" if other else ""))
    question = f"{rng.choice(fate.asked).format(whom)}{where}?"
    return _shown(question, whose, text, figure if answered and not other else None, rng)


def _of_shares(rng: random.Random) -> Shown:
    whose = _place(rng)
    subjects, groups = rng.sample(_SHARES, 2), rng.sample(sorted(_GROUPS), 3)
    told = [(subjects[0], groups[0]), (subjects[0], groups[1]), (subjects[1], rng.choice(groups))][: rng.randint(1, 3)]
    rng.shuffle(told)
    figures: list[str] = []
    parts = []
    for share, group in told:
        figures.append(_figure(rng, figures, 1, 98, spelled=False))
        about = rng.choice(("", "", "only ", "a mere ", "about ", "over "))
        percent = f"{about}{figures[-1]}{rng.choice(('%', ' percent', ' per cent'))}"
        parts.append(
            rng.choice(
                (
                    f"{group} {share.noun} stands at {percent}",
                    f"{share.noun} among {rng.choice(_GROUPS[group])} is {percent}",
                    f"{percent} of {rng.choice(_GROUPS[group])} {rng.choice(share.does)}",
                    f"the {group} {share.noun} rate is {percent}",
                )
            )
        )
    text = _told([], parts, whose, f"{rng.choice(('in', 'across'))} {whose}, ", rng)
    at = rng.randrange(len(told))
    (share, group), figure = told[at], figures[at]
    answered = True
    if rng.random() < 0.3:
        share, group = rng.choice(_SHARES), rng.choice(sorted(_GROUPS))
        answered = (share, group) in told
        figure = figures[told.index((share, group))] if answered else ""
    other = rng.random() < 0.1
    place = _place(rng) if other else whose
    asked = rng.choice(
        (
            f"What percentage of {rng.choice(_GROUPS[group])} in {place} {rng.choice(share.does)}?",
            f"How many {_GROUPS[group][0]} in {place} {rng.choice(share.does)}?",
            f"What is the {group} {share.noun} rate in {place}?",
            f"What share of {rng.choice(_GROUPS[group])} {rng.choice(share.does)} in {place}?",
        )
    )
    return _shown(asked, whose, text, figure if answered and not other else None, rng)


def _told(nouns: Sequence[str], clauses: Sequence[str], about: str, where: str, rng: random.Random) -> str:
    """What an event led to, and clauses: one sentence or two."""
    said = []
    if nouns:
        led = rng.choice(("led to", "resulted in", "brought", "ended with", "saw"))
        said.append(f"{about} {led} {' and '.join(nouns)}")
    if clauses:
        joined = rng.choice((" and ", ", while ", "; ", ", but ")).join(clauses)
        said.append(joined if nouns else where + joined)
    if len(said) == 2 and rng.random() < 0.5:
        said = [rng.choice((", but ", ", and ", "; ", " – ", ", but not without loss: ")).join(said)]
    return " ".join(f"{one[:1].upper()}{one[1:]}." for one in said)


def _shown(question: str, title: str, text: str, figure: str | None, rng: random.Random) -> Shown:
    """The question with where the figure stands; what begins a sentence has a capital there."""
    if figure is None:
        return Shown(question, rng.choice((title, "")), text, None)
    (found,) = re.finditer(rf"(?<![\w,.]){figure}(?!\w|,\d)", text, re.IGNORECASE)
    return Shown(question, rng.choice((title, "")), text, found.span())


def _place(rng: random.Random) -> str:
    """A name that is no figure: Seven would be one."""
    return next(made for made in iter(lambda: name(rng), "") if made.lower() not in _SMALL)


def _figure(rng: random.Random, taken: Sequence[str], low: int = 2, high: int = 900, *, spelled: bool = True) -> str:
    """A figure of which none of those `taken` is a part, nor it of one of them."""
    while True:
        made = rng.choice(_SMALL) if spelled and rng.random() < 0.2 else f"{rng.randint(low, high):,}"
        if not any(made in one or one in made for one in taken):
            return made
