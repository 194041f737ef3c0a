"""A language model of the person's own, by one setting; none is used unless it is named.

    ollama:qwen3:4b                  a model of the Ollama that runs on this machine
    http://127.0.0.1:8080/v1#name    any server that speaks OpenAI's protocol; without #name, the one model it has
    transformers:/models/qwen        a folder, or a name of a hub, loaded into this process

Nothing is sent to a host that the setting does not name, and to one beyond this machine only where `remote` says so.
This module does not know what the model is asked, or what becomes of its words.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from rag.errors import ConfigProblem
from rag.models.llm.discovery import OLLAMA
from rag.models.llm.local import LocalModel
from rag.models.llm.server import ServerModel
from rag.types import LanguageModel

__all__ = ["open_llm"]

_FORMS = "Write ollama:NAME, http://ADDRESS/v1#NAME, or transformers:FOLDER."


def open_llm(
    setting: str,
    *,
    remote: bool = False,
    key: str = "",
    context: int | None = None,
    device: str | None = None,
    wait: float = 60.0,
) -> LanguageModel:
    """The model that a setting names; nothing is asked of it yet.

    `context` is its length in tokens where the person knows better than the server tells; `wait` are the seconds
    until its first word. Raises ConfigProblem for a setting of another form, and for a host beyond this machine
    without `remote`.
    """
    kind, _, rest = setting.strip().partition(":")
    if kind == "ollama" and rest:
        return ServerModel(OLLAMA, rest, setting, key=key, context=context, wait=wait, ollama=True)
    if kind == "transformers" and rest:
        return LocalModel(rest, device=device, context=context)
    if kind in ("http", "https"):
        address, _, name = setting.strip().partition("#")
        _allowed(address, remote)
        return ServerModel(address.rstrip("/"), name, setting, key=key, context=context, wait=wait)
    raise ConfigProblem(f"Unknown form of the setting llm: {setting}", _FORMS)


def _allowed(address: str, remote: bool) -> None:
    """Raises ConfigProblem unless the address is on this machine, or others are allowed."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ConfigProblem(f"{address} is not an address.", _FORMS) from error
    if not host or parts.username or parts.query:
        raise ConfigProblem(f"{address} is not a server address.", _FORMS)
    if not remote and not is_loopback_name(host):
        raise ConfigProblem(
            f"{host} is not this machine, and your passages and questions would be sent there.",
            "Set llm_remote = true if that is what you want.",
        )


def is_loopback_name(host: str) -> bool:
    """Whether a host is this machine by its very name: localhost, 127.0.0.0/8 or ::1. No name is looked up."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
