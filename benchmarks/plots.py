"""The pictures of `docs/performance.md`, drawn with matplotlib (`pip install 'footnote-rag[bench]'`).

Colours are told apart on white and on black, and the background is left clear, so one picture serves both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

from benchmarks.document import DOCUMENT

__all__ = ["growth"]

INK, BLUE, ORANGE, GREEN = "#7d8590", "#3b82d6", "#d9822b", "#3a9d5d"
PANELS = {
    "Building and rebuilding, processor seconds": {
        "build": ("build, without the encoder", BLUE),
        "encoder": ("the encoder alone", INK),
        "rebuild": ("one document changed, one gone", ORANGE),
    },
    "On the disk and in memory, MB": {
        "disk": ("index", BLUE),
        "peak_mb": ("memory while asking, at most", ORANGE),
        "open_mb": ("memory when open", GREEN),
    },
    "Opening, seconds": {"open": ("every checksum compared", BLUE)},
    "A search through both lenses, ms": {
        "p95": ("slowest twentieth", ORANGE),
        "p50": ("half of them", BLUE),
    },
}


def growth(rows: Sequence[Mapping[str, float]], pace: float) -> None:
    """Draws `docs/growth.svg` from the rows of `benchmarks.growth`; `pace`: chunks that the encoder reads a second.

    What a row lacks is left out of its line.
    """
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {
        "svg.hashsalt": "footnote",  # the same picture for the same numbers
        "svg.fonttype": "none",  # letters stay letters: a tenth of the size, and they can be searched and read aloud
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(10, 8.5), layout="constrained")
    found = [
        {**row, "disk": row["truth"] + row["dense"] + row["lexical"], "encoder": row["chunks"] / pace} for row in rows
    ]
    for axis, (title, lines) in zip(axes.flat, PANELS.items(), strict=True):
        for key, (label, colour) in lines.items():
            places = [(row["chunks"], row[key]) for row in found if key in row]
            axis.plot(*zip(*places, strict=True), "o-", color=colour, label=label)
        axis.set(xscale="log", yscale="log", title=title, xlabel="passages")
        low, high = (log10(end(row[key] for row in found for key in lines if key in row)) for end in (min, max))
        axis.set_ylim(10 ** floor(low), 10 ** ceil(high) * 1.2)
        axis.minorticks_off()
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axis.grid(color=INK, alpha=0.25, linewidth=0.6)
        axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.17))
    figure.savefig(DOCUMENT.parent / "growth.svg", transparent=True, metadata={"Date": None})
    pyplot.close(figure)
