"""A model loaded into this process through transformers: a folder, or a name of a hub that the person wrote down.

This module does not know what is asked.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import LanguageModelProblem
from rag.models.llm.server import cut_off_error
from rag.types import Turn

__all__ = ["LocalModel"]

_LONGEST = 32_768  # tokens; some models claim to read without end
_OPENED_THOUGHT = re.compile(r"<think(?:ing)?>\s*\Z", re.IGNORECASE)
_LAST = 16  # tokens of the prompt that such an opening may take


class LocalModel:
    """A causal language model; one question at a time. The weights are loaded when they are first needed."""

    place = "this process"

    def __init__(self, source: str, *, device: str | None = None, context: int | None = None) -> None:
        self.name = f"transformers:{source}"
        self._source, self._device, self._given = source, device, context
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together. Raises LanguageModelProblem."""
        tokenizer, model = self._ready()
        limits = (getattr(model.config, "max_position_embeddings", None), tokenizer.model_max_length, _LONGEST)
        return self._given or min(int(limit) for limit in limits if limit)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer."""
        tokenizer, _ = self._ready()
        return [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]]

    def write(self, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event) -> Iterator[str]:
        """Pieces of the answer as they come. Raises LanguageModelProblem, AnswerCutOff.

        A thought that the chat template opens is opened in the text, too.
        """
        from transformers import TextIteratorStreamer

        tokenizer, model = self._ready()
        with self._writing:
            ids = self._prompt(tokenizer, instructions, turns).to(model.device)
            pieces = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
            came: list[Any] = []  # the new tokens, or what was raised

            def generate() -> None:
                try:
                    came.append(_generated(tokenizer, model, ids, most, pieces, stop))
                except Exception as error:  # whatever a model of the person's choosing raises
                    came.append(error)
                finally:
                    pieces.end()  # type: ignore[no-untyped-call]

            worker = threading.Thread(target=generate, daemon=True)
            worker.start()
            try:
                if _OPENED_THOUGHT.search(tokenizer.decode(ids[0, -_LAST:])):
                    yield "<think>"
                yield from pieces
            finally:
                stop.set()
                worker.join()
            if isinstance(came[0], Exception):
                raise LanguageModelProblem(
                    f"{self.name} failed: {_first_line(came[0])}", "Try another model."
                ) from came[0]
            if len(came[0]) >= most and int(came[0][-1]) not in _ends(model):
                raise cut_off_error(self.name, most)

    def close(self) -> None:
        """Lets go of the weights, once nothing is written any more."""
        with self._writing, self._lock:
            self._loaded = None

    def _prompt(self, tokenizer: Any, instructions: str, turns: Sequence[Turn]) -> Any:
        """Token ids, `(1, n)`, by the model's own chat template where it has one."""
        if tokenizer.chat_template is None:
            said = [instructions, *(f"{turn.role}: {turn.text}" for turn in turns), "assistant:"]
            return tokenizer("\n\n".join(said), return_tensors="pt")["input_ids"]
        system: list[dict[str, str]] = [{"role": "system", "content": instructions}]
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        options = {"add_generation_prompt": True, "return_tensors": "pt", "return_dict": True, "enable_thinking": False}
        try:
            found = tokenizer.apply_chat_template([*system, *messages], **options)
        except Exception:  # templates are programs; those that know no system raise what they like
            merged = {"role": messages[0]["role"], "content": f"{instructions}\n\n{messages[0]['content']}"}
            found = tokenizer.apply_chat_template([merged, *messages[1:]], **options)
        return found["input_ids"]

    def _ready(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[Any, Any]:
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would write over the answer
        here = Path(self._source).is_dir()
        if not here and self._source.startswith((".", "/", "~")):
            raise LanguageModelProblem(f"There is no model folder {self._source}.", "Name a folder or a hub's name.")
        options = {"local_files_only": here, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._source, **options)
            model: Any = AutoModelForCausalLM.from_pretrained(self._source, dtype="auto", **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise LanguageModelProblem(
                f"The model {self._source} cannot be loaded: {_first_line(error)}", "Name another folder or model."
            ) from error
        return tokenizer, model.to(self._device or _best_device()).eval()


def _generated(tokenizer: Any, model: Any, ids: Any, most: int, pieces: Any, stop: threading.Event) -> Any:
    """The ids of the new tokens, `(n,)`; they go to `pieces` one by one."""
    from transformers import StoppingCriteriaList

    def stopped(*_: Any, **__: Any) -> bool:
        return stop.is_set()

    found = model.generate(
        ids,
        max_new_tokens=most,
        do_sample=False,
        streamer=pieces,
        stopping_criteria=StoppingCriteriaList([stopped]),
        pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
    )
    return found[0, ids.shape[1] :]


def _ends(model: Any) -> list[int]:
    """The tokens after which a model has finished."""
    ends = model.generation_config.eos_token_id
    return ends if isinstance(ends, list) else [ends]


def _best_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
