"""Opens the assistant over `index/` and shows the page: the same as `rag serve`."""

from __future__ import annotations

import sys

from rag.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
