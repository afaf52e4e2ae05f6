"""Telephone numbers as Vietnamese write them."""

import pytest
from django import forms
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.fields import PhoneFormField, spaced
from accounts.phones import OLD_PREFIXES, Phone, read_phone

ADDED = "đã thêm số 0 ở đầu"
LETTERS = "Số điện thoại chỉ gồm chữ số. Xóa chữ, hoặc để trống."
ABROAD = "Chỉ nhận số điện thoại Việt Nam (+84). Sửa lại, hoặc để trống."
UNKNOWN = "Không có số điện thoại nào như vậy ở Việt Nam. Xem lại đầu số, hoặc để trống."


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0900000123", Phone("0900000123", "")),
        ("0900.000.123", Phone("0900000123", "")),
        (" 0900 000 123 ", Phone("0900000123", "")),
        ("0900-000–123", Phone("0900000123", "")),
        ("(090) 0000/123", Phone("0900000123", "")),
        ("0900\u00a0000\u200b123", Phone("0900000123", "")),
        ("\u202d0900000123\u202c", Phone("0900000123", "")),
        ("\uff10\uff19\uff10\uff10000123", Phone("0900000123", "")),
        ("+84900000123", Phone("0900000123", "")),
        ("+84 (0) 900.000.123", Phone("0900000123", "")),
        ("0084900000123", Phone("0900000123", "")),
        ("84900000123", Phone("0900000123", "")),
        ("840900000123", Phone("0900000123", "")),
        ("900000123", Phone("0900000123", ADDED)),
        ("900.000.123", Phone("0900000123", ADDED)),
        ("02393855555", Phone("02393855555", "")),
        ("0239.3.855.555", Phone("02393855555", "")),
        ("2393855555", Phone("02393855555", ADDED)),
        ("", Phone("", "")),
        (" \u200b", Phone("", "")),
    ],
)
def test_any_usual_spelling_is_read(typed: str, stored: Phone) -> None:
    assert read_phone(typed) == stored


@pytest.mark.parametrize(("old", "new"), OLD_PREFIXES.items())
def test_eleven_digits_of_before_2018_become_ten(old: str, new: str) -> None:
    stored = Phone(f"{new}5550199", f"đầu số cũ {old} đã đổi")
    assert len(stored.number) == 10
    for typed in (f"{old}5550199", f"{old[1:]}5550199", f"+84{old[1:]}5550199", f"84{old[1:]}5550199"):
        assert read_phone(typed) == stored


def test_every_old_prefix_of_the_change_is_known() -> None:
    assert len(OLD_PREFIXES) == 8 + 5 + 5 + 2 + 1
    assert len(set(OLD_PREFIXES.values())) == len(OLD_PREFIXES)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("không có", LETTERS),
        ("0900000123 (Zalo)", LETTERS),
        ("0900o00123", LETTERS),
        ("+", LETTERS),
        ("0900+000123", LETTERS),
        ("+1 202 555 0100", ABROAD),
        ("5", "Mới có 1 chữ số, cần 10. Điền thêm, hoặc để trống."),
        ("+84", "Mới có 1 chữ số, cần 10. Điền thêm, hoặc để trống."),
        ("090000012", "Mới có 9 chữ số, cần 10. Điền thêm, hoặc để trống."),
        ("090000012345", "Có 12 chữ số, chỉ cần 10. Xóa bớt, hoặc để trống."),
        ("0900000123, 0900000124", "Có 20 chữ số, chỉ cần 10. Xóa bớt, hoặc để trống."),
        ("0000000000", UNKNOWN),
        ("00900000123", UNKNOWN),
        ("0100000123", UNKNOWN),
        ("09000001234", UNKNOWN),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        read_phone(typed)
    assert str(refusal.value) == sentence


@given(st.one_of(st.text(), st.text("+0123456789 .-()"), st.from_regex(r"0[0-9]{8,11}", fullmatch=True)))
@example("1" * 400)
@example("٠٩٠٠٠٠٠١٢٣")
def test_reading_gives_digits_from_0_or_a_sentence(typed: str) -> None:
    number, sentence = "", ""
    try:
        number = read_phone(typed).number
    except ValueError as refusal:
        sentence = str(refusal)
    assert sentence == "" or sentence.endswith("hoặc để trống.")
    assert number == "" or (number.isascii() and number.isdigit() and len(number) in (10, 11))
    assert number[:1] in ("", "0")
    assert read_phone(number) == Phone(number, "")


class _Form(forms.Form):
    phone = PhoneFormField(required=False)


def test_a_form_keeps_what_was_typed_and_says_why_it_is_wrong() -> None:
    form = _Form({"phone": "09O0"})
    assert form.errors == {"phone": [LETTERS]}
    assert form["phone"].value() == "09O0"


def test_a_form_stores_digits_and_shows_groups() -> None:
    form = _Form({"phone": "+84 900 000 123"})
    assert form.is_valid()
    assert form.cleaned_data == {"phone": "0900000123"}
    assert spaced("0900000123") == "0900.000.123"
    assert spaced("02393855555") == "02393855555"
    assert spaced("chưa rõ") == "chưa rõ"
