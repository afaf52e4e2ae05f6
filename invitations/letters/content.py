"""All that a letter says, as plain data: what is frozen when it goes out, and what every writer works from.

``of`` reads a meeting once; ``for_unit`` keeps of that what concerns one unit. Nothing here decides how a
letter looks, and nothing of it is looked up again later: a letter of last year is written from its content
alone, whatever became of the meeting.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import Tier
from invitations.models.assignment import AssignedUnit
from invitations.models.audience import Chair
from invitations.models.meeting import Meeting
from invitations.models.purge import GONE

if TYPE_CHECKING:
    from decimal import Decimal

    from invitations.models.assignment import Assignment
    from invitations.models.audience import Audience

Content = dict[str, Any]
"""Strings, numbers, None, lists and objects of them; dates and moments are ISO text in the portal's zone."""

STATES = {Meeting.State.POSTPONED: "postponed", Meeting.State.CANCELLED: "cancelled"}
"""What a letter calls the states of a meeting; in every other one it is called."""

COMMITTEES = (Tier.DISTRICT, Tier.AFFILIATED)
"""Who calls those below: the part of a letter about communes is theirs to carry out."""


def of(meeting: Meeting) -> Content:
    """Return all that the letter of ``meeting`` says, in as many queries as there are kinds of parts.

    ``state`` is that of ``meeting`` as it is in memory: who postpones or cancels sets it first.
    """
    return {
        "version": 1,
        "state": STATES.get(Meeting.State(meeting.state), "called"),
        "form": str(meeting.form),
        "title": meeting.title,
        "short_title": meeting.short_title,
        "opening": meeting.opening,
        "issuer_parent": meeting.issuer_parent,
        "issuer": meeting.issuer,
        "number": meeting.number,
        "place": meeting.place,
        "issued_on": meeting.issued_on.isoformat() if meeting.issued_on else None,
        "duration_days": _plain(meeting.duration_days),
        "sessions": [
            {
                "date": session.date.isoformat(),
                "part": str(session.part),
                "starts_at": f"{session.starts_at:%H:%M}" if session.starts_at else None,
                "ends_at": f"{session.ends_at:%H:%M}" if session.ends_at else None,
            }
            for session in meeting.sessions.all()
        ],
        "arrive_minutes_before": meeting.arrive_minutes_before,
        "audiences": [_audience(audience) for audience in _audiences(meeting)],
        "registration_deadline": _moment(meeting.registration_deadline),
        "deadlines": [
            {"at": _moment(deadline.at), "what": deadline.what, "to": deadline.to}
            for deadline in meeting.deadlines.all()
        ],
        "line_test_at": _moment(meeting.line_test_at),
        "assignments": [_assignment(assignment) for assignment in _assignments(meeting)],
        "contacts": [
            {
                "name": contact.name,
                "organisation": contact.organisation,
                "phone": contact.phone,
                "about": contact.about,
            }
            for contact in meeting.contacts.all()
        ],
        "recipients": meeting.recipient_lines,
        "signatory": {
            "on_behalf": meeting.sign_on_behalf,
            "title": meeting.sign_title,
            "name": meeting.sign_name,
        },
        "units": [
            {"slug": call.unit.slug, "name": call.unit.name, "audience": call.audience_id}
            for call in meeting.invitations.select_related("unit")
        ],
        "to": "",
    }


def without_people(content: Content) -> Content:
    """Return a copy in which ``GONE`` stands for contacts and chairs; who signed the letter stays."""
    return {
        **content,
        "contacts": [_gone(each, "name", "phone") for each in content.get("contacts", ())],
        "audiences": [
            {**each, "chairs": [_gone(chair, "name", "post") for chair in each.get("chairs", ())]}
            for each in content.get("audiences", ())
        ],
    }


def _gone(person: Content, *boxes: str) -> Content:
    return {**person, **{box: GONE for box in boxes if person.get(box)}}


def form_of(content: Content) -> Meeting.Form:
    """Return the layout that a letter went out in; the Party's for one from before the meeting chose it."""
    return Meeting.Form(content.get("form", Meeting.Form.PARTY))


def for_unit(content: Content, unit: str) -> Content:
    """Return of ``content`` what concerns the unit with the slug ``unit``; ``content`` stays as it is.

    * audiences: the one that the unit is called under, and for a committee those below that nobody is
      called under by name (communes come through their district). A unit that is not called but asked
      for work, as the power company is, keeps all: it serves every point;
    * who chairs: those of the unit's own point, and those of no unit's in particular;
    * assignments: those given to the unit, and those given to nobody in particular;
    * ``to`` is the unit's name, ``units`` the unit alone.
    """
    called = next((each for each in content["units"] if each["slug"] == unit), None)
    assigned = [
        {**each, "units": [share for share in each["units"] if share["slug"] == unit]}
        for each in content["assignments"]
        if not each["units"] or any(share["slug"] == unit for share in each["units"])
    ]
    shares = (share["name"] for each in assigned for share in each["units"])
    return {
        **content,
        "audiences": [
            {**each, "chairs": [chair for chair in each["chairs"] if chair["unit"] in ("", unit)]}
            for each in _audiences_of(content, called)
        ],
        "assignments": assigned,
        "units": [called] if called else [],
        "to": called["name"] if called else next(shares, ""),
    }


def _audiences_of(content: Content, called: Content | None) -> list[Content]:
    audiences: list[Content] = content["audiences"]
    if called is None:
        return audiences
    own = next(each for each in audiences if each["pk"] == called["audience"])
    named = {each["audience"] for each in content["units"]}
    below = own["tier"] in COMMITTEES
    return [
        each
        for each in audiences
        if each is own or (below and each["tier"] == Tier.COMMUNE and each["pk"] not in named)
    ]


def _audiences(meeting: Meeting) -> Any:
    chairs = Prefetch("named_chairs", Chair.objects.select_related("unit"))
    return meeting.audiences.prefetch_related("roles", chairs)


def _audience(audience: Audience) -> Content:
    return {
        "pk": audience.pk,
        "heading": audience.heading,
        "tier": str(audience.tier),
        "venue": audience.venue,
        "note": audience.note,
        "roles": [
            {"text": role.text, "chairs": role.chairs, "open_ended": role.open_ended}
            for role in audience.roles.all()
        ],
        "chairs": [
            {
                "name": chair.name,
                "post": chair.post,
                "point": chair.point,
                "unit": chair.unit.slug if chair.unit else "",
            }
            for chair in audience.named_chairs.all()
        ],
    }


def _assignments(meeting: Meeting) -> Any:
    shares = AssignedUnit.objects.select_related("unit").order_by("unit__position", "unit__sort_key", "pk")
    return meeting.assignments.prefetch_related(Prefetch("shares", shares))


def _assignment(assignment: Assignment) -> Content:
    return {
        "addressee": assignment.addressee,
        "text": assignment.text,
        "kind": str(assignment.kind),
        "due_at": _moment(assignment.due_at),
        "units": [{"slug": share.unit.slug, "name": share.unit.name} for share in assignment.shares.all()],
    }


def _moment(at: datetime | None) -> str | None:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else None


def _plain(days: Decimal | None) -> float | None:
    return float(days) if days is not None else None
