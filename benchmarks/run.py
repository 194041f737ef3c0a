"""Everything that is measured, in one command: `python -m benchmarks.run [FOLDER] [--sets a,b] [--questions N]`.

For every set of questions under a folder (default `../shared/eval`): the lenses alone and together, sentence choice and
refusal (`benchmarks.quality`); the whole program asked through `rag.evaluate`; and, for sets with exact spans, chunk
sizes compared. The results are filed by commit under `benchmarks/results/`, with the hash of each set, the model, the
settings and the machine, so that two files can be compared. What was tried and did not help stands in LOG.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import quality
from rag.assistant import build, open_index
from rag.config import Config, load_config
from rag.embed import SentenceEncoder
from rag.evaluate.cases import Case, load_cases
from rag.evaluate.places import Sources
from rag.evaluate.predictions import Prediction, Retrieved
from rag.evaluate.results import judge_all
from rag.evaluate.run import cache_folder, evaluate, opened, row_of
from rag.evaluate.sets import import_set
from rag.evaluate.summary import Estimate, summarise

RESULTS = Path(__file__).parent / "results"
PASSAGES = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Measures quality and speed over every set of questions.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--sets", default="", help="only these, separated by commas")
    parser.add_argument("--questions", type=int, default=300, help="asked of the whole program in each set; 0: none")
    parser.add_argument("--sizes", default="100,200,400", help="chunk sizes compared, in tokens")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    wanted = set(filter(None, options.sets.split(",")))
    folders = [p.parent for p in sorted(options.folder.glob("*/corpus.jsonl")) if not wanted or p.parent.name in wanted]
    if not folders:
        print(f"No set of questions under {options.folder}.", file=sys.stderr)
        return 1
    started = time.monotonic()
    found: dict[str, Any] = {**_circumstances(), "sets": {}}
    for folder in folders:
        print(f"== {folder.name}", flush=True)
        found["sets"][folder.name] = {
            "sha256": _hash(folder),
            "parts": _parts(options.folder, folder.name),
            "program": _program(folder, options.questions, options.jobs) if options.questions else None,
            "chunk_sizes": _sizes(folder, [int(size) for size in options.sizes.split(",") if size]),
        }
    found["seconds"] = round(time.monotonic() - started, 1)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"{found['commit']}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"Results are in {path}.")
    return 0


def _circumstances() -> dict[str, Any]:
    """Commit (with "+" where files differ from it), versions, model, settings, machine."""
    commit = _git("rev-parse", "--short=12", "HEAD") or "unknown"
    config = load_config()
    return {
        "commit": commit + ("+" if _git("status", "--porcelain", "--untracked-files=no") else ""),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("footnote-rag"),
        "model": SentenceEncoder(config.model, config.device).fingerprint,
        "settings": json.loads(config.model_dump_json(exclude={"host", "port", "sources", "index"})),
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _parts(folder: Path, name: str) -> dict[str, Any]:
    """Search by each lens and both, sentence choice and refusal, as `benchmarks.quality` measures them."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "quality.json"
        quality.main([str(folder), "--sets", name, "--json", str(file)])
        return dict(json.loads(file.read_text("utf-8")))


def _program(folder: Path, count: int, jobs: int) -> dict[str, Any]:
    """The whole program, asked a sample of the questions."""
    with opened(folder, load_config()) as (cases, config):
        run, _ = evaluate(_sample(cases, count), config, jobs=jobs)
    return {
        "cases": len(run.results),
        "asked": run.asked,
        "seconds": round(run.seconds, 1),
        "measures": _plain(run.measures),
    }


def _sizes(folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Ranking and spans of the first passages at each chunk size; only for sets that say where in a long text."""
    place = cache_folder() / "sizes" / folder.name
    imported = import_set(folder, place)
    cases = [case for case in load_cases(imported.cases) if any(expected.span for expected in case.citations)]
    texts = [path.stat().st_size for path in imported.sources.glob("*.txt")]
    if not cases or max(texts) < 20_000:  # where a document is one chunk there is nothing to compare
        return {}
    return {str(size): _at_size(size, cases, imported.sources, place / str(size)) for size in sizes}


def _at_size(size: int, cases: Sequence[Case], sources: Path, index: Path) -> dict[str, Any]:
    config: Config = load_config(sources=sources, index=index, chunk_tokens=size)
    build(config=config)
    with open_index(config=config) as assistant:
        given = []
        for case in cases:
            passages = assistant.search(case.question, PASSAGES)
            places = [Retrieved(p.document.id, p.document.path, p.chunk.span, p.chunk.pages, p.score) for p in passages]
            given.append(Prediction(case.question, "not_found", (), tuple(places), 0.0))
        results = judge_all(cases, given, Sources.of(assistant))
    kept = ("hit@1", "hit@5", "MRR", "nDCG@5", "span recall@5", "span precision@5", "span IoU@5", "tokens read")
    measures = summarise([row_of(result) for result in results if not result.broken])
    return _plain({name: measures[name] for name in kept if name in measures})


def _sample(cases: Sequence[Case], count: int) -> list[Case]:
    """The same sample every time, in the set's order."""
    if len(cases) <= count:
        return list(cases)
    chosen = set(random.Random(0).sample(range(len(cases)), count))
    return [case for at, case in enumerate(cases) if at in chosen]


def _plain(measures: dict[str, Estimate]) -> dict[str, Any]:
    return {
        name: [round(found.value, 4), round(found.low, 4), round(found.high, 4), found.n]
        for name, found in measures.items()
    }


if __name__ == "__main__":
    raise SystemExit(main())
