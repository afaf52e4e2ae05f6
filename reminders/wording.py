"""What a message says: what is asked, by when, what is still missing, where to do it, whom to call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Sum
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import COMMUNE_TIERS, Unit, User
from accounts.templatetags.portal import moment
from accounts.vietnamese import line
from bridge_points.models import BridgePoint
from invitations.deadlines import is_over
from invitations.models import Contact, Meeting
from registrations.models import Delegate, Headcount, Registration
from registrations.states import Standing
from reminders import letters
from reminders.models import Reminder


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


class Missing(NamedTuple):
    """A unit on the office's list."""

    unit: Unit
    words: str
    phones: list[str]


def to_units(chased: Collection[tuple[Standing, Reminder.Kind]], now: datetime) -> list[Wording]:
    """Write what each unit gets, in the order given; the number of queries does not grow with it."""
    drafts = _drafts([standing for standing, _ in chased])
    contacts = _contacts({standing.invitation.meeting_id for standing, _ in chased})
    return [
        _write(
            kind,
            meeting=standing.invitation.meeting,
            unit=standing.invitation.unit,
            deadline=standing.deadline,
            is_extended=standing.deadline > standing.invitation.meeting.registration_deadline,
            is_over=is_over(standing.deadline, now),
            draft=drafts.get(standing.invitation.pk),
            return_remark=_remark(standing),
            contacts=contacts[standing.invitation.meeting_id],
            link=_link("registration", standing.invitation.meeting.slug, standing.invitation.unit.slug),
        )
        for standing, kind in chased
    ]


def to_office(meeting: Meeting, standings: list[Standing], clerks: dict[int, list[User]]) -> Wording:
    """Write the digest: who is missing, why as far as known, and whom to call there."""
    missing = [
        Missing(
            unit := standing.invitation.unit,
            _how_far(standing),
            list(dict.fromkeys(phone for phone in [unit.phone, *_phones(clerks, unit)] if phone)),
        )
        for standing in standings
        if standing.is_silent
    ]
    answered = sum(standing.is_answered for standing in standings)
    return _write(
        Reminder.Kind.DIGEST,
        meeting=meeting,
        deadline=meeting.registration_deadline,
        called=len(standings),
        answered=answered,
        declined=len(standings) - len(missing) - answered,
        missing=missing,
        link=_link("meeting", meeting.slug),
    )


def of_letters(due: Collection[letters.Due]) -> list[Wording]:
    """Write what goes with each version of a letter, in the order given, in two queries for all."""
    before = letters.earlier_than([one.issue for one in due])
    contacts = _contacts({one.issue.meeting_id for one in due})
    return [
        _write(
            one.step.kind,
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


def _remark(standing: Standing) -> str:
    registration = standing.registration
    if registration is None or registration.state != Registration.State.RETURNED:
        return ""
    remark: str = registration.return_remark
    return remark


def _how_far(standing: Standing) -> str:
    invitation, registration = standing.invitation, standing.registration
    if standing.deadline > invitation.meeting.registration_deadline:
        return f"được gia hạn đến {moment(standing.deadline)}"
    if registration is not None and registration.state == Registration.State.RETURNED:
        return "đã trả lại, chưa gửi lại"
    if registration is not None:
        return "đang soạn, chưa gửi"
    if invitation.confirmed_at is not None:
        return "đã xác nhận, chưa khai"
    return "đã xem giấy mời, chưa khai" if invitation.seen_at is not None else "chưa mở giấy mời"


def _phones(clerks: dict[int, list[User]], unit: Unit) -> Iterable[str]:
    return (clerk.phone for clerk in clerks.get(unit.pk, []))


def _contacts(meetings: set[int]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(meeting__in=meetings):
        found[contact.meeting_id].append(contact)
    return found


def _drafts(standings: list[Standing]) -> dict[int, Draft]:
    """Count what is declared, named and missing, by invitation, for those who have begun."""
    begun = {
        standing.registration.pk: standing
        for standing in standings
        if standing.registration is not None and standing.registration.version
    }
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
    unanswered = _communes_unanswered(list(begun.values()))
    return {
        standing.invitation.pk: Draft(
            declared=declared[pk].total(),
            named=named[pk].total(),
            names_missing=sum(
                max(number - named[pk][role], 0) for role, number in declared[pk].items() if role
            ),
            communes_unanswered=unanswered[standing.invitation.pk],
        )
        for pk, standing in begun.items()
    }


def _communes_unanswered(standings: list[Standing]) -> Counter[int]:
    """Count, by invitation, the communes below the unit that have no bridge point in the meeting yet."""
    points = set(
        BridgePoint.objects.filter(
            meeting__in={standing.invitation.meeting_id for standing in standings}
        ).values_list("meeting", "unit")
    )
    invited: dict[int, list[Standing]] = defaultdict(list)
    for standing in standings:
        invited[standing.invitation.unit_id].append(standing)
    unanswered: Counter[int] = Counter()
    communes = Unit.objects.filter(tier__in=COMMUNE_TIERS).order_by()
    for commune, path in communes.values_list("pk", "path"):
        for above in path.rstrip(".").split(".")[:-1]:
            for standing in invited.get(int(above), []):
                if (standing.invitation.meeting_id, commune) not in points:
                    unanswered[standing.invitation.pk] += 1
    return unanswered
