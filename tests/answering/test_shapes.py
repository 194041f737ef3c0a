"""Every shape and strength of an answer, asked of a small company's papers as people type questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import rag
from rag.assistant import Assistant

HANDBOOK = """# Handbook of the Korve Boat Yard

This handbook explains how the yard works and what it expects of those who work here.

## Working hours

The yard opens at seven in the morning and closes at five in the afternoon. On Saturdays it is closed.
Night shifts are limited to four a month because tired welders make dangerous mistakes.

## Leave

Every employee has 28 days of paid leave a year. Leave must be asked for three weeks ahead.

There are three kinds of special leave:

- leave to care for a sick child;
- leave to move house;
- leave to sit an examination.

## Safety

A lockout tag is a red card that forbids anyone to start a machine. It may be removed only by the person who hung it.

After an accident, stop the machine first. Then call the first aider on extension 112. Do not move the injured person.
Write down what happened before the end of the shift.

Employees on probation may not use the crane.

## Expenses

Travel by train is repaid in full. Taxi fares are repaid only after nine in the evening.

## Leaving the yard

An employee who leaves gives back keys, tools and clothes. The last wage is paid on the final day.
"""
MINUTES = """# Minutes of the works council, 14 March 2023

Present were Anna Lund, Piet Maas and Hedda Brun. The meeting was opened at ten.

## Crane

The old crane was closed in February because its brake had failed twice. The council decided to buy a second-hand crane
for 48,000 crowns.

## Canteen

The council turned down the proposal to close the canteen on Fridays.

The council asked for three improvements:

1. a second coffee machine;
2. a vegetarian dish every day;
3. longer opening hours in winter.

## Next meeting

The next meeting is on 9 May.
"""
STUDY = """# Noise of old and new grinders in a boat yard

## Abstract

We measured the noise of 40 grinders in a boat yard over six weeks. New grinders were quieter by 7 decibels on average.
We conclude that old grinders should be replaced within five years.

## Background

Grinders are among the loudest tools in a yard. Hearing loss develops slowly and is often noticed too late.

## Methods

Noise was recorded with a calibrated microphone at a distance of one metre. Each grinder was run for two minutes on
steel and two minutes on oak.

## Results

Old grinders reached 101 decibels on steel, new ones 94 decibels. On oak, the difference was smaller.

## Limits of the study

Only one yard took part, and ear protection was not recorded.

## Conclusion

Replacing old grinders lowers the noise more than any other single step. Yards should begin with the tools that are used
most.
"""
HERON = """# Heron 20 product sheet

The Heron 20 is a rowing boat of oak for four people.

The Heron 20 costs 9,400 crowns. It weighs 180 kilograms and is 6.1 metres long. The hull is guaranteed for ten years.
"""
TERN = """# Tern 15 product sheet

The Tern 15 is a sailing dinghy of larch for two people.

The Tern 15 costs 12,700 crowns. It weighs 95 kilograms and is 4.6 metres long. The hull is guaranteed for five years.
"""
HISTORY = """The yard at Korve

The boat yard at Korve was founded in 1887 by Elias Brun, a carpenter from Arrun. The first slipway was designed by
Marta Lund.

In 1931 a flood carried the slipway away. The workers rebuilt it in a single winter, and the yard took no orders until
the spring. Two of the oldest boats were never found.

The ferry Ilma was built here for Trinidad and Tobago in 1954.
"""
SOURCES = {
    "handbook.md": HANDBOOK,
    "council/minutes-2023-03.md": MINUTES,
    "studies/noise.md": STUDY,
    "sheets/heron-20.md": HERON,
    "sheets/tern-15.md": TERN,
    "history.txt": HISTORY,
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("shapes")
    for name, text in SOURCES.items():
        path = place / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    rag.build(place / "sources", place / "index")
    with rag.open(place / "index") as opened:
        yield opened
