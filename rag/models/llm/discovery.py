"""Which language models run on this machine: the usual ports of the usual servers are asked, on loopback only.

This module does not know whether anybody wants to use them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

__all__ = ["OLLAMA", "PORTS", "AvailableModel", "available_models"]

OLLAMA = "http://127.0.0.1:11434/v1"
PORTS = (
    (11434, "Ollama"),
    (8080, "llama.cpp or LocalAI"),
    (8000, "vLLM, transformers serve or llama-cpp-python"),
    (1234, "LM Studio"),
    (1337, "Jan"),
    (5001, "KoboldCpp"),
    (5000, "text-generation-webui"),
)
_SECONDS = 0.6
_MOST = 64  # models listed of one server


@dataclass(frozen=True, slots=True)
class AvailableModel:
    """A model that runs or could run here: how the setting `llm` names it, and which server has it.

    The setting ends with `#` where the server answers and lists no model: the name is to be added.
    """

    setting: str
    server: str
    port: int


def available_models(ports: Sequence[tuple[int, str]] = PORTS) -> list[AvailableModel]:
    """The models found, in the order of the ports. Nothing is raised: a port that does not answer offers nothing."""
    with ThreadPoolExecutor(len(ports)) as pool:
        return [offer for found in pool.map(lambda one: list(_asked(*one)), ports) for offer in found]


def _asked(port: int, server: str) -> Iterator[AvailableModel]:
    root = f"http://127.0.0.1:{port}"
    if server == "Ollama":
        for row in (_rows(f"{root}/api/tags", "models") or [])[:_MOST]:
            if isinstance(row.get("name"), str):
                yield AvailableModel(f"ollama:{row['name']}", server, port)
        return
    rows = _rows(f"{root}/v1/models", "data")
    if rows == []:
        yield AvailableModel(f"{root}/v1#", server, port)
    for row in (rows or [])[:_MOST]:
        if isinstance(row.get("id"), str):
            yield AvailableModel(f"{root}/v1#{row['id']}", server, port)


def _rows(address: str, key: str) -> list[dict[str, Any]] | None:
    """The rows of a list as a server tells it; None where there is no such list."""
    import httpx2

    try:
        with httpx2.Client(trust_env=False, follow_redirects=False, timeout=_SECONDS) as client:
            answer = client.get(address)
            found = answer.json() if answer.is_success else {}
    except (httpx2.HTTPError, ValueError):
        return None
    rows = found.get(key) if isinstance(found, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None
