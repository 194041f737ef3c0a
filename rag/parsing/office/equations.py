"""Equations of Office as a line of text: "x^2", "(a + b)/(2)". This module does not know how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.parsing.ooxml import attribute, inside, local

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["MARK", "equation_text"]

MARK = "[equation]"  # where an equation has no words
_DELETED = ("del", "moveFrom")


def equation_text(element: _Element) -> str:
    """The text of an `m:oMath`, or the mark."""
    return " ".join(_text(element).split()) or MARK


def _text(element: _Element) -> str:
    name = local(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr") or name in _DELETED:
        return ""
    parts = {local(child): child for child in inside(element)}

    def part(key: str) -> str:
        return _text(parts[key]) if key in parts else ""

    if name == "f":
        return f"{_held(part('num'))}/{_held(part('den'))}"
    if name in ("sSup", "sSub", "sSubSup", "nary"):
        sign = attribute(_property(parts, "chr"), "val", "∫") if name == "nary" else part("e")
        low = f"_{_held(part('sub'))}" if part("sub") else ""
        high = f"^{_held(part('sup'))}" if part("sup") else ""
        return sign + low + high + (f" {part('e')}" if name == "nary" else "")
    if name == "rad":
        return f"{part('deg')}√{_held(part('e'))}"
    if name == "d":
        begin, end = (attribute(_property(parts, key), "val", sign) for key, sign in (("begChr", "("), ("endChr", ")")))
        between = attribute(_property(parts, "sepChr"), "val", "|")
        return begin + between.join(_text(child) for child in inside(element) if local(child) == "e") + end
    between = {"eqArr": "; ", "m": "; ", "mr": ", "}.get(name, "")
    return between.join(filter(None, (_text(child) for child in inside(element))))


def _held(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _property(parts: dict[str, _Element], name: str) -> _Element | None:
    about = next((child for key, child in parts.items() if key.endswith("Pr")), None)
    return None if about is None else next((one for one in inside(about) if local(one) == name), None)
