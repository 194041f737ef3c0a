"""Draws docs/architecture.svg and fills in the table of docs/architecture.md: `python -m tools.draw_architecture`.

Floors are rows, rooms are boxes, arrows are imports. An import that also goes through another room is drawn thin, and
`types` and `errors`, which every room may import, have no arrows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape
from itertools import groupby
from typing import TypeAlias

from tools.house import ROOT, Room, imports_between, rooms

__all__ = ["main", "page_with_table", "picture"]

Point: TypeAlias = tuple[float, float]

_PICTURE = ROOT / "docs" / "architecture.svg"
_PAGE = ROOT / "docs" / "architecture.md"
_TABLE = re.compile(r"(?<=<!-- table of rooms -->\n).*?(?=<!-- end of the table -->)", re.DOTALL)

_WIDTH, _LEFT, _TOP, _ROW = 980, 70, 24, 92  # pixels: width, room for floor numbers, margin, height of a floor
_BOX, _HIGH = 140, 38  # a room
_ASIDE = 7  # between two arrows that pass a floor, and between an arrow and a box
_STYLE = """
  text { font: 15px system-ui, sans-serif; fill: #1c2430; }
  .floor { font-size: 12px; fill: #5d6875; }
  .band { fill: #f3f5f8; } .band.other { fill: #ffffff; }
  .room { fill: #ffffff; stroke: #31537e; stroke-width: 1.5; }
  .import { fill: none; stroke: #31537e; stroke-width: 1.5; }
  .import.thin { stroke-width: 1; opacity: .35; }
  #head path { fill: #31537e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6eaf0; }
    .floor { fill: #9aa6b5; }
    .band { fill: #161b22; } .band.other { fill: #0d1117; }
    .room { fill: #1d2733; stroke: #8fb4e3; }
    .import { stroke: #8fb4e3; }
    #head path { fill: #8fb4e3; }
  }
"""


def main() -> None:
    """Writes the picture and the table."""
    _PICTURE.write_text(picture(), "utf-8")
    _PAGE.write_text(page_with_table(_PAGE.read_text("utf-8")), "utf-8")


def picture() -> str:
    """The drawing, as SVG."""
    floors = [list(each) for _, each in groupby(rooms(), key=lambda room: room.floor)]
    places = {room.name: place for row, floor in enumerate(floors) for room, place in _row(row, floor)}
    height = 2 * _TOP + _ROW * len(floors)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title">',
        '<title id="title">The rooms of the package rag, by floor, and the imports between them</title>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z"/></marker></defs>',
        *(_band(row, floor[0].floor) for row, floor in enumerate(floors)),
        *_arrows(places),
        *(_box(room, *places[room.name]) for floor in floors for room in floor),
        "</svg>\n",
    ]
    return "\n".join(parts)


def page_with_table(page: str) -> str:
    """The page with its table of rooms as the code has it."""
    lines = ["| floor | room | what it does | libraries that only it imports |", "|---|---|---|---|"]
    for room in rooms():
        name = room.path.relative_to(ROOT).as_posix()
        libraries = ", ".join(f"`{library}`" for library in room.libraries)
        lines.append(f"| {room.floor} | [`{room.name}`](../{name}) | {room.purpose.replace('|', '/')} | {libraries} |")
    return _TABLE.sub(lambda _: "\n".join(lines) + "\n", page)


def _row(row: int, floor: list[Room]) -> Iterator[tuple[Room, Point]]:
    """The rooms of a floor with the middles of their boxes, spread evenly; every other floor a little to one side."""
    step = (_WIDTH - _LEFT) / len(floor)
    aside = 0 if len(floor) > 3 else (26 if row % 2 else -26)
    for at, room in enumerate(floor):
        yield room, (_LEFT + step * (at + 0.5) + aside, _TOP + _ROW * (row + 0.5))


def _band(row: int, floor: int) -> str:
    top, other = _TOP + _ROW * row, " other" if row % 2 else ""
    return (
        f'<rect class="band{other}" x="0" y="{top}" width="{_WIDTH}" height="{_ROW}"/>'
        f'<text class="floor" x="14" y="{top + _ROW / 2 + 4:g}">floor {floor}</text>'
    )


def _box(room: Room, x: float, y: float) -> str:
    return (
        f'<g><title>{escape(room.purpose)}</title><rect class="room" x="{x - _BOX / 2:g}" y="{y - _HIGH / 2:g}" '
        f'width="{_BOX}" height="{_HIGH}" rx="7"/>'
        f'<text x="{x:g}" y="{y + 5:g}" text-anchor="middle">{escape(room.name)}</text></g>'
    )


def _arrows(places: dict[str, Point]) -> Iterator[str]:
    ground = {room.name for room in rooms() if room.floor == 0}
    imports = {room: targets - ground for room, targets in imports_between().items()}
    below = {room: _reached(room, imports) for room in imports}
    taken: set[Point] = set()
    for room, targets in imports.items():
        for target in sorted(targets):
            thin = any(target in below[other] for other in targets - {target})
            line = _line(places[room], places[target], places.values(), taken)
            kind = "import thin" if thin else "import"
            yield f'<path class="{kind}" marker-end="url(#head)" d="{line}"/>'


def _reached(room: str, imports: dict[str, set[str]]) -> set[str]:
    """What a room imports, and what that imports, and so on."""
    found: set[str] = set()
    waiting = list(imports[room])
    while waiting:
        target = waiting.pop()
        if target not in found:
            found.add(target)
            waiting += imports[target]
    return found


def _line(start: Point, end: Point, boxes: Collection[Point], taken: set[Point]) -> str:
    """The path of an arrow: beside the boxes of the floors that it passes, where no other arrow passes (`taken`)."""
    (x0, y0), (x1, y1) = start, end
    if y0 == y1:
        side = _BOX / 2 if x1 > x0 else -_BOX / 2
        return f"M{x0 + side:g} {y0:g}H{x1 - side:g}"
    lean = max(-50.0, min(50.0, (x1 - x0) / 6))  # arrows to different rooms leave and arrive at different points
    last = x0 + lean, y0 + _HIGH / 2
    path = f"M{last[0]:g} {last[1]:g}"
    for floor in sorted({y for _, y in boxes if y0 < y < y1}):
        straight = x0 + (x1 - x0) * (floor - y0) / (y1 - y0)
        x = _gap(straight, floor, boxes, taken)
        path += _curve(last, (x, floor - _HIGH / 2)) + f"V{floor + _HIGH / 2:g}"
        last = x, floor + _HIGH / 2
    return path + _curve(last, (x1 - lean, y1 - _HIGH / 2))


def _gap(x: float, floor: float, boxes: Collection[Point], taken: set[Point]) -> float:
    """The free place on a floor that is nearest to `x`."""
    middles = [middle for middle, y in boxes if y == floor]
    steps = (x + sign * step for step in range(0, _WIDTH, 2) for sign in (1, -1))
    for place in steps:
        beside = all(abs(place - middle) > _BOX / 2 + _ASIDE for middle in middles)
        if beside and all(abs(place - other) > _ASIDE for other, y in taken if y == floor):
            taken.add((place, floor))
            return place
    return x


def _curve(start: Point, end: Point) -> str:
    (x0, y0), (x1, y1) = start, end
    bend = (y1 - y0) / 2
    return f"C{x0:g} {y0 + bend:g} {x1:g} {y1 - bend:g} {x1:g} {y1:g}"


if __name__ == "__main__":
    main()
