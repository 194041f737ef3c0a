"""Where sources came from: what the log beside them says, and what of it is believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.evidence import note_origin, origins


def test_an_address_is_noted_with_the_time_and_the_last_one_counts(tmp_path: Path) -> None:
    assert origins(tmp_path) == {}
    note_origin(tmp_path, "web/a.html", "https://one.example/a")
    note_origin(tmp_path, "web/b.html", "http://two.example/b?x=1")
    note_origin(tmp_path, "web/a.html", "https://one.example/again")
    found = origins(tmp_path)
    assert {path: origin.address for path, origin in found.items()} == {
        "web/a.html": "https://one.example/again",
        "web/b.html": "http://two.example/b?x=1",
    }
    assert found["web/a.html"].fetched.startswith("20")
    assert found["web/a.html"].to_dict().keys() == {"address", "fetched"}


@pytest.mark.parametrize(
    "line",
    [
        *(
            json.dumps({"path": "a.html", "address": address, "fetched": "2026-11-30T12:00:00+00:00"})
            for address in (
                "javascript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "//one.example",
                "https://",
            )
        ),
        json.dumps({"path": "a.html", "address": "https://one.example/\u202egpj.exe", "fetched": "2026-11-30"}),
        json.dumps({"path": "a.html", "address": "https://[one.example", "fetched": "2026-11-30"}),
        json.dumps({"path": "a.html", "address": "https://one.example", "fetched": "<b>yesterday</b>"}),
        json.dumps({"path": "a.html", "address": "https://one.example"}),
        json.dumps(["a.html"]),
        '{"path": "a.html", "addr',
        "",
    ],
)
def test_what_is_no_line_of_the_log_is_passed_over(tmp_path: Path, line: str) -> None:
    note_origin(tmp_path, "b.html", "https://two.example/")
    with (tmp_path / ".fetched.jsonl").open("a") as log:
        log.write(f"{line}\n")
    note_origin(tmp_path, "c.html", "https://three.example/")
    assert list(origins(tmp_path)) == ["b.html", "c.html"]
