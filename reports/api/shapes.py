"""The shapes of what the API takes and gives; their texts are the API's own description."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from ninja import Field, Path, Schema
from pydantic import AwareDatetime

T = TypeVar("T")

MOST_A_PAGE = 500
SLUG = r"^[-a-z0-9_]+$"

Slug = Annotated[str, Path(max_length=120, pattern=SLUG, description="The meeting as its address names it.")]


Clock = Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$", description="Vietnam's time, as 08:00.")]
"""Without an offset: what JSON Schema calls a time has one."""


class Paging(Schema):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=MOST_A_PAGE, description="Rows of one answer.")
    cursor: str = Field(
        "", max_length=300, pattern=r"^[-A-Za-z0-9_:]*$", description="`next` of the answer before."
    )


class Since(Paging):
    """Which part of a list, and of which changes."""

    updated_since: AwareDatetime | None = Field(
        None,
        description="Only what may have changed since: `as_of` of the last reading, with its offset.",
    )


class Problem(Schema):
    """Why something was refused, in Vietnamese, and what to do."""

    detail: str
    fields: dict[str, str] = Field(default_factory=dict, description="By parameter, where one is at fault.")


class Page(Schema, Generic[T]):
    """One part of a list, in an order that does not change."""

    items: list[T]
    next: str = Field(description="Cursor of the next part; empty after the last.")
    as_of: datetime = Field(
        description="What to ask `updated_since` with next time. Rows that changed shortly before come twice."
    )


class SessionOut(Schema):
    """A morning or an afternoon of a meeting."""

    id: int
    date: date
    part: str
    starts_at: Clock | None
    ends_at: Clock | None


class MeetingOut(Schema):
    """A meeting."""

    slug: str
    code: str
    title: str
    short_title: str
    state: str
    issuer: str
    number: str
    issued_on: date | None
    registration_deadline: datetime
    line_test_at: datetime | None
    published_at: datetime | None
    sessions: list[SessionOut]


class UnitOut(Schema):
    """A unit of the tree."""

    slug: str
    name: str
    short_name: str
    tier: str
    code: str
    parent: str | None
    valid_from: date | None
    valid_until: date | None


class PointOut(Schema):
    """A bridge point; who looks after it is told to whom may know."""

    unit: str
    unit_name: str
    parent: str | None
    tier: str
    venue: str
    connects: bool
    state: str
    chair: str | None
    technician: str | None
    technician_phone: str | None
    version: int


class RegistrationOut(Schema):
    """How far a unit is, and its numbers as the board shows them."""

    unit: str
    unit_name: str
    state: str
    deadline: datetime
    version: int = Field(description="Raised by every change of its list; 0 where there is none.")
    submitted_version: int | None
    submitted_at: datetime | None
    changed_at: datetime | None
    declared: int
    named: int
    missing: int
    points: int


class DelegateOut(Schema):
    """A named person. A list that changed is given whole: who is no longer in it was removed."""

    key: UUID
    unit: str
    registration_version: int
    point: str
    role: str
    full_name: str
    position: str
    organisation: str
    phone: str
    note: str
    rank: int


class LineTestOut(Schema):
    """One test of one point's line; tests are only ever added."""

    id: int
    point: str
    at: datetime
    result: str
    note: str


class AttendanceOut(Schema):
    """Who came to one session at one point, as it stands."""

    session: int
    point: str
    present: int
    excused: int
    absent: int
    made_at: datetime
    arrived_at: datetime
    version: int
