"""What a message says: what is asked, by when, what is still missing, where to do it, whom to call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Sum
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import COMMUNE_TIERS, Unit
from accounts.templatetags.portal import hour, moment, phone, weekday_date
from accounts.vietnamese import line
from bridge_points.models import BridgePoint
from invitations.deadlines import is_over
from invitations.models import Contact, Meeting
from registrations.models import Delegate, Headcount, Registration
from reminders import letters, texts
from reminders.called import Called, Clerks
from reminders.models import Reminder, Step
from reminders.open_points import open_points
from reminders.policy import TESTS, Instant, Timetable, report_due
from reminders.texts import Text

Kind = Reminder.Kind

Tables = Mapping[int, Timetable]
"""The timetables by meeting."""


class Wording(NamedTuple):
    """A message as it will be read."""

    subject: str
    body: str


class Draft(NamedTuple):
    """How far a unit's unsent registration is."""

    declared: int
    named: int
    names_missing: int
    communes_unanswered: int


class Case(NamedTuple):
    """One unit that gets one message: all that the fields of its text are filled from."""

    called: Called
    instant: Instant
    timetable: Timetable
    draft: Draft | None
    contacts: str
    points: Sequence[str]
    now: datetime


def to_units(wanted: Collection[tuple[Called, Instant]], tables: Tables, now: datetime) -> list[Case]:
    """Gather what each unit is told, in the order given; the number of queries does not grow with it."""
    drafts = _drafts([one for one, _ in wanted])
    meetings = {one.meeting_id for one, _ in wanted}
    found = _contacts(meetings)
    contacts = {pk: _help(found[pk]) for pk in meetings}
    points = open_points((one.meeting_id, instant) for one, instant in wanted)
    return [
        Case(
            one,
            instant,
            tables[one.meeting_id],
            drafts.get(one.pk),
            contacts[one.meeting_id],
            points.of(one.pk, instant.kind, instant.session),
            now,
        )
        for one, instant in wanted
    ]


class _Shared(NamedTuple):
    subject: Text
    body: Text
    fields: set[str]
    """Those that are still open."""


def _partly(text: Text, case: Case) -> Text:
    return text.partly({field: _COMMON[field](case) for field in text.fields if field in _COMMON})


class Writing:
    """Writes many messages: what they share is filled into a step's text once."""

    def __init__(self) -> None:
        """Nothing is shared yet."""
        self._shared: dict[tuple[int, str, int, datetime], _Shared] = {}
        self._links: dict[tuple[str, int], list[str]] = {}

    def write(self, case: Case, name: str) -> Wording:
        """Write one message to the person ``name``: the text of its step, else what the office says."""
        step = case.instant.step
        if step is None:
            return _by_hand(case, self._link_of(case))
        subject, body, fields = self._text(step, case)
        values = {
            field: self._link_of(case) if field == LINK else name if field == RECIPIENT else _OWN[field](case)
            for field in fields
        }
        return Wording(line(subject.filled(values))[:300], body.filled(values).strip() + "\n")

    def _text(self, step: Step, case: Case) -> _Shared:
        """A step's texts in which all is filled in that units with the same deadline are told alike."""
        called = case.called
        key = (id(step), case.instant.kind, called.meeting_id, called.deadline)
        found = self._shared.get(key)
        if found is None:
            subject, body = (_partly(texts.read(text), case) for text in (step.subject, step.body))
            self._shared[key] = found = _Shared(subject, body, subject.fields | body.fields)
        return found

    def _link_of(self, case: Case) -> str:
        """The page on which the unit does what is asked; the address of one unit tells those of all."""
        page = "registration" if case.instant.kind in REGISTERING else "meeting"
        if case.instant.kind == Kind.PRESENCE:
            page = "attendance"
        key = (page, case.called.meeting_id)
        if key not in self._links:
            slug = case.timetable.meeting.slug
            names = (slug, _ANYBODY) if page == "registration" else (slug,)
            self._links[key] = _link(page, *names).split(_ANYBODY)
        return case.called.slug.join(self._links[key])


def short(case: Case, wording: Wording) -> str:
    """Return what stands in one SMS: the unit, the subject, whom to call."""
    words = f"{case.called.short_name or case.called.name}: {wording.subject}"
    return texts.short(words, end=f". Goi {phone(settings.PORTAL_HELP_PHONE)}")


def preview(case: Case, subject: str, body: str) -> Wording:
    """Write what a step would say with these texts. Raises ``ValidationError`` for an unknown field."""
    step = Step(anchor=Step.Anchor.DEADLINE, subject=subject, body=body)
    return Writing().write(case._replace(instant=case.instant._replace(step=step)), case.called.name)


RECIPIENT, LINK = "người_nhận", "liên_kết"
REGISTERING = (Kind.BEFORE, Kind.OVERDUE, Kind.BY_HAND)
_ANYBODY = "mot-don-vi-nao-do"

_COMMON: dict[str, Callable[[Case], str]] = {
    "hội_nghị": lambda case: case.timetable.meeting.short_title,
    "hạn": lambda case: moment(case.called.deadline),
    "hạn_ghi_đủ": lambda case: _in_full(case.called.deadline),
    "gia_hạn": lambda case: " (hạn đã gia hạn riêng cho đơn vị)" if case.called.is_extended else "",
    "đầu_mối": lambda case: case.contacts,
    "cơ_quan": lambda case: str(settings.PORTAL_ORG),
    "văn_phòng": lambda case: str(settings.PORTAL_HELP_NAME),
    "điện_thoại": lambda case: phone(settings.PORTAL_HELP_PHONE),
    "chạy_thử": lambda case: _in_full(case.timetable.hours.get(Step.Anchor.LINE_TEST)),
    "khai_mạc": lambda case: _in_full(case.timetable.hours.get(Step.Anchor.SESSION)),
}
"""Fields that all units of a meeting with the same deadline are told alike."""

_OWN: dict[str, Callable[[Case], str]] = {
    "đơn_vị": lambda case: case.called.name,
    "thiếu": lambda case: _missing(case),
    "điểm_chưa_thử": lambda case: ", ".join(case.points) if case.instant.kind in TESTS else "",
    "buổi": lambda case: _session(case)[0],
    "hạn_báo": lambda case: _session(case)[1],
    "điểm_chưa_báo": lambda case: ", ".join(case.points) if case.instant.kind == Kind.PRESENCE else "",
}
"""Fields of one unit, beside the two that the message's recipient and the page's address fill."""


def _session(case: Case) -> tuple[str, str]:
    """The session that a message is about, and when its report is due."""
    found = next((one for one in case.timetable.sessions if one.pk == case.instant.session), None)
    if found is None:
        return "(chưa có buổi)", "(chưa có giờ)"
    return f"{found.get_part_display().lower()} {weekday_date(found.date)}", hour(report_due(found))


def _in_full(at: datetime | None) -> str:
    return f"{hour(at)} {weekday_date(at)}" if at else "(chưa có giờ)"


def _missing(case: Case) -> str:
    """How far the unit is: why its registration came back, what is declared, what is still to come."""
    said = [f"Đăng ký đã được trả lại với nội dung: {case.called.remark}"] if case.called.remark else []
    if case.draft is None:
        said.append("Đơn vị chưa khai gì trên cổng.")
    else:
        draft = case.draft
        communes = (
            f", {intcomma(draft.communes_unanswered)} xã chưa trả lời" if draft.communes_unanswered else ""
        )
        said += [
            "Bản đăng ký đang soạn, chưa gửi:",
            f"- đã khai {intcomma(draft.declared)} đại biểu, đã có tên {intcomma(draft.named)};",
            f"- còn thiếu {intcomma(draft.names_missing)} tên{communes}.",
        ]
    if not is_over(case.called.deadline, max(case.now, case.instant.at)):
        said.append("Có thể gửi số lượng trước, bổ sung tên sau, cho đến hết hạn.")
    return "\n".join(said)


def _help(contacts: Iterable[Contact]) -> str:
    lines = [f"- {settings.PORTAL_HELP_NAME}, {phone(settings.PORTAL_HELP_PHONE)}"]
    for contact in contacts:
        known = (contact.organisation, phone(contact.phone))
        about = f": {contact.about}" if contact.about else ""
        lines.append(", ".join(filter(None, (f"- đồng chí {contact.name}", *known))) + about)
    return "\n".join(lines)


def _by_hand(case: Case, link: str) -> Wording:
    return _write(
        Kind.BY_HAND,
        meeting=case.timetable.meeting,
        unit=case.called,
        deadline=case.called.deadline,
        is_extended=case.called.is_extended,
        is_over=is_over(case.called.deadline, case.now),
        missing=_missing(case),
        contacts=case.contacts,
        link=link,
    )


def to_office(
    meeting: Meeting, units: Sequence[Called], clerks: Mapping[int, Clerks], now: datetime
) -> Wording:
    """Write the digest: who is missing, why as far as known, and whom to call there."""
    silent = [one for one in units if one.is_silent]
    lines = [f"{place}. {_silence(one, clerks)}" for place, one in enumerate(silent, start=1)]
    answered = sum(one.is_answered for one in units)
    return _write(
        Reminder.Kind.DIGEST,
        meeting=meeting,
        deadline=meeting.registration_deadline,
        is_over=is_over(meeting.registration_deadline, now),
        called=len(units),
        answered=answered,
        declined=len(units) - len(silent) - answered,
        missing=len(silent),
        lines="\n".join(lines),
        link=_link("meeting", meeting.slug),
    )


def _silence(one: Called, clerks: Mapping[int, Clerks]) -> str:
    """One line of the digest: the unit, how far it is, its telephones."""
    numbers = dict.fromkeys(number for number in (one.phone, *clerks[one.unit_id].phones) if number)
    phones = f". Điện thoại: {', '.join(phone(number) for number in numbers)}" if numbers else ""
    return f"{one.name}: {_how_far(one)}{phones}"


def of_letters(due: Collection[letters.Due]) -> list[Wording]:
    """Write what goes with each version of a letter, in the order given, in two queries for all."""
    before = letters.earlier_than([one.issue for one in due])
    contacts = _contacts({one.issue.meeting_id for one in due})
    return [
        _write(
            one.instant.kind,
            meeting=(meeting := one.invitation.meeting),
            unit=one.invitation.unit,
            issue=one.issue,
            lines=(own := letters.lines_for(one, before.get(one.issue.pk))),
            others=[] if own else one.issue.changes,
            asks_again=letters.asks_again(one, before.get(one.issue.pk)),
            deadline=meeting.registration_deadline,
            contacts=contacts[meeting.pk],
            link=_link("meeting", meeting.slug),
        )
        for one in due
    ]


def _write(kind: Reminder.Kind, **context: Any) -> Wording:
    """Fill in the template of ``kind``; its first line is the subject."""
    text = render_to_string(
        f"reminders/mail/{kind.value}.txt",
        {
            **context,
            "org": settings.PORTAL_ORG,
            "help_name": settings.PORTAL_HELP_NAME,
            "help_phone": settings.PORTAL_HELP_PHONE,
        },
    )
    subject, _, body = text.strip().partition("\n")
    return Wording(line(subject)[:300], body.strip() + "\n")


def _link(name: str, *args: str) -> str:
    return f"{settings.PORTAL_BASE_URL}{reverse(name, args=args)}"


def _how_far(one: Called) -> str:
    if one.is_extended:
        return f"được gia hạn đến {moment(one.deadline)}"
    if one.state == Registration.State.RETURNED:
        return "đã trả lại, chưa gửi lại"
    if one.registration_id is not None:
        return "đang soạn, chưa gửi"
    if one.confirmed_at is not None:
        return "đã xác nhận, chưa khai"
    return "đã xem giấy mời, chưa khai" if one.seen_at is not None else "chưa mở giấy mời"


def _contacts(meetings: set[int]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(meeting__in=meetings):
        found[contact.meeting_id].append(contact)
    return found


def _drafts(units: Iterable[Called]) -> dict[int, Draft]:
    """Count what is declared, named and missing, by invitation, for those who have begun."""
    begun = {one.registration_id: one for one in units if one.registration_id and one.has_begun}
    if not begun:
        return {}
    declared: dict[int, Counter[int | None]] = defaultdict(Counter)
    for registration, role, number in (
        Headcount.objects.counted()
        .filter(registration__in=begun)
        .values_list("registration", "role")
        .annotate(Sum("number"))
    ):
        declared[registration][role] = number
    named: dict[int, Counter[int | None]] = defaultdict(Counter)
    for registration, role, number in (
        Delegate.objects.filter(registration__in=begun)
        .order_by()
        .values_list("registration", "role")
        .annotate(Count("pk"))
    ):
        named[registration][role] = number
    unanswered = _communes_unanswered(begun.values())
    return {
        one.pk: Draft(
            declared=declared[pk].total(),
            named=named[pk].total(),
            names_missing=sum(
                max(number - named[pk][role], 0) for role, number in declared[pk].items() if role
            ),
            communes_unanswered=unanswered[one.pk],
        )
        for pk, one in begun.items()
    }


def _communes_unanswered(units: Collection[Called]) -> Counter[int]:
    """Count, by invitation, the communes below the unit that have no bridge point in the meeting yet."""
    points = set(
        BridgePoint.objects.filter(meeting__in={one.meeting_id for one in units}).values_list(
            "meeting", "unit"
        )
    )
    invited: dict[int, list[Called]] = defaultdict(list)
    for one in units:
        invited[one.unit_id].append(one)
    unanswered: Counter[int] = Counter()
    communes = Unit.objects.filter(tier__in=COMMUNE_TIERS).order_by()
    for commune, path in communes.values_list("pk", "path"):
        for above in path.rstrip(".").split(".")[:-1]:
            for one in invited.get(int(above), []):
                if (one.meeting_id, commune) not in points:
                    unanswered[one.pk] += 1
    return unanswered
