"""What changed between two documents: nothing is lost, nothing is made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registrations.comparison import point_names, sections
from registrations.differences import (
    KEYS,
    NUMBERS,
    PEOPLE,
    POINTS,
    Difference,
    Document,
    Totals,
    altered_fields,
    differences,
    totals,
)

UNITS = ["huyen-uy-can-loc", "xa-thien-loc", "xa-vuong-loc", "thi-tran-nghen"]
WORDS = st.sampled_from(["", "Bí thư", "Phó Bí thư", "Hội trường tầng 2", "=1+1"])


def apply(difference: Difference, document: Document) -> dict[str, Any]:
    """Do a difference to a document: rows stay where they are, new ones follow."""
    done = dict(document)
    for kind, rows in (
        (PEOPLE, difference.people),
        (POINTS, difference.points),
        (NUMBERS, difference.numbers),
    ):
        key = KEYS[kind]
        gone = {key(row) for row in rows.removed}
        after = {key(row.after): row.after for row in rows.altered}
        kept = [after.get(key(row), row) for row in document.get(kind, []) if key(row) not in gone]
        done[kind] = [*kept, *rows.added]
    return done


def person(key: str, **changed: Any) -> dict[str, Any]:
    return {
        "key": key, "full_name": f"Lê Văn {key}", "position": "Bí thư", "organisation": "", "role_id": 1,
        "role": "Huyện ủy viên", "point": UNITS[0], "phone": "0900000301", "note": "",
    } | changed  # fmt: skip


def point(unit: str, **changed: Any) -> dict[str, Any]:
    return {
        "unit": unit, "name": unit.upper(), "tier": "commune", "venue": "", "chair": "", "technician": "",
        "technician_phone": "", "connects": True,
    } | changed  # fmt: skip


def number(unit: str, role_id: int | None, count: int) -> dict[str, Any]:
    return {"point": unit, "role_id": role_id, "role": f"Vai {role_id}" if role_id else "", "number": count}


def document(
    people: list[Any] | None = None, points: list[Any] | None = None, numbers: list[Any] | None = None
) -> dict[str, Any]:
    return {
        "meeting": "hoi-nghi", "unit": UNITS[0], PEOPLE: people or [], POINTS: points or [],
        NUMBERS: numbers or [],
    }  # fmt: skip


PEOPLE_LISTS = st.lists(
    st.builds(person, st.sampled_from("abcdefg"), position=WORDS, point=st.sampled_from(UNITS)),
    unique_by=lambda row: row["key"],
)
POINT_LISTS = st.lists(
    st.builds(point, st.sampled_from(UNITS), venue=WORDS, connects=st.booleans()),
    unique_by=lambda row: row["unit"],
)
NUMBER_LISTS = st.lists(
    st.builds(number, st.sampled_from(UNITS), st.sampled_from([None, 1, 2]), st.integers(0, 5000)),
    unique_by=lambda row: (row["point"], row["role_id"]),
)
DOCUMENTS = st.builds(document, PEOPLE_LISTS, POINT_LISTS, NUMBER_LISTS)


def as_rows(content: dict[str, Any]) -> dict[str, Any]:
    """A document without the order of its rows."""
    return content | {
        kind: sorted(content[kind], key=lambda row: repr(sorted(row.items(), key=repr)))
        for kind in (PEOPLE, POINTS, NUMBERS)
    }


@given(DOCUMENTS, DOCUMENTS)
def test_the_difference_done_to_the_first_gives_the_second(first, second):
    assert as_rows(apply(differences(first, second), first)) == as_rows(second)


@given(DOCUMENTS)
def test_equal_documents_have_no_difference(content):
    difference = differences(content, content)
    assert not difference
    assert difference.in_words == "không khác gì"
    assert sections(difference, point_names(content)) == []


@given(DOCUMENTS, DOCUMENTS)
def test_whatever_differs_is_said(first, second):
    difference = differences(first, second)
    same = as_rows(first) == as_rows(second)
    assert bool(difference) == (not same or difference.reordered)
    lines = [line for section in sections(difference, point_names(first, second)) for line in section.lines]
    rows = (*difference.people, *difference.points, *difference.numbers)
    assert len(lines) == sum(len(changed) for changed in rows)


@given(DOCUMENTS, DOCUMENTS)
def test_back_and_forth_are_mirror_images(first, second):
    there, back = differences(first, second), differences(second, first)
    assert {row["key"] for row in there.people.added} == {row["key"] for row in back.people.removed}
    assert {row["unit"] for row in there.points.connected} == {
        row["unit"] for row in back.points.disconnected
    }
    assert (there.before, there.after) == (back.after, back.before)


@given(DOCUMENTS, DOCUMENTS)
def test_an_altered_row_names_a_field_that_reads_differently(first, second):
    names = point_names(first, second)
    difference = differences(first, second)
    for altered in (*difference.people.altered, *difference.points.altered, *difference.numbers.altered):
        fields = altered_fields(altered, names)
        assert fields
        assert all(field.label for field in fields)


def test_people_points_and_numbers_are_told_apart():
    first = document(
        people=[person("a"), person("b"), person("c")],
        points=[point(UNITS[0]), point(UNITS[1]), point(UNITS[2], connects=False), point(UNITS[3])],
        numbers=[number(UNITS[0], 1, 45), number(UNITS[1], None, 60)],
    )
    second = document(
        people=[person("b", phone="0900000999"), person("c"), person("d"), person("e")],
        points=[point(UNITS[0]), point(UNITS[1], chair="Phan Văn Hợi"), point(UNITS[2]),
                point(UNITS[3], connects=False)],
        numbers=[number(UNITS[0], 1, 40), number(UNITS[1], None, 60)],
    )  # fmt: skip
    difference = differences(first, second)
    assert difference.in_words == "thêm 2 người, bớt 1, sửa 1; 3 điểm cầu và 1 số lượng có đổi"
    assert [row["unit"] for row in difference.points.connected] == [UNITS[2]]
    assert [row["unit"] for row in difference.points.disconnected] == [UNITS[3]]
    (phone,) = altered_fields(difference.people.altered[0], {})
    assert phone == ("Điện thoại", "0900.000.301", "0900.000.999")
    assert difference.before == Totals(declared=105, named=3, points=2)
    assert difference.after == Totals(declared=100, named=4, points=2)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (document(people=[person("b"), person("a")]), "chỉ đổi thứ tự danh sách"),
        (document(people=[person("a")]), "bớt 1 người"),
        (document(people=[person("a"), person("b", note="vắng buổi chiều")]), "sửa 1 người"),
    ],
)
def test_the_title_says_only_what_is_there(second, words):
    assert differences(document(people=[person("a"), person("b")]), second).in_words == words


def test_a_number_at_a_point_that_left_is_not_in_the_total():
    content = document(
        points=[point(UNITS[1], connects=False)],
        numbers=[number(UNITS[1], None, 60), number("tinh-uy", 1, 3)],
    )
    assert totals(content).declared == 3


@pytest.mark.django_db
def test_totals_of_a_document_are_those_on_its_receipt(submitted):
    submission = submitted.submissions.get()
    assert totals(submission.content) == (submission.declared, submission.named, submission.points)
