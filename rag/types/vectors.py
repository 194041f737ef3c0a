"""Arrays of numbers, with their shapes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Keys", "Vectors"]

Vectors: TypeAlias = NDArray[np.float32]
"""Unit vectors, `(n, dim) float32`, or one of them, `(dim,) float32`."""


Keys: TypeAlias = NDArray[np.int64]
"""Chunk ids, `(n,) int64`."""
