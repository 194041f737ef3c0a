"""Evidence packs: what is shown is what is checked, and every quote is found unchanged, moved, changed or gone."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import making
import pytest
from building import build
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import ConfigProblem
from rag.evidence import PackedAnswer, Viewer, make_pack, verify_pack
from rag.parsing import VERSION
from rag.types import CLOSEST, INCOMPLETE, Citation, Claim, Span

MARK = 'The lamp <b>of</b> the tower & its "keeper" shine for 22 miles.'
PLAIN = "The harbour has room for 84 boats.\r\nIn winter\tit freezes."
PDF = "The highest tide was 9.4 metres."


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path, str]:
    """A pack over three sources, and its text."""
    sources = tmp_path / "sources"
    (sources / "reports").mkdir(parents=True)
    (sources / "tower.md").write_text(f"# A tower\n\n{MARK} Nothing else.\n")
    (sources / "harbour.txt").write_bytes(f"Before.\r\n{PLAIN} After.".encode())
    (sources / "reports" / "tide.pdf").write_bytes(
        making.pdf(lambda canvas: making.column(canvas, 72, 700, ["A first line.", PDF, "A last line."]) and None)
    )
    encoder = WordEncoder()
    build(sources, tmp_path / "index", encoder=encoder, size=200, overlap=1)
    with Assistant(Config(sources=sources, index=tmp_path / "index"), encoder) as assistant:
        said = []
        for number, (path, quote) in enumerate(
            (("tower.md", MARK), ("harbour.txt", PLAIN), ("reports/tide.pdf", PDF)), 1
        ):
            (source,) = [each for each in assistant.documents() if each.path == path]
            document = assistant.document(source.document_id or "")
            assert document is not None
            start = document.text.index(quote)
            page = 1 if path.endswith(".pdf") else None
            citation = Citation(
                number, document.id, path, "<script>t</script>", page, None, Span(start, start + len(quote)), quote
            )
            said.append(Claim(quote, (citation,), "quoted"))
        conversation = [
            PackedAnswer("What <i>is</i> it?", tuple(said)),
            PackedAnswer("How near?", tuple(said[:2]), status="partly", reason="closest"),
            PackedAnswer(
                "Both?",
                tuple(replace(each, group="<b>Side</b>") for each in said[:2]),
                ("No third.",),
                "partly",
                "incomplete",
            ),
            PackedAnswer("Which are there?", (), ("There are 3 documents.\n- A tower",)),
            PackedAnswer("Nothing?", (), status="not_found"),
        ]
        with Viewer(assistant) as viewer:
            text = make_pack(viewer, "A <title>", conversation)
    pack = tmp_path / "pack.html"
    pack.write_text(text, encoding="utf-8", newline="")
    return pack, sources, text


def standings(pack: Path, sources: Path) -> list[str]:
    return [verdict.standing for verdict in verify_pack(pack, sources)]


def test_a_pack_is_inert_and_whole(kept: tuple[Path, Path, str]) -> None:
    text = kept[2]
    assert not re.search(r"<(script|iframe|link|object)\b|\son\w+=|(?:src|href)=\"(?!data:image/png|#)", text)
    assert "default-src 'none'" in text
    assert "A &lt;title&gt;" in text
    assert "What &lt;i&gt;is&lt;/i&gt; it?" in text
    assert text.count("<figure>") == 1, "the PDF's page is shown"
    assert "The sources do not answer this question." in text
    nearest = text[text.index("How near?") : text.index("Both?")]
    assert CLOSEST in nearest
    assert nearest.count('<li class="claim quoted">') == 2, "each sentence is a line of its own"
    listed = text[text.index("Which are there?") : text.index("Nothing?")]
    assert "There are 3 documents.\n- A tower" in listed
    assert "do not answer" not in listed
    sides = text[text.index("Both?") :]
    assert INCOMPLETE in sides
    assert "No third." in sides
    assert sides.count("<h3>&lt;b&gt;Side&lt;/b&gt;</h3>") == 1


def test_everything_unchanged(kept: tuple[Path, Path, str]) -> None:
    pack, sources, _ = kept
    assert standings(pack, sources) == 7 * ["unchanged"]


def test_a_pack_of_an_earlier_version_is_still_read(kept: tuple[Path, Path, str], tmp_path: Path) -> None:
    _, sources, text = kept
    start = text.index('<li id="t1c1"')
    exhibit = text[start : text.index("</li>", start) + 5]
    (tmp_path / "old.html").write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="generator" content="Footnote pack 1">\n<title>t</title>\n</head>\n<body>\n<article>\n'
        f'<h2>What is it?</h2>\n<p class="claim quoted">c</p>\n<ol>\n{exhibit}\n</ol>\n</article>\n</body>\n</html>\n',
        encoding="utf-8",
        newline="",
    )
    (verdict,) = verify_pack(tmp_path / "old.html", sources)
    assert (verdict.question, verdict.number, verdict.path, verdict.standing) == (
        "What is it?", 1, "tower.md", "unchanged"
    )  # fmt: skip


def test_moved_changed_and_gone(kept: tuple[Path, Path, str]) -> None:
    pack, sources, _ = kept
    (sources / "reports" / "tide.pdf").rename(sources / "tide-2.pdf")
    harbour = sources / "harbour.txt"
    harbour.write_bytes(b"A new beginning. " + harbour.read_bytes())
    (sources / "tower.md").write_text((sources / "tower.md").read_text().replace("22 miles", "23 miles"))
    assert standings(pack, sources)[:3] == ["changed", "moved", "moved"]
    (sources / "tower.md").unlink()
    (sources / "tide-2.pdf").unlink()
    assert standings(pack, sources)[:3] == ["gone", "moved", "gone"]


def test_an_altered_pack_is_found_out(kept: tuple[Path, Path, str]) -> None:
    pack, sources, text = kept
    pack.write_text(text.replace("84 boats", "85 boats"), newline="")
    verdicts = verify_pack(pack, sources)[:3]
    assert [verdict.standing for verdict in verdicts] == ["unchanged", "changed", "unchanged"]
    assert "altered" in verdicts[1].said


def test_the_same_file_read_by_another_reader_is_a_source_read_anew(kept: tuple[Path, Path, str]) -> None:
    pack, sources, text = kept
    for made_by in ('<meta name="reader" content="1">', ""):
        older = text.replace(f'<meta name="reader" content="{VERSION}">', made_by).replace("84 boats", "84 boats2")
        pack.write_text(older, newline="")
        verdict = verify_pack(pack, sources)[1]
        assert (verdict.standing, "source read again" in verdict.said) == ("changed", True), verdict
    shifted = text.replace('data-start="', 'data-start="1')
    pack.write_text(shifted, newline="")
    assert "source read again" in verify_pack(pack, sources)[1].said


@pytest.mark.parametrize(
    "content",
    ["", "<html></html>", '<meta name="generator" content="Footnote pack 1"><li data-sha256="x"><mark>y</mark>'],
)
def test_what_is_no_pack_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.html"
    file.write_text(content)
    with pytest.raises(ConfigProblem):
        verify_pack(file, tmp_path)


def test_the_command(kept: tuple[Path, Path, str]) -> None:
    pack, sources, _ = kept
    command = [sys.executable, "-m", "rag", "verify", str(pack), "--sources", str(sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "7 quotes: 7 unchanged" in done.stdout
    (sources / "harbour.txt").unlink()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "gone       [2] harbour.txt" in done.stdout


def test_a_quote_that_is_not_in_its_source_is_not_vouched_for(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "a.md").write_text("The lamp shines for 22 miles.\n")
    encoder = WordEncoder()
    build(sources, tmp_path / "index", encoder=encoder, size=200, overlap=1)
    with Assistant(Config(sources=sources, index=tmp_path / "index"), encoder) as assistant:
        document_id = assistant.documents()[0].document_id or ""
        false = Citation(1, document_id, "a.md", "a", None, None, Span(0, 29), "The lamp shines for 99 miles.")
        with Viewer(assistant) as viewer:
            text = make_pack(viewer, "t", [PackedAnswer("q", (Claim("c", (false,), "quoted"),))])
    assert "not vouched for" in text
    assert "<mark>" not in text
