"""Everything that is measured, in one command: `python -m benchmarks.run [FOLDER] [--sets a,b] [--questions N]`.

For every set of questions under a folder (default `../shared/eval`), three stages: the lenses alone and together, with
sentence choice and refusal (`benchmarks.quality`); the whole program asked through `rag.evaluate`; and, for sets with
exact spans in long texts, chunk sizes compared. The results are filed by commit under `benchmarks/results/`, as JSON
and as a table to read, with the hash of each set, the model, the settings and the machine; no text of a set is in them.

Each stage is kept as soon as it is done: the same command at the same commit goes on where it was stopped. Vectors,
indexes and answers are kept in cache folders under what made them. What was tried and did not help stands in LOG.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import quality
from benchmarks.sets import folders_of, sampled
from benchmarks.table import as_table
from rag.assistant import build, open_index
from rag.cli.output import progress_bars
from rag.config import Config, cache_folder, load_config
from rag.evaluate.cases import Case, load_cases
from rag.evaluate.datasets import import_set
from rag.evaluate.locations import Sources
from rag.evaluate.predict import program_hash, settings_of
from rag.evaluate.predictions import Prediction, Retrieved
from rag.evaluate.results import judge_all
from rag.evaluate.run import evaluate, row_of
from rag.evaluate.summary import Estimate, summarise
from rag.models.encoder.encoder import SentenceEncoder
from rag.types import BuildReport, Progress

RESULTS = Path(__file__).parent / "results"
PASSAGES = 10
LONG = 20_000  # bytes of a set's longest text, from which chunk sizes differ


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Measures quality and speed over every set of questions.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--sets", default="", help="only these, separated by commas")
    parser.add_argument("--questions", type=int, default=300, help="at most so many of each set; 0: all")
    parser.add_argument(
        "--sizes", default="50,100,200", help="compared, in tokens; the encoder reads no more than some 200"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    wanted = set(filter(None, options.sets.split(",")))
    folders = [folder for folder in folders_of(options.folder) if not wanted or folder.name in wanted]
    if not folders:
        print(f"No set of questions under {options.folder}.", file=sys.stderr)
        return 1
    sizes = [int(size) for size in options.sizes.split(",") if size]
    stages: dict[str, Callable[[Path], Any]] = {
        "parts": lambda folder: _parts(options.folder, folder.name, options.questions),
        "program": lambda folder: _program(folder, options.questions, options.jobs),
        "chunk_sizes": lambda folder: _sizes(folder, sizes, options.questions),
    }
    found = _circumstances(options.questions, options.jobs)
    path = options.out / f"{found['commit']}.json"
    found = _resumed(path, found)
    for at, folder in enumerate(folders):
        digest = _hash(folder)
        kept = found["sets"].get(folder.name, {})
        found["sets"][folder.name] = kept if kept.get("sha256") == digest else {"sha256": digest}
        for number, (name, measure) in enumerate(stages.items(), 1 + at * len(stages)):
            if name in found["sets"][folder.name]:
                continue
            print(f"== {number} of {len(stages) * len(folders)}: {folder.name}, {name}", flush=True)
            started = time.monotonic()
            found["sets"][folder.name][name] = measure(folder)
            found["seconds"] = round(found["seconds"] + time.monotonic() - started, 1)
            _save(path, found)
    print(f"Results are in {path} and {path.with_suffix('.md')}.")
    return 0


def _circumstances(questions: int, jobs: int) -> dict[str, Any]:
    """Commit (with "+" and a hash where files differ from it), program, model, settings, machine."""
    commit = _git("rev-parse", "--short=12", "HEAD") or "unknown"
    changes = _git("diff", "HEAD")
    config = load_config()
    return {
        "commit": commit + (f"+{hashlib.sha256(changes.encode()).hexdigest()[:6]}" if changes else ""),
        "program": program_hash()[:16],
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("footnote-rag"),
        "model": SentenceEncoder(config.model, config.device).fingerprint,
        "settings": settings_of(config),
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "jobs": jobs,
        "questions": questions,
        "seconds": 0.0,
        "sets": {},
    }


def _resumed(path: Path, found: dict[str, Any]) -> dict[str, Any]:
    """What an earlier run at the same commit with the same program, model and settings has measured already."""
    if not path.exists():
        return found
    before: dict[str, Any] = json.loads(path.read_text("utf-8"))
    same = all(before.get(name) == found[name] for name in ("program", "model", "settings", "machine", "questions"))
    return before if same else found


def _save(path: Path, found: dict[str, Any]) -> None:
    """At once as a whole, so that a run that is killed leaves what it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for target, text in ((path, json.dumps(found, indent=1) + "\n"), (path.with_suffix(".md"), as_table(found))):
        partial = target.with_suffix(".partial")
        partial.write_text(text, "utf-8")
        partial.replace(target)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _parts(folder: Path, name: str, questions: int) -> dict[str, Any]:
    """Search by each lens and both, sentence choice and refusal, as `benchmarks.quality` measures them."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "quality.json"
        quality.main([str(folder), "--sets", name, "--questions", str(questions), "--json", str(file)])
        found: dict[str, dict[str, list[float]]] = json.loads(file.read_text("utf-8"))
    return {
        way: {measure: [round(value, 4) for value in values] for measure, values in measures.items()}
        for way, measures in found.items()
    }


def _program(folder: Path, questions: int, jobs: int) -> dict[str, Any]:
    """The whole program, asked a sample of the questions."""
    with progress_bars(quiet=False) as progress:
        config, cases, report = _built(folder, load_config(), progress)

        def on_asked(done: int, total: int, question: str) -> None:
            progress(Progress("asking", done, total, question))

        run, _ = evaluate(sampled(cases, questions), config, jobs=jobs, on_asked=on_asked)
    return {
        "documents": run.documents,
        "chunks": report.chunks,
        "chunks embedded": report.chunks_embedded,
        "build seconds": round(report.seconds, 1),
        "cases": len(run.results),
        "asked": run.asked,
        "seconds": round(run.seconds, 1),
        "measures": _plain(run.measures),
    }


def _sizes(folder: Path, sizes: Sequence[int], questions: int) -> dict[str, Any]:
    """Ranking and spans of the first passages at each chunk size; only for sets that say where in a long text."""
    texts = [json.loads(line)["text"] for line in (folder / "corpus.jsonl").read_text("utf-8").split("\n") if line]
    if max(map(len, texts)) < LONG:  # where a document is one chunk there is nothing to compare
        return {}
    return {str(size): _at_size(folder, size, questions) for size in sizes}


def _at_size(folder: Path, size: int, questions: int) -> dict[str, Any]:
    with progress_bars(quiet=False) as progress:
        config, cases, report = _built(folder, load_config(chunk_tokens=size), progress)
    located = [case for case in cases if any(expected.span for expected in case.citations)]
    with open_index(config=config) as assistant:
        given, chosen = [], sampled(located, questions)
        for case in chosen:
            passages = assistant.search(case.question, PASSAGES)
            places = [Retrieved(p.document.id, p.document.path, p.chunk.span, p.chunk.pages, p.score) for p in passages]
            given.append(Prediction(case.question, "not_found", (), tuple(places), 0.0))
        results = judge_all(chosen, given, Sources.of(assistant))
    kept = ("hit@1", "hit@5", "MRR", "nDCG@5", "span recall@5", "span precision@5", "span IoU@5", "tokens read")
    measures = summarise([row_of(result) for result in results if not result.broken])
    return {"chunks": report.chunks, **_plain({name: measures[name] for name in kept if name in measures})}


def _built(
    folder: Path, config: Config, progress: Callable[[Progress], None]
) -> tuple[Config, list[Case], BuildReport]:
    """The set's documents in an index of their own for each chunk size, brought up to date, and its cases."""
    place = cache_folder() / "benchmarks" / folder.resolve().name
    shutil.rmtree(place / "sources", ignore_errors=True)  # documents that the set no longer has
    imported = import_set(folder, place)
    index = place / f"index-{config.chunk_tokens}"
    config = config.model_copy(update={"sources": imported.sources, "index": index})
    return config, load_cases(imported.cases), build(config=config, progress=progress)


def _plain(measures: dict[str, Estimate]) -> dict[str, Any]:
    return {
        name: [round(found.value, 4), round(found.low, 4), round(found.high, 4), found.n]
        for name, found in measures.items()
    }


if __name__ == "__main__":
    raise SystemExit(main())
