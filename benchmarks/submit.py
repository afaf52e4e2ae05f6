"""Writing: saving a number, submitting 30 delegates, reading the receipt, at districts of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import uuid4

from benchmarks import load
from benchmarks.clients import Call, Clients
from benchmarks.load import Draft
from benchmarks.measuring import queries, timing
from benchmarks.pages import FLOOR, Target
from benchmarks.size import Size
from benchmarks.tables import TIMING, Timing, median_of, show, verdict
from invitations.models import InvitedRole
from registrations.models import Registration, Submission

ROW, SUBMIT, RECEIPT = "save one number", "submit 30 delegates", "read the receipt"
GOALS = {ROW: 0.3, SUBMIT: 0.3, RECEIPT: 0.2}
"""Seconds, of the 95th percentile."""

WARM_UP = 2
"""Districts of each client that warm everything up, and one that queries are counted with."""

SECONDS = 60
"""On a slow machine no new round begins after so long."""


def measure(target: Target, crowd: Clients, size: Size) -> None:
    """Measure and print; every submission is of another district, accepted, and found in the database."""
    warm = WARM_UP * crowd.number
    drafts = load.drafts("do-gui", 1 + warm + size.rounds * size.requests)
    load.settle()
    counted = _counted(drafts[0])
    _round(target.portal, crowd, drafts[1 : 1 + warm])

    rounds: dict[str, list[Timing]] = defaultdict(list)
    floor = [Call(FLOOR, "/1/", target.floor_session)] * (4 * size.requests)
    for number in size.rounds_within(SECONDS):
        rounds[FLOOR].append(timing(crowd.drive(target.floor, floor)))
        start = 1 + warm + number * size.requests
        for what, figures in _round(target.portal, crowd, drafts[start : start + size.requests]).items():
            rounds[what].append(figures)
    written = Submission.objects.filter(registration__in=[draft.registration for draft in drafts]).count()
    sent = 1 + warm + len(rounds[SUBMIT]) * size.requests
    assert written == sent, f"{written} submissions of {sent} are in the database"

    middle = {what: Timing.middle(series) for what, series in rounds.items()}
    show(
        f"Writing, {crowd.number} clients, {size.requests} requests a round at as many districts, "
        f"{median_of(len(rounds[SUBMIT]))}; all {written} submissions accepted and found in the database",
        ["what", *TIMING, "x floor", "queries", "p95 goal ms", "goal"],
        [
            [
                what,
                *figures.cells,
                f"{middle[FLOOR].per_second / figures.per_second:.1f}",
                str(counted.get(what, "")),
                f"{1000 * GOALS[what]:.0f}" if what in GOALS else "",
                verdict(figures.p95, GOALS[what]) if what in GOALS else "",
            ]
            for what, figures in middle.items()
        ],
    )


def _round(address: str, crowd: Clients, drafts: Sequence[Draft]) -> dict[str, Timing]:
    """Save a number at each district, then submit each, then read each receipt."""
    figures = {ROW: timing(crowd.drive(address, _rows(drafts)))}
    figures[SUBMIT] = timing(crowd.drive(address, _submits(drafts)))
    figures[RECEIPT] = timing(crowd.drive(address, _receipts(drafts)))
    return figures


def _counted(draft: Draft) -> dict[str, int]:
    return {
        ROW: queries(_rows([draft])[0]),
        SUBMIT: queries(_submits([draft])[0]),
        RECEIPT: queries(_receipts([draft])[0]),
    }


def _rows(drafts: Sequence[Draft]) -> list[Call]:
    role = InvitedRole.objects.filter(
        audience__meeting=drafts[0].registration.invitation.meeting_id
    ).earliest("pk")
    form = (("number", str(load.DELEGATES)),)
    return [Call(ROW, f"{draft.path}so-luong/{role.pk}/", draft.session, form) for draft in drafts]


def _submits(drafts: Sequence[Draft]) -> list[Call]:
    """With the version that the clerk's page shows now: whatever is stale is refused."""
    rows = Registration.objects.filter(pk__in=[draft.registration.pk for draft in drafts])
    versions = dict(rows.values_list("pk", "version"))
    return [
        Call(
            SUBMIT,
            f"{draft.path}gui/",
            draft.session,
            (("form_uuid", str(uuid4())), ("version", str(versions[draft.registration.pk]))),
            status=302,
            leads_to=f"{draft.path}bien-nhan/",
        )
        for draft in drafts
    ]


def _receipts(drafts: Sequence[Draft]) -> list[Call]:
    return [Call(RECEIPT, f"{draft.path}bien-nhan/1/", draft.session) for draft in drafts]
