"""A reading as the object that ``read_letter --json`` prints, and as the portal keeps it."""

from __future__ import annotations

from datetime import time
from typing import Any

from invitations.letters.invited import Audience
from invitations.letters.passages import Found
from invitations.letters.record import Reading


def kept(reading: Reading) -> dict[str, Any]:
    """Return the printed object with what its shape has no room for, where the letter says it.

    That is the note under an audience, a rank before a name, a contact's post and office in the letter's
    words, and the e-mail address of who receives what is due.
    """
    answer = to_json(reading)
    for said, audience in zip(answer["audiences"], reading.audiences, strict=True):
        _add(said, note=_value(audience.note))
        for plain, chair in zip(said["chairs"], audience.chairs, strict=True):
            _add(plain, rank=chair.rank)
    for said, deadline in zip(answer["deadlines"], reading.deadlines, strict=True):
        _add(said, mail=deadline.mail)
    for said, contact in zip(answer["contacts"], reading.contacts, strict=True):
        _add(said, rank=contact.rank, position=contact.position)
    _add(answer["signatory"], rank=_value(reading.signatory.rank))
    return answer


def _add(said: dict[str, Any], **more: str | None) -> None:
    said.update({name: value for name, value in more.items() if value})


def to_json(reading: Reading) -> dict[str, Any]:
    """Return plain values: absent ones are None or empty lists, dates and hours are ISO text."""
    return {
        "kind": reading.kind.value,
        "number": _value(reading.number),
        "issuer": _value(reading.issuer),
        "issued_on": reading.issued_on.value.isoformat() if reading.issued_on else None,
        "title": _value(reading.title),
        "state": reading.state.value,
        "duration_days": _plain(reading.days.value) if reading.days else None,
        "sessions": [
            {
                "date": each.date.isoformat(),
                "part": each.part,
                "starts_at": _hour(each.starts_at),
                "ends_at": _hour(each.ends_at),
            }
            for each in reading.sessions
        ],
        "arrive_minutes_before": reading.arrive.value if reading.arrive else None,
        "audiences": [_audience(each) for each in reading.audiences],
        "deadlines": [
            {"at": each.moment.iso, "what": each.what, "to": list(each.to)} for each in reading.deadlines
        ],
        "line_tests": [each.iso for each in reading.line_tests],
        "assignments": [
            {"unit": _value(each.unit), "text": each.text, "due_at": each.due.iso if each.due else None}
            for each in reading.assignments
        ],
        "contacts": [
            {"name": each.name, "organisation": each.organisation, "phone": each.phone, "about": each.about}
            for each in reading.contacts
        ],
        "recipients": [each.value for each in reading.recipients],
        "signatory": {
            "on_behalf": _value(reading.signatory.on_behalf),
            "title": _value(reading.signatory.title),
            "name": _value(reading.signatory.name),
        },
        "doubts": [{"field": each.field, "why": each.why} for each in reading.doubts],
        "unread": [each.value for each in reading.unread],
    }


def _audience(audience: Audience) -> dict[str, Any]:
    return {
        "heading": audience.heading.value,
        "tier": audience.tier,
        "venue": _value(audience.venue),
        "point": _value(audience.point),
        "roles": [
            {"text": each.text, "chairs": each.chairs, "open_ended": each.open_ended}
            for each in audience.roles
        ],
        "chairs": [{"name": each.name, "post": each.post, "point": each.point} for each in audience.chairs],
    }


def _value(found: Found[str] | None) -> str | None:
    return found.value if found else None


def _hour(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at else None


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number
