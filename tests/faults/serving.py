"""Serves an index with an encoder that needs no time, so that a server can be killed often: SOURCES INDEX PORT."""

from __future__ import annotations

import sys
from pathlib import Path

from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.server import launch


def main() -> None:
    """Serves until it is killed."""
    sources, index, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    config = load_config(sources=sources, index=index, chunk_tokens=40)
    launch(Assistant(config, WordEncoder()), port=port, feedback=sources.parent / "feedback.jsonl")


if __name__ == "__main__":
    main()
