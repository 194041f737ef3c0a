"""PDFium's functions as they are called: through pypdfium2's raw interface, or many times with plain integers.

This module does not know what is asked of PDFium.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

__all__ = ["ADDRESS", "NUMBER", "library", "prototype"]

ADDRESS, NUMBER = ctypes.c_void_p, ctypes.c_int


@cache
def library() -> Any:
    """pypdfium2's raw interface, imported when it is first needed."""
    import pypdfium2.raw

    return pypdfium2.raw


def prototype(function: Any, result: Any, *arguments: Any) -> Any:
    """A function that takes plain integers.

    PYFUNCTYPE keeps the interpreter's lock: such calls are far shorter than handing it over and back.
    """
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ADDRESS).value or 0)
