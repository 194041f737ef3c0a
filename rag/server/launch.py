"""The page: a door to the assistant in the browser, and the same answers for programs.

Importing this room is cheap: the web server is loaded when a page is served. It does not know how an answer is made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Config
    from rag.server.sign_on import SignOn

__all__ = ["launch", "launch_collections", "launch_processes"]

os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # read once, when models or Gradio first import the hub's library


def launch(
    assistant: Assistant,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] | None = None,
    users: Mapping[str, str] | Path | None = None,
    feedback: Path = Path("feedback.jsonl"),
    build: bool = False,
    public_url: str = "",
    allow_urls: bool = False,
    sign_on: SignOn | None = None,
    metrics: bool = False,
) -> None:
    """Serve the page until interrupted. Raises ConfigProblem where the address cannot be used.

    `examples` are questions offered while nothing is asked; None: those of the sample sources, if they are indexed.
    `users` is the file of users (`rag password`), or maps names to password hashes; with it people have to sign in.
    `feedback` is the file that keeps what people say of answers. With `build` the index is brought up to date at once,
    behind the page. `public_url` is the address that people type where a proxy stands in front. With `allow_urls`
    sources can be fetched from the public network, by their addresses. `sign_on` is another way than `users` in which
    people sign in. With `metrics` whoever reaches the page can read how much is asked and built, at `/metrics`.
    """
    from rag.server.addresses import parse_public_url
    from rag.server.server import PageSettings, serve

    offered, public = None if examples is None else tuple(examples), parse_public_url(public_url)
    settings = PageSettings(host, public, feedback, users, sign_on, allow_urls, build, offered, metrics)
    serve(assistant, port, settings)


def launch_processes(
    config: Config, users: Path | None = None, sign_on: SignOn | None = None, *, build: bool = False
) -> None:
    """Serve the page as `launch` does, in as many processes as `config.workers`, each with the index of `config`.

    Raises ConfigProblem where the address cannot be used, or this system cannot share it.
    """
    from rag.server.addresses import parse_public_url
    from rag.server.server import PageSettings, serve_by_processes

    public = parse_public_url(config.public_url)
    allowed, feedback = config.allow_urls, config.feedback
    serve_by_processes(
        config,
        PageSettings(config.host, public, feedback, users, sign_on, allowed, build, metrics=config.metrics),
    )


def launch_collections(root: Path, config: Config, users: Path | None = None, sign_on: SignOn | None = None) -> None:
    """Serve a folder of collections until interrupted, with the settings that they have in common.

    Raises ConfigProblem where the folder or the address cannot be used. People sign in as for `launch`.
    """
    from rag.server.team import serve_collections

    serve_collections(root, config, users, sign_on)
