"""What a letter says, each value with the place it stands at: what the page of review works with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from invitations.letters.contacts import Contact
from invitations.letters.foot import Signatory
from invitations.letters.invited import Audience
from invitations.letters.passages import Found, Span
from invitations.letters.requests import Assignment, Deadline
from invitations.letters.sittings import Sitting
from invitations.letters.times import Moment


@dataclass(frozen=True)
class Doubt:
    """A value to look at, named as in the printed object ("sessions[0].date"), and why, in Vietnamese."""

    field: str
    why: str


@dataclass
class Reading:
    """What a letter says. Spans point into ``text``."""

    text: str
    kind: Found[str]
    number: Found[str] | None
    issuer: Found[str] | None
    issued_on: Found[date] | None
    title: Found[str] | None
    state: Found[str]
    days: Found[float] | None = None
    sessions: list[Sitting] = field(default_factory=list)
    arrive: Found[int] | None = None
    audiences: list[Audience] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    line_tests: list[Moment] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    recipients: list[Found[str]] = field(default_factory=list)
    signatory: Signatory = field(default_factory=Signatory)
    doubts: list[Doubt] = field(default_factory=list)
    unread: list[Found[str]] = field(default_factory=list)

    def spans(self) -> Iterator[Span]:
        """Every place that a value was read from."""
        yield from (self.kind.span, self.state.span)
        yield from (found.span for found in (self.number, self.issuer, self.title) if found)
        if self.issued_on:
            yield self.issued_on.span
        if self.days:
            yield self.days.span
        if self.arrive:
            yield self.arrive.span
        for audience in self.audiences:
            yield audience.heading.span
            yield from (found.span for found in (audience.venue, audience.point, audience.note) if found)
            yield from (role.span for role in audience.roles)
            yield from (chair.span for chair in audience.chairs)
        yield from (sitting.span for sitting in self.sessions)
        yield from (deadline.span for deadline in self.deadlines)
        yield from (test.span for test in self.line_tests)
        yield from (assignment.span for assignment in self.assignments)
        yield from (contact.span for contact in self.contacts)
        yield from (recipient.span for recipient in self.recipients)
        signed = (self.signatory.on_behalf, self.signatory.title, self.signatory.name)
        yield from (found.span for found in signed if found)
