"""A source as a whole: its contents, its text without a gap, and where words stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from building import build
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import SourceError
from rag.evidence import Viewer, note_origin
from rag.server.reading import Reading
from rag.types import Span

REPORT = """# The quay

Loose words first.

## Tides

The   quay is dry
at low tide. The Quay is wet at high tide.

| Month | Metres |
|---|---|
| March | 9.4 |
| May | 8.1 |

- ropes
- nets
"""


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    folder = tmp_path_factory.mktemp("reading")
    sources = folder / "sources"
    sources.mkdir()
    (sources / "quay.md").write_text(REPORT)
    (sources / "long.txt").write_text("\n\n".join(f"Paragraph {each} of many words." for each in range(700)))
    (sources / "line.txt").write_text("word " * 8_000)
    (sources / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    note_origin(sources, "quay.md", "https://orrin.example/quay")
    build(sources, folder / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    config = load_config(index=folder / "index", chunk_tokens=40)
    with Assistant(config, WordEncoder()) as assistant, Viewer(assistant) as viewer:
        yield Reading(viewer)


def test_the_contents_are_the_headings_with_their_levels(reading: Reading) -> None:
    told: Any = reading.overview("quay.md")
    headings = [(each["text"], each["level"]) for each in told["headings"]]
    assert headings == [("The quay", 0), ("Tides", 1)]
    assert told["state"] == "unchanged"
    assert told["address"] == "https://orrin.example/quay"
    broken: Any = reading.overview("broken.pdf")
    assert broken["status"] == "failed"
    assert broken["reason"]
    assert broken["parts"] == []
    assert "address" not in broken
    with pytest.raises(SourceError, match="no longer here"):
        reading.overview("none.md")


@pytest.mark.parametrize("path", ["quay.md", "long.txt", "line.txt"])
def test_the_parts_hold_the_whole_text_without_a_gap(reading: Reading, path: str) -> None:
    told: Any = reading.overview(path)
    document = reading.viewer.assistant.document(told["document_id"])
    assert document is not None
    parts = [Span(*each) for each in told["parts"]]
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    assert (parts[0].start, parts[-1].end) == (0, len(document.text))
    assert max(part.end - part.start for part in parts) <= 18_000
    said: list[str] = []
    for part in parts:
        blocks: Any = reading.part(document.id, part)
        for block in blocks:
            if rows := block.get("rows"):
                said += [" ".join(row["cells"]) for row in rows]
            else:
                said.append(str(block["text"]))
    shown = " ".join(said).replace("|", " ").split()
    assert shown == [word for word in document.text.replace("|", " ").split() if word != "---"]


def test_words_are_found_whatever_their_case_and_spacing(reading: Reading) -> None:
    told: Any = reading.overview("quay.md")
    found: Any = reading.find(told["document_id"], "the QUAY is")
    assert found["count"] == 2
    first = found["hits"][0]
    assert first["words"] == "The quay is"
    assert REPORT[slice(*first["span"])] == "The   quay is"
    assert reading.find(told["document_id"], " ")["count"] == 0
    with pytest.raises(SourceError, match="changed"):
        reading.find("nothing", "quay")
