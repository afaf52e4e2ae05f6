"""Where each value of a reading stands in its text, under the names of the printed object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from invitations.letters.invited import Audience
from invitations.letters.passages import Found, Span
from invitations.letters.record import Reading


def places_of(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return the first and the last character of each value: ``{"sessions[0]": (310, 355)}``.

    A row of several values has one place, that of its passage. What was only concluded and stands nowhere
    (the state of a letter that calls) has none.
    """
    return {name: (span.start, span.end) for name, span in _named(reading) if span.start < span.end}


def _named(reading: Reading) -> Iterator[tuple[str, Span]]:
    yield from _each(
        kind=reading.kind,
        number=reading.number,
        issuer=reading.issuer,
        issued_on=reading.issued_on,
        title=reading.title,
        state=reading.state,
        duration_days=reading.days,
        arrive_minutes_before=reading.arrive,
    )
    for number, sitting in enumerate(reading.sessions):
        yield f"sessions[{number}]", sitting.span
    for number, audience in enumerate(reading.audiences):
        yield from _of_audience(f"audiences[{number}]", audience)
    lists: tuple[tuple[str, Sequence[Any]], ...] = (
        ("deadlines", reading.deadlines),
        ("line_tests", reading.line_tests),
        ("assignments", reading.assignments),
        ("contacts", reading.contacts),
        ("recipients", reading.recipients),
        ("unread", reading.unread),
    )
    for name, rows in lists:
        for number, row in enumerate(rows):
            yield f"{name}[{number}]", row.span
    signed = reading.signatory
    for name, span in _each(on_behalf=signed.on_behalf, title=signed.title, name=signed.name):
        yield f"signatory.{name}", span


def _of_audience(name: str, audience: Audience) -> Iterator[tuple[str, Span]]:
    yield name, audience.heading.span
    for part, span in _each(venue=audience.venue, point=audience.point, note=audience.note):
        yield f"{name}.{part}", span
    for number, role in enumerate(audience.roles):
        yield f"{name}.roles[{number}]", role.span
    for number, chair in enumerate(audience.chairs):
        yield f"{name}.chairs[{number}]", chair.span


def _each(**found: Found[Any] | None) -> Iterator[tuple[str, Span]]:
    for name, value in found.items():
        if value is not None:
            yield name, value.span
