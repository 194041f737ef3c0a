"""Serves the whole server over one small file, with people who sign in, and prints its port and every address in it.

FOLDER. Gradio leaves sockets open at its end, which a test in the same process would be blamed for.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from building import build
from standing import serving
from starlette.routing import BaseRoute, Mount
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.evidence import Viewer
from rag.server.api import Endpoints
from rag.server.build_job import BuildJob
from rag.server.doorkeeper import doorkeeper_for
from rag.server.gradio_api import GradioProxy
from rag.server.metrics import Metrics
from rag.server.server import application
from rag.server.users import users_file_line

NAMES = ("ask", "search", "sources", "build", "progress", "stop", "x")


def addresses(routes: Iterable[BaseRoute], front: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path of some routes and of what is mounted, with each of our names where a name is wanted."""
    for route in routes:
        path = front + getattr(route, "path", "")
        if (included := getattr(route, "original_router", None)) is not None:
            yield from addresses(included.routes, front)
        elif isinstance(route, Mount):
            inner = route.app._app if isinstance(route.app, GradioProxy) else route.app
            yield from [("GET", path or "/"), ("POST", f"{path}/")]
            yield from addresses(getattr(inner, "routes", ()), path)
        else:
            for method in sorted(getattr(route, "methods", None) or {"GET"}):
                for name in NAMES:
                    named = re.sub(r"{\w*name}", name, path, count=1)
                    yield method, named.replace("{", "").replace("}", "")


def main() -> None:
    """Serves until its input ends."""
    folder = Path(sys.argv[1])
    (folder / "sources").mkdir()
    (folder / "sources" / "a.txt").write_text("Some words.")
    build(folder / "sources", folder / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    settings = load_config(sources=folder / "sources", index=folder / "index", chunk_tokens=40)
    assistant = Assistant(settings, WordEncoder())
    endpoints = Endpoints(Viewer(assistant), ())
    users = dict([users_file_line("ada", "a long password").split(":", 1)])
    users |= dict([users_file_line("bob", "a long password").split(":", 1)])
    building = BuildJob(assistant.build, lambda: None)
    doorkeeper, feedback = doorkeeper_for(users, None, None), folder / "feedback.jsonl"
    watched = Metrics().routes(lambda: (True, ""), open_counts=True)
    app = application(
        endpoints, building, folder / "sources", doorkeeper=doorkeeper, feedback=feedback, watched=watched
    )
    threading.Timer(0.1, endpoints.readiness.settled.set).start()
    with serving(app) as send:
        proxy = next(route.app for route in app.routes if isinstance(route, Mount))
        assert isinstance(proxy, GradioProxy)
        while proxy._app is None:
            threading.Event().wait(0.1)
        print(json.dumps([send.port, list(dict.fromkeys(addresses(app.routes)))]), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
