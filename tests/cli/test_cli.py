"""The terminal, run as a person runs it: real processes, exit codes, JSON, a sentence and a hint for trouble."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from rag.evidence import note_origin

ARTICLE = """# The Jaffar Express

The train was ambushed near Sibi in March 2025. The attack cost 64 people their lives, 18 of them soldiers.
More than 300 hostages were freed.
"""


def rag(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rag", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cli")
    (made / "sources").mkdir()
    (made / "sources" / "train.md").write_text(ARTICLE)
    (made / "sources" / "locked.pdf").write_bytes(b"%PDF-1.4 nothing")
    done = rag("build", "--json", cwd=made)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["added"] == ["locked.pdf", "train.md"]
    assert [failure["path"] for failure in report["failed"]] == ["locked.pdf"]
    assert report["chunks_embedded"] == 1
    return made


def test_ask_prints_the_contract_as_json(folder: Path) -> None:
    done = rag("ask", "How many hostages were freed?", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "answered"
    (citation, *_) = answer["claims"][0]["citations"]
    start, end = citation["span"]
    assert ARTICLE[start:end] == citation["quote"]
    assert (citation["path"], citation["page"], citation["title"]) == ("train.md", None, "The Jaffar Express")
    passage = answer["passages"][0]
    assert ARTICLE[slice(*passage["span"])] == passage["text"]
    assert set(answer) == {
        "question", "asked_as", "status", "reason", "shape", "claims", "passages", "confidence", "notes", "differing"
    }  # fmt: skip


def test_a_question_without_an_answer_is_no_error(folder: Path) -> None:
    done = rag("ask", "Who won the 2022 World Cup?", "--json", cwd=folder)
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "not_found")
    assert json.loads(done.stdout)["claims"] == []
    said = rag("ask", "Who won the 2022 World Cup?", cwd=folder)
    assert said.stdout.startswith("The sources do not answer this question.")


def test_search_and_sources_print_json(folder: Path) -> None:
    (passage,) = json.loads(rag("search", "ambush near Sibi", "-k", "3", "--json", cwd=folder).stdout)
    assert (passage["path"], passage["page"]) == ("train.md", None)
    listed = {source["path"]: source for source in json.loads(rag("sources", "--json", cwd=folder).stdout)}
    assert (listed["train.md"]["status"], listed["train.md"]["chunks"]) == ("indexed", 1)
    assert listed["locked.pdf"]["status"] == "failed"
    assert listed["locked.pdf"]["reason"]
    assert listed["locked.pdf"]["hint"]


def test_a_source_from_the_web_is_listed_with_its_address(folder: Path) -> None:
    note_origin(folder / "sources", "train.md", "https://rail.example/attack")
    listed = {source["path"]: source for source in json.loads(rag("sources", "--json", cwd=folder).stdout)}
    assert listed["train.md"]["address"] == "https://rail.example/attack"
    assert listed["train.md"]["fetched"].startswith("20")
    assert "address" not in listed["locked.pdf"]
    assert "fetched: 'train.md': https://rail.example/attack on 20" in rag("sources", cwd=folder).stdout


def test_building_again_changes_nothing(folder: Path) -> None:
    done = rag("build", cwd=folder)
    assert done.returncode == 0
    assert "0 chunks embedded" in done.stdout
    assert "failed: 'locked.pdf'" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "anything", "--index", "nowhere"), "There is no index in nowhere.\nBuild it first: rag build"),
        (("ask", "   "), "The question is empty."),
        (("ask", "x" * 20_000), "The question has 20,000 characters"),
        (("build", "--sources", "nowhere"), "There is no sources folder at nowhere."),
        (("ask", "anything", "--model", "./no-such-folder"), "There is no model folder ./no-such-folder."),
        (("ask", "anything", "--model", "some-org/other-model"), "The index was built with another model"),
        (("search", "anything", "--path", "no.md"), "Unknown source: no.md."),
    ],
)
def test_trouble_is_one_sentence_and_a_hint(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = rag(*arguments, cwd=folder, HF_HUB_OFFLINE="1")
    assert done.returncode == 1, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no interruption by signal here")
def test_a_page_is_not_opened_over_another_folder_than_was_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    done = rag("serve", "--port", "0", "--sources", str(tmp_path / "others"), cwd=folder)
    assert (done.returncode, done.stderr.count("\n")) == (1, 2)
    assert f"The index was built from {folder / 'sources'}, not from" in done.stderr


def test_ctrl_c_in_a_build_says_that_it_stopped(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    for n in range(200):
        paragraphs = (f"Paragraph {i} of article {n} tells of a river and a border. " * 12 for i in range(20))
        (tmp_path / "sources" / f"{n}.txt").write_text("\n\n".join(paragraphs))
    command = [sys.executable, "-m", "rag", "build"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(1200):
            if (tmp_path / "index" / "build.owner").exists():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said.endswith("Stopped. What was already done is kept.\n")
    assert "Traceback" not in out + said


def test_verbose_shows_what_a_child_process_complains_about(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "train.md").write_text(ARTICLE)
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif any('rag.parsing.sandbox' in one for one in sys.orig_argv): print('It aches.', file=sys.stderr)"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    quiet = rag("build", cwd=tmp_path, PYTHONPATH=path)
    loud = rag("--verbose", "build", "--index", "other", cwd=tmp_path, PYTHONPATH=path)
    assert quiet.returncode == loud.returncode == 0
    assert "It aches." not in quiet.stderr
    assert "It aches." in loud.stderr
    assert "Reading train.md" in loud.stderr


def test_verbose_shows_where_an_expected_error_was_raised(tmp_path: Path) -> None:
    done = rag("--verbose", "ask", "Who?", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "IndexMissing" in done.stderr
    assert "Traceback" not in rag("ask", "Who?", cwd=tmp_path).stderr


def test_version_is_that_of_the_distribution(tmp_path: Path) -> None:
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    done = rag("--version", cwd=tmp_path)
    assert (done.stdout, done.returncode) == (f"{declared['name']} {declared['version']}\n", 0)


def test_wrong_usage_exits_with_2(folder: Path) -> None:
    assert rag("ask", cwd=folder).returncode == 2
    assert rag("no-such-command", cwd=folder).returncode == 2


def test_the_doctor_looks_at_everything(folder: Path) -> None:
    done = rag("doctor", "--json", cwd=folder)
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.returncode == 0, done.stdout
    assert set(checks) >= {"python", "packages", "vocabulary", "model", "sources", "index", "language model", "ocr"}
    assert "1 of 2 files indexed" in checks["index"]["said"]
    assert checks["languages"]["said"] == "English (1): fully"
    assert "languages: English (1): fully" in rag("sources", cwd=folder).stdout
    assert rag("doctor", "--index", "nowhere", cwd=folder).returncode == 1


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nimport rag.cli.commands\n"
        "assert CliRunner().invoke(rag.cli.commands.app, ['--help']).exit_code == 0\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'faiss', 'numpy', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
