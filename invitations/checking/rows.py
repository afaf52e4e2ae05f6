"""Lays a reading out as rows to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.fields import spaced
from accounts.models import COMMUNE_TIERS, Tier, Unit
from accounts.vietnamese import folded, line
from invitations.checking.sheet_rows import GROUPS, Doubt, Laid, Place, Row
from invitations.checking.units import Match, UnitTree
from invitations.letters.vocabulary import ON_THE_PORTAL, registered_by
from invitations.models import Assignment, Meeting

if TYPE_CHECKING:
    from invitations.models import LetterReading


def lay_out(reading: LetterReading, tree: UnitTree) -> Laid:
    """Lay a reading out; nothing in it was decided yet."""
    laid = _Layer(reading, tree)
    rows = list(laid.rows())
    general: dict[str, list[Doubt]] = {}
    by_path = {row.path: row for row in rows}
    for said in reading.answer["doubts"]:
        row, name = _row_of(by_path, said["field"])
        group = re.split(r"[\[.]", said["field"])[0]
        if row is None and group in _NAMES:
            general.setdefault(group, []).append(Doubt("", said["why"]))
            continue
        row = row or by_path["facts"]
        row.doubts.append(Doubt(_FIELDS.get((row.kind, name), name), said["why"]))
    return Laid(rows, general)


_NAMES = {group.name for group in GROUPS}
_FIELDS = {
    ("assignment", "unit"): "addressee",
    ("line_test", ""): "at",
}
_OF_FACTS = ("title", "state", "text", "number", "issuer", "issued_on")


def _row_of(rows: dict[str, Row], name: str) -> tuple[Row | None, str]:
    if name in _OF_FACTS:
        return rows["facts"], name if name in rows["facts"].values else ""
    path = name
    while path:
        if path in rows and rows[path].kind != "facts":
            return rows[path], name[len(path) :].lstrip(".")
        path = path.rpartition(".")[0]
    return None, ""


class _Layer:
    """Goes through the printed object of one reading."""

    def __init__(self, reading: LetterReading, tree: UnitTree) -> None:
        self.answer, self.text, self.tree = reading.answer, reading.text, tree
        self.places = {name: (start, end) for name, (start, end) in reading.places.items()}
        self.called: set[int] = set()

    def rows(self) -> Iterator[Row]:
        yield self._facts()
        yield from self._sessions()
        yield from self._audiences()
        yield from self._asked()
        yield self._recipients()
        yield self._signatory()

    def _row(self, path: str, group: str, kind: str, label: str, values: dict[str, Any], **more: Any) -> Row:
        place = self.places.get(path)
        return Row(path, group, kind, label, values, place, **more)

    # The meeting as a whole

    def _facts(self) -> Row:
        answer = self.answer
        title = answer["title"] or ""
        deadline, place = self._registration_deadline()
        values = {
            "title": title,
            "short_title": _shortened(title),
            "registration_deadline": deadline,
            "form": self._form(),
            "issuer": answer["issuer"] or settings.PORTAL_ORG,
            "number": answer["number"] or "",
            "place": self._place_of_issue(),
            "issued_on": _day(answer["issued_on"]),
            "duration_days": _number(answer["duration_days"]),
            "arrive_minutes_before": _number(answer["arrive_minutes_before"]),
        }
        names = ("title", "issuer", "number", "issued_on", "duration_days", "arrive_minutes_before")
        places = {name: self.places[name] for name in names if name in self.places}
        if place:
            places["registration_deadline"] = place
        row = self._row("facts", "facts", "facts", "Hội nghị", values, places=places, may_be_left=False)
        row.doubts += self._doubts_of_facts(deadline)
        return row

    def _doubts_of_facts(self, deadline: str) -> Iterator[Doubt]:
        if self.answer["kind"] == "khac":
            yield Doubt("", "Không giống giấy mời hay công văn mời họp; chỉ lấy được những gì nhận ra.")
        if deadline:
            yield Doubt(
                "registration_deadline",
                "Lấy theo một thời hạn trong văn bản; xem có đúng là hạn gửi đăng ký.",
            )
        else:
            yield Doubt(
                "registration_deadline",
                "Văn bản không ghi hạn đăng ký đủ ngày giờ; điền hạn các đơn vị phải gửi.",
            )
        if len(_HOW_IT_MEETS.sub("", self.answer["title"] or "")) > _A_LINE:
            yield Doubt("short_title", "Cắt từ tên đầy đủ; viết lại cho gọn.")
        if not self.answer["issuer"]:
            yield Doubt("issuer", "Không thấy cơ quan ban hành; điền theo cơ quan của cổng.")

    def _registration_deadline(self) -> tuple[str, Place | None]:
        due = [(number, each) for number, each in enumerate(self.answer["deadlines"]) if "T" in each["at"]]
        said = registered_by([(each["at"], each["what"]) for _, each in due])
        if said is None:
            return "", None
        number, deadline = due[said]
        return _moment(deadline["at"]), self.places.get(f"deadlines[{number}]")

    def _form(self) -> str:
        """Whose layout the letterhead has: its motto tells."""
        head = folded(self.text[:_HEAD])
        return str(Meeting.Form.STATE if "cong hoa xa hoi chu nghia viet nam" in head else Meeting.Form.PARTY)

    def _place_of_issue(self) -> str:
        """What stands before the date of issue, "Hà Tĩnh, ngày 04 tháng 12"; "" where nothing does."""
        if "issued_on" not in self.places:
            match = _UNDATED.search(self.text)
            return line(match[1]) if match else ""
        start, end = self.places["issued_on"]
        near = self.text[self.text.rfind("\n", 0, start) + 1 : end]
        match = re.match(rf"\W*{_PLACE}", near)
        return line(match[1]) if match else ""

    # When and where

    def _sessions(self) -> Iterator[Row]:
        for number, each in enumerate(self.answer["sessions"]):
            values = {
                "date": _day(each["date"]),
                "part": each["part"],
                "starts_at": each["starts_at"] or "",
                "ends_at": each["ends_at"] or "",
            }
            yield self._row(f"sessions[{number}]", "sessions", "session", f"Buổi {number + 1}", values)

    def _audiences(self) -> Iterator[Row]:
        for number, each in enumerate(self.answer["audiences"]):
            yield self._audience(number, each)
            yield from self._roles(number, each["roles"])
            yield from self._chairs(number, each)

    def _audience(self, number: int, each: dict[str, Any]) -> Row:
        path = f"audiences[{number}]"
        match = self._called(each)
        values = {
            "heading": each["heading"],
            "tier": each["tier"] if each["tier"] in Tier.values else Tier.OTHER.value,
            "venue": each["venue"] or "",
            "note": each.get("note", ""),
            "to_units": [str(unit.pk) for unit in match.sure],
        }
        row = self._row(path, "audiences", "audience", f"Nhóm {number + 1}", values, units=match.offered)
        if f"{path}.note" in self.places:
            row.places["note"] = self.places[f"{path}.note"]
        row.doubts += _doubts_of_units(match.perhaps)
        if match.further:
            row.doubts.append(Doubt("to_units", NAMES_NO_AGENCIES))
        return row

    def _roles(self, number: int, roles: list[dict[str, Any]]) -> Iterator[Row]:
        path = f"audiences[{number}]"
        for place, role in enumerate(roles):
            values = {
                "text": role["text"],
                "chairs": bool(role["chairs"]),
                "open_ended": bool(role["open_ended"]),
            }
            label = f"Thành phần {number + 1}.{place + 1}"
            yield self._row(f"{path}.roles[{place}]", "audiences", "role", label, values, parent=path)

    def _chairs(self, number: int, audience: dict[str, Any]) -> Iterator[Row]:
        path = f"audiences[{number}]"
        label = f"Chủ trì · {line(audience['heading'])[:80]}"
        for place, chair in enumerate(audience["chairs"]):
            values = _texts(chair, "name", "post", "point") | {"name": _ranked(chair)}
            row = self._row(f"{path}.chairs[{place}]", "chairs", "chair", label, values, parent=path)
            if not chair["name"]:
                row.doubts.append(
                    Doubt("name", "Văn bản không nêu tên người chủ trì; điền tên, hoặc bỏ dòng.")
                )
            yield row

    def _called(self, audience: dict[str, Any]) -> Match:
        """Whom a heading calls. A unit is called once; communes are called through the unit above them."""
        if audience["tier"] in COMMUNE_TIERS:
            return Match()
        match = self.tree.match(audience["point"] or audience["heading"])
        if audience["tier"] == Tier.PROVINCE:
            self._add_agencies(match, [role["text"] for role in audience["roles"]])
        match.sure = [unit for unit in match.sure if unit.pk not in self.called]
        match.perhaps = [unit for unit in match.perhaps if unit.pk not in self.called]
        self.called |= {unit.pk for unit in match.sure}
        return match

    def _add_agencies(self, match: Match, roles: list[str]) -> None:
        """To the provincial point come the agencies that its lines name; the others of the province may."""
        agencies = [unit for unit in self.tree.units if unit.tier == Tier.PROVINCE and unit.parent_id]
        offered = {unit.pk for unit in match.offered}
        named = {unit.pk for text in roles for unit in self.tree.named_in(text)}
        match.sure += [unit for unit in agencies if unit.pk in named - offered]
        match.further = [unit for unit in agencies if unit.pk not in named | offered | self.called]

    # What is asked

    def _asked(self) -> Iterator[Row]:
        for number, each in enumerate(self.answer["deadlines"]):
            mail = [f"email {each['mail']}"] if each.get("mail") else []
            if each["what"] == ON_THE_PORTAL:
                continue  # the meeting's own deadline, among the facts
            to = ", ".join((*each["to"], *mail))
            values = {"what": each["what"], "at": _moment(each["at"]), "to": to}
            row = self._row(f"deadlines[{number}]", "deadlines", "deadline", f"Hạn {number + 1}", values)
            row.doubts += _doubts_of_hour(each["at"])
            yield row
        for number, at in enumerate(self.answer["line_tests"]):
            path = f"line_tests[{number}]"
            yield self._row(path, "line_tests", "line_test", f"Lần {number + 1}", {"at": _moment(at)})
        for number, each in enumerate(self.answer["assignments"]):
            match = self.tree.match(each["unit"] or "")
            values = {
                "addressee": each["unit"] or "",
                "text": each["text"],
                "kind": kind_of_work(each["text"]),
                "due_at": _moment(each["due_at"]),
                "to_units": [str(unit.pk) for unit in match.sure],
            }
            path = f"assignments[{number}]"
            row = self._row(
                path, "assignments", "assignment", f"Việc {number + 1}", values, units=match.offered
            )
            row.doubts += _doubts_of_units(match.perhaps)
            if each["due_at"] and "T" not in each["due_at"]:
                row.doubts.append(Doubt("due_at", "Văn bản không ghi giờ; điền thêm giờ, ví dụ 17:00."))
            yield row
        for number, each in enumerate(self.answer["contacts"]):
            values = _texts(each, "name", "organisation", "phone", "about") | {
                "name": _ranked(each) or each["organisation"] or "",
                "organisation": (each.get("position") or each["organisation"] or "") if each["name"] else "",
                "phone": spaced(each["phone"] or ""),
            }
            yield self._row(f"contacts[{number}]", "contacts", "contact", f"Đầu mối {number + 1}", values)

    # The foot

    def _recipients(self) -> Row:
        spans = [place for name, place in self.places.items() if name.startswith("recipients[")]
        values = {"recipients": "\n".join(self.answer["recipients"])}
        row = self._row("recipients", "recipients", "recipients", "Nơi nhận", values, may_be_left=False)
        row.place = (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None
        return row

    def _signatory(self) -> Row:
        signed = self.answer["signatory"]
        values = {
            "sign_on_behalf": signed["on_behalf"] or "",
            "sign_title": signed["title"] or "",
            "sign_name": _ranked(signed),
        }
        places = {
            f"sign_{name}": self.places[f"signatory.{name}"]
            for name in ("on_behalf", "title", "name")
            if f"signatory.{name}" in self.places
        }
        return self._row(
            "signatory", "signatory", "signatory", "Người ký", values, places=places, may_be_left=False
        )


_HEAD = 1500
"""Characters in which the letterhead stands."""
_PLACE = r"([^\W\d][^,;:\d\n]{1,60}),\s*ngày"
_UNDATED = re.compile(rf"^\W*{_PLACE}[\s.…_]*tháng[\s.…_\d]*năm[\s.…_\d]*$", re.MULTILINE)
"""A letter that still waits for its day: "Hà Tĩnh, ngày … tháng … năm …"."""

_KINDS_OF_WORK = (
    (Assignment.Kind.PRESS, r"phong vien|dua tin|tuyen truyen"),
    (Assignment.Kind.POWER, r"nguon dien|on dinh dien|cung cap dien"),
    (Assignment.Kind.REGISTRATION, r"trieu tap|dang ky|so luong dai bieu"),
    (Assignment.Kind.HALL, r"hoi truong|phong hoi nghi|nuoc uong|trang tri|khanh tiet"),
    (Assignment.Kind.LINE, r"duong truyen|ket noi|ky thuat"),
    (Assignment.Kind.MATERIALS, r"tai lieu|bao cao|tong hop|tham luan"),
)
"""The first that is found in a request says what sort of work it is."""


def kind_of_work(text: str) -> str:
    """Return what sort of work a request asks for."""
    plain = folded(text)
    found = (kind for kind, words in _KINDS_OF_WORK if re.search(words, plain))
    return str(next(found, Assignment.Kind.OTHER).value)


NAMES_NO_AGENCIES = (
    "Giấy mời không nêu tên từng cơ quan; đánh dấu cơ quan cấp tỉnh được mời dự tại điểm cầu này."
)


def _doubts_of_units(perhaps: list[Unit]) -> Iterator[Doubt]:
    if perhaps:
        yield Doubt("to_units", "Có đơn vị tên gần giống; đánh dấu đúng đơn vị được nói đến.")


def _doubts_of_hour(at: str) -> Iterator[Doubt]:
    if "T" not in at:
        yield Doubt("at", "Văn bản không ghi giờ; điền thêm giờ, ví dụ 17:00.")


def _texts(values: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: values[name] or "" for name in names}


def _ranked(person: dict[str, Any]) -> str:
    """The name with the rank before it: "Đại tá Nguyễn Văn A"; "" where there is no name."""
    return f"{person['rank']} {person['name']}" if person.get("rank") else person["name"] or ""


_HOW_IT_MEETS = re.compile(
    r" (?:trực tiếp kết hợp(?: với)? )?trực tuyến(?: toàn quốc| toàn tỉnh)?", re.IGNORECASE
)
_A_LINE = 120


def _shortened(title: str) -> str:
    """At most a line of a table: without how the conference meets, and cut between words."""
    title = _HOW_IT_MEETS.sub("", line(title))
    return title if len(title) <= _A_LINE else title[:_A_LINE].rpartition(" ")[0]


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""


def _moment(iso: str | None) -> str:
    if not iso or "T" not in iso:
        return _day(iso)
    return f"{datetime.fromisoformat(iso):%d/%m/%Y %H:%M}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value}".replace(".", ",")
