"""What a person adds to a reading: a row typed by hand, or one made of a sentence no rule understood.

Both are kept among the decisions of the reading, under paths of their own: ``contacts[new1]``,
``audiences[0].roles[new2]``, ``unread[3]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from accounts.fields import spaced
from accounts.models import Tier
from invitations.checking.rows import kind_of_work
from invitations.checking.sheet_rows import Row
from invitations.checking.units import UnitTree
from invitations.letters.passages import Passage
from invitations.letters.times import Calendar, Kind, moments, tokens

if TYPE_CHECKING:
    from invitations.models import LetterReading

MOST_ADDED = 100
"""Rows by hand in one reading; a letter has a dozen of anything."""


class Sort(NamedTuple):
    """A sort of row that can be added."""

    kind: str
    group: str
    label: str
    """Of the row, before its number."""
    verb: str
    """On the button that adds it."""


SORTS = (
    Sort("session", "sessions", "Buổi thêm", "Thêm buổi"),
    Sort("audience", "audiences", "Nhóm thêm", "Thêm nhóm"),
    Sort("role", "audiences", "Thành phần thêm", "Thêm thành phần"),
    Sort("chair", "chairs", "Chủ trì thêm", "Thêm người chủ trì"),
    Sort("deadline", "deadlines", "Hạn thêm", "Thêm thời hạn"),
    Sort("line_test", "line_tests", "Lần thêm", "Thêm giờ chạy thử"),
    Sort("assignment", "assignments", "Việc thêm", "Thêm đề nghị"),
    Sort("contact", "contacts", "Đầu mối thêm", "Thêm đầu mối"),
)
_BY_KIND = {sort.kind: sort for sort in SORTS}
_OF_AN_AUDIENCE = {"role": "roles", "chair": "chairs"}
_PATH = re.compile(r"(?P<list>.+)\[new(?P<number>\d+)\]")

NOT_NEEDED = "none"
FROM_A_SENTENCE = (
    ("", "Chưa quyết định"),
    (NOT_NEEDED, "Không cần"),
    ("assignment", "Lấy làm đề nghị"),
    ("contact", "Lấy làm đầu mối liên hệ"),
    ("deadline", "Lấy làm thời hạn"),
    ("line_test", "Lấy làm giờ chạy thử"),
    ("session", "Lấy làm buổi họp"),
    ("audience", "Lấy làm nhóm thành phần"),
)
"""What may become of a sentence that no rule understood."""
SENTENCE_KINDS = frozenset(kind for kind, _ in FROM_A_SENTENCE if kind not in ("", NOT_NEEDED))


# ── Rows typed by hand ───────────────────────────────────────────────────────────────────────


class Offer(NamedTuple):
    """A row that can be added now: what the button sends, and says."""

    value: str
    label: str


def offers(group: str, rows: Sequence[Row]) -> list[Offer]:
    """Say what can be added to a group; roles and chairs are added to one of the audiences."""
    found = []
    for sort in SORTS:
        if sort.group != group:
            continue
        if sort.kind not in _OF_AN_AUDIENCE:
            found.append(Offer(sort.kind, sort.verb))
            continue
        for row in rows:
            if row.kind == "audience" and row.group == "audiences":
                heading = str(row.values.get("heading", ""))[:60]
                label = f"{sort.verb} · {row.label}{f': {heading}' if heading else ''}"
                found.append(Offer(f"{sort.kind}:{row.path}", label))
    return found


def new_path(offer: str, decisions: Mapping[str, Any]) -> tuple[str, str]:
    """Return path and kind of a new row for what the button of an offer sent."""
    kind, _, parent = offer.partition(":")
    listed = f"{parent}.{_OF_AN_AUDIENCE[kind]}" if parent else _BY_KIND[kind].group
    taken = [0]
    for path in decisions:
        match = _PATH.fullmatch(path)
        if match and match["list"] == listed:
            taken.append(int(match["number"]))
    return f"{listed}[new{max(taken) + 1}]", kind


def added(decisions: Mapping[str, Any]) -> int:
    """How many rows were added by hand."""
    return sum(bool(_PATH.fullmatch(path)) for path in decisions)


def with_added(rows: Sequence[Row], decisions: Mapping[str, Any], tree: UnitTree) -> list[Row]:
    """Return the rows of a reading with those typed by hand, roles and chairs after their audience's."""
    every = list(rows)
    for row in sorted(_typed_rows(decisions, tree), key=lambda row: (row.kind in _OF_AN_AUDIENCE, row.label)):
        if row.parent:
            own = [at for at, one in enumerate(every) if row.parent in (one.path, one.parent)]
            if not own:
                continue
            every.insert(max(own) + 1, row)
        else:
            every.append(row)
    return every


def _typed_rows(decisions: Mapping[str, Any], tree: UnitTree) -> Iterator[Row]:
    for path, decided in decisions.items():
        match = _PATH.fullmatch(path)
        if not match or decided.get("kind") not in _BY_KIND:
            continue
        sort = _BY_KIND[decided["kind"]]
        parent = match["list"].rpartition(".")[0] if sort.kind in _OF_AN_AUDIENCE else ""
        row = Row(path, sort.group, sort.kind, f"{sort.label} {match['number']}", {}, parent=parent)
        row.added = True
        values = decided.get("values", {})
        row.units = tree.match(values.get("heading") or values.get("addressee") or "").offered
        yield row


# ── Rows made of a sentence ──────────────────────────────────────────────────────────────────


def row_of_sentence(reading: LetterReading, number: int, kind: str, tree: UnitTree) -> Row | None:
    """Return what ``unread[number]`` becomes as ``kind``; None where it becomes nothing."""
    if kind not in SENTENCE_KINDS:
        return None
    path, sentence = f"unread[{number}]", str(reading.answer["unread"][number])
    row = Row(path, "unread", kind, _BY_KIND[kind].verb.removeprefix("Thêm ").capitalize(), {})
    place = reading.places.get(path)
    row.place = (place[0], place[1]) if place else None
    row.values = _proposed(sentence, kind, reading.answer["issued_on"])
    if kind in ("assignment", "audience"):
        row.units = tree.named_in(sentence)
    row.added, row.may_be_left = True, False
    return row


def _proposed(sentence: str, kind: str, issued_on: str | None) -> dict[str, Any]:
    day, moment = _when(sentence, issued_on)
    proposals: dict[str, dict[str, Any]] = {
        "assignment": {"text": sentence, "kind": kind_of_work(sentence), "due_at": moment},
        "contact": {"phone": _phone(sentence), "about": sentence[:200]},
        "deadline": {"what": sentence, "at": moment},
        "line_test": {"at": moment},
        "session": {"date": day, "starts_at": moment[11:]},
        "audience": {"heading": sentence, "tier": Tier.PROVINCE.value},
    }
    return proposals[kind]


def _when(sentence: str, issued_on: str | None) -> tuple[str, str]:
    """The first day that a sentence names, and that day with its hour where it has one."""
    calendar = Calendar.of(sentence, date.fromisoformat(issued_on) if issued_on else None)
    found = tokens(Passage(sentence, 0, len(sentence)), calendar)
    if not any(token.kind == Kind.DATES for token in found):
        return "", ""
    named = moments(found)
    if not named:
        return "", ""
    day = f"{named[0].day:%d/%m/%Y}"
    return day, f"{day} {named[0].hour:%H:%M}" if named[0].hour else day


def _phone(sentence: str) -> str:
    match = re.search(r"(?<!\d)(?:\+?84|0)[\d .]{8,13}\d(?!\d)", sentence)
    return spaced(re.sub(r"\D", "", match[0])) if match else ""
