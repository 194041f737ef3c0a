"""Questions about fact sheets and tables, with windows of lines: what prose alone does not teach a reader.

Every place, person, company and figure is made up; what sheets tell, and how people ask for it, stands in
`attributes.txt`. A window shows a few lines of a sheet, of the kinds that profiles, annual reports, data sheets and
tables have; the question asks for one of them, for a line that is not shown, for another year, for a member of a list
that is not in it, or for somebody else's sheet. This module does not know what is learnt from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Block", "Line", "Sheet", "Shown", "sheet", "shown"]

Draw = Callable[[random.Random], str]
_ORGANISATIONS = "UN WTO WHO IMF FAO ILO IMO ITU NAM OIC OPEC ADB AU ASEAN NATO OECD UNESCO WIPO ICC IAEA".split()  # noqa: SIM905
_LANGUAGES = "Arabic Tamil Dutch Welsh Hausa Uzbek Malay Quechua Finnish Swahili Greek Bengali".split()  # noqa: SIM905
_GOODS = "copper cotton oil wheat tea machinery textiles fish timber gold rice cement cables lamps".split()  # noqa: SIM905
_CROPS = "wheat rice maize tea coffee cotton dates olives potatoes bananas sugarcane barley milk".split()  # noqa: SIM905
_MINERALS = "coal copper tin bauxite gold chromium marble petroleum phosphates uranium limestone nickel".split()  # noqa: SIM905
_INDUSTRIES = "textiles cement shipbuilding mining steel chemicals tourism software brewing".split()  # noqa: SIM905
_BELIEFS = "Muslim Christian Hindu Buddhist Jewish none".split()  # noqa: SIM905
_HAZARDS = ["earthquakes", "floods", "droughts", "landslides", "sandstorms", "volcanoes", "avalanches", "cyclones"]
_CLIMATES = ["hot, dry summers", "cold winters", "mild and wet", "arid", "tropical", "monsoon from June to September"]
_TERRAINS = ["flat plains", "rugged mountains", "high plateau", "low hills", "vast desert", "coral islands"]
_COLOURS = "black white red silver green blue yellow".split()  # noqa: SIM905
_MATERIALS = "steel aluminium oak glass concrete brick plastic granite leather".split()  # noqa: SIM905
_TRADES = "engineer painter surgeon journalist teacher carpenter lawyer singer botanist".split()  # noqa: SIM905
_OFFICES = "President President King Emir Sultan Queen Chancellor".split()  # noqa: SIM905
_PARTS = "ba do ka lu mi no ra se to vi zan dor mel tis kar ven os al en ush".split()  # noqa: SIM905
_MONTHS = "January March May July September November".split()  # noqa: SIM905
_PHRASES = [
    "a tradition that goes back to the first settlers",
    "nominated by the council and confirmed by the assembly",
    "a mixture of civil and customary law",
    "wide use in the north, less in the south",
    "the two rivers that meet at the gate",
    "appointed for life by the head of the household",
    "latest amended after long debate",
    "a falcon above three stars",
    "damaged wiring in the cellar",
    "all staff and their families",
    "a growing service sector with many small firms",
    "three services under one command",
    "14 inches, matt",
    "heavy rain and a blocked drain",
]
_YEARLY = frozenset(("money", "share", "ofgdp", "number"))  # of these a sheet may give several years
_ELSEWHERE = 0.12  # of the questions ask for somebody else's


class Line(NamedTuple):
    """What a sheet calls it (one of some names), the kind of its value, and questions (`{e}` is whose sheet it is)."""

    keys: tuple[str, ...]
    value: str
    asked: tuple[str, ...]


class Block(NamedTuple):
    """A section of a sheet: its heading, and its lines in the order in which sheets have them."""

    heading: str
    lines: tuple[Line, ...]


class Asked(NamedTuple):
    """A question, whom or what it asks about, and the span of the line that answers it; None: none does."""

    question: str
    whose: str
    span: tuple[int, int] | None


class Sheet(NamedTuple):
    """A whole made-up sheet as Markdown, and questions."""

    title: str
    text: str
    questions: list[Asked]


class Shown(NamedTuple):
    """A question, the sheet's title, the lines in view, and where in them the answer stands, if it does."""

    question: str
    title: str
    text: str
    answer: tuple[int, int] | None


class _Written(NamedTuple):
    """A line as it stands in a sheet: the text, where its value starts and ends, and what may be asked for it."""

    text: str
    start: int
    end: int
    asked: tuple[str, ...]


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(_PARTS) for _ in range(rng.choice((2, 2, 3)))).title()


def _person(rng: random.Random) -> str:
    last = _name(rng)
    return f"{_name(rng)} {last.upper() if rng.random() < 0.2 else last}"


def _number(low: int, high: int, after: str = "") -> Draw:
    return lambda rng: f"{rng.randint(low, high):,}{after}"


def _share(after: str = "%") -> Draw:
    return lambda rng: f"{rng.randint(1, 98)}.{rng.randint(0, 9)}{after}"


def _money(rng: random.Random) -> str:
    return f"${rng.randint(1, 900)}.{rng.randint(0, 999)} {rng.choice(('million', 'billion', 'trillion'))}"


def _day(rng: random.Random) -> str:
    return f"{rng.randint(1, 28)} {rng.choice(_MONTHS)} {rng.randint(1800, 2000)}"


def _some(words: list[str], most: int, after: str = "") -> Draw:
    return lambda rng: ", ".join(f"{word}{after}" for word in rng.sample(words, rng.randint(2, most)))


def _shared(words: list[str], most: int) -> Draw:
    return lambda rng: ", ".join(f"{word} {rng.randint(1, 60)}%" for word in rng.sample(words, rng.randint(2, most)))


def _names(after: Draw = lambda _: "") -> Draw:
    return lambda rng: "; ".join(f"{_name(rng)}{after(rng)}" for _ in range(rng.randint(2, 5)))


def _among(*words: str) -> Draw:
    return lambda rng: rng.choice(words)


_VALUES: dict[str, Draw] = {
    "area": _number(900, 900_000, " sq km"),
    "barrels": _number(900, 900_000, " bbl/day"),
    "beliefs": _shared(_BELIEFS, 4),
    "bytes": _number(2, 512, " GB"),
    "children": lambda rng: f"{rng.randint(1, 5)}.{rng.randint(0, 99)} children born/woman",
    "city": _name,
    "climate": _some(_CLIMATES, 3),
    "code": lambda rng: f"{_name(rng)[:2].upper()}-{rng.randint(100, 9999)}",
    "colours": _some(_COLOURS, 3),
    "court": lambda rng: f"Supreme Court of {_name(rng)} (consists of {rng.randint(5, 19)} judges)",
    "crops": _some(_CROPS, 6),
    "cubic": _number(9, 900, " billion cubic meters"),
    "currency": lambda rng: (
        f"{_name(rng).lower()} {rng.choice(('', 'dollars ', 'pounds '))}({_name(rng)[:3].upper()}) per US dollar"
    ),
    "day": _day,
    "days": _number(10, 40, " days"),
    "decibel": _number(20, 99, " dB"),
    "dimensions": lambda rng: " x ".join(str(rng.randint(5, 300)) for _ in range(3)) + " mm",
    "divisions": lambda rng: f"{rng.randint(3, 9)} provinces; " + ", ".join(_name(rng) for _ in range(4)),
    "domain": lambda rng: f".{_name(rng)[:2].lower()}",
    "exchange": lambda rng: f"{_name(rng)} Stock Exchange",
    "firm": lambda rng: f"{_name(rng)} {rng.choice(('Ltd', 'Group', 'Authority', 'Front', 'and Sons'))}",
    "goods": _some(_GOODS, 5),
    "government": _among("presidential republic", "parliamentary democracy", "absolute monarchy", "federal republic"),
    "hazards": _some(_HAZARDS, 4),
    "height": _number(2, 400, " m"),
    "holiday": lambda rng: f"{_name(rng)} Day, {rng.randint(1, 28)} {rng.choice(_MONTHS)}",
    "hours": _number(2, 60, " hours"),
    "hours2": lambda rng: f"{rng.randint(7, 10)} am to {rng.randint(4, 9)} pm",
    "industries": _some(_INDUSTRIES, 5),
    "industry": lambda rng: rng.choice(_INDUSTRIES),
    "lake": lambda rng: f"Lake {_name(rng)} {rng.randint(-90, 300)} m",
    "languages": _some(_LANGUAGES, 4),
    "length": _number(10, 9_000, " km"),
    "litres": _number(1, 900, " litres"),
    "long": lambda rng: f"Republic of {_name(rng)}",
    "mail": lambda rng: f"{_name(rng).lower()}@example.org",
    "materials": _some(_MATERIALS, 3),
    "minerals": _some(_MINERALS, 6),
    "money": _money,
    "mount": lambda rng: f"Mount {_name(rng)} {rng.randint(300, 8000):,} m",
    "names": _names(lambda rng: f" {rng.randint(20, 2000)} km" if rng.random() < 0.5 else ""),
    "number": _number(1000, 90_000_000),
    "number0": lambda rng: str(rng.randint(2, 400)),
    "number1": lambda rng: str(rng.randint(1, 60)),
    "ofgdp": _share("% of GDP"),
    "organisations": _some(_ORGANISATIONS, 12),
    "parties": lambda rng: "; ".join(f"{_name(rng)} Party" for _ in range(rng.randint(2, 4))),
    "partners": lambda rng: ", ".join(f"{_name(rng)} {rng.randint(3, 60)}%" for _ in range(rng.randint(3, 5))),
    "people": lambda rng: f"{_name(rng)}i",
    "peoples": lambda rng: ", ".join(f"{_name(rng)} {rng.randint(1, 80)}%" for _ in range(rng.randint(2, 5))),
    "person": _person,
    "persons": lambda rng: f"{_person(rng)} and {_person(rng)}",
    "phone": lambda rng: f"+{rng.randint(20, 99)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
    "phrase": lambda rng: rng.choice(_PHRASES),
    "place": lambda rng: (
        f"{rng.choice(('Southern', 'Western', 'Central'))} {_name(rng)}, between {_name(rng)} and the sea"
    ),
    "premier": lambda rng: f"Prime Minister {_person(rng)}",
    "price": lambda rng: f"{rng.choice('$€£')}{rng.randint(1, 900)}.{rng.randint(10, 99)}",
    "range": lambda rng: f"{rng.randint(-40, 0)} to {rng.randint(20, 90)} °C",
    "rate": lambda rng: f"{rng.randint(1, 60)}.{rng.randint(0, 9)} per 1,000",
    "school": lambda rng: f"University of {_name(rng)}",
    "service": lambda rng: f"{rng.randint(17, 21)} years of age; conscript service of {rng.randint(6, 36)} months",
    "share": _share(),
    "span": lambda rng: f"{rng.randint(2, 48)} {rng.choice(('months', 'days', 'weeks', 'hours', 'years'))}",
    "speed": _number(20, 400, " km/h"),
    "suffrage": lambda rng: f"{rng.randint(16, 21)} years of age; universal",
    "terrain": _some(_TERRAINS, 3),
    "title": lambda rng: f'"{_name(rng)} {_name(rng)}"',
    "trade": lambda rng: rng.choice(_TRADES),
    "volts": _number(3, 400, " V"),
    "watts": _number(2, 3000, " W"),
    "web": lambda rng: f"www.{_name(rng).lower()}.example",
    "weight": _number(1, 900, " kg"),
    "years": _share(" years"),
}


def _read(table: str) -> dict[str, list[Block]]:
    """The kinds of things that have sheets, with the sections of each."""
    kinds: dict[str, list[Block]] = {}
    for part in table.split("## ")[1:]:
        kind, _, rest = part.partition("\n")
        for block in rest.split("# ")[1:]:
            heading, *rows = block.strip().split("\n")
            lines = [row.split(" | ") for row in rows]
            found = tuple(Line(tuple(k.split("/")), value, tuple(asked.split("; "))) for k, value, asked in lines)
            kinds.setdefault(kind, []).append(Block(heading, found))
    return kinds


_KINDS = _read((Path(__file__).parent / "attributes.txt").read_text("utf-8"))
_WEIGHTS = {"country": 6, "company": 2}
_FORMS = (("{}: {}", 6), ("- **{}**: {}", 1), ("| {} | {} |", 1), ("{} {}", 1), ("{} - {}", 0.5))


def shown(rng: random.Random, count: int) -> Iterator[Shown]:
    """So many questions; about half of them are answered by what is shown."""
    for _ in range(count):
        draw = rng.random()
        yield _of_years(rng) if draw < 0.12 else _of_members(rng) if draw < 0.18 else _of_lines(rng)


def sheet(rng: random.Random, asked: int) -> Sheet:
    """A whole sheet with all its sections, and so many questions about its lines, some of which it leaves out. Some ask
    about others, most of them named in the sheet.
    """
    whose, form = _name(rng), rng.choice(("{}: {}", "{}: {}", "- **{}**: {}"))
    text, choices = f"# {whose}\n", []
    for block in _kind(rng):
        text += f"\n## {block.heading}\n\n"
        for line in block.lines:
            left_out = rng.random() < 0.15
            for written in _written(line, form, rng):
                choices.append((written.asked, None if left_out else (len(text), len(text) + len(written.text))))
                text += "" if left_out else f"{written.text}\n"
    others = sorted(set(re.findall(r"(?<![#\n] )\b[A-Z][a-z]+\b(?!.*:)", text)) - {whose})
    questions = []
    for ways, span in rng.sample(choices, min(asked, len(choices))):
        other = rng.random() < _ELSEWHERE
        about = (rng.choice(others) if others and rng.random() < 0.7 else _name(rng)) if other else whose
        questions.append(Asked(rng.choice(ways).format(e=about), about, None if other else span))
    return Sheet(whose, text, questions)


def _of_lines(rng: random.Random) -> Shown:
    """Keys and values: some lines of a section that follow on one another, about the one that is asked for."""
    whose, form = _name(rng), _form(rng)
    block = rng.choice(_kind(rng))
    at = rng.randrange(len(block.lines))
    around = range(max(at - rng.randint(0, 4), 0), min(at + rng.randint(1, 5), len(block.lines)))
    told = rng.random() < 0.6
    lines: list[tuple[bool, _Written]] = []
    for i in around:
        if (i == at and told) or (i != at and rng.random() < 0.85):
            lines += [(i == at, written) for written in _written(block.lines[i], form, rng)]
    if rng.random() < 0.15 or not lines:
        lines.insert(rng.randint(0, len(lines)), (False, _history(whose, rng)))
    wanted = [n for n, (is_it, written) in enumerate(lines) if is_it and written.asked]
    asked = rng.choice(wanted) if wanted else None
    questions = lines[asked][1].asked if asked is not None else _written(block.lines[at], form, rng)[0].asked
    elsewhere = rng.random() < _ELSEWHERE
    question = rng.choice(questions).format(e=_name(rng) if elsewhere else whose)
    text, answer = "", None
    for n, (_, line) in enumerate(lines):
        if n == asked and not elsewhere:
            answer = len(text) + line.start, len(text) + line.end
        text += line.text + "\n"
    return Shown(question, _titled(whose, block.heading, rng), text.rstrip(), answer)


def _written(line: Line, form: str, rng: random.Random) -> list[_Written]:
    """A line, or one for each of some years; of these, a question without a year asks for the first."""
    key = rng.choice(line.keys)
    years = [rng.randint(2016, 2024)] if line.value in _YEARLY else []
    if years and rng.random() < 0.25:
        years = [years[0] - i for i in range(rng.choice((2, 3)))]
    if len(years) < 2:
        value, asked = _drawn(line, rng)
        note = f" ({years[0]} est.)" if years and rng.random() < 0.6 else ""
        if line.value in ("head", "premier", "person") and rng.random() < 0.5:
            note = f" (since {_day(rng)})"
        return [_placed(form, key, value, note, asked)]
    found = []
    for n, year in enumerate(years):
        value, asked = _drawn(line, rng)
        dated = tuple(f"{one[:-1]} in {year}?" for one in asked)
        found.append(_placed(form, f"{key} {year}", value, f" ({year} est.)", (*asked, *dated) if n == 0 else dated))
    return found


def _placed(form: str, key: str, value: str, note: str, asked: tuple[str, ...]) -> _Written:
    text = form.format(key, value)
    start = text.rindex(value)
    return _Written(text if text.endswith("|") else text + note, start, start + len(value), asked)


def _drawn(line: Line, rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """A value, and the questions that it answers: who is no king is not asked for as one."""
    if line.value != "head":
        return _VALUES[line.value](rng), line.asked
    office = rng.choice(_OFFICES)
    return f"{office} {_person(rng)}", tuple(one.replace("{office}", office.lower()) for one in line.asked)


def _history(whose: str, rng: random.Random) -> _Written:
    """A line that names holders of an office of times gone by, and answers nothing."""
    year, one, other = rng.randint(1960, 2020), _person(rng), _person(rng)
    text = rng.choice(
        (
            f"{year}: {one} elected president; percent of vote - {one} {rng.randint(50, 60)}%, {other} 39%",
            f"In {year}, {one} followed {other}, who had led {whose} for {rng.randint(4, 30)} years.",
            f"Background: {whose} was founded in {year} by {one}, known as {other}.",
        )
    )
    return _Written(text, 0, 0, ())


def _of_years(rng: random.Random) -> Shown:
    """A row of figures, one for each year of the line above."""
    whose, last, count = _name(rng), rng.randint(2005, 2024), rng.choice((2, 3, 3))
    years = [str(last - i) for i in range(count)]
    if rng.random() < 0.3:
        years.reverse()
    barred = rng.random() < 0.4
    money = [line for block in _KINDS["company"] for line in block.lines if line.value == "money"]
    rows = rng.sample(money, rng.randint(2, 4))
    asked, year = rng.choice(rows), rng.choice(years)
    head = rng.choice(("Year Ended December 31,", "(in thousands)", "Fiscal year", "")).strip()
    text = f"| {head} | {' | '.join(years)} |\n" if barred else f"{head} {' '.join(years)}\n".lstrip()
    answer = None
    for row in rows:
        figures = [rng.choice(("", "$ ")) + f"{rng.randint(1000, 9_999_999):,}" for _ in years]
        key = rng.choice(row.keys)
        start = len(text) + len(key) + (5 if barred else 1)
        text += f"| {key} | {' | '.join(figures)} |\n" if barred else f"{key} {' '.join(figures)}\n"
        if row is asked:
            at = years.index(year)
            start += sum(len(one) for one in figures[:at]) + at * (3 if barred else 1)
            answer = start, start + len(figures[at])
    question = rng.choice(asked.asked).format(e=whose).rstrip("?")
    if rng.random() < 0.2:
        return Shown(f"{question} in {last + rng.randint(1, 6)}?", _titled(whose, "", rng), text.rstrip(), None)
    return Shown(f"{question} in {year}?", _titled(whose, "", rng), text.rstrip(), answer)


def _of_members(rng: random.Random) -> Shown:
    """Whether a list has a member."""
    whose, members = _name(rng), rng.sample(_ORGANISATIONS, rng.randint(5, 14))
    key = rng.choice(("International organization participation", "Memberships", "Member of"))
    wanted = rng.choice(_ORGANISATIONS)
    text = f"{key}: {', '.join(members)}"
    asked = rng.choice(("Is {} a member of the {}?", "Does {} belong to the {}?", "Is {} in the {}?", "is {} in {}"))
    answer = None
    if wanted in members:
        start = len(key) + 2 + sum(len(one) + 2 for one in members[: members.index(wanted)])
        answer = start, start + len(wanted)
    return Shown(asked.format(whose, wanted), _titled(whose, "Government", rng), text, answer)


def _kind(rng: random.Random) -> list[Block]:
    names = list(_KINDS)
    return _KINDS[rng.choices(names, [_WEIGHTS.get(name, 1) for name in names])[0]]


def _form(rng: random.Random) -> str:
    return rng.choices([form for form, _ in _FORMS], [weight for _, weight in _FORMS])[0]


def _titled(whose: str, heading: str, rng: random.Random) -> str:
    return rng.choice((whose, f"{whose} {heading}".strip(), f"{whose} {heading}".strip(), f"{whose}, annual report"))
