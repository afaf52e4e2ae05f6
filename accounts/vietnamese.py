"""Vietnamese text: one spelling of each letter, an order by given name, and search without marks."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
"""The Vietnamese alphabet; f, j, w and z of foreign names stand where the Latin order puts them."""

_LETTER_RANK = {
    letter: chr(ord("0") + index) if index < 10 else chr(ord("a") + index - 10)
    for index, letter in enumerate(_LETTERS[:36])
}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
"""Dictionary order of tones: none, grave, hook, tilde, acute, dot below."""

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""Marks without width, direction marks, halves of characters: they hide inside words."""
_SPACES = re.compile(r"[\s\u0000-\u001f\u007f-\u009f]+")
"""Spaces of every kind, and control characters, which stand where a space was meant."""


def nfc(text: str) -> str:
    """Return ``text`` in Unicode's composed form, as every comparison in the portal expects.

    Phones and Macs type the decomposed form, for which ``==`` with a stored name fails.
    """
    return unicodedata.normalize("NFC", text)


def line(text: str) -> str:
    """Return ``text`` as one tidy line: composed, nothing unseen, no control characters, single spaces.

    Control characters break workbooks (openpyxl raises on them), direction marks let a name show as
    another one, and a mark without width makes two equal names differ.
    """
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return nfc(text)  # most texts: what is not seen does not print, and no space but the usual one does
    return nfc(_SPACES.sub(" ", _UNSEEN.sub("", text))).strip()


def paragraph(text: str) -> str:
    """Return ``text`` as tidy lines, keeping the line breaks that somebody typed."""
    lines = (line(part) for part in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip("\n")


_BARE = {
    ord(nfc(letter + shape + tone)): letter
    for letter in "aeiouyd"
    for shape in ("", "\u0302", "\u0306", "\u031b")
    for tone in ("", *_TONES)
    if len(nfc(letter + shape + tone)) == 1
} | {ord("đ"): "d"}
"""Vietnamese letters in one piece, and what is left of each without its marks."""


def folded(text: str) -> str:
    """Return ``text`` in small letters without marks (đ → d), for search: "Đặng Thị" → "dang thi"."""
    small = line(text).lower()
    latin = small.translate(_BARE)
    if latin.isascii():
        return latin
    decomposed = unicodedata.normalize("NFD", small.replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=8192)
def _syllable_key(syllable: str) -> str:
    """Letters first, tone last: "hòa" before "hóa", both before "hoan". Numbers by size, before letters."""
    if syllable.isascii() and syllable.isdigit():
        return f"!{syllable.lstrip('0'):0>9} 0"
    letters: list[str] = []
    tone = "0"
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONES:
            tone = _TONES[char]
        elif unicodedata.combining(char) and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + char)
        else:
            letters.append(char)
    return "".join(map(_rank, letters)) + " " + tone


def _rank(letter: str) -> str:
    if letter.isascii() and letter.isdigit():
        return "!" + letter
    return _LETTER_RANK.get(letter, "~")


def sort_key(text: str) -> str:
    """Return an ASCII key that any server sorts as a Vietnamese dictionary does, syllable by syllable."""
    return " ".join(_syllable_key(syllable) for syllable in line(text).lower().split(" "))[:400]


def name_sort_key(full_name: str) -> str:
    """Return a sort key of a person's name: given name first, then family and middle names.

    The wheels' PostgreSQL has no ICU and servers differ in collation, so the order is computed here
    and stored: "Nguyễn Văn An" < "Trần Thị An" < "Lê Văn Ánh" < "Đỗ Bình".
    """
    keys = [_syllable_key(syllable) for syllable in line(full_name).lower().split(" ")]
    return f"{keys[-1]}  {' '.join(keys)[:400]}"[:400]


def slug(text: str) -> str:
    """Return ``text`` as an address part: "Huyện ủy Nghi Xuân" → "huyen-uy-nghi-xuan"."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")


def counted(number: int) -> str:
    """Write a number as Vietnamese do: 1.441.200."""
    return f"{number:,}".replace(",", ".")
