"""The board of a meeting at a glance, read from one picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.models import Unit
from accounts.picture import Picture, one_picture
from accounts.vietnamese import folded
from invitations.models import Meeting
from registrations.models import Submission
from registrations.states import Standing, UnitState
from reports.arrivals import Chart, arrivals, draw
from reports.board_rows import Row, read_contacts
from reports.boards import VIEWS, Asked, NationBoard, UnitBoard
from reports.counting import EVERYWHERE, Where, read_counts, read_invitations
from reports.counts import UnitCounts
from reports.freezing import read as read_frozen
from reports.lately import log_of, read_changes
from reports.nation import MOST_AT_ONCE, areas_of, read_areas, where_of


def read_board(
    meeting: Meeting, *, text: str = "", state: str = "", area: Unit | None = None, only_direct: bool = False
) -> UnitBoard | NationBoard:
    """Read the board in one picture, in a number of queries that its size does not change.

    An unknown state narrows nothing. Of a nation the areas are read, or those units whose name holds the
    text.
    """
    known = state if state in VIEWS or state in UnitState else ""
    asked = Asked(text, known, area, only_direct)
    with one_picture() as picture:
        if area is not None:
            where = where_of(area, only_direct=only_direct)
            return _unit_board(meeting, asked, picture, where)
        invitations = read_invitations(meeting, picture)
        areas = picture.once(("areas of", meeting.pk), lambda: areas_of(invitations))
        if not areas:
            return _unit_board(meeting, asked, picture, EVERYWHERE)
        if text:
            found = [one.pk for one in invitations if folded(text) in one.unit.search]
            where = Where(f"found {folded(text)}", Q(pk__in=found[:MOST_AT_ONCE]))
            return _unit_board(meeting, asked, picture, where)
        board = read_areas(meeting, invitations, picture, areas)
        standings = [one.standing for area in board for one in area.units]
        submissions = _submissions(meeting, picture, None)
        return NationBoard(
            areas=board,
            meeting=meeting,
            now=picture.now,
            asked=asked,
            chart=_chart(meeting, standings, submissions, picture),
            log=log_of(_lately(meeting, picture, None), standings, _last(submissions)),
            frozen=read_frozen(meeting, picture.now),
        )


def _unit_board(meeting: Meeting, asked: Asked, picture: Picture, where: Where) -> UnitBoard:
    counts = read_counts(meeting, picture, where)
    standings = [unit.standing for unit in counts.units]
    some = None if where is EVERYWHERE else [at.registration.pk for at in standings if at.registration]
    submissions = _submissions(meeting, picture, some, where)
    last = _last(submissions)
    contacts = picture.once(("contacts", meeting.pk, where.key), lambda: read_contacts(counts.units))
    return UnitBoard(
        counts=counts,
        rows=[
            Row(
                unit,
                last.get(_registration_id(unit) or 0),
                contacts.get(unit.unit.pk) if unit.is_missing else None,
                picture.now,
            )
            for unit in counts.units
        ],
        meeting=meeting,
        now=picture.now,
        asked=asked,
        chart=_chart(meeting, standings, submissions, picture, where),
        log=log_of(_lately(meeting, picture, some, where), standings, last),
        frozen=read_frozen(meeting, picture.now),
    )


def _chart(
    meeting: Meeting,
    standings: list[Standing],
    submissions: list[Submission],
    picture: Picture,
    where: Where = EVERYWHERE,
) -> Chart:
    def drawn() -> Chart:
        """The line ends at this moment; while nobody writes it may end a minute before."""
        return draw(
            events=arrivals([at.registration for at in standings if at.registration], submissions),
            units=len(standings),
            begins=meeting.published_at or picture.now,
            deadline=meeting.registration_deadline,
            now=picture.now,
        )

    return picture.once(("chart", meeting.pk, where.key), drawn)


def _lately(
    meeting: Meeting, picture: Picture, only: Iterable[int] | None, where: Where = EVERYWHERE
) -> list[Any]:
    """What happened in the last hour; as long as nothing else does, up to a minute of it stays longer."""
    return picture.once(("lately", meeting.pk, where.key), lambda: read_changes(meeting, picture.now, only))


def _submissions(
    meeting: Meeting, picture: Picture, only: Iterable[int] | None, where: Where = EVERYWHERE
) -> list[Submission]:
    """All of them, each unit's in their order, without the people."""
    found = Submission.objects.filter(registration__invitation__meeting=meeting)
    if only is not None:
        found = found.filter(registration__in=list(only))
    found = found.order_by("registration_id", "number").only(
        "registration_id", "number", "declared", "points", "decided_at"
    )
    return picture.once(("submissions", meeting.pk, where.key), lambda: list(found))


def _last(submissions: list[Submission]) -> dict[int, Submission]:
    return {submission.registration_id: submission for submission in submissions}


def _registration_id(unit: UnitCounts) -> int | None:
    return unit.standing.registration.pk if unit.standing.registration else None
