"""How well the reader of letters reads: fields read rightly, wrongly and missed, per field.

Letters with expected readings are those of ``../shared/letters`` beside the checkout, where they are, and the
project's own in ``tests/invitations/letters``. In an expectation ``{"any_of": [x, y]}`` takes either
(None: it may be absent) and ``"*"`` takes anything. Of a list each value of each entry counts.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.tables import show, verdict
from invitations.letters import read_file, to_json

PROJECT = Path(__file__).resolve().parent.parent
OWN = PROJECT / "tests" / "invitations" / "letters"
SHARED = PROJECT.parent / "shared" / "letters"
GOAL_RIGHT = 0.95
GOAL_MS = 300.0
ROUNDS = 3
"""The quickest of so many counts: what else runs on the machine is not measured."""


@dataclass
class Score:
    """How the values of one field were read."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    unmarked: int = 0
    """Wrong values that no doubt points at."""
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All values that are expected or were read."""
        return self.right + self.wrong + self.missed

    def add(self, other: Score) -> None:
        """Count another score too."""
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed
        self.unmarked += other.unmarked
        self.notes += other.notes


def collections() -> Iterator[tuple[str, Path, Mapping[str, Any]]]:
    """Each collection of letters that is there: its name, its folder, its expected readings."""
    for name, folder in (("shared", SHARED), ("own", OWN)):
        gold = folder / "gold.json"
        if gold.is_file():
            yield name, folder, json.loads(gold.read_text(encoding="utf-8"))


def compare(gold: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, Score]:
    """Score every field of a reading against what is expected."""
    doubted = {re.sub(r"\[\d+\].*|\..*", "", doubt["field"]) for doubt in read["doubts"]}
    scores: dict[str, Score] = defaultdict(Score)
    for name, expected in gold.items():
        if name == "doubts":
            raised = {doubt["field"] for doubt in read["doubts"]}
            for doubt in expected:
                hit = doubt["field"] in raised
                scores[name].add(
                    Score(right=hit, missed=not hit, notes=[] if hit else [f"not raised: {doubt['field']}"])
                )
        elif name == "unread":
            together = "\n".join(read["unread"])
            for sentence in expected:
                hit = _same(sentence, together) or sentence in together
                scores[name].add(
                    Score(right=hit, missed=not hit, notes=[] if hit else [f"not told: {sentence}"])
                )
        else:
            got = score(expected, read[name], name)
            got.unmarked = got.wrong if name not in doubted else 0
            scores[name].add(got)
    return scores


def score(expected: Any, got: Any, where: str) -> Score:
    """Score one value: the alternative that fits best counts."""
    if expected == "*":
        return Score()
    if isinstance(expected, Mapping) and set(expected) == {"any_of"}:
        scores = [score(each, got, where) for each in expected["any_of"]]
        return min(scores, key=lambda each: (each.wrong + each.missed, -each.right))
    if isinstance(expected, list):
        return _list(expected, got if isinstance(got, list) else [], where)
    if isinstance(expected, Mapping):
        total = Score()
        for key, value in expected.items():
            total.add(score(value, (got or {}).get(key), f"{where}.{key}"))
        return total
    if _same(expected, got):
        return Score(right=1)
    if got in (None, "", []):
        return Score(missed=1, notes=[f"{where}: missed {expected!r}"])
    return Score(wrong=1, notes=[f"{where}: {got!r} instead of {expected!r}"])


def _same(expected: Any, got: Any) -> bool:
    return bool(expected == got)


def _list(expected: list[Any], got: list[Any], where: str) -> Score:
    """Entries in order: each expected one takes the best of those left; what nobody takes is wrong."""
    left = list(got)
    total = Score()
    if not expected and not got:
        return Score(right=1)
    for place, each in enumerate(expected):
        ranked = sorted(range(len(left)), key=lambda index: _cost(each, left[index]))
        fits = bool(ranked) and _cost(each, left[ranked[0]]) < 0.75
        if fits:
            total.add(score(each, left.pop(ranked[0]), f"{where}[{place}]"))
        elif not _may_be_absent(each):
            total.add(Score(missed=_size(each), notes=[f"{where}[{place}]: missed {each!r}"]))
    for each in left:
        total.add(Score(wrong=_size(each), notes=[f"{where}: too much {each!r}"]))
    return total


def _cost(expected: Any, got: Any) -> float:
    result = score(expected, got, "")
    return (result.wrong + result.missed) / max(result.total, 1)


def _may_be_absent(expected: Any) -> bool:
    return isinstance(expected, Mapping) and None in expected.get("any_of", ())


def _size(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_size, value.values())) if "any_of" not in value else _size(value["any_of"][0])
    if isinstance(value, list):
        return sum(map(_size, value)) or 1
    return 0 if value == "*" else 1


def _milliseconds(content: bytes, path: str) -> float:
    began = time.perf_counter()
    read_file(content, path)
    return 1000 * (time.perf_counter() - began)


def main(*, verbose: bool = False) -> None:
    """Print the table of fields for each collection, and how long a letter takes."""
    for name, folder, golds in collections():
        scores: dict[str, Score] = defaultdict(Score)
        slowest = 0.0
        for path, gold in golds.items():
            content = (folder / path).read_bytes()
            read = to_json(read_file(content, path))
            slowest = max(slowest, min(_milliseconds(content, path) for _ in range(ROUNDS)))
            for each, got in compare(gold, read).items():
                got.notes = [f"{path} {note}" for note in got.notes]
                scores[each].add(got)
        total = Score()
        for got in scores.values():
            total.add(got)
        rows = [
            [each, str(got.right), str(got.wrong), str(got.missed), str(got.unmarked)]
            for each, got in (*scores.items(), ("all fields", total))
        ]
        show(
            f"Letters read, {name} ({len(golds)} letters)",
            ["field", "right", "wrong", "missed", "wrong, no doubt"],
            rows,
        )
        rate = total.right / max(total.total, 1)
        print(
            f"\n  {100 * rate:.1f}% right, goal {100 * GOAL_RIGHT:.0f}%: {verdict(1 - rate, 1 - GOAL_RIGHT)}"
        )
        print(f"  slowest letter {slowest:.0f} ms, goal {GOAL_MS:.0f} ms: {verdict(slowest, GOAL_MS)}")
        if verbose:
            print("\n".join(f"  {note}" for note in total.notes))


run = main

if __name__ == "__main__":
    import sys

    main(verbose="-v" in sys.argv)
