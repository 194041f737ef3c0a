"""Asks what people ask of country profiles: `python -m benchmarks.profiles INDEX PROFILES`.

PROFILES is a folder of Markdown profiles with lines "key: value", which INDEX holds; the table below says which line
answers which question. Half of the profiles are asked with half of the questions, and the others with the others; every
question is also asked of a country that has no profile, and some ask for what no profile tells. Prints how many first
sentences are that line, how many questions are refused, how many that have no answer are answered, and the AUROC of the
confidence.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.assistant import Assistant, open_index
from rag.evaluate.measures import auroc

LINES = r"""
Executive branch - (chief of state|head of government): Pres | Who is the president of {c}? | Who is president of {c}
Executive branch - head of government: .*Prime Min | Who is the prime minister of {c}? | who leads the government of {c}
Exchange rates - Currency: | What currency does {c} use? | What is the currency of {c}?
Exports - commodities: | What does {c} export? | What are {c}'s main exports?
(Exports|Imports) - partners: | Who are {c}'s main trading partners? | Where do {c}'s exports go?
Capital - name: | What is the capital of {c}? | Name the capital city of {c}.
Population - total: | How many people live in {c}? | What is the population of {c}?
Languages | What languages are spoken in {c}? | Which languages do people speak in {c}?
Land boundaries - border countries: | Which countries border {c}? | What countries share a border with {c}?
Area - total ?: | How big is {c}? | What is the total area of {c}?
Literacy - total population: | What share of adults in {c} can read? | What is the literacy rate in {c}?
Life expectancy at birth - total population: | How long do people live in {c}? | What is the life expectancy in {c}?
Elevation - highest point: | What is the highest mountain in {c}? | What is the highest point of {c}?
Unemployment rate - | What is the unemployment rate in {c}? | How many people are out of work in {c}?
Inflation rate \(consumer prices\) - | How high is inflation in {c}? | What was the inflation rate of {c}?
Internet users - percent: | How many people in {c} use the internet? | How much of {c} is online?
International organization participation:|joined the UN | Is {c} a member of the United Nations? | Is {c} in the UN?
Airports: | How many airports does {c} have? | How many airports are there in {c}?
Religions: | What religions are practised in {c}? | What is the main religion of {c}?
Climate: | What is the climate of {c} like? | What is the weather like in {c}?
Natural resources: | What natural resources does {c} have? | Which minerals are found in {c}?
Suffrage: | What is the voting age in {c}? | At what age can people vote in {c}?
Independence:|independen | When did {c} become independent? | When did {c} gain independence?
Coastline: | How long is the coastline of {c}? | How many kilometres of coast does {c} have?
Median age - total: | What is the average age in {c}? | What is the median age in {c}?
Infant mortality rate - total: | How many babies die at birth in {c}? | What is the infant mortality rate of {c}?
Total fertility rate: | How many children does a woman in {c} have on average? | What is the fertility rate of {c}?
Ethnic groups: | What ethnic groups live in {c}? | Which ethnic groups are there in {c}?
Internet country code: | What is the internet domain of {c}? | What is the internet country code of {c}?
National anthem\(s\) - title:|National holiday: | What is {c}'s anthem called? | What is the national holiday of {c}?
Government type: | What kind of government does {c} have? | Is {c} a republic or a monarchy?
Military expenditures - | How much does {c} spend on its military? | What are the military expenditures of {c}?
Natural hazards: | What natural disasters threaten {c}? | What natural hazards does {c} face?
Agricultural products: | What crops are grown in {c}? | What are the main agricultural products of {c}?
"""
UNTOLD = """
Who is the minister of tourism of {c}? | What is the average salary of a teacher in {c}?
How many Nobel prizes has {c} won? | Where is the national football team of {c} ranked?
Who designed the parliament building of {c}? | How many cinemas are there in {c}?
When was the first railway station in {c} opened? | Which university in {c} is the oldest?
Who won the 1998 elections in {c}? | What was the population of {c} in 1900?
"""
ABSENT = ("France", "Brazil", "Japan", "Kenya", "Canada", "Norway", "Chile", "Ghana")
EACH = 6  # profiles that a question is asked of


class Case(NamedTuple):
    """A question and the line that answers it; None: nothing does."""

    question: str
    line: re.Pattern[str] | None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("profiles", type=Path)
    parser.add_argument("--failures", action="store_true", help="show them")
    options = parser.parse_args()
    profiles = {}
    for path in sorted(options.profiles.glob("*.md")):
        text = path.read_text("utf-8")
        profiles[text.partition("\n")[0].lstrip("# ")] = text
    names = sorted(profiles)
    random.Random(5).shuffle(names)
    half = len(names) // 2
    with open_index(options.index) as assistant:
        for number, those in enumerate((names[:half], names[half:])):
            cases = list(made(number, {name: profiles[name] for name in those}))
            print(f"half {number + 1}: {asked(assistant, cases, options.failures)}", flush=True)


def made(half: int, profiles: dict[str, str]) -> Iterator[Case]:
    """The cases of one half of the table over some profiles, the same every time."""
    rng = random.Random(half)
    absent = ABSENT[half::2]
    for row in LINES.strip().split("\n")[half::2]:
        key, *ways = (part.strip() for part in row.rsplit(" | ", 2))
        line = re.compile(key)
        told = [name for name, text in profiles.items() if re.search(rf"^(?:{key})", text, re.MULTILINE)]
        for name in rng.sample(told, min(EACH, len(told))):
            yield Case(rng.choice(ways).format(c=name), line)
        yield Case(rng.choice(ways).format(c=rng.choice(absent)), None)
    for row in UNTOLD.strip().split("\n")[half::2]:
        for question in row.split(" | "):
            yield Case(question.format(c=rng.choice(sorted(profiles))), None)


def asked(assistant: Assistant, cases: list[Case], show: bool) -> str:
    """What became of the cases, in a line."""
    right = refused = wrong = false = 0
    sure: list[tuple[float, bool]] = []
    for question, line in cases:
        answer = assistant.ask(question)
        said = answer.claims[0].text if answer.claims else ""
        sure.append((answer.confidence, line is not None))
        if line is None:
            false += bool(said)
        elif not said:
            refused += 1
        elif line.search(said):
            right += 1
            continue
        else:
            wrong += 1
        if show and (said or line is not None):
            print(f"  {answer.confidence:.2f} {question} {said[:100]!r}")
    told = sum(case.line is not None for case in cases)
    area = auroc(np.array([p for p, _ in sure]), np.array([has for _, has in sure]))
    return (
        f"{right} of {told} right, {refused} refused, {wrong} wrong; {false} of {len(cases) - told} without an answer "
        f"are answered; AUROC {area:.3f}"
    )


if __name__ == "__main__":
    main()
