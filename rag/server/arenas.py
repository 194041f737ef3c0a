"""Has the C library's allocator share its memory among threads, so that a server that rebuilds does not grow.

glibc gives every thread an arena of its own, up to eight a core; what one thread frees, another then cannot use.
Measured with `benchmarks/long_run.py`: 2.8 MB more with every rebuild, none with few arenas.
"""

from __future__ import annotations

import ctypes
import sys

__all__ = ["share_arenas"]

_ARENA_MAX = -8  # M_ARENA_MAX in glibc's malloc.h
_ARENAS = 2


def share_arenas() -> bool:
    """Whether it could be done: in glibc alone, and for threads that come later."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS))
    except (OSError, AttributeError):  # another C library
        return False
