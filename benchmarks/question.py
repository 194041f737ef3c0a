"""What a warm question costs: `python benchmarks/question.py INDEX [--questions FILE]`.

Prints the median and the 95th percentile of search with extractive answer, of which the encoding of the question alone,
and the memory of this process with the index open (what the serving process holds, less Gradio).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

import rag
from rag.models.encoder.encoder import SentenceEncoder

QUESTIONS = (
    "How many people died in the attack on the Jaffar Express?",
    "What is the female literacy rate in Balochistan?",
    "Which operation was launched in 2024?",
    "What is the capital of Mongolia?",
    "Who won the 2022 World Cup?",
    "Where does most of the rice of the country grow?",
    "When was the border drawn, and by whom?",
    "Which groups are active in the province?",
)


def main() -> None:
    """Asks every question a few times, in turn, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=Path, help="a file with one question a line")
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    questions = arguments.questions.read_text().splitlines() if arguments.questions else QUESTIONS
    encoder = SentenceEncoder()
    with rag.open(arguments.index) as assistant:
        for question in questions:
            assistant.ask(question)
            encoder.query(question)
        whole = timed(assistant.ask, questions, arguments.rounds)
        alone = timed(encoder.query, questions, arguments.rounds)
        memory = psutil.Process().memory_info().rss / 1e6
    print(f"question      median {statistics.median(whole):6.1f} ms   p95 {whole[int(len(whole) * 0.95)]:6.1f} ms")
    print(f"encoding only median {statistics.median(alone):6.1f} ms   p95 {alone[int(len(alone) * 0.95)]:6.1f} ms")
    print(f"memory {memory:.0f} MB")


def timed(ask: Callable[[str], object], questions: Sequence[str], rounds: int) -> list[float]:
    """Milliseconds of each call, sorted."""
    taken = []
    for _ in range(rounds):
        for question in questions:
            started = time.perf_counter()
            ask(question)
            taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


if __name__ == "__main__":
    main()
