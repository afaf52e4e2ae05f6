"""Lists that a clerk brings: kept, read, read again another way, taken into the registration.

Bringing and reading change no registration: only taking asks whether it is still time, and writes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Unit, User
from accounts.vietnamese import folded, line
from invitations.models import Invitation, InvitedRole
from registrations.models import MOST_IN_A_ROLE, Delegate, Headcount, RosterColumns, RosterUpload
from registrations.roster import guarded, takeover
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.containers import TOO_LARGE
from registrations.roster.limits import MOST_BYTES
from registrations.roster.reader import NO_NAMES
from registrations.roster.roster import Accepted, Column, Roster
from registrations.roster.vocabulary import Field
from registrations.roster.written import read_back, written
from registrations.services import locking
from registrations.services.rows import own_point, set_headcount

PASTED = "Danh sách dán vào"
"""The name of what was pasted; a file's name has an ending."""


class Beyond(NamedTuple):
    """A role of which there would be more names than were declared."""

    role: InvitedRole
    declared: int | None
    named: int
    """With those of the list."""

    @property
    def can_be_declared(self) -> bool:
        """The number may be raised to the names; a number that no hall holds may not."""
        return self.named <= MOST_IN_A_ROLE


class BeyondDeclared(Exception):
    """There are more names than were declared, and nobody has said yet whether that is meant."""

    def __init__(self, roles: Sequence[Beyond]) -> None:
        super().__init__(roles)
        self.roles = roles


# ── Bring ────────────────────────────────────────────────────────────────────────────────────────


def bring(*, invitation: Invitation, user: User, name: str, data: bytes) -> RosterUpload:
    """Keep a file and what was read in it, with the columns that the unit chose for such headings before.

    A file that is no list of people at all is not kept: ``UnreadableRosterError`` says why. One whose names
    were not found is, with its ``problem``: the clerk may say where they are (``read_again``).
    """
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    upload = _upload(invitation, user, name, data)
    try:
        roster = _read(upload, data)
        remembered = _remembered(invitation.unit, roster.columns)
        if remembered and remembered != _told(roster.columns):
            upload.columns = remembered
            roster = _read(upload, data)
    except UnreadableRosterError as reason:
        if str(reason) != NO_NAMES:
            raise
        upload.problem = NO_NAMES
    else:
        upload.sheet, upload.read = roster.sheet, written(roster)
    with transaction.atomic():
        upload.uploaded_at = database_now()
        upload.file.save("", ContentFile(data), save=False)
        upload.save()
    return upload


def bring_text(*, invitation: Invitation, user: User, text: str) -> RosterUpload:
    """Do the same with cells that were pasted."""
    return bring(invitation=invitation, user=user, name=PASTED, data=text.encode("utf-8", errors="replace"))


def _upload(invitation: Invitation, user: User, name: str, data: bytes) -> RosterUpload:
    stem, dot, ending = name.rpartition(".")
    return RosterUpload(
        invitation=invitation,
        name=name if len(name) <= 200 else stem[:180] + dot + ending[:10],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_by=user,
    )


def _read(upload: RosterUpload, data: bytes) -> Roster:
    columns = {letter: Field(field) for letter, field in upload.columns.items()} or None
    if is_pasted(upload):
        return guarded.read_roster_text(data.decode(), columns=columns)
    return guarded.read_roster(data, upload.name, columns=columns, sheet=upload.sheet)


def is_pasted(upload: RosterUpload) -> bool:
    """Whether cells were pasted and no file was sent."""
    return upload.name == PASTED


# ── Read again ───────────────────────────────────────────────────────────────────────────────────


def read_again(
    *, upload: RosterUpload, columns: Mapping[str, Field] | None = None, sheet: str = ""
) -> Roster:
    """Read a list with the clerk's own columns, or another sheet of it, and remember the choice.

    Another sheet is understood anew. Raises ``UnreadableRosterError``; the upload stays as it was.
    """
    told = {letter: field.value for letter, field in (columns or {}).items()}
    with upload.file.open() as file:
        data = file.read()
    before = upload.columns, upload.sheet
    upload.columns, upload.sheet = told, sheet
    try:
        roster = _read(upload, data)
    except UnreadableRosterError:
        upload.columns, upload.sheet = before
        raise
    upload.sheet, upload.read, upload.problem = roster.sheet, written(roster), ""
    with transaction.atomic():
        upload.save(update_fields=["columns", "sheet", "read", "problem"])
        if told:
            _remember(upload.invitation.unit, roster.columns, told)
    return roster


def _headings(columns: Sequence[Column]) -> tuple[list[Column], str]:
    """The columns that have a heading, and the SHA-256 of what those say."""
    headed = [column for column in columns if column.heading]
    said = "\n".join(folded(column.heading) for column in headed)
    return headed, hashlib.sha256(said.encode()).hexdigest()


def _told(columns: Sequence[Column]) -> dict[str, str]:
    return {column.letter: column.field.value for column in columns}


def _remember(unit: Unit, columns: Sequence[Column], told: Mapping[str, str]) -> None:
    headed, headings = _headings(columns)
    if not headed:
        return
    chosen = [told.get(column.letter, Field.OTHER.value) for column in headed]
    others = {letter: field for letter, field in told.items() if letter not in {one.letter for one in headed}}
    RosterColumns.objects.update_or_create(
        unit=unit,
        headings=headings,
        defaults={"columns": {"headed": chosen, "others": others}, "changed_at": database_now()},
    )


def _remembered(unit: Unit, columns: Sequence[Column]) -> dict[str, str]:
    """How the unit reads lists with these headings, by letter; empty where it never said."""
    headed, headings = _headings(columns)
    known = RosterColumns.objects.filter(unit=unit, headings=headings).first() if headed else None
    if known is None:
        return {}
    chosen = zip((column.letter for column in headed), known.columns["headed"], strict=True)
    return {**known.columns["others"], **dict(chosen)}


# ── Take ─────────────────────────────────────────────────────────────────────────────────────────


def roster_of(upload: RosterUpload) -> Roster | None:
    """Return what was read in a list; None where its names were not found."""
    return read_back(upload.read) if upload.read else None


def beyond_declared(invitation: Invitation, new: Sequence[Accepted]) -> list[Beyond]:
    """Return the roles of which there would be more names than declared, were ``new`` taken.

    Numbers are declared for the unit's own point: people of its communes do not count there.
    """
    point = own_point(invitation)
    roles, points = takeover.Roles(invitation), takeover.Points(invitation)
    coming = Counter(
        roles.called(row.person.role) for row in new if (points.called(row.person.point) or point) == point
    )
    here = {"registration__invitation": invitation, "bridge_point": point}
    declared = dict(Headcount.objects.filter(**here).values_list("role_id", "number"))
    named = Counter(Delegate.objects.filter(**here).values_list("role_id", flat=True))
    lines = [
        Beyond(role, declared.get(role.pk), named[role.pk] + number)
        for role, number in coming.items()
        if role is not None
    ]
    beyond = [one for one in lines if one.named > (one.declared or 0)]
    return sorted(beyond, key=lambda one: one.role.position)


def take(
    *,
    upload: RosterUpload,
    user: User,
    waited: timedelta,
    leave: Collection[int] = (),
    beyond: str = "",
) -> takeover.Taken:
    """Take the good rows of a list into the registration, but those whose number is in ``leave``.

    Whoever is there already is not added again. ``beyond`` says what of names beyond the declared numbers:
    "raise" declares as many, "keep" leaves the numbers, "" asks: ``BeyondDeclared``. Raises ``Closed``.
    """
    roster, invitation = roster_of(upload), upload.invitation
    accepted = [row for row in roster.accepted if row.row not in leave] if roster else []
    with transaction.atomic():
        locking.lock(invitation.pk)
        parted = takeover.part(invitation, accepted)
        more = [] if beyond == "keep" else beyond_declared(invitation, parted.new)
        if more and beyond != "raise":
            raise BeyondDeclared(more)
        taken = takeover.take(
            invitation=invitation, user=user, waited=waited, accepted=accepted, parted=parted
        )
        for one in more:
            if one.can_be_declared:
                set_headcount(
                    invitation_id=invitation.pk,
                    user=user,
                    waited=waited,
                    role_id=one.role.pk,
                    number=one.named,
                )
        upload.taken_at = database_now()
        upload.added, upload.known = (upload.added or 0) + taken.added, taken.known
        upload.save(update_fields=["taken_at", "added", "known"])
    return taken


# ── Give back ────────────────────────────────────────────────────────────────────────────────────


def marked(upload: RosterUpload) -> bytes:
    """Return the list as a workbook with its cells in question coloured. Raises ``UnreadableRosterError``."""
    roster = roster_of(upload)
    if roster is None:
        raise UnreadableRosterError(upload.problem or NO_NAMES)
    with upload.file.open() as file:
        data = file.read()
    name = "" if is_pasted(upload) else upload.name
    return guarded.mark_roster(data, name, sheet=roster.sheet, marks=marks_of(roster))


def marks_of(roster: Roster) -> dict[str, tuple[str, list[str]]]:
    """Return what is to be coloured, by cell; what is said of a whole row stands at its name."""
    names = (Field.FULL_NAME, Field.GIVEN_NAME, Field.FAMILY_NAME)
    name = next((column.letter for column in roster.columns if column.field in names), "A")
    marks: dict[str, tuple[str, list[str]]] = {}
    said = [("stop", row.row, row.reasons) for row in roster.refused]
    said += [("look", row.row, row.looks) for row in roster.to_look_at]
    for kind, row, remarks in said:
        for remark in remarks:
            texts = marks.setdefault(remark.cell or f"{name}{row}", (kind, []))[1]
            if remark.text not in texts:
                texts.append(remark.text)
    return marks


def file_name(upload: RosterUpload) -> str:
    """What a coloured workbook is called: as the list, without its ending."""
    stem = upload.name.rpartition(".")[0] or upload.name
    return f"{line(stem)} - can sua"
