"""Where the project lies, and material beside it that may be absent."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ROOT", "SHARED"]

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
