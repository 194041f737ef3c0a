"""JSON-ready forms of values."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

__all__ = ["JSON", "plain"]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"


def plain(value: Any) -> Any:
    """Dataclasses to dictionaries, tuples to lists; spans become `[start, end]`."""
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
