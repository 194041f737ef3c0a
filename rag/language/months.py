"""The months as English writes them, whole and short."""

from __future__ import annotations

from typing import Final

__all__ = ["MONTHS", "NAMES"]

NAMES: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""As they are written in full."""
MONTHS: Final = {form: number for number, name in enumerate(NAMES, 1) for form in (name.lower(), name[:3].lower())} | {
    "sept": 9
}
"""Every form in small letters, and which month it is: 1 to 12."""
