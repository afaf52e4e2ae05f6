"""What holds for every name, telephone, heading and letter, not only for those of the corpus."""

from __future__ import annotations

import io
import unicodedata
from contextlib import suppress
from random import Random

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.phones import read_phone
from conference_portal.sample import names as sample
from registrations.roster import reader
from registrations.roster.cells import UnreadableRosterError, column_number, letters
from registrations.roster.headings import meaning
from registrations.roster.legacy import (
    Encoding,
    decoded,
    from_misread_utf8,
    from_tcvn3,
    from_vni,
    guessed,
    is_syllable,
    plausibility,
    to_tcvn3,
    to_vni,
)
from registrations.roster.people import read_name, read_telephone, split_post
from registrations.roster.vocabulary import HEADINGS, Field, phrases
from registrations.roster.xlsx import read_xlsx
from tests.registrations.roster.files import csv, lines, xls, xlsx

people = st.integers(0, 10**9).map(lambda seed: sample.person(Random(seed)))
mobiles = st.builds(
    lambda head, tail: f"{head}{tail:07d}",
    st.sampled_from(["032", "039", "058", "070", "083", "090", "091", "098"]),
    st.integers(0, 9_999_999),
)
VIETNAMESE = "aáàảãạăắằẳẵặâấầẩẫậbcdđeéèẻẽẹêếềểễệghiíìỉĩịklmnoóòỏõọôốồổỗộơớờởỡợpqrstuúùủũụưứừửữựvxyýỳỷỹỵ "
small = st.text(VIETNAMESE, max_size=40)


# ── Letters ──────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(small)
def test_tcvn3_there_and_back(text: str) -> None:
    assert from_tcvn3(to_tcvn3(text)) == text
    assert from_tcvn3(to_tcvn3(text), capitals=True) == text.upper()


@settings(deadline=None)
@given(st.text(VIETNAMESE + VIETNAMESE.upper(), max_size=40))
def test_vni_there_and_back(text: str) -> None:
    assert from_vni(to_vni(text)) == text


@settings(deadline=None)
@given(st.text(VIETNAMESE + VIETNAMESE.upper(), max_size=40))
def test_misread_utf8_there_and_back(text: str) -> None:
    misread = "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in text.encode()
    )
    assert from_misread_utf8(misread) == text


def test_the_tables_hold_every_letter() -> None:
    for letter in VIETNAMESE.strip():
        assert from_tcvn3(to_tcvn3(letter)) == letter
        assert letter.isascii() or letter in "ý" or to_tcvn3(letter) != letter
        assert letter.isascii() or letter in "íì" or to_vni(letter) != letter
    assert from_tcvn3("¡¢£¤¥¦§") == "ĂÂÊÔƠƯĐ"


@settings(deadline=None)
@given(people)
def test_names_are_spelt_in_syllables(name: str) -> None:
    assert plausibility(name) == 1.0
    assert all(is_syllable(word) for word in name.split())


@settings(deadline=None)
@given(st.lists(people, min_size=8, max_size=30))
def test_a_list_that_is_unicode_stays_as_it_is(names: list[str]) -> None:
    assert guessed(names) is None
    assert [
        decoded(name, Encoding.TCVN3) for name in names if plausibility(name) == 1.0 and name.isascii()
    ] == [name for name in names if name.isascii()]


@settings(deadline=None)
@given(st.lists(people, min_size=12, max_size=30))
def test_an_old_encoding_is_known_by_its_words(names: list[str]) -> None:
    assert guessed(map(to_tcvn3, names)) in (
        Encoding.TCVN3,
        None if all(map(str.isascii, names)) else Encoding.TCVN3,
    )
    assert guessed(map(to_vni, names)) in (
        Encoding.VNI,
        None if all(map(str.isascii, names)) else Encoding.VNI,
    )


# ── Names ────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(people)
def test_a_good_name_is_not_touched(name: str) -> None:
    read = read_name(name)
    assert (read.text, read.changes) == (name, ())


@settings(deadline=None)
@given(people, st.sampled_from([str.lower, str.upper]))
def test_capitals_come_back(name: str, spoil: object) -> None:
    assert callable(spoil)
    assert read_name(spoil(name)).text == name


@settings(deadline=None)
@given(people, st.sampled_from(["Đ/c ", "đ/c: ", "Đồng chí ", "12. ", "3) ", "Bà ", "ông "]))
def test_what_stands_before_a_name_is_taken_off(name: str, before: str) -> None:
    read = read_name(before + name)
    assert read.text == name
    assert read.changes


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_name_that_stays_as_it_is(text: str) -> None:
    once = read_name(" ".join(text.split()))
    assert read_name(once.text).text == read_name(read_name(once.text).text).text


@settings(deadline=None)
@given(
    st.sampled_from(["Bí thư", "Phó Chủ tịch", "Ủy viên BTV", "Trưởng ban"]),
    st.sampled_from(["Huyện ủy Can Lộc", "UBND xã Tùng Lộc", "Trạm Y tế", "Phòng Nội vụ"]),
    st.sampled_from([", ", " - ", "; ", "\n", " – "]),
)
def test_post_and_organisation_are_parted_in_either_order(post: str, organisation: str, by: str) -> None:
    assert split_post(f"{post}{by}{organisation}") == (post, organisation)
    assert split_post(f"{organisation}{by}{post}") == (post, organisation)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_parting_loses_no_letter(text: str) -> None:
    def letters_of(words: str) -> list[str]:
        return sorted(char for char in words if char.isalnum())

    assert letters_of("".join(split_post(text))) == letters_of(text)


# ── Telephones ───────────────────────────────────────────────────────────────────────────────────

SPOILT = [
    lambda number: number[1:],
    lambda number: f"{number[1:]}.0",
    lambda number: f"{number[1]}.{number[2:]}E+08",
    lambda number: f"{number[1]},{number[2:]}E+08",
    lambda number: f"{number[:4]}.{number[4:7]}.{number[7:]}",
    lambda number: f"{number[:4]} {number[4:7]} {number[7:]}",
    lambda number: f"+84{number[1:]}",
    lambda number: f"(+84) {number[1:]}",
    lambda number: f"84{number[1:]}",
    lambda number: f"ĐT: {number}",
    lambda number: f"{number} (Zalo)",
    lambda number: f"'{number}",
]


@settings(deadline=None)
@given(mobiles, st.sampled_from(SPOILT))
def test_a_spoilt_telephone_is_repaired_and_said(number: str, spoil: object) -> None:
    assert callable(spoil)
    read = read_telephone(spoil(number))
    assert (read.number, read.fault) == (number, "")
    assert read.changes


@settings(deadline=None)
@given(mobiles)
def test_a_good_telephone_is_not_touched(number: str) -> None:
    read = read_telephone(number)
    assert (read.number, read.changes) == (number, ())


@settings(deadline=None)
@given(st.from_regex(r"0[2-9][0-9]{8}", fullmatch=True))
def test_the_short_way_agrees_with_the_long_one(number: str) -> None:
    try:
        expected = read_phone(number).number
    except ValueError:
        expected = ""
    assert read_telephone(number).number == expected
    assert read_telephone(number[1:]).number == expected


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_fault(text: str) -> None:
    read = read_telephone(" ".join(text.split()))
    assert not (read.number and read.fault)
    assert read.number == "" or (read.number.isdigit() and 10 <= len(read.number) <= 11)


@settings(deadline=None)
@given(mobiles, mobiles, st.sampled_from([" / ", "; ", ", ", " - ", " hoặc ", " "]))
def test_two_numbers_give_the_first_and_keep_the_second(first: str, second: str, by: str) -> None:
    read = read_telephone(f"{first}{by}{second}")
    assert read.number == first
    assert second in read.second


@settings(deadline=None)
@given(st.integers(1, 16_384))
def test_columns_there_and_back(number: int) -> None:
    assert column_number(letters(number)) == number


# ── Headings ─────────────────────────────────────────────────────────────────────────────────────

KNOWN = [(phrase, field) for field, text in HEADINGS.items() for phrase in phrases(text)]


@settings(deadline=None)
@given(
    st.sampled_from(KNOWN),
    st.sampled_from([str.upper, str.title, "({})".format, "  {} :".format, "{} *".format]),
)
def test_a_known_heading_is_known_however_it_is_dressed(known: tuple[str, Field], dress: object) -> None:
    assert callable(dress)
    phrase, field = known
    assert meaning(dress(phrase)).field is field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Họ và tên", Field.FULL_NAME),
        ("HỌ VÀ TÊN ĐỒNG CHÍ", Field.FULL_NAME),
        ("Họ, tên đại biểu", Field.FULL_NAME),
        ("Họ và tên\n(ghi đầy đủ)", Field.FULL_NAME),
        ("Họ và tên cán bộ, đảng viên", Field.FULL_NAME),
        ("Họ đệm", Field.FAMILY_NAME),
        ("Chức vụ/Chức danh", Field.POSITION),
        ("Chức vụ hiện nay", Field.POSITION),
        ("Chức vụ, đơn vị công tác", Field.POST),
        ("Chức danh - Cơ quan", Field.POST),
        ("Chức vụ và nơi công tác hiện nay", Field.POST),
        ("Cơ quan, đơn vị công tác", Field.ORGANISATION),
        ("Số điện thoại liên hệ", Field.PHONE),
        ("SĐT (Zalo)", Field.PHONE),
        ("ĐTDĐ", Field.PHONE),
        ("Số điện thoại của đồng chí", Field.PHONE),
        ("Thành phần tham dự", Field.ROLE),
        ("Tham dự tại điểm cầu", Field.POINT),
        ("Ghi chú", Field.NOTE),
        ("S.T.T", Field.NUMBER),
        ("Ngày tháng năm sinh", Field.OTHER),
        ("Dân tộc", Field.OTHER),
        ("Họ và tênn", Field.FULL_NAME),
        ("Chứ vụ", Field.POSITION),
    ],
)
def test_headings_are_understood_however_they_are_worded(heading: str, field: Field) -> None:
    said = meaning(heading)
    assert said.field is field
    assert said.confidence >= 0.6


@settings(deadline=None)
@given(people)
def test_a_name_is_no_heading(name: str) -> None:
    assert meaning(name).confidence < 0.7


# ── Whole lists ──────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(people, mobiles), min_size=1, max_size=12),
    st.integers(0, 5),
    st.permutations(range(4)),
)
def test_whatever_the_order_of_columns_and_the_format(
    rows: list[tuple[str, str]], above: int, order: list[int]
) -> None:
    table = [["Họ và tên", "Chức vụ", "Đơn vị", "Điện thoại"]]
    table += [[name, "Bí thư", "Huyện ủy Can Lộc", phone] for name, phone in rows]
    shuffled = [[row[place] for place in order] for row in table]
    shuffled = [[f"TIÊU ĐỀ {n}"] for n in range(above)] + shuffled
    for data, file in ((xlsx(shuffled), "a.xlsx"), (xls(shuffled), "a.xls"), (csv(shuffled), "a.csv")):
        roster = reader.read_roster(data, file)
        assert [(row.person.full_name, row.person.phone) for row in roster.accepted] == rows
        assert {(row.person.position, row.person.organisation) for row in roster.accepted} == {
            ("Bí thư", "Huyện ủy Can Lộc")
        }
    pasted = reader.read_roster_text(lines(shuffled))
    assert [row.person.full_name for row in pasted.accepted] == [name for name, _ in rows]


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.text(max_size=30).filter(lambda text: _fits(text)),
)


def _fits(text: str) -> bool:
    """What a workbook can hold, and openpyxl takes as text."""
    return (
        bool(text)
        and not text.startswith("=")
        and all(char.isprintable() and unicodedata.category(char) != "Cs" for char in text)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, max_size=5), max_size=8))
def test_the_stream_reads_what_openpyxl_reads(rows: list[list[object]]) -> None:
    data = xlsx(rows)
    (sheet,) = read_xlsx(data).sheets
    read = {(row.number, column): cell.text for row in sheet.rows() for column, cell in row.cells.items()}
    theirs = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    expected = {
        (cell.row, cell.column): str(cell.value).upper() if isinstance(cell.value, bool) else str(cell.value)
        for row in theirs.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert read == expected


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xls", "a.xlsx"]))
def test_any_bytes_give_a_roster_or_a_sentence(data: bytes, file: str) -> None:
    with suppress(UnreadableRosterError):
        reader.read_roster(data, file)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=12), st.sampled_from(["a.xls", "a.xlsx"]))
def test_a_sound_file_with_some_bytes_changed_gives_a_roster_or_a_sentence(
    place: int, bytes_: bytes, file: str
) -> None:
    data = xlsx() if file == "a.xlsx" else xls()
    place %= len(data)
    with suppress(UnreadableRosterError):
        reader.read_roster(data[:place] + bytes_ + data[place + len(bytes_) :], file)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300))
def test_any_pasted_text_gives_a_roster_or_a_sentence(text: str) -> None:
    with suppress(UnreadableRosterError):
        reader.read_roster_text(text)
