"""Says of each row what it is: a person who can be taken, one who cannot, or no person at all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registrations.roster.cells import Cell, Kind, Merge, SheetRow, column_number
from registrations.roster.drafts import Draft, joined
from registrations.roster.headings import Header, is_name_heading, known
from registrations.roster.people import (
    doubts_of_name,
    faults_of_name,
    part_telephone,
    read_name,
    read_telephone,
    split_post,
)
from registrations.roster.roster import Accepted, Column, Person, Refused, Remark, Skipped
from registrations.roster.tidying import Tidier, Tidy
from registrations.roster.vocabulary import (
    AS_ABOVE,
    NOTHING,
    NUMBERING,
    SECTION_LINE,
    SECTION_NUMBER,
    SIGNATURE,
    TOTAL,
    Field,
    begins_as_name,
    begins_as_organisation,
)

_FILLED_DOWN = (Field.POSITION, Field.ORGANISATION, Field.POST, Field.ROLE, Field.POINT, Field.NOTE)


@dataclass
class Outcome:
    """What became of the rows so far."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


class RowReader:
    """Reads rows in their order; remembers what the rows above say of the next."""

    def __init__(
        self, columns: Sequence[Column], header: Header | None, merges: Iterable[Merge], tidy: Tidier
    ) -> None:
        self.tidy = tidy
        self.header = header
        self.outcome = Outcome()
        self.places: dict[Field, list[int]] = defaultdict(list)
        for column in columns:
            if column.field is not Field.OTHER:
                self.places[column.field].append(column_number(column.letter))
        self._prefer_mobiles(columns)
        self.name_places = (
            self.places[Field.FAMILY_NAME] + self.places[Field.GIVEN_NAME] + self.places[Field.FULL_NAME]
        )
        self.number_place = next(iter(self.places[Field.NUMBER]), 0)
        self.data_places = [
            place for kind, places in self.places.items() if kind is not Field.NUMBER for place in places
        ]
        self.fill = _filled_down(merges, [place for kind in _FILLED_DOWN for place in self.places[kind]])
        self.kept: dict[tuple[int, int], Cell] = {}
        self.above: dict[str, str] = {}
        self.section = ""
        self.signed = False
        self.numbered = 0
        self.people: dict[tuple[str, str, str], int] = {}
        self.phones: dict[str, tuple[str, int]] = {}

    def _prefer_mobiles(self, columns: Sequence[Column]) -> None:
        said = {column_number(column.letter): column.heading.lower() for column in columns}
        self.places[Field.PHONE].sort(
            key=lambda place: not re.search(r"di\s*động|dđ|mobile|zalo|cá nhân", said.get(place, ""))
        )

    # ── One row ──────────────────────────────────────────────────────────────────────────────────

    def read(self, row: SheetRow) -> None:
        """Read the next row."""
        if self.header and row.number <= self.header.last:
            why = "tiêu đề cột" if row.number in self.header.rows else "phía trên bảng"
            self.outcome.skipped.append(Skipped(row.number, why))
            return
        cells = self._with_merged(row)
        texts, tidied = dict[int, Tidy](), False
        for column, cell in cells.items():
            tidy = self.tidy(cell)
            if tidy.text or cell.formula:
                texts[column] = tidy
                tidied = tidied or tidy.changes != ()
        if not texts:
            return
        why = self._why_no_person(texts, cells)
        if why:
            self.outcome.skipped.append(Skipped(row.number, why))
        else:
            self._read_person(row, Draft(row.number, cells, texts, tidied=tidied))

    def _with_merged(self, row: SheetRow) -> dict[int, Cell]:
        """Give a row what stands in cells that were merged downwards into it."""
        if not self.fill:
            return row.cells
        cells = row.cells
        for place, ranges in self.fill.items():
            span = ranges.get(row.number)
            if span is None:
                continue
            if row.number == span:
                if place in cells:
                    self.kept[span, place] = cells[place]
            elif (
                place not in cells
                and (span, place) in self.kept
                and any(p in cells for p in self.name_places)
            ):
                cells = {**cells, place: self.kept[span, place]}
        return cells

    # ── What is no person ────────────────────────────────────────────────────────────────────────

    def _why_no_person(self, texts: dict[int, Tidy], cells: dict[int, Cell]) -> str:
        number = texts[self.number_place].text if self.number_place in texts else ""
        counted = _is_count(number)
        named = [place for place in self.name_places if place in texts]
        others = [place for place in self.data_places if place in texts and place not in self.name_places]
        if counted and (named or others):
            if _is_numbering(texts):
                return "dòng đánh số cột"
            self.numbered += 1
            if not (self.signed and not (named and others)):
                self.signed = False
                return ""
        if self._is_header_again(texts):
            self.signed = False
            return "tiêu đề cột lặp lại"
        if _is_numbering(texts):
            return "dòng đánh số cột"
        why = self._closing(texts, named)
        if why:
            return why
        if not named and not others:
            if counted:
                return "chỉ có số thứ tự"
            return self._as_section(texts, number)
        if SECTION_NUMBER.match(number) and not (named and begins_as_name(self._name_in(texts))):
            return self._as_section(texts, "")
        if not counted and self._is_section_line(texts, named, others):
            return self._as_section(texts, "")
        return ""

    def _name_in(self, texts: dict[int, Tidy]) -> str:
        return " ".join(texts[place].text for place in self.name_places if place in texts)

    def _is_header_again(self, texts: dict[int, Tidy]) -> bool:
        named = [texts[place].text for place in self.name_places if place in texts]
        if named and not any(map(is_name_heading, named)):
            return False
        if not named and len(texts) < 2:
            return False
        said = sum(known(tidy.text).confidence >= 0.9 for tidy in texts.values())
        return 2 * said > len(texts)

    def _closing(self, texts: dict[int, Tidy], named: list[int]) -> str:
        """Totals and signatures, and after them whatever is not plainly a person."""
        said = [texts[place].text for place in named] if named else []
        said += [tidy.text for place, tidy in texts.items() if not named or place < min(named)]
        if any(TOTAL.match(text) for text in said):
            return "dòng tổng"
        if any(SIGNATURE.search(text) for text in said):
            self.signed = True
            return "chữ ký, nơi nhận"
        if self.signed:
            unnumbered = self.number_place and self.number_place not in texts
            people = sum(begins_as_name(tidy.text) for tidy in texts.values())
            if unnumbered or len(texts) < 2 or people != 1:
                return "chữ ký, nơi nhận"
        return ""

    def _as_section(self, texts: dict[int, Tidy], number: str) -> str:
        words = " ".join(tidy.text for place, tidy in texts.items() if place != self.number_place) or number
        words = re.sub(r"^(?:[IVXLC]{1,6}|[A-H]|\d{1,2})\s*[.)\-:]\s*", "", words).strip(" :")
        self.section = words
        return "dòng nhóm" if words else "ngoài bảng"

    def _is_section_line(self, texts: dict[int, Tidy], named: list[int], others: list[int]) -> bool:
        if others:
            return False
        text = NUMBERING.sub("", self._name_in(texts))
        if SECTION_LINE.match(text) and not begins_as_name(re.sub(r"^\S+\s*[.)\-:]?\s*", "", text)):
            return True
        if begins_as_name(text):
            return False
        return (
            bool(begins_as_organisation(text) or (self.numbered and self.number_place not in texts))
            and " " in text
        )

    # ── A person ─────────────────────────────────────────────────────────────────────────────────

    def _read_person(self, row: SheetRow, draft: Draft) -> None:
        self._read_name(draft)
        self._read_posts(draft)
        for kind, name in ((Field.ROLE, "role"), (Field.POINT, "point")):
            self._read_plain(draft, kind, name)
        self._read_note(draft)
        self._read_phone(draft)
        draft.check_lengths()
        self.above = draft.values
        typed = draft.typed
        if draft.reasons:
            for name, value in draft.values.items():
                typed.setdefault(name, value)
            self.outcome.refused.append(Refused(row.number, typed, draft.reasons))
            return
        if row.hidden:
            draft.looks.append(Remark("", "Dòng này đang ẩn trong Excel."))
        person = Person(**draft.values)
        self._look_for_doubles(draft, person)
        self.outcome.accepted.append(Accepted(row.number, person, typed, draft.changes, draft.looks))

    def _read_name(self, draft: Draft) -> None:
        places = [place for place in self.name_places if place in draft.texts]
        parts = [text for place in places if (text := draft.sound(place, Field.FULL_NAME)) is not None]
        if len(parts) < len(places):
            return
        first = places[0] if places else self.name_places[0]
        given = self.places[Field.GIVEN_NAME]
        if given and places and given[0] not in places:
            draft.looks.append(Remark(draft.at(given[0]), "Chỉ có họ đệm, chưa có tên."))
        raw = " ".join(parts)
        if raw.lower() in NOTHING:
            cell = draft.at(first)
            draft.reasons.append(Remark(cell, f"Thiếu họ và tên. Điền vào ô {cell}."))
            return
        only_words = raw.istitle() and raw.replace(" ", "").isalpha()
        if not only_words:
            raw, phone = part_telephone(raw)
            if phone:
                draft.values["phone"] = phone
                draft.change("full_name", places, (f"chuyển số {phone} sang ô điện thoại",))
        name = read_name(raw, was_legacy=draft.tidied and any(draft.texts[place].legacy for place in places))
        draft.values["full_name"], draft.aside = name.text, name.aside
        draft.change("full_name", places, name.changes)
        self._judge_name(draft, draft.at(first), name.text, sound=only_words and name.text == raw)

    def _judge_name(self, draft: Draft, cell: str, name: str, *, sound: bool) -> None:
        if not sound:
            draft.reasons += [
                Remark(cell, text.replace("Họ tên", f"Họ tên ở ô {cell}", 1)) for text in faults_of_name(name)
            ]
        draft.looks += [Remark(cell, text) for text in doubts_of_name(name)]

    def _read_posts(self, draft: Draft) -> None:
        for kind, name in ((Field.POSITION, "position"), (Field.ORGANISATION, "organisation")):
            self._read_plain(draft, kind, name)
        for place in self.places[Field.POST]:
            text = draft.sound(place, Field.POST)
            if not text:
                continue
            if AS_ABOVE.match(text):
                position, organisation = self.above.get("position", ""), self.above.get("organisation", "")
                draft.change("position", [place], (f"“{text}”: lấy như dòng trên",))
            else:
                position, organisation = split_post(text)
                draft.change("position", [place], ())
            draft.values["position"] = joined(draft.values["position"], position)
            draft.values["organisation"] = draft.values["organisation"] or organisation
        group = self.section
        lacking = not self.places[Field.ORGANISATION] and not draft.values["organisation"]
        if lacking and begins_as_organisation(group) and not group.lower().startswith("khối"):
            draft.values["organisation"] = group
            draft.changes.append(Remark("", f"lấy đơn vị từ dòng nhóm “{group}”"))

    def _read_plain(self, draft: Draft, kind: Field, name: str) -> None:
        """Read the column or columns of one text; several are joined."""
        for place in self.places[kind]:
            text = draft.sound(place, kind)
            if not text:
                continue
            extra: tuple[str, ...] = ()
            if AS_ABOVE.match(text):
                extra = (f"“{text}”: lấy như dòng trên",)
                text = self.above.get(name, "")
            elif text.lower() in NOTHING:
                text = ""
            draft.values[name] = joined(draft.values[name], text)
            if extra or draft.texts[place].changes:
                draft.change(name, [place], extra)

    def _read_note(self, draft: Draft) -> None:
        for place in self.places[Field.NOTE]:
            if place in draft.texts:
                text = draft.texts[place].text
                if draft.cells[place].kind is not Kind.ERROR and text.lower() not in NOTHING:
                    draft.values["note"] = joined(draft.values["note"], text, "; ")
                    draft.change("note", [place], ())
        if draft.aside:
            draft.values["note"] = joined(draft.values["note"], draft.aside, "; ")

    def _read_phone(self, draft: Draft) -> None:
        for place in self.places[Field.PHONE]:
            if place not in draft.texts:
                continue
            cell, text = draft.cells[place], draft.texts[place].text
            if cell.kind in (Kind.DATE, Kind.ERROR) or not text:
                draft.sound(place, Field.PHONE)
                continue
            read = read_telephone(text)
            if read.fault:
                draft.reasons.append(
                    Remark(draft.at(place), f"Ô {draft.at(place)}: {read.fault[:1].lower()}{read.fault[1:]}")
                )
                draft.typed["phone"] = text
            elif not draft.values["phone"]:
                draft.values["phone"] = read.number
                draft.change("phone", [place], read.changes)
                if read.second:
                    draft.values["note"] = joined(draft.values["note"], f"ĐT: {read.second}", "; ")
                    draft.looks.append(Remark(draft.at(place), "Ô điện thoại có hai số, lấy số đầu."))

    def _look_for_doubles(self, draft: Draft, person: Person) -> None:
        key = person.full_name.casefold(), person.position.casefold(), person.organisation.casefold()
        earlier = self.people.setdefault(key, draft.number)
        if earlier != draft.number:
            draft.looks.append(
                Remark(draft.at(self.name_places[0]), f"Trùng họ tên và chức vụ với dòng {earlier}.")
            )
        if person.phone:
            name, row = self.phones.setdefault(person.phone, (person.full_name, draft.number))
            if row != draft.number and name.casefold() != person.full_name.casefold():
                at = draft.at(self.places[Field.PHONE][0])
                draft.looks.append(Remark(at, f"Số điện thoại trùng với đồng chí {name}, dòng {row}."))


def _is_count(text: str) -> bool:
    return _COUNT.fullmatch(text) is not None


def _is_numbering(texts: dict[int, Tidy]) -> bool:
    """A row of (1), (2), (3) or A, B, 1, 2 under the headings."""
    return len(texts) >= 3 and all(_COLUMN_NUMBER.fullmatch(tidy.text) for tidy in texts.values())


_COUNT = re.compile(r"0*\d{1,6}[.)]?")
_COLUMN_NUMBER = re.compile(r"\(?(?:\d{1,2}|[A-Z])\)?")


def _filled_down(merges: Iterable[Merge], places: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return for each column which rows belong to a cell merged downwards, and the row where it begins."""
    fill: dict[int, dict[int, int]] = defaultdict(dict)
    wanted, most = set(places), 200_000
    for merge in merges:
        if merge.bottom > merge.top and merge.left in wanted:
            most -= min(merge.bottom - merge.top, most)
            for row in range(merge.top, min(merge.bottom, merge.top + most) + 1):
                fill[merge.left][row] = merge.top
    return dict(fill)
