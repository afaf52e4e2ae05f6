"""Vietnamese text: one spelling of each letter, order by given name, search without marks."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.vietnamese import folded, line, name_sort_key, nfc, paragraph, slug, sort_key

VIETNAMESE = st.text(
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ -0123456789",
    max_size=40,
)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


# ── One spelling ─────────────────────────────────────────────────────────────────────────────


def test_what_a_phone_types_equals_what_a_pc_types() -> None:
    assert nfd("Đặng Thị Hường") != "Đặng Thị Hường"
    assert nfc(nfd("Đặng Thị Hường")) == "Đặng Thị Hường"
    assert line(nfd("Đặng Thị Hường")) == "Đặng Thị Hường"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nguyễn   Văn\tAn \n", "Nguyễn Văn An"),
        ("Nguyễn\u00a0Văn\u2003An", "Nguyễn Văn An"),
        ("Nguyễn\u0000Văn\u0007An", "Nguyễn Văn An"),
        ("Ngu\u200byễn\ufeff Văn\u00ad An\u200e", "Nguyễn Văn An"),
        ("\u202eNguyễn Văn An\u202c", "Nguyễn Văn An"),
        ("Nguye\u200b\u0302\u0303n", "Nguyễn"),
        ("Nguyễn Văn An 🌾", "Nguyễn Văn An 🌾"),
        ("Lê ❤️ An", "Lê ❤️ An"),
        ('=HYPERLINK("http://x","y")', '=HYPERLINK("http://x","y")'),
        ("\ud83d An", "An"),
        ("\u200b \t", ""),
    ],
)
def test_a_line_is_tidied(typed: str, kept: str) -> None:
    assert line(typed) == kept


def test_a_paragraph_keeps_its_line_breaks() -> None:
    assert paragraph("\r\n Một \r\nhai\rba\n\nbốn\u200b  năm\n") == "Một\nhai\nba\n\nbốn năm"


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    once = line(text)
    assert line(once) == once == nfc(once)
    assert paragraph(paragraph(text)) == paragraph(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in once)


@given(VIETNAMESE)
def test_vietnamese_text_only_loses_spaces(text: str) -> None:
    assert line(nfd(text)) == " ".join(text.split())


# ── Order ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "rising",
    [
        ["ba", "bà", "bả", "bã", "bá", "bạ"],
        ["an", "ăn", "ân", "bân", "can", "dan", "đan", "em", "êm"],
        ["on", "ôn", "ơn", "pan", "un", "ưn", "van", "xa", "ý"],
        ["hòa", "hóa", "hoan", "hoàn"],
        ["Hà Tĩnh", "Hải Dương", "Hậu Giang"],
        ["Xã Sơn Kim 1", "Xã Sơn Kim 2", "Xã Sơn Kim 10", "Xã Sơn Kim 10 mới", "Xã Sơn Kim Tây"],
        ["Huyện ủy Can Lộc", "Huyện ủy Cẩm Xuyên", "Huyện ủy Đức Thọ", "Thành ủy Hà Tĩnh", "Thị ủy Kỳ Anh"],
        ["Phường Nam Hồng", "Thị trấn Nghèn", "Xã Đan Trường"],
    ],
)
def test_the_order_is_a_dictionarys(rising: list[str]) -> None:
    assert all(sort_key(first) < sort_key(second) for first, second in pairwise(rising))


def test_where_the_tone_is_set_does_not_matter() -> None:
    assert sort_key("Hoà") == sort_key("Hòa")
    assert sort_key("thuỷ") == sort_key("THỦY")


@pytest.mark.parametrize(
    "rising",
    [
        ["Nguyễn Văn An", "Trần Thị An", "Lê Văn Ánh", "Đỗ Bình"],
        ["Dương Văn Hòa", "Đặng Thị Hòa", "Lê Hóa"],
        ["Lê An", "Lê Thị An", "Lê Văn An"],
    ],
)
def test_people_stand_by_given_name_then_by_the_whole(rising: list[str]) -> None:
    assert all(name_sort_key(first) < name_sort_key(second) for first, second in pairwise(rising))


@given(st.text(), st.sampled_from([sort_key, name_sort_key]))
def test_a_sort_key_is_short_ascii_and_the_same_for_both_spellings(text: str, key: object) -> None:
    assert callable(key)
    made = key(text)
    assert made.isascii()
    assert len(made) <= 400
    assert key(nfd(text)) == made == key(nfc(text))


@given(VIETNAMESE)
def test_capitals_do_not_change_the_order(text: str) -> None:
    assert sort_key(text.upper()) == sort_key(text)


# ── Search and addresses ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đặng Thị Ánh Nguyệt", "dang thi anh nguyet"),
        ("Ủy ban Kiểm tra", "uy ban kiem tra"),
        ("  Huyện   ủy Đức Thọ ", "huyen uy duc tho"),
        ("", ""),
    ],
)
def test_search_needs_no_marks(text: str, plain: str) -> None:
    assert folded(text) == folded(nfd(text)) == plain


@given(VIETNAMESE)
def test_folded_vietnamese_is_plain_latin(text: str) -> None:
    assert folded(text).isascii()
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Huyện ủy Nghi Xuân", "huyen-uy-nghi-xuan"),
        ("Đài Phát thanh - Truyền hình tỉnh", "dai-phat-thanh-truyen-hinh-tinh"),
        ("“Đội 3” (thôn Đông)", "doi-3-thon-dong"),
        ("***", ""),
    ],
)
def test_a_name_becomes_an_address(name: str, address: str) -> None:
    assert slug(name) == address


@given(st.text())
def test_an_address_has_only_small_letters_digits_and_single_dashes(text: str) -> None:
    made = slug(text)
    assert made.isascii()
    assert made == made.strip("-").lower()
    assert "--" not in made
    assert slug(made) == made
