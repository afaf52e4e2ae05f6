"""Figures of repeated measurements, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import NamedTuple


class Timing(NamedTuple):
    """How fast a series of requests was answered."""

    per_second: float
    p50: float
    p95: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float], elapsed: float) -> Timing:
        """Read the figures off the durations of single requests, made within ``elapsed`` seconds."""
        ranked = sorted(seconds)
        return cls(len(ranked) / elapsed, median(ranked), ranked[ceil(0.95 * len(ranked)) - 1], ranked[-1])

    @classmethod
    def middle(cls, rounds: Sequence[Timing]) -> Timing:
        """The medians of several rounds; the worst of all of them."""
        rates, p50s, p95s, worsts = zip(*rounds, strict=True)
        return cls(median(rates), median(p50s), median(p95s), max(worsts))

    @property
    def cells(self) -> list[str]:
        """The columns of ``TIMING``."""
        return [f"{self.per_second:.1f}", *(f"{1000 * s:.0f}" for s in (self.p50, self.p95, self.worst))]


TIMING = ["per s", "p50 ms", "p95 ms", "max ms"]


def verdict(value: float, goal: float) -> str:
    """Say whether ``value`` is below its goal."""
    return "met" if value < goal else "MISSED"


def median_of(number: int) -> str:
    """Say of how many rounds the figures are the medians."""
    return "one round" if number == 1 else f"medians of {number} rounds"


def show(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: words to the left, figures to the right."""
    widths = [max(len(row[place]) for row in (headings, *rows)) for place in range(len(headings))]
    print(f"\n{title}\n")
    for row in (headings, ["-" * width for width in widths], *rows):
        cells = [
            cell.rjust(width) if _is_figure(rows, place) else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip(), flush=True)


def _is_figure(rows: Sequence[Sequence[str]], place: int) -> bool:
    return all(not row[place] or row[place][0].isdigit() for row in rows)
