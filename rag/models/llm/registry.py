"""The language models that may be asked here: the configured one, and those found running on this machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from rag.errors import QuestionProblem
from rag.models.llm.discovery import available_models
from rag.models.llm.setting import open_llm
from rag.types import LanguageModel

__all__ = ["LanguageModels"]


@dataclass(slots=True)
class LanguageModels:
    """Opens each language model once, by its setting; safe from several threads.

    `configured` is the setting of the user's own model, "" for none; `key` is sent to that one only. The others are as
    in `open_llm`.
    """

    configured: str = ""
    remote: bool = False
    key: str = ""
    context: int | None = None
    device: str | None = None
    wait: float = 60.0
    _opened: dict[str, LanguageModel] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self) -> list[str]:
        """What may be asked: the configured model first, then those that run on this machine."""
        found = [self.configured] if self.configured else []
        running = (offer.setting for offer in available_models() if not offer.setting.endswith("#"))
        return list(dict.fromkeys((*found, *running)))

    def get(self, setting: str) -> LanguageModel:
        """The model of a setting. Raises QuestionProblem for one that is neither configured nor running here."""
        with self._lock:
            known = self._opened.get(setting)
        if known is None and setting != self.configured and setting not in self.settings():
            raise QuestionProblem(f"Unknown language model: {setting}.", "List the models on this machine: rag doctor")
        with self._lock:
            if setting not in self._opened:
                key = self.key if setting == self.configured else ""
                self._opened[setting] = open_llm(
                    setting, remote=self.remote, key=key, context=self.context, device=self.device, wait=self.wait
                )
            return self._opened[setting]

    def close(self) -> None:
        """Closes every model that was opened."""
        with self._lock:
            for model in self._opened.values():
                model.close()
