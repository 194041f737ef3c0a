"""Sentences about places that do not exist, the same for the same seed: what the pages of the golden set are set from.

This module does not know how a page is set.
"""

from __future__ import annotations

from random import Random

__all__ = ["Prose"]

_PLACES = [
    "Torvald",
    "Lund",
    "Hestnes",
    "Marrow",
    "Quillby",
    "Ardmore",
    "Sandvik",
    "Ostrava",
    "Penhallow",
    "Brackwater",
    "Fenwick",
    "Holmgard",
    "Ravensea",
    "Tarnow",
    "Uldale",
    "Vessby",
    "Wexcombe",
    "Yarrow",
    "Zennor",
    "Kelmarsh",
]
_PEOPLE = [
    "Edda Bruun",
    "Ivo Marsh",
    "Signe Falk",
    "Tobias Renn",
    "Agnes Dahl",
    "Piers Colley",
    "Maren Voss",
    "Otto Lindqvist",
    "Ruth Abara",
    "Hilda Stroud",
    "Jonas Pike",
    "Karin Oakes",
    "Lewis Thorn",
    "Nadia Quist",
    "Oscar Blythe",
    "Paula Greer",
]
_THINGS = [
    "mill",
    "ferry",
    "orchard",
    "chapel",
    "quarry",
    "lighthouse",
    "library",
    "bakery",
    "tannery",
    "observatory",
    "brewery",
    "schoolhouse",
    "viaduct",
    "granary",
    "weir",
    "foundry",
]
_MATTERS = [
    "salt",
    "timber",
    "wool",
    "copper wire",
    "barley",
    "slate",
    "lamp oil",
    "window glass",
    "printed cloth",
    "dried fish",
]
_MONTHS = ["January", "March", "April", "June", "July", "September", "October", "November"]
_SHAPES = (
    "In {year} the {thing} at {place} was sold to {person} for {sum} crowns.",
    "The council of {place} met on {day} {month} {year} and heard a report by {person}.",
    "Nobody who lived near the {thing} had seen so much {matter} carried through {place} before.",
    "{person} kept a diary of the floods, and it names {place} more often than any other village.",
    "About {sum} tonnes of {matter} passed the {thing} each year until the railway came.",
    "The {thing} burned down in {month} {year}, yet its walls were standing when {person} came to measure them.",
    "Between {place} and the coast the road crosses {count} bridges, the oldest of them built of {matter}.",
    "Her letters from {place} speak of {matter}, of bad weather, and of the {thing} that was never finished.",
    "A survey ordered by {person} counted {sum} trees along the river and {count} wells in the town.",
    "When the tax on {matter} was lifted, the {thing} of {place} opened again with {count} workers.",
    "It was {person} who asked whether the {thing} could be moved nearer to the harbour.",
    "Of the {count} families that left {place}, only a few wrote home about the price of {matter}.",
)


class Prose:
    """Draws sentences one after the other; no shape comes twice within one paragraph of up to twelve."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def sentences(self, count: int) -> list[str]:
        """So many sentences."""
        shapes = self._random.sample(_SHAPES, len(_SHAPES))
        return [self._filled(shapes[at % len(shapes)]) for at in range(count)]

    def paragraph(self, count: int = 4) -> str:
        """So many sentences, as one text."""
        return " ".join(self.sentences(count))

    def _filled(self, shape: str) -> str:
        draw = self._random
        return shape.format(
            year=draw.randint(1804, 1989),
            day=draw.randint(2, 28),
            month=draw.choice(_MONTHS),
            thing=draw.choice(_THINGS),
            place=draw.choice(_PLACES),
            person=draw.choice(_PEOPLE),
            matter=draw.choice(_MATTERS),
            sum=f"{draw.randint(1100, 98000):,}",
            count=draw.randint(13, 97),
        )
