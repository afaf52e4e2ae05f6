"""What the reader makes of whole letters."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks.letters import GOAL_RIGHT, OWN, SHARED, Score, collections, compare
from invitations.letters import read_file, read_text, to_json

SAMPLES = sorted((OWN / "samples").glob("*.txt"))
GOLD: dict[str, Any] = json.loads((OWN / "gold.json").read_text(encoding="utf-8"))


def read(path: Path) -> dict[str, Any]:
    return to_json(read_file(path.read_bytes(), path.name))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_field_of_an_own_letter_is_read_as_expected(path: Path) -> None:
    scores = compare(GOLD[f"samples/{path.name}"], read(path))
    assert [note for score in scores.values() for note in score.notes] == []


def test_every_own_letter_has_an_expected_reading() -> None:
    assert {f"samples/{path.name}" for path in SAMPLES} == set(GOLD)
    assert len(SAMPLES) >= 12


def test_all_fields_of_the_real_letter_are_right() -> None:
    """The real letter where it lies beside the checkout, else the project's own that is written after it."""
    real = "ha-tinh-2023-12-04.txt"
    if (SHARED / real).is_file():
        gold, path = json.loads((SHARED / "gold.json").read_text(encoding="utf-8"))[real], SHARED / real
    else:
        path = OWN / "samples" / "invitation-province.txt"
        gold = GOLD["samples/invitation-province.txt"]
    scores = compare(gold, read(path))
    assert [note for score in scores.values() for note in score.notes] == []


def test_of_each_collection_nearly_all_is_right_and_nothing_wrong_without_a_doubt() -> None:
    for name, folder, golds in collections():
        total = Score()
        for path, gold in golds.items():
            for score in compare(gold, read(folder / path)).values():
                total.add(score)
        assert total.right >= GOAL_RIGHT * total.total, (name, total.notes)
        assert total.unmarked == 0, (name, total.notes)


def test_the_comparison_sees_what_is_wrong_missed_or_too_much() -> None:
    gold = GOLD["samples/invitation-province.txt"]
    got = json.loads(json.dumps(gold))
    got["title"] = "Hội nghị khác"
    got["line_tests"] = []
    got["recipients"].append("Báo khác")
    scores = compare(gold, got)
    assert (scores["title"].wrong, scores["title"].unmarked) == (1, 1)
    assert scores["line_tests"].missed == 1
    assert scores["recipients"].wrong == 1


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_value_knows_its_place_in_the_text(path: Path) -> None:
    reading = read_file(path.read_bytes(), path.name)
    for span in reading.spans():
        assert 0 <= span.start <= span.end <= len(reading.text)
    for audience in reading.audiences:
        for role in audience.roles:
            begin = role.text.split("(")[0].strip()[:12]
            assert begin in reading.text[role.span.start : role.span.end].replace("¹", "")
    for due in reading.deadlines:
        assert str(due.moment.day.day) in reading.text[due.span.start : due.span.end]
    for contact in reading.contacts:
        digits = "".join(filter(str.isdigit, reading.text[contact.span.start : contact.span.end]))
        assert contact.phone[1:] in digits


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sentence_that_no_rule_understands_is_told(path: Path) -> None:
    odd = "Cây bàng trước cổng năm nay ra lá rất đẹp."
    lines = path.read_text(encoding="utf-8").split("\n")
    chooser = random.Random(path.name)
    for _ in range(4):
        place = chooser.randrange(len(lines))
        text = "\n".join([*lines[:place], "", odd, "", *lines[place:]])
        answer = to_json(read_text(text))
        assert "Cây bàng" in json.dumps(answer, ensure_ascii=False), f"dropped at line {place}"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_other_spelling_of_tones_reads_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    other = text.replace("Ủy", "Uỷ").replace("ủy", "uỷ").replace("Hòa", "Hoà").replace("hòa", "hoà")
    one, two = to_json(read_text(text)), to_json(read_text(other))
    assert [each["tier"] for each in one["audiences"]] == [each["tier"] for each in two["audiences"]]
    for name in ("kind", "sessions", "line_tests", "state"):
        assert one[name] == two[name]
    assert [each["at"] for each in one["deadlines"]] == [each["at"] for each in two["deadlines"]]
    assert len(one["assignments"]) == len(two["assignments"])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_letter_that_breaks_off_anywhere_is_still_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for share in range(1, 10):
        to_json(read_text(text[: len(text) * share // 10]))
