"""One person as far as a row has been read, with what was typed, changed and found wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from registrations.roster.cells import Cell, Kind, letters
from registrations.roster.roster import Person, Remark
from registrations.roster.tidying import Tidy
from registrations.roster.vocabulary import CALLED, Field

LONGEST = {"full_name": 120, "position": 200, "organisation": 200, "note": 300, "role": 300, "point": 200}
"""As the columns of a delegate have it."""
SHORTEST_LIMIT = min(LONGEST.values())

_NAMES_OF = {Field.FAMILY_NAME: "full_name", Field.GIVEN_NAME: "full_name", Field.POST: "position"}
_CALLED = {
    "full_name": "Họ tên",
    "position": "Chức vụ",
    "organisation": "Đơn vị",
    "note": "Ghi chú",
    "role": "Thành phần",
    "point": "Điểm cầu",
}

_EMPTY = dict.fromkeys(Person._fields, "")


class Draft:
    """One person as far as the row has been read."""

    __slots__ = (
        "aside", "cells", "changes", "looks", "number", "reasons", "texts", "tidied", "typed", "values",
    )  # fmt: skip

    def __init__(self, number: int, cells: dict[int, Cell], texts: dict[int, Tidy], *, tidied: bool) -> None:
        self.number, self.cells, self.texts, self.tidied = number, cells, texts, tidied
        self.values = _EMPTY.copy()
        self.typed: dict[str, str] = {}
        self.changes: list[Remark] = []
        self.looks: list[Remark] = []
        self.reasons: list[Remark] = []
        self.aside = ""

    def at(self, place: int) -> str:
        """The cell in ``place`` as the sheet calls it."""
        return f"{letters(place)}{self.number}"

    def change(self, name: str, places: Sequence[int], extra: Sequence[str]) -> None:
        """Note what was changed in tidying the cells of one field, and what stood there."""
        if not (self.tidied or extra):
            return
        said = [text for place in places if place in self.texts for text in self.texts[place].changes]
        if said or extra:
            cell = self.at(places[0])
            self.changes += [Remark(cell, text) for text in dict.fromkeys([*said, *extra])]
            before = " ".join(self.cells[place].text for place in places if place in self.cells)
            self.typed.setdefault(name, before)

    def sound(self, place: int, kind: Field) -> str | None:
        """Return the text of a cell; name what cannot be text: a date, an error, a formula, a number."""
        if place not in self.texts:
            return ""
        cell, text = self.cells[place], self.texts[place].text
        if cell.kind is Kind.TEXT and text and text[0] != "=":
            return text
        at = self.at(place)
        called = CALLED[kind].lower()
        fault = ""
        if cell.kind is Kind.ERROR:
            fault = f"Ô {at} báo lỗi {text}. Gõ lại bằng chữ."
        elif cell.formula and not text:
            fault = f"Ô {at} là công thức chưa có kết quả. Gõ lại bằng chữ."
        elif cell.kind is Kind.DATE:
            fault = f"Ô {at} là ngày {text}, không phải {called}. Gõ lại bằng chữ."
        elif cell.kind is Kind.NUMBER and kind is not Field.PHONE:
            fault = f"Ô {at} là số {text}{_as_date(text)}, không phải {called}. Gõ lại bằng chữ."
        elif kind is Field.FULL_NAME and text.startswith("="):
            fault = f"Ô {at} là công thức. Gõ lại bằng chữ."
        if fault:
            self.reasons.append(Remark(at, fault))
            self.typed.setdefault(_NAMES_OF.get(kind, kind.value), text)
            return None
        return text

    def check_lengths(self) -> None:
        """Name the texts that no delegate has room for."""
        if max(map(len, self.values.values())) <= SHORTEST_LIMIT:
            return
        for name, longest in LONGEST.items():
            value = self.values[name]
            if len(value) > longest:
                self.reasons.append(
                    Remark("", f"{_CALLED[name]} dài {len(value)} chữ, nhiều nhất {longest}. Rút gọn.")
                )


def joined(left: str, right: str, by: str = ", ") -> str:
    """Two texts of one field as one; the same text twice is one."""
    if not left or not right or right == left:
        return left or right
    return f"{left}{by}{right}"


def _as_date(text: str) -> str:
    """What Excel may have meant by a number: 45261 is a day."""
    if text.isdigit() and 20_000 <= int(text) <= 60_000:
        return f" (có thể là ngày {date(1899, 12, 30) + timedelta(days=int(text)):%d/%m/%Y})"
    return ""
