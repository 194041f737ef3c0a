"""A model behind a server that speaks OpenAI's protocol, and Ollama's own dialect where that tells more.

Proxies of the environment are not used and redirects are not followed: what is sent goes to the address named, or
nowhere. This module does not know what is asked.
"""

from __future__ import annotations

import importlib
import math
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import AnswerCutOff, LanguageModelProblem
from rag.models.tokens import count_tokens
from rag.types import Turn

if TYPE_CHECKING:
    import openai

__all__ = ["ServerModel"]

DEFAULT_CONTEXT = 4096
"""Where nobody tells: what Ollama gives a model unless it is told otherwise, and the least that is common."""
_OTHER_TOKENIZER = 1.2  # other vocabularies need so many tokens for one of cl100k_base, on English
_CONNECT = 3.0  # seconds


def cut_off_error(name: str, most: int) -> AnswerCutOff:
    """What to raise where a model had more to say."""
    return AnswerCutOff(
        f"{name} had not finished after {most} tokens.",
        "Turn its thinking off, give it a longer context (llm_context), or take another model.",
    )


class ServerModel:
    """One model of one server; safe from several threads. The server is first asked when it is first needed."""

    def __init__(
        self,
        address: str,
        model: str,
        setting: str,
        *,
        key: str = "",
        context: int | None = None,
        wait: float = 60.0,
        ollama: bool = False,
    ) -> None:
        """`address` ends with the version, `http://127.0.0.1:8080/v1`; without `model` the server must have one."""
        self.name, self.place = setting, urlsplit(address).netloc
        self._address, self._model, self._key, self._wait, self._ollama = address, model, key, wait, ollama
        self._context = context

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together, as the server tells. Raises LanguageModelProblem."""
        if self._context is None:
            self._context = self._told_by_ollama() if self._ollama else self._told_in_list()
        return self._context

    def count(self, texts: Sequence[str]) -> list[int]:
        """About how many tokens: those of `cl100k_base`, with some to spare."""
        return [math.ceil(count * _OTHER_TOKENIZER) for count in count_tokens(texts)]

    def write(self, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event) -> Iterator[str]:
        """Pieces of the answer as they come, "" while the model thinks. Raises LanguageModelProblem, AnswerCutOff."""
        import httpx2
        import openai

        messages: list[Any] = [{"role": "system", "content": instructions}]
        messages += [{"role": turn.role, "content": turn.text} for turn in turns]
        begun = False
        try:
            with (
                self._opened(stop) as client,
                client.chat.completions.create(
                    model=self._named(),
                    messages=messages,
                    max_tokens=most,
                    temperature=0.0,
                    stream=True,
                    extra_body={"reasoning_effort": "none"} if self._ollama else None,
                ) as stream,
            ):
                for chunk in stream:
                    if stop.is_set():
                        return
                    begun = True
                    if chunk.choices:
                        yield chunk.choices[0].delta.content or ""
                        if chunk.choices[0].finish_reason == "length":
                            raise cut_off_error(self.name, most)
                        if chunk.choices[0].finish_reason:
                            return
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            if stop.is_set():
                return
            if begun and not isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
                raise self._broken() from error
            raise self._problem(error) from error
        finally:
            stop.set()
        # Every server says why it has finished; a stream that just ends was cut off.
        raise self._broken()

    def _broken(self) -> LanguageModelProblem:
        return LanguageModelProblem(f"{self.name} broke off in the middle.", "Ask again, or look at the server's log.")

    @contextmanager
    def _opened(self, stop: threading.Event) -> Iterator[openai.OpenAI]:
        """A client of its own for one question, whose connections are cut as soon as `stop` is set.

        Whoever waits for a socket does not notice that it is closed, so it is shut down from another thread.
        """
        import httpx2
        import openai

        _finish_httpx()
        wires: list[Any] = []

        def watch(event: str, told: Any) -> None:
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                wires.append(told["return_value"])
                if stop.is_set():
                    cut()

        def cut() -> None:
            stop.wait()
            for wire in tuple(wires):
                with suppress(OSError):
                    wire.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

        timeout = httpx2.Timeout(self._wait, connect=_CONNECT)
        hooks = {"request": [lambda request: request.extensions.update(trace=watch)]}
        threading.Thread(target=cut, daemon=True, name=f"stopping {self.name}").start()
        with httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout, event_hooks=hooks) as transport:
            yield openai.OpenAI(
                base_url=self._address,
                api_key=self._key or "none",
                organization="",
                project="",
                max_retries=0,
                timeout=timeout,
                http_client=transport,
            )

    def close(self) -> None:
        """Nothing is kept open between questions."""

    def _named(self) -> str:
        if not self._model:
            self._model = str(self._described()["id"])
        return self._model

    def _described(self) -> dict[str, Any]:
        """What the server says of the model: its id, its context where it tells. Raises LanguageModelProblem."""
        rows = self._get("/models").get("data") or []
        ids = [str(row.get("id")) for row in rows if isinstance(row, dict)]
        found = [row for row in rows if isinstance(row, dict) and self._model in ("", row.get("id"))]
        if not self._model and len(found) != 1:
            offered = f"offers {len(ids)} models: {', '.join(ids[:8])}" if ids else "does not tell which model it has"
            raise LanguageModelProblem(f"{self.place} {offered}. Name one: {self._address}#NAME", "In the setting llm.")
        row = found[0] if found else {}
        meta = row["meta"] if isinstance(row.get("meta"), dict) else {}
        told = (row.get("max_model_len"), row.get("loaded_context_length"), meta.get("n_ctx"), meta.get("n_ctx_train"))
        known = [number for number in told if isinstance(number, int) and number > 0]
        return {"id": row.get("id"), **({"context": known[0]} if known else {})}

    def _told_in_list(self) -> int:
        """The context in the server's list of models; the usual one where the list is broken or does not say."""
        try:
            return int(self._described().get("context", DEFAULT_CONTEXT))
        except LanguageModelProblem as problem:
            if getattr(problem.__cause__, "response", None) is None:
                raise
            return DEFAULT_CONTEXT

    def _told_by_ollama(self) -> int:
        """What Ollama will really read: it cuts a longer prompt without a word, whatever the model could take."""
        shown = self._ask("POST", "/api/show", {"model": self._model})
        info = shown.get("model_info") or {}
        most = next((int(v) for k, v in info.items() if k.endswith(".context_length")), DEFAULT_CONTEXT)
        for line in str(shown.get("parameters") or "").splitlines():
            name, _, value = line.strip().partition(" ")
            if name == "num_ctx" and value.strip().isdigit():
                return min(int(value), most)
        running = self._ask("GET", "/api/ps").get("models") or []
        loaded = [row.get("context_length") for row in running if self._model in (row.get("model"), row.get("name"))]
        return min(most, next((n for n in loaded if isinstance(n, int) and n > 0), DEFAULT_CONTEXT))

    def _get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, address=self._address)

    def _ask(self, method: str, path: str, body: Any = None, address: str | None = None) -> dict[str, Any]:
        import httpx2

        root = address or self._address.removesuffix("/v1")
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            with httpx2.Client(trust_env=False, follow_redirects=False, timeout=_CONNECT) as client:
                answer = client.request(method, root + path, json=body, headers=headers)
                answer.raise_for_status()
                found = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise self._problem(error) from error
        return found if isinstance(found, dict) else {}

    def _problem(self, error: Exception) -> LanguageModelProblem:
        """One sentence for what went wrong between here and the server."""
        import httpx2
        import openai

        start = "Start it, or see what runs here: rag doctor"
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            return LanguageModelProblem(
                f"{self.name} did not answer in time.", "Give it longer (llm_wait), or a smaller model."
            )
        status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
        if status == 404:
            return LanguageModelProblem(
                f"{self.place} does not know the model {self._model}.", "See what it has: rag doctor"
            )
        if status in (401, 403):
            return LanguageModelProblem(f"{self.place} wants another key.", "Set FOOTNOTE_LLM_KEY.")
        if status is not None:
            said = " ".join(str(getattr(error, "message", error)).split())[:160]
            return LanguageModelProblem(f"{self.name} refused: {said}", "Look at the server's log.")
        if isinstance(error, openai.APIConnectionError | httpx2.ConnectError):
            return LanguageModelProblem(f"{self.name} does not run at {self.place}.", start)
        return LanguageModelProblem(
            f"{self.name} broke off: {type(error).__name__}.", "Ask again, or look at the server's log."
        )


def _finish_httpx() -> None:
    """Waits for httpx where another thread is importing it.

    OpenAI's library looks into `sys.modules["httpx"]` whatever state it is in; while the page's server loads Gradio
    behind the page, that is half a module.
    """
    with suppress(ImportError):
        importlib.import_module("httpx")
