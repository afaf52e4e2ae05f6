"""What changed between two versions of a letter, line by line: pure functions over their contents.

A content is what ``letters.content`` gives: plain data. Order alone is no change, and neither is who else was
called: a unit is told what is different for it, in the words of the letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from invitations.letters.content import form_of
from invitations.models.meeting import Session

Content = dict[str, Any]

FIELDS = {
    "title": "Tên hội nghị",
    "short_title": "Tên gọn",
    "opening": "Lời mở đầu",
    "issuer_parent": "Cơ quan cấp trên",
    "issuer": "Cơ quan ban hành",
    "number": "Số, ký hiệu",
    "place": "Nơi ban hành",
    "issued_on": "Ngày ban hành",
    "duration_days": "Số ngày",
    "arrive_minutes_before": "Có mặt trước (phút)",
    "registration_deadline": "Hạn đăng ký",
    "line_test_at": "Chạy thử đường truyền từ",
}
"""What the letter says once, in its order; the hour of the sessions stands before these."""

SIGNATORY = {"on_behalf": "Ký thay", "title": "Chức vụ người ký", "name": "Người ký"}
ALIKE = 0.5
"""From this likeness on a line that went and one that came are the same line, changed."""


class Line(NamedTuple):
    """One thing that is different; an empty side means that it was added, or taken away."""

    what: str
    before: str
    after: str


def lines(before: Content, after: Content) -> list[Line]:
    """Say all that is different in ``after``, what decides who comes first: time, place, then the rest."""
    return [
        *_listed("Thời gian", *_both(before, after, "sessions", _session)),
        *_venues(before, after),
        *_fields(FIELDS, before, after),
        *_audiences(before, after),
        *_listed("Thời hạn", *_both(before, after, "deadlines", _deadline)),
        *_listed("Đề nghị", *_both(before, after, "assignments", _assignment)),
        *_listed("Đầu mối liên hệ", *_both(before, after, "contacts", _contact)),
        *_fields(SIGNATORY, before["signatory"], after["signatory"]),
        *_listed("Nơi nhận", before["recipients"], after["recipients"]),
        *_forms(before, after),
    ]


def asks_again(before: Content, after: Content) -> bool:
    """Say whether time or place is another, so that an earlier answer no longer counts."""
    times = [Counter(map(_session, content["sessions"])) for content in (before, after)]
    return times[0] != times[1] or any(_venues(before, after))


# ── One kind of line after another ───────────────────────────────────────────────────────────


def _fields(names: dict[str, str], before: Content, after: Content) -> Iterator[Line]:
    for name, what in names.items():
        was, now = _value(before.get(name)), _value(after.get(name))
        if was != now:
            yield Line(what, was, now)


def _forms(before: Content, after: Content) -> Iterator[Line]:
    was, now = form_of(before), form_of(after)
    if was != now:
        yield Line("Thể thức", was.label, now.label)


def _venues(before: Content, after: Content) -> Iterator[Line]:
    was = {audience["pk"]: audience for audience in before["audiences"]}
    for audience in after["audiences"]:
        earlier = was.get(audience["pk"])
        if earlier and earlier["venue"] != audience["venue"]:
            yield Line(f"Địa điểm, {audience['heading']}", earlier["venue"], audience["venue"])


def _audiences(before: Content, after: Content) -> Iterator[Line]:
    was = {audience["pk"]: audience for audience in before["audiences"]}
    now = {audience["pk"]: audience for audience in after["audiences"]}
    for pk, audience in now.items():
        earlier = was.get(pk)
        if earlier is None:
            yield Line("Nhóm điểm cầu", "", audience["heading"])
            continue
        heading = audience["heading"]
        if earlier["heading"] != heading:
            yield Line("Nhóm điểm cầu", earlier["heading"], heading)
        yield from _listed(f"Thành phần, {heading}", *_both(earlier, audience, "roles", _role))
        yield from _listed(f"Chủ trì, {heading}", *_both(earlier, audience, "chairs", _chair))
        if earlier["note"] != audience["note"]:
            yield Line(f"Ghi chú, {heading}", earlier["note"], audience["note"])
    for pk, audience in was.items():
        if pk not in now:
            yield Line("Nhóm điểm cầu", audience["heading"], "")


def _listed(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Pair what went with what came where they are alike; what only moved is not mentioned."""
    gone, come = _without(before, after), _without(after, before)
    for text in gone:
        near = max(come, key=lambda other: _likeness(text, other), default="")
        if near and _likeness(text, near) >= ALIKE:
            come.remove(near)
            yield Line(what, text, near)
        else:
            yield Line(what, text, "")
    for text in come:
        yield Line(what, "", text)


def _both(before: Content, after: Content, name: str, say: Any) -> tuple[list[str], list[str]]:
    return [say(row) for row in before[name]], [say(row) for row in after[name]]


def _without(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """The texts that are not in ``others``, as often as they are too many, in their order."""
    left = Counter(others)
    found = []
    for text in texts:
        if left[text]:
            left[text] -= 1
        else:
            found.append(text)
    return found


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


# ── How a row reads ──────────────────────────────────────────────────────────────────────────


def _session(row: Content) -> str:
    day = date.fromisoformat(row["date"])
    hours = f", từ {row['starts_at']}" if row["starts_at"] else ""
    until = f" đến {row['ends_at']}" if row["ends_at"] else ""
    return f"{Session.PartOfDay(row['part']).label} {day:%d/%m/%Y}{hours}{until}"


def _role(row: Content) -> str:
    marks = [("mời chủ trì", row["chairs"]), ("được mở rộng", row["open_ended"])]
    said = ", ".join(mark for mark, is_set in marks if is_set)
    return f"{row['text']} ({said})" if said else str(row["text"])


def _chair(row: Content) -> str:
    return ", ".join(filter(None, [row["name"], row["post"], row["point"]]))


def _deadline(row: Content) -> str:
    to = f" gửi {row['to']}" if row["to"] else ""
    return f"{row['what']}{to}, trước {_value(row['at'])}"


def _assignment(row: Content) -> str:
    units = ", ".join(unit["name"] for unit in row["units"])
    due = f" Hạn {_value(row['due_at'])}." if row["due_at"] else ""
    return f"{row['addressee']}: {row['text']}{due}" + (f" Giao cho: {units}." if units else "")


def _contact(row: Content) -> str:
    return ", ".join(filter(None, [row["name"], row["organisation"], row["phone"], row["about"]]))


def _value(value: Any) -> str:
    """A value in Vietnamese: dates and moments as they are written here, a half with a comma."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    text = str(value)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at:%H:%M, %d/%m/%Y}" if "T" in text else f"{at:%d/%m/%Y}"
