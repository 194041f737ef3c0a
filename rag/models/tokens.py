"""Token counts in `cl100k_base`, by tiktoken with the vocabulary that travels with the package; no network needed."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelProblem

if TYPE_CHECKING:
    import tiktoken

__all__ = ["count_tokens"]

_ENCODING = "cl100k_base"
_VOCABULARY = Path(__file__).parent / "data" / "tiktoken" / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
_VOCABULARY_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
_environment = threading.Lock()


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text in `cl100k_base`; text that looks like a special token counts as ordinary text."""
    encode = _encoding().encode_ordinary  # one by one: its batches start threads, which cost more than a sentence
    return [len(encode(text)) for text in texts]


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    """tiktoken's own loader, pointed for a moment at the shipped vocabulary.

    The hash is checked first because tiktoken answers a wrong one by deleting the file and fetching another.
    """
    try:
        right = hashlib.sha256(_VOCABULARY.read_bytes()).hexdigest() == _VOCABULARY_SHA256
    except OSError:
        right = False
    if not right:
        raise ModelProblem(
            f"The token vocabulary {_VOCABULARY.name} is missing or damaged.", "Install the package again."
        )
    import tiktoken

    with _environment:
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        os.environ["TIKTOKEN_CACHE_DIR"] = str(_VOCABULARY.parent)
        try:
            return tiktoken.get_encoding(_ENCODING)
        finally:
            if before is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before
