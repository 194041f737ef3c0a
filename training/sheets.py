"""Questions about fact sheets and tables, with windows of lines: what prose alone does not teach a reader.

Every place, company and figure is made up. A window shows a few lines of a sheet, of the kinds that profiles, annual
reports and tables have; the question asks for one of them, for a line that is not shown, for another year, for a member
of a list that is not in it, or for somebody else's sheet. This module does not know what is learnt from them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["Line", "Shown", "shown"]

Draw = Callable[[random.Random], str]
_ORGANISATIONS = "UN WTO WHO IMF FAO ILO IMO ITU NAM OIC OPEC ADB AU ASEAN NATO OECD UNESCO WIPO ICC IAEA".split()  # noqa: SIM905
_LANGUAGES = "Arabic Tamil Dutch Welsh Hausa Uzbek Malay Quechua Finnish Swahili Greek Bengali".split()  # noqa: SIM905
_GOODS = "copper cotton oil wheat tea machinery textiles fish timber gold rice cement".split()  # noqa: SIM905
_BELIEFS = "Muslim Christian Hindu Buddhist Jewish none".split()  # noqa: SIM905
_PARTS = "ba do ka lu mi no ra se to vi zan dor mel tis kar ven os al en ush".split()  # noqa: SIM905
_MONTHS = "January March May July September November".split()  # noqa: SIM905


class Line(NamedTuple):
    """What a sheet calls it (one of some names, "/" between), how people ask for it (`{e}` is whose), and its value."""

    key: str
    asked: tuple[str, ...]
    value: Draw


class Shown(NamedTuple):
    """A question, the sheet's title, the lines in view, and where in them the answer stands, if it does."""

    question: str
    title: str
    text: str
    answer: tuple[int, int] | None


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(_PARTS) for _ in range(rng.choice((2, 2, 3)))).title()


def _person(rng: random.Random) -> str:
    return f"{_name(rng)} {_name(rng)}"


def _number(low: int, high: int, after: str = "") -> Draw:
    return lambda rng: f"{rng.randint(low, high):,}{after}"


def _share(after: str = "%") -> Draw:
    return lambda rng: f"{rng.randint(1, 98)}.{rng.randint(0, 9)}{after}"


def _money(rng: random.Random) -> str:
    return f"${rng.randint(1, 900)}.{rng.randint(0, 999)} {rng.choice(('million', 'billion', 'trillion'))}"


def _day(rng: random.Random) -> str:
    return f"{rng.randint(1, 28)} {rng.choice(_MONTHS)} {rng.randint(1800, 2000)}"


def _some(words: list[str], most: int) -> Draw:
    return lambda rng: ", ".join(rng.sample(words, rng.randint(2, most)))


_COUNTRY = (
    Line(
        "Population - total",
        ("What is the population of {e}?", "How many people live in {e}?", "How many inhabitants does {e} have?"),
        _number(90_000, 90_000_000),
    ),
    Line("Population - male", ("How many men live in {e}?",), _number(90_000, 9_000_000)),
    Line("Area - total", ("How large is {e}?", "What is the area of {e}?"), _number(900, 900_000, " sq km")),
    Line("Area - water", ("How much of {e} is water?",), _number(10, 9_000, " sq km")),
    Line("Capital - name", ("What is the capital of {e}?", "Which city is {e}'s capital?"), _name),
    Line("GDP (official exchange rate)", ("What is the GDP of {e}?", "How big is {e}'s economy?"), _money),
    Line("Real GDP growth rate", ("How fast does the economy of {e} grow?", "What is {e}'s growth rate?"), _share()),
    Line("Real GDP per capita", ("What is the GDP per head in {e}?",), _number(900, 90_000)),
    Line(
        "Unemployment rate", ("How many people in {e} are out of work?", "What is {e}'s unemployment rate?"), _share()
    ),
    Line(
        "Inflation rate (consumer prices)", ("How fast do prices rise in {e}?", "What is inflation in {e}?"), _share()
    ),
    Line("Public debt", ("How high is the debt of {e}?",), _share("% of GDP")),
    Line(
        "Life expectancy at birth - total population",
        ("How long do people in {e} live?", "What is life expectancy in {e}?"),
        _share(" years"),
    ),
    Line(
        "Literacy - female",
        ("What percentage of women in {e} can read?", "What is the female literacy rate in {e}?"),
        _share(),
    ),
    Line("Literacy - male", ("What share of the men in {e} can read and write?",), _share()),
    Line(
        "Median age - total",
        ("How old is the average person in {e}?", "What is the median age in {e}?"),
        _share(" years"),
    ),
    Line(
        "Urbanization - urban population", ("How many people in {e} live in cities?",), _share("% of total population")
    ),
    Line("Languages", ("Which languages are spoken in {e}?", "What do people in {e} speak?"), _some(_LANGUAGES, 4)),
    Line("Religions", ("What do people in {e} believe in?", "What are the religions of {e}?"), _some(_BELIEFS, 3)),
    Line(
        "Currency", ("What money is used in {e}?", "What is the currency of {e}?"), lambda rng: f"{_name(rng)} dollars"
    ),
    Line("Independence", ("When did {e} become independent?", "Since when is {e} independent?"), _day),
    Line("National holiday", ("When is {e}'s national holiday?",), _day),
    Line("Elevation - highest point", ("What is the highest mountain of {e}?",), lambda rng: f"Mount {_name(rng)}"),
    Line("Coastline", ("How long is the coast of {e}?",), _number(10, 9_000, " km")),
    Line("Border countries", ("Which countries border {e}?",), lambda rng: ", ".join(_name(rng) for _ in range(3))),
    Line("Chief of state", ("Who is the head of state of {e}?",), lambda rng: f"President {_person(rng)}"),
    Line("Head of government", ("Who heads the government of {e}?",), lambda rng: f"Prime Minister {_person(rng)}"),
    Line("Exports - commodities", ("What does {e} export?",), _some(_GOODS, 5)),
    Line("Imports - commodities", ("What does {e} import?",), _some(_GOODS, 5)),
    Line("Internet users - percent of population", ("How many people in {e} are online?",), _share()),
    Line("Military expenditures", ("How much does {e} spend on its army?",), _share("% of GDP")),
    Line("Airports", ("How many airports are there in {e}?",), _number(2, 300)),
)
_COMPANY = (
    Line(
        "Revenue/Total revenue/Net revenues",
        ("What was {e}'s revenue?", "How much revenue did {e} make?", "How much did {e} take in?"),
        _money,
    ),
    Line("Cost of revenue", ("What was {e}'s cost of revenue?",), _money),
    Line("Net loss", ("How much did {e} lose?", "What was {e}'s net loss?"), _money),
    Line("Net income", ("How much did {e} earn?", "What was the profit of {e}?"), _money),
    Line("Total assets", ("What are the assets of {e} worth?",), _money),
    Line("Research and development", ("What did {e} spend on research?",), _money),
    Line("Sales and marketing", ("How much did {e} spend on marketing?",), _money),
    Line("Cash and cash equivalents", ("How much cash did {e} have?",), _money),
    Line(
        "Employees/Number of employees",
        ("How many people work for {e}?", "How many employees does {e} have?"),
        _number(9, 90_000),
    ),
    Line("Founded", ("When was {e} founded?",), _day),
    Line("Headquarters", ("Where is {e} based?",), _name),
    Line("Chief executive/CEO", ("Who runs {e}?", "Who is the CEO of {e}?"), _person),
    Line("Customers", ("How many customers does {e} have?",), _number(900, 9_000_000)),
    Line("Stock exchange", ("Where are the shares of {e} traded?",), lambda rng: f"{_name(rng)} Stock Exchange"),
)


def shown(rng: random.Random, count: int) -> Iterator[Shown]:
    """So many questions; about half of them are answered by what is shown."""
    for _ in range(count):
        draw = rng.random()
        yield _of_years(rng) if draw < 0.25 else _of_members(rng) if draw < 0.35 else _of_lines(rng)


def _of_lines(rng: random.Random) -> Shown:
    """Keys and values."""
    kind, whose = rng.choice((_COUNTRY, _COUNTRY, _COMPANY)), _name(rng)
    form = rng.choice(("{}: {}", "{}: {}", "- **{}**: {}", "| {} | {} |", "{} {}", "{0} - {0}: {1}"))
    lines = rng.sample(kind, rng.randint(2, 5))
    asked = lines[rng.randrange(len(lines))] if rng.random() < 0.6 else rng.choice(kind)
    note = rng.choice(("", "", f" ({rng.randint(2015, 2025)} est.)"))
    text, answer = "", None
    for line in lines:
        value = line.value(rng)
        written = form.format(rng.choice(line.key.split("/")), value)
        if line is asked:
            at = len(text) + written.rindex(value)
            answer = at, at + len(value)
        text += written + (note if not written.endswith("|") else "") + "\n"
    other = rng.random() < 0.12
    question = rng.choice(asked.asked).format(e=_name(rng) if other else whose)
    return Shown(question, _titled(whose, rng), text.rstrip(), None if other else answer)


def _of_years(rng: random.Random) -> Shown:
    """A row of figures, one for each year of the line above."""
    whose, last, count = _name(rng), rng.randint(2005, 2024), rng.choice((2, 3, 3))
    years = [str(last - i) for i in range(count)]
    if rng.random() < 0.3:
        years.reverse()
    barred = rng.random() < 0.4
    rows = rng.sample([line for line in _COMPANY if line.value is _money], rng.randint(2, 4))
    asked, year = rng.choice(rows), rng.choice(years)
    head = rng.choice(("Year Ended December 31,", "(in thousands)", "Fiscal year", "")).strip()
    text = f"| {head} | {' | '.join(years)} |\n" if barred else f"{head} {' '.join(years)}\n".lstrip()
    answer = None
    for row in rows:
        figures = [rng.choice(("", "$ ")) + f"{rng.randint(1000, 9_999_999):,}" for _ in years]
        key = rng.choice(row.key.split("/"))
        start = len(text) + len(key) + (5 if barred else 1)
        text += f"| {key} | {' | '.join(figures)} |\n" if barred else f"{key} {' '.join(figures)}\n"
        if row is asked:
            at = years.index(year)
            start += sum(len(one) for one in figures[:at]) + at * (3 if barred else 1)
            answer = start, start + len(figures[at])
    question = rng.choice(asked.asked).format(e=whose).rstrip("?")
    if rng.random() < 0.2:
        return Shown(f"{question} in {last + rng.randint(1, 6)}?", _titled(whose, rng), text.rstrip(), None)
    return Shown(f"{question} in {year}?", _titled(whose, rng), text.rstrip(), answer)


def _of_members(rng: random.Random) -> Shown:
    """Whether a list has a member."""
    whose, members = _name(rng), rng.sample(_ORGANISATIONS, rng.randint(5, 14))
    key = rng.choice(("International organization participation", "Memberships", "Member of"))
    wanted = rng.choice(_ORGANISATIONS)
    text = f"{key}: {', '.join(members)}"
    asked = rng.choice(("Is {} a member of the {}?", "Does {} belong to the {}?", "Is {} in the {}?"))
    answer = None
    if wanted in members:
        start = len(key) + 2 + sum(len(one) + 2 for one in members[: members.index(wanted)])
        answer = start, start + len(wanted)
    return Shown(asked.format(whose, wanted), _titled(whose, rng), text, answer)


def _titled(whose: str, rng: random.Random) -> str:
    return rng.choice(("{}", "{}", "{} Economy", "{} People and Society", "{}, annual report")).format(whose)
