"""Plots as inline SVG that take their colours from the page around them.

Axes run from 0 to 1; colours are CSS variables, so that light and dark are the page's business. This module does not
know whose numbers they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["bar", "curve", "reliability"]

Point = tuple[float, float]
_WIDTH, _HEIGHT = 340, 250
_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 12, 12, 42


def curve(points: Sequence[Point], x: str, y: str, highest: float = 1.0) -> str:
    """A line through points in order, with its last point marked; `y` runs to `highest`."""
    if not points:
        return ""
    places = [_place(a, b / highest) for a, b in points]
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    last = places[-1]
    body = [
        f'<polyline points="{line}" class="line"/>',
        f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="4" class="dot"/>',
    ]
    return _frame(body, x, y, highest, f"{y} over {x}")


def reliability(bins: Sequence[tuple[float, float, int]], x: str, y: str) -> str:
    """Circles at (said, was), as large as their bin is full, beside the diagonal where both are equal."""
    if not bins:
        return ""
    most = max(count for _, _, count in bins)
    a, b = _place(0, 0), _place(1, 1)
    body = [f'<line x1="{a[0]}" y1="{a[1]}" x2="{b[0]}" y2="{b[1]}" class="even"/>']
    for said, was, count in bins:
        px, py = _place(said, was)
        size = 4 + 9 * (count / most) ** 0.5
        body.append(
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{size:.1f}" class="bubble">'
            f"<title>{count} answers: said {said:.2f}, were {was:.2f}</title></circle>"
            f'<text x="{px - size - 4:.1f}" y="{py + 4:.1f}" class="tick" text-anchor="end">{count}</text>'
        )
    return _frame(body, x, y, 1.0, f"{y} against {x}")


def bar(value: float) -> str:
    """One bar from 0 to 1, as wide as its place."""
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="10" class="rail"/><rect width="{100 * value:.1f}" height="10" class="bar"/></svg>'
    )


def _place(x: float, y: float) -> Point:
    return _LEFT + x * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - y * (_HEIGHT - _TOP - _BOTTOM)


def _frame(body: Sequence[str], x: str, y: str, highest: float, label: str) -> str:
    lines = []
    for step in range(5):
        share = step / 4
        px, py = _place(share, share)
        lines.append(f'<line x1="{_LEFT}" y1="{py:.1f}" x2="{_WIDTH - _RIGHT}" y2="{py:.1f}" class="grid"/>')
        lines.append(
            f'<text x="{_LEFT - 7}" y="{py + 4:.1f}" class="tick" text-anchor="end">{share * highest:.2g}</text>'
        )
        lines.append(
            f'<text x="{px:.1f}" y="{_HEIGHT - _BOTTOM + 17}" class="tick" text-anchor="middle">{share:.2g}</text>'
        )
    middle, centre = (_TOP + _HEIGHT - _BOTTOM) / 2, (_LEFT + _WIDTH - _RIGHT) / 2
    lines.append(
        f'<text x="{centre}" y="{_HEIGHT - 6}" class="axis" text-anchor="middle">{escape(x)}</text>'
        f'<text transform="translate(11 {middle}) rotate(-90)" class="axis" text-anchor="middle">{escape(y)}</text>'
    )
    inside = "".join([*lines, *body])
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">{inside}</svg>'
