"""A model behind a server that speaks OpenAI's protocol, and Ollama's own dialect where that tells more.

Proxies of the environment are not used and redirects are not followed: what is sent goes to the address named, or
nowhere. This module does not know what is asked.
"""

from __future__ import annotations

import json
import math
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import AnswerCutOff, LanguageModelProblem
from rag.models.llm.chat_request import chat_request, unknown_parameter
from rag.models.llm.chat_stream import NotAChat, Refused, pieces_of, sentence_in
from rag.models.tokens import count_tokens
from rag.types import Turn

if TYPE_CHECKING:
    import httpx2

__all__ = ["ServerModel"]

DEFAULT_CONTEXT = 4096
"""Where nobody tells: what Ollama gives a model unless it is told otherwise, and the least that is common."""
_OTHER_TOKENIZER = 1.2  # other vocabularies need so many tokens for one of cl100k_base, on English
_CONNECT = 3.0  # seconds
_READ = 65536  # bytes of an error


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
        self._without: frozenset[str] = frozenset()  # parameters that it was seen to refuse

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

        begun = False
        try:
            with self._opened(stop) as client, self._answer(client, instructions, turns, most, stop) as response:
                for piece in pieces_of(response.iter_bytes()):
                    if stop.is_set():
                        return
                    begun = True
                    yield piece.text
                    if piece.end == "cut":
                        raise cut_off_error(self.name, most)
                    if piece.end == "filtered":
                        raise AnswerCutOff(f"A filter of {self.place} ended the answer.", "Take another model.")
                    if piece.end:
                        return
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            if stop.is_set():
                return
            if begun and not isinstance(error, httpx2.TimeoutException | NotAChat | Refused):
                raise self._broken() from error
            raise self._problem(error) from error
        finally:
            stop.set()
        # Nobody said that this was the end, and it stands in the middle of a sentence.
        raise self._broken()

    @contextmanager
    def _answer(
        self, client: httpx2.Client, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event
    ) -> Iterator[httpx2.Response]:
        """The server's answer, its body still to come; asked again without what the server says that it refuses."""
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        headers |= {"content-type": "application/json", "accept-encoding": "identity"}
        while True:
            body = chat_request(self._named(), instructions, turns, most, self._without)
            if self._ollama:
                body["reasoning_effort"] = "none"
            data = json.dumps(body).encode()  # which escapes what UTF-8 has no bytes for
            with client.stream("POST", f"{self._address}/chat/completions", content=data, headers=headers) as response:
                if response.is_success:
                    yield response
                    return
                said = sentence_in(response.read()[:_READ])
            refused = unknown_parameter(said) if response.status_code in (400, 422) and not stop.is_set() else ""
            if not refused or refused in self._without:
                raise Refused(said, response.status_code)
            self._without |= {refused}

    def _broken(self) -> LanguageModelProblem:
        return LanguageModelProblem(f"{self.name} broke off in the middle.", "Ask again, or look at the server's log.")

    @contextmanager
    def _opened(self, stop: threading.Event) -> Iterator[httpx2.Client]:
        """A client of its own for one question, whose connections are cut as soon as `stop` is set.

        Whoever waits for a socket does not notice that it is closed, so it is shut down from another thread.
        """
        import httpx2

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
        with httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout, event_hooks=hooks) as client:
            yield client

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
            if _unreachable(problem.__cause__):
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

        log = "Look at the server's log."
        status = error.status if isinstance(error, Refused) else _status(error)
        if isinstance(error, httpx2.TimeoutException):
            return LanguageModelProblem(
                f"{self.name} did not answer in time.", "Give it longer (llm_wait), or a smaller model."
            )
        if status == 404:
            return LanguageModelProblem(
                f"{self.place} does not know the model {self._model}.", "See what it has: rag doctor"
            )
        if status in (401, 403):
            return LanguageModelProblem(f"{self.place} does not accept this key.", "Set FOOTNOTE_LLM_KEY.")
        if status in (429, 503):
            said = str(error) if isinstance(error, Refused) else ""
            return LanguageModelProblem(f"{self.name} is busy: {said or f'status {status}'}", "Ask again in a while.")
        if isinstance(error, Refused):
            return LanguageModelProblem(f"{self.name} refused: {str(error) or f'status {status}'}", log)
        if status is not None:
            return LanguageModelProblem(f"{self.name} refused: status {status}", log)
        if isinstance(error, NotAChat):
            return LanguageModelProblem(
                f"{self.place} answers, but broke off: this is not OpenAI's protocol ({error}).",
                f"Is {self._address} its address?",
            )
        if isinstance(error, httpx2.ConnectError):
            return LanguageModelProblem(
                f"{self.name} does not run at {self.place}.", "Start it, or see what runs here: rag doctor"
            )
        return LanguageModelProblem(f"{self.name} broke off: {type(error).__name__}.", f"Ask again. {log}")


def _status(error: Exception) -> int | None:
    """The status of the answer that an error is about."""
    found = getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) else None


def _unreachable(error: BaseException | None) -> bool:
    """Whether nobody answered at all; where somebody did, only the list is not to be had."""
    import httpx2

    return isinstance(error, httpx2.TransportError)
