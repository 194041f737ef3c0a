"""Scripts: which characters are written from right to left, and which without spaces between words."""

from __future__ import annotations

import re

__all__ = ["RIGHT_TO_LEFT", "UNSPACED"]

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""A character of Hebrew, Arabic or another script that runs from right to left."""
UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""A character of Chinese or Japanese."""
