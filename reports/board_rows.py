"""The rows of a board: one unit with its state, its cells, and what it still owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from accounts.permissions import Role
from accounts.templatetags.portal import short_moment
from bridge_points.models import PointState
from registrations.models import Submission
from registrations.states import UnitState
from reports.counts import UnitCounts

NAMED_SHORTLY = 2
"""Of how many communes a remark gives the names."""


class Contact(NamedTuple):
    """Whom to call at a unit."""

    name: str
    phone: str


@dataclass(frozen=True)
class Row:
    """One unit as the board shows it."""

    counts: UnitCounts
    submission: Submission | None
    contact: Contact | None
    now: datetime

    @property
    def chip(self) -> str:
        """The words in the state chip."""
        state, standing = self.counts.state, self.counts.standing
        if state == UnitState.EXTENDED:
            return f"Gia hạn {short_moment(standing.deadline, self.now)}"
        if self.counts.has_unsent_changes:
            return "Đã gửi, đang sửa"
        if state == UnitState.SUBMITTED and self.submission and self.submission.number > 1:
            return f"Đã gửi lần {self.submission.number}"
        return str(state.label)

    @property
    def at(self) -> datetime | None:
        """When something last happened: submitted, else written, confirmed, opened, called."""
        invitation, registration = self.counts.standing.invitation, self.counts.standing.registration
        if registration is not None and self.counts.is_submitted:
            return registration.submitted_at
        written = registration.changed_at if registration is not None else None
        if invitation.declined_at is not None:
            return invitation.declined_at
        return written or invitation.confirmed_at or invitation.seen_at or invitation.sent_at

    @property
    def cells(self) -> tuple[PointState, ...]:
        """How the unit's cells are filled."""
        return tuple(commune.state for commune in self.counts.communes)

    @property
    def has_declared(self) -> bool:
        """Something was written down."""
        registration = self.counts.standing.registration
        return registration is not None and (registration.version > 0 or bool(self.counts.lines))

    @property
    def remark(self) -> str:
        """What the unit still owes, in one line."""
        invitation, registration = self.counts.standing.invitation, self.counts.standing.registration
        if registration is not None and self.counts.state == UnitState.RETURNED:
            return registration.return_remark
        if self.counts.state == UnitState.DECLINED:
            return f"Không tham dự: {invitation.decline_reason}"
        if self.has_declared:
            return self._owed or f"Đã khai {self.counts.sum.declared} đại biểu, chưa bấm gửi"
        if invitation.confirmed_at:
            return "Đã xác nhận, chưa khai gì"
        return "Đã xem giấy mời, chưa xác nhận" if invitation.seen_at else "Chưa mở giấy mời"

    @property
    def _owed(self) -> str:
        silent = [commune for commune in self.counts.communes if commune.point is None]
        parts = [
            f"{self.counts.sum.missing} tên" if self.counts.sum.missing else "",
            f"{len(silent)} điểm cầu xã" if silent else "",
            self._technicians,
        ]
        owed = ", ".join(part for part in parts if part)
        return f"Thiếu {owed}" if owed else ""

    @property
    def _technicians(self) -> str:
        communes = self.counts.without_technician
        if not communes:
            return ""
        names = ", ".join(commune.unit.called for commune in communes[:NAMED_SHORTLY])
        more = " …" if len(communes) > NAMED_SHORTLY else ""
        return f"{len(communes)} cán bộ kỹ thuật ({names}{more})"


class RowGroup(NamedTuple):
    """The rows of one tier."""

    label: str
    rows: list[Row]


def read_contacts(units: list[UnitCounts]) -> dict[int, Contact]:
    """Whom to call: the unit's first clerk with a number, else the unit's own number."""
    contacts = {unit.unit.pk: Contact("", unit.unit.phone) for unit in units if unit.unit.phone}
    clerks = User.objects.filter(unit__in=contacts.keys() | {unit.unit.pk for unit in units})
    for clerk in clerks.filter(role=Role.CLERK, is_active=True).exclude(phone="").order_by("-pk"):
        if clerk.unit_id is not None:
            contacts[clerk.unit_id] = Contact(str(clerk), clerk.phone)
    return contacts
