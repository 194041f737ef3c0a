"""Ways in which servers of language models answer, as scripts for `speaking.Speaker`: seen ones, and their like.

`ANSWERED` end with the whole of a text; `FAILED` map to a part of the sentence that a person is told instead.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias

Way: TypeAlias = Callable[[Any, str], None]
"""Given the handler of a request and the text that the model has to say."""

DONE = b"data: [DONE]\n\n"


def pieces(text: str, size: int = 7) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def chunk(choice: dict[str, Any] | None, **more: Any) -> bytes:
    """One event; without a choice it has none."""
    choices = [] if choice is None else [{"index": 0, **choice}]
    body = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "tiny", "choices": choices, **more}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def spoken(text: str) -> list[bytes]:
    return [chunk({"delta": {"content": piece}, "finish_reason": None}) for piece in pieces(text)]


STOP = chunk({"delta": {}, "finish_reason": "stop"})


def events(*parts: bytes) -> Way:
    """A stream of events as they stand, where `TEXT` stands for the answer in the usual chunks."""

    def way(server: Any, text: str) -> None:
        server.begin()
        for part in parts:
            for one in spoken(text) if part == b"TEXT" else [part]:
                server.raw(one)
        server.close_connection = True

    return way


def each(make: Callable[[str], bytes], *last: bytes, size: int = 7) -> Way:
    """Every piece in a form of its own, then what stands last."""

    def way(server: Any, text: str) -> None:
        server.begin()
        for one in [*(make(piece) for piece in pieces(text, size)), *last]:
            server.raw(one)
        server.close_connection = True

    return way


def body(make: Callable[[str], bytes], kind: str = "application/json", status: int = 200) -> Way:
    """One body with its length, and no stream."""

    def way(server: Any, text: str) -> None:
        data = make(text)
        server.send_response(status)
        server.send_header("content-type", kind)
        server.send_header("content-length", str(len(data)))
        server.end_headers()
        server.wfile.write(data)

    return way


def whole(text: str, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "1", "object": "chat.completion", "created": 0, "model": "tiny", "choices": [choice], **more}


def transformed(change: Callable[[bytes], bytes], kind: str = "text/event-stream", at_once: int = 0) -> Way:
    """The usual stream with other bytes, given so many at once (0: all)."""

    def way(server: Any, text: str) -> None:
        data = change(b"".join([*spoken(text), STOP, DONE]))
        server.send_response(200)
        server.send_header("content-type", kind)
        server.send_header("connection", "close")
        server.end_headers()
        for at in range(0, len(data), at_once or len(data)):
            server.raw(data[at : at + (at_once or len(data))])
        server.close_connection = True

    return way


def chunked(server: Any, text: str) -> None:
    """HTTP's own chunks, ended by its own mark and by no other."""
    server.send_response(200)
    server.send_header("content-type", "text/event-stream")
    server.send_header("transfer-encoding", "chunked")
    server.end_headers()
    for part in (*spoken(text), b""):
        server.raw(b"%x\r\n%s\r\n" % (len(part), part))


def final_whole(end: str | None) -> Way:
    def way(server: Any, text: str) -> None:
        events(b"TEXT", chunk({"delta": {"content": text}, "finish_reason": end}), DONE)(server, text)

    return way


def growing(server: Any, text: str) -> None:
    """Every chunk has all that was said so far."""
    server.begin()
    for at in (*range(20, len(text), 20), len(text)):
        server.raw(chunk({"delta": {"content": text[:at]}, "finish_reason": None}))
    server.raw(STOP)
    server.close_connection = True


def whole_as_message(server: Any, text: str) -> None:
    last = {"delta": {}, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    events(b"TEXT", chunk(last), DONE)(server, text)


def refuses(named: Callable[[dict[str, Any]], bool], message: str, status: int = 400) -> Way:
    """An error for a request of some form, the usual stream for another."""

    def way(server: Any, text: str) -> None:
        if named(server.server.asked[-1]):
            server.json({"error": {"message": message, "type": "invalid_request_error"}}, status)
        else:
            server.speak(text)

    return way


def slow_first(server: Any, text: str) -> None:
    server.begin()
    time.sleep(0.8)
    server.raw(b": still here\n\n")
    time.sleep(0.3)
    for one in (*spoken(text), STOP, DONE):
        server.raw(one)
    server.close_connection = True


def open_after_end(server: Any, text: str) -> None:
    """Nothing closes the connection after the reason to end."""
    server.begin()
    for one in (*spoken(text), STOP):
        server.raw(one)
    server.server.gone.wait(30)


THINKS = [chunk({"delta": {"role": "assistant", "content": None, "reasoning_content": "It may be Bob."}})]
USAGE = chunk(None, usage={"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2})
PING = b"event: ping\ndata: \n\n"

ANSWERED: dict[str, Way] = {
    "as OpenAI does": events(b"TEXT", STOP, DONE),
    "no reason to end, but the mark": events(b"TEXT", DONE),
    "no reason, no mark": events(b"TEXT"),
    "no reason, no mark, HTTP's own end": chunked,
    "no mark": events(b"TEXT", STOP),
    "only choices and deltas": each(
        lambda text: b'data: {"choices": [{"delta": {"content": %s}}]}\n\n' % json.dumps(text).encode(), DONE
    ),
    "an empty reason on every chunk": each(
        lambda text: chunk({"delta": {"content": text}, "finish_reason": ""}), STOP, DONE
    ),
    "the word null as a reason": each(
        lambda text: chunk({"delta": {"content": text}, "finish_reason": "null"}), STOP, DONE
    ),
    "a reason of its own": events(b"TEXT", chunk({"delta": {}, "finish_reason": "eos_token"}), DONE),
    "the reason with the last words": final_whole("stop"),
    "everything again without a reason": final_whole(None),
    "everything again as a message": whole_as_message,
    "all so far in every chunk": growing,
    "a last chunk without delta": events(b"TEXT", chunk({"finish_reason": "stop"}), DONE),
    "a last chunk whose delta is null": events(b"TEXT", chunk({"delta": None, "finish_reason": "stop"}), DONE),
    "a last delta of nulls": events(
        b"TEXT", chunk({"delta": {"content": None, "tool_calls": None, "role": None}, "finish_reason": "stop"}), DONE
    ),
    "content as a list of parts": each(
        lambda text: chunk({"delta": {"content": [{"type": "text", "text": text}]}}), STOP, DONE
    ),
    "content as a list of strings": each(lambda text: chunk({"delta": {"content": [text, ""]}}), STOP, DONE),
    "text as completions have it": each(lambda text: chunk({"text": text, "finish_reason": None}), STOP, DONE),
    "a message in place of a delta": each(
        lambda text: (
            b'data: {"message": {"role": "assistant", "content": %s}, "done": false}\n\n' % json.dumps(text).encode()
        ),
        b'data: {"message": {"content": ""}, "done": true}\n\n',
    ),
    "lines of JSON": each(
        lambda text: b'{"message": {"role": "assistant", "content": %s}, "done": false}\n' % json.dumps(text).encode(),
        b'{"done": true}\n',
    ),
    "the stream ignored": body(lambda text: json.dumps(whole(text)).encode()),
    "the stream ignored, indented": body(lambda text: json.dumps(whole(text), indent=2).encode()),
    "the stream ignored, parts of content": body(
        lambda text: json.dumps(whole([{"type": "text", "text": text}])).encode()  # type: ignore[arg-type]
    ),
    "the stream ignored, called a stream": body(lambda text: json.dumps(whole(text)).encode(), "text/event-stream"),
    "one whole event": body(
        lambda text: b"data: " + json.dumps(whole(text)).encode() + b"\n\n" + DONE, "text/event-stream"
    ),
    "choices empty at first": events(chunk(None, prompt_filter_results=[]), b"TEXT", STOP, DONE),
    "choices null at first": events(b'data: {"id": "1", "choices": null}\n\n', b"TEXT", STOP, DONE),
    "usage last": events(b"TEXT", USAGE, DONE),
    "usage after the reason": events(b"TEXT", STOP, USAGE, DONE),
    "comments that keep it open": events(b": PROCESSING\n\n", b":\n\n", b"TEXT", b": PROCESSING\n\n", STOP, DONE),
    "events with names and numbers": events(b"event: message\nid: 7\nretry: 500\n", b"TEXT", PING, STOP, DONE),
    "an error that is null": each(
        lambda text: chunk({"delta": {"content": text}, "finish_reason": None}, error=None), STOP, DONE
    ),
    "the role alone at first": events(chunk({"delta": {"role": "assistant"}}), b"TEXT", STOP, DONE),
    "thoughts of their own": events(*THINKS, b"TEXT", STOP, DONE),
    "thoughts in parts": events(
        chunk({"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Maybe Bob."}]}]}}),
        b"TEXT",
        STOP,
    ),
    "an empty call of tools": events(b"TEXT", chunk({"delta": {"tool_calls": []}, "finish_reason": "stop"}), DONE),
    "lines that end as in Windows": transformed(lambda data: data.replace(b"\n", b"\r\n")),
    "lines that end as in old Macs": transformed(lambda data: data.replace(b"\n", b"\r")),
    "ends of lines in halves": transformed(lambda data: data.replace(b"\n", b"\r\n"), at_once=1),
    "no space after data": transformed(lambda data: data.replace(b"data: ", b"data:")),
    "no empty lines between": transformed(lambda data: data.replace(b"\n\n", b"\n")),
    "a mark of the byte order": transformed(lambda data: b"\xef\xbb\xbf" + data),
    "characters in halves": transformed(lambda data: data, at_once=1),
    "called plain text": transformed(lambda data: data, "text/plain"),
    "called JSON": transformed(lambda data: data, "application/json"),
    "called nothing known": transformed(lambda data: data, "x"),
    "a slow first word": slow_first,
    "open after the end": open_after_end,
    "no role system": refuses(
        lambda asked: asked["messages"][0]["role"] == "system", "System role not supported by this template"
    ),
    "another name for the limit": refuses(
        lambda asked: "max_tokens" in asked,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    "no choice of temperature": refuses(
        lambda asked: "temperature" in asked, "Unsupported value: 'temperature' does not support 0.0", 422
    ),
    "no stream": refuses(lambda asked: bool(asked["stream"]), "stream=true is not implemented"),
}


def cut_off(server: Any, text: str) -> None:
    server.begin()
    for part in spoken(text)[:-2]:
        server.raw(part)
    server.cut()


def short_body(server: Any, text: str) -> None:
    """Less than it says that it sends."""
    data = b"".join(spoken(text))
    server.send_response(200)
    server.send_header("content-type", "text/event-stream")
    server.send_header("content-length", str(len(data) + 100))
    server.end_headers()
    server.raw(data)
    server.close_connection = True


PAGE = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
FAILED: dict[str, tuple[Way, str]] = {
    "an error in the stream": (
        events(b"TEXT", b'data: {"error": {"message": "CUDA out of memory"}}\n\n'), "CUDA out of memory",
    ),
    "an error in 200": (body(lambda _: b'{"error": {"message": "no such template", "code": 3}}'), "no such template"),
    "an error in 200 as a word": (body(lambda _: b'{"error": "overloaded"}'), "overloaded"),
    "an error as an object": (body(lambda _: b'{"object": "error", "message": "too deep", "code": 1}'), "too deep"),
    "an error as a detail": (body(lambda _: b'{"detail": [{"loc": ["body"], "msg": "required"}]}'), "required"),
    "an error in a list": (body(lambda _: b'[{"error": {"message": "quota"}}]', status=400), "quota"),
    "a page for an answer": (body(lambda _: PAGE, "text/html"), "502 Bad Gateway"),
    "a page of a gateway": (body(lambda _: PAGE, "text/html", 502), "502 Bad Gateway"),
    "too many questions": (body(lambda _: b'{"error": {"message": "Too many"}}', status=429), "is busy: Too many"),
    "still loading": (body(lambda _: b'{"error": {"message": "Loading model"}}', status=503), "is busy: Loading model"),
    "nobody says why": (body(lambda _: b"", status=500), "refused: status 500"),
    "another key": (body(lambda _: b'{"detail": "Unauthorized"}', status=401), "does not accept this key"),
    "no such model": (body(lambda _: b'{"error": "model not found"}', status=404), "does not know the model"),
    "no such parameter": (body(lambda _: b'{"error": {"message": "temperature?"}}', status=400), "temperature"),
    "hung up in the middle": (cut_off, "broke off"),
    "shorter than it says": (short_body, "broke off"),
    "no JSON": (events(b"data: {\x00\xff not json\n\n"), "broke off"),
    "JSON that is no object": (events(b"data: 7\n\n"), "broke off"),
    "deep JSON": (events(b"data: " + b"[" * 100_000 + b"\n\n"), "broke off"),
    "an empty body": (body(lambda _: b""), "broke off"),
    "a line without an end": (lambda server, _: endless(server), "broke off"),
    "elsewhere": (body(lambda _: b"", status=307), "refused: status 307"),
}  # fmt: skip


def endless(server: Any) -> None:
    server.begin()
    for _ in range(80):
        server.raw(b"x" * 65536)
