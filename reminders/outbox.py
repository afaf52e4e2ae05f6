"""The list of the outbox: what is looked for, the numbers above it, one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q
from django.http import QueryDict
from django.utils import timezone

from accounts.fingerprint import fingerprint
from invitations.models import Meeting
from reminders.channel_health import Way, ways
from reminders.forms import FindForm
from reminders.models import Reminder, ReminderQuerySet

if TYPE_CHECKING:
    from accounts.models import User

MESSAGES_A_PAGE = 50


class View(NamedTuple):
    """One state as a segment above the list."""

    word: str
    chip: str
    number: int
    query: str
    current: bool


@dataclass(frozen=True)
class Outbox:
    """What the page shows."""

    find: FindForm
    asked: dict[str, str]
    counts: dict[str, int]
    page: Page[Reminder]
    ways: list[Way]

    @property
    def red(self) -> list[Way]:
        """The ways by which nothing goes out now."""
        return [way for way in self.ways if way.is_red]

    @property
    def total(self) -> int:
        """Messages in all states, as far as the search goes."""
        return sum(self.counts.values())

    @property
    def fingerprint(self) -> str:
        """The same for two pages that list the same messages in the same states, on the same day."""
        rows = [
            (one.pk, one.recipient_name, one.recipient, one.state, one.why, one.kind, one.attempts)
            for one in self.page
        ]
        ways = [(one.channel, one.level, bool(one.delivered_at), one.asked_why) for one in self.page]
        hours = [(one.meeting.short_title, (one.sent_at or one.due_at).timestamp()) for one in self.page]
        return fingerprint(timezone.localdate(), rows, ways, hours)

    @property
    def is_searched(self) -> bool:
        """Something beside the state is asked for."""
        return any(value for name, value in self.asked.items() if name != "tinh_trang")

    @property
    def views(self) -> list[View]:
        """All, then every state that has a message."""
        state = self.asked["tinh_trang"]
        return [
            View("Tất cả", "", self.total, self._query(""), not state),
            *(
                View(one.label, Reminder.CHIPS[one], number, self._query(one), one == state)
                for one in Reminder.State
                if (number := self.counts.get(one, 0)) or one == state
            ),
        ]

    def _query(self, state: str) -> str:
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in (self.asked | {"tinh_trang": state}).items() if value})
        return f"?{query.urlencode()}"


def outbox(user: User, query: QueryDict) -> Outbox:
    """Read one page of the messages in the scope of ``user``; the counts and the rows agree."""
    find = FindForm(query, meetings=Meeting.objects.visible_to(user).only("slug", "short_title"))
    asked = find.asked()
    found = _narrowed(Reminder.objects.visible_to(user), asked, find.day)
    counts = dict(found.order_by().values_list("state").annotate(Count("pk")))
    if asked["tinh_trang"]:
        found = found.filter(state=asked["tinh_trang"])
    rows = found.prefetch_related(Prefetch("meeting", Meeting.objects.only("short_title"))).defer("body")
    page = Paginator(rows, MESSAGES_A_PAGE).get_page(query.get("page"))
    return Outbox(find=find, asked=asked, counts=counts, page=page, ways=ways())


def _narrowed(found: ReminderQuerySet, asked: dict[str, str], day: date | None) -> ReminderQuerySet:
    """Leave what is asked for, in every state."""
    if asked["q"]:
        found = found.search(asked["q"])
    columns = {"hoi_nghi": "meeting__slug", "cach": "channel", "loai": "kind", "cap": "level"}
    found = found.filter(**{column: asked[name] for name, column in columns.items() if asked[name]})
    if day is not None:
        begins = timezone.make_aware(datetime.combine(day, time()))
        that_day = (begins, begins + timedelta(days=1))
        found = found.filter(
            Q(sent_at__gte=that_day[0], sent_at__lt=that_day[1])
            | Q(sent_at__isnull=True, due_at__gte=that_day[0], due_at__lt=that_day[1])
        )
    return found
