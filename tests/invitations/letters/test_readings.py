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


HEAD = """VĂN PHÒNG
Số 12-GM/VPTU
ĐẢNG CỘNG SẢN VIỆT NAM
Hà Tĩnh, ngày 20 tháng 11 năm 2023
GIẤY MỜI
dự Hội nghị giao ban quý IV

"""
PEOPLE = "\nThành phần:\n- Các đồng chí Ủy viên Ban Thường vụ Tỉnh ủy.\n- Bí thư các huyện ủy."


@pytest.mark.parametrize(
    ("body", "venue"),
    [
        (
            "Văn phòng trân trọng kính mời các đồng chí dự Hội nghị giao ban quý IV, vào lúc 08 giờ ngày "
            "04/12/2023 tại Hội trường tầng 1, trụ sở UBND tỉnh.",
            "Hội trường tầng 1, trụ sở UBND tỉnh",
        ),
        (
            "Hội nghị bắt đầu lúc 08 giờ 00, ngày 04/12/2023 (thứ Hai), tại Phòng họp số 2, số 142 đường "
            f"Phan Đình Phùng.{PEOPLE}",
            "Phòng họp số 2, số 142 đường Phan Đình Phùng",
        ),
        (
            "Kính mời: Đồng chí Bí thư Huyện ủy Can Lộc\nDự Hội nghị giao ban quý IV.\nThời gian: 08 giờ 00, "
            "ngày 04/12/2023.\nHội nghị được tổ chức tại Hội trường lớn, Trung tâm Văn hóa tỉnh.",
            "Hội trường lớn, Trung tâm Văn hóa tỉnh",
        ),
        (f"1. Thời gian: 08 giờ, ngày 04/12/2023 tại Hội trường UBND tỉnh.{PEOPLE}", "Hội trường UBND tỉnh"),
        (
            f"Hội nghị họp tại nhà khách Tỉnh ủy vào lúc 08 giờ ngày 04/12/2023.{PEOPLE}",
            "nhà khách Tỉnh ủy",
        ),
        (f"Hội nghị vào lúc 08 giờ ngày 04/12/2023; nhận tài liệu tại Văn phòng Tỉnh ủy.{PEOPLE}", None),
    ],
)
def test_a_place_told_in_a_running_sentence_is_the_venue(body: str, venue: str | None) -> None:
    answer = to_json(read_text(HEAD + body))
    assert [each["venue"] for each in answer["audiences"]] == [venue]
    doubted = [doubt["field"] for doubt in answer["doubts"]]
    assert ("audiences[0].venue" in doubted) == (venue is not None)
    assert [each["starts_at"] for each in answer["sessions"]] == ["08:00"]


def test_the_main_points_place_in_a_running_sentence_goes_to_that_point() -> None:
    answer = to_json(
        read_text(
            f"{HEAD}Hội nghị tổ chức trực tuyến vào lúc 14 giờ ngày 04/12/2023; điểm cầu tỉnh đặt tại Hội "
            "trường Tỉnh ủy.\nThành phần:\n1. Tại điểm cầu tỉnh:\n- Ủy viên Ban Thường vụ.\n"
            "2. Tại điểm cầu các huyện:\n- Ban Thường vụ huyện ủy."
        )
    )
    assert [each["venue"] for each in answer["audiences"]] == ["Hội trường Tỉnh ủy", None]
