"""Who has the letter: for every called unit sent, delivered, seen and answered, and the totals of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.http import QueryDict

from accounts.vietnamese import folded
from invitations.models import Invitation, LetterIssue, Meeting
from reminders.forms import FindUnitForm
from reminders.models import Reminder
from reminders.policy import LETTERS


@dataclass(frozen=True)
class Row:
    """One called unit: its invitation and the mail that carried the newest version to it."""

    invitation: Invitation
    mail: Reminder | None
    newest: int

    @property
    def is_delivered(self) -> bool:
        """The mail server took the newest version."""
        return self.mail is not None and self.mail.state == Reminder.State.SENT

    @property
    def is_undeliverable(self) -> bool:
        """The mail did not go out, or has nowhere to go: somebody must call."""
        return self.mail is not None and self.mail.state == Reminder.State.FAILED

    @property
    def is_seen(self) -> bool:
        """Some version was opened."""
        return self.invitation.seen_at is not None

    @property
    def is_behind(self) -> bool:
        """An earlier version was opened, the newest was not."""
        return self.is_seen and self.invitation.seen_number < self.newest

    @property
    def is_confirmed(self) -> bool:
        """The unit will come."""
        return self.invitation.confirmed_at is not None

    @property
    def is_declined(self) -> bool:
        """The unit said that it will not."""
        return self.invitation.declined_at is not None

    @property
    def is_unanswered(self) -> bool:
        """Neither, or an answer that was taken back."""
        return not (self.is_confirmed or self.is_declined)


VIEWS: dict[str, tuple[str, str, Callable[[Row], bool]]] = {
    "": ("Tất cả", "", lambda row: True),
    "thu-da-di": ("Thư đã đi", "submitted", lambda row: row.is_delivered),
    "thu-chua-den": ("Thư không đi được", "late", lambda row: row.is_undeliverable),
    "da-xem": ("Đã xem", "seen", lambda row: row.is_seen),
    "chua-xem": ("Chưa xem", "", lambda row: not row.is_seen),
    "ban-moi": ("Chưa xem bản mới", "returned", lambda row: row.is_behind),
    "xac-nhan": ("Đã xác nhận", "confirmed", lambda row: row.is_confirmed),
    "tu-choi": ("Không tham dự", "declined", lambda row: row.is_declined),
    "chua-tra-loi": ("Chưa trả lời", "invited", lambda row: row.is_unanswered),
}
"""Ways to narrow the table: word, mark, which rows."""


class View(NamedTuple):
    """One segment above the table."""

    word: str
    mark: str
    number: int
    query: str
    current: bool


@dataclass(frozen=True)
class Recipients:
    """Everything on the page; the numbers above the table count all units that the search leaves."""

    meeting: Meeting
    newest: LetterIssue | None
    found: list[Row]
    total: int
    find: FindUnitForm
    text: str
    view: str

    @cached_property
    def rows(self) -> list[Row]:
        """The rows that the filter leaves."""
        keeps = VIEWS[self.view][2]
        return [row for row in self.found if keeps(row)]

    def count(self, view: str) -> int:
        """How many rows a view shows."""
        return sum(map(VIEWS[view][2], self.found))

    @property
    def seen(self) -> int:
        """How many units opened some version."""
        return self.count("da-xem")

    @property
    def confirmed(self) -> int:
        """How many will come."""
        return self.count("xac-nhan")

    @property
    def declined(self) -> int:
        """How many will not."""
        return self.count("tu-choi")

    @property
    def views(self) -> list[View]:
        """All, then what shows some unit."""
        return [
            View(word, mark, number, self._query(value), value == self.view)
            for value, (word, mark, _) in VIEWS.items()
            if (number := self.count(value)) or value in ("", self.view)
        ]

    def _query(self, view: str) -> str:
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in (("q", self.text), ("loc", view)) if value})
        return f"?{query.urlencode()}"


def recipients(meeting: Meeting, query: QueryDict) -> Recipients:
    """Read the page in three queries; an unknown view narrows nothing."""
    newest = meeting.issues.defer("content", "changes").first()
    find = FindUnitForm(query)
    text, view = find.text, query.get("loc", "")
    called = meeting.invitations.sent().select_related("unit", "seen_by", "confirmed_by", "declined_by")
    mails = _mails(meeting, newest)
    rows = [Row(one, mails.get(one.unit_id), newest.number if newest else 0) for one in called]
    return Recipients(
        meeting=meeting,
        newest=newest,
        found=[row for row in rows if folded(text) in row.invitation.unit.search],
        total=len(rows),
        find=find,
        text=text,
        view=view if view in VIEWS else "",
    )


def _mails(meeting: Meeting, newest: LetterIssue | None) -> dict[int, Reminder]:
    """The mail of the newest version by unit; after a changed address the one that went out."""
    if newest is None:
        return {}
    sent = Reminder.objects.filter(meeting=meeting, kind__in=LETTERS, slot=newest.issued_at)
    found: dict[int, Reminder] = {}
    for mail in sent.defer("body").order_by("pk"):
        known = found.get(mail.unit_id or 0)
        if known is None or known.state != Reminder.State.SENT:
            found[mail.unit_id or 0] = mail
    return found
