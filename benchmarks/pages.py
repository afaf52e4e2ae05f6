"""Reading: each page by itself with all clients on it, then all pages mixed, against the floor."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from random import Random
from statistics import median
from typing import NamedTuple

from benchmarks import load
from benchmarks.clients import Answer, Call, Clients
from benchmarks.measuring import calmly, queries, series, timing
from benchmarks.size import Size
from benchmarks.tables import TIMING, Timing, median_of, show, verdict
from invitations.models import Meeting
from registrations.models import Registration
from registrations.overview import AT_ONCE
from registrations.parts import Mark

GOAL = 0.2
"""Seconds, of the 95th percentile."""

SECONDS = 240
"""On a slow machine no new round begins after so long."""

LONG = "longest registration"
"""A district that names the people of all its communes, too: read rarely, and not in the mix."""

NEXT = f"{LONG}, a later part of its people"
"""Its page asks for one after the other, once it stands."""

MIXED, FLOOR = "all pages, mixed", "floor: a minimal Django page"
WARM_UP = 5


class Target(NamedTuple):
    """Where the portal and the floor are, and the floor's session."""

    portal: str
    floor: str
    floor_session: str


def measure(meeting: Meeting, target: Target, crowd: Clients, size: Size) -> None:
    """Measure and print."""
    pages = _pages(meeting, crowd.number)
    floor = [Call(FLOOR, "/1/", target.floor_session)] * crowd.number
    counted = {page: queries(calls[0]) for page, calls in pages.items()}
    for page, calls in pages.items():
        series(crowd, target.portal, calls, 1 if page.startswith(LONG) else WARM_UP)
    series(crowd, target.floor, floor, WARM_UP)

    rounds: dict[str, list[Timing]] = defaultdict(list)
    mixed: list[Answer] = []
    often = [calls for page, calls in pages.items() if not page.startswith(LONG)]
    sizes = {}
    for number in size.rounds_within(SECONDS):
        rounds[FLOOR].append(timing(_calm(crowd, target.floor, floor, 4 * size.each)))
        for page, calls in pages.items():
            each = max(size.each // 5, 1) if page.startswith(LONG) else size.each
            answers = _calm(crowd, target.portal, calls, each)
            rounds[page].append(timing(answers))
            sizes[page] = median(answer.size for answer in answers)
        mix = _shuffled(often, size.each, number)
        answers = calmly(partial(crowd.drive, target.portal, mix))
        rounds[MIXED].append(timing(answers))
        mixed += answers

    middle = {page: Timing.middle(series) for page, series in rounds.items()}
    show(
        f"Reading pages, {crowd.number} clients, {size.requests} requests a page and round, "
        f"{median_of(len(rounds[MIXED]))}; goal: p95 below {1000 * GOAL:.0f} ms",
        ["page", *TIMING, "x floor", "queries", "kB", "goal"],
        [
            [
                page,
                *figures.cells,
                f"{middle[FLOOR].per_second / figures.per_second:.1f}",
                str(counted.get(page, "")),
                f"{sizes[page] / 1000:.0f}" if page in sizes else "",
                "" if page == FLOOR else verdict(figures.p95, GOAL),
            ]
            for page, figures in middle.items()
        ],
    )
    _show_mixed(mixed)


def _calm(crowd: Clients, address: str, calls: list[Call], each: int) -> list[Answer]:
    return calmly(partial(series, crowd, address, calls, each))


def _show_mixed(mixed: list[Answer]) -> None:
    seconds: dict[str, list[float]] = defaultdict(list)
    for answer in sorted(mixed, key=lambda answer: answer.call.page):
        seconds[answer.call.page].append(answer.seconds)
    rows = [(page, len(taken), Timing.of(taken, 1)) for page, taken in seconds.items()]
    show(
        "The same pages within the mix, all rounds together",
        ["page", "requests", *TIMING[1:], "goal"],
        [[page, str(number), *row.cells[1:], verdict(row.p95, GOAL)] for page, number, row in rows],
    )


def _shuffled(pages: list[list[Call]], each: int, number: int) -> list[Call]:
    """Every client reads every page a few times, each in an order of its own."""
    hands = []
    for client in zip(*pages, strict=True):
        hand = list(client) * max(each // 2, 1)
        Random(f"{number} {client[0].session}").shuffle(hand)
        hands.append(hand)
    return [call for together in zip(*hands, strict=True) for call in together]


def _pages(meeting: Meeting, clients: int) -> dict[str, list[Call]]:
    """Every page with one call for each client, whose session is its own."""
    drafts = load.drafts("do-trang", clients)
    clerks = [
        (load.session_of(user), registration)
        for user, registration in load.clerks_of_largest(meeting, clients)
    ]
    office = [load.session_of(load.office()) for _ in range(clients)]
    load.settle()
    of_meeting = f"/hoi-nghi/{meeting.slug}/"
    for_clerks = {
        "todo, a clerk's first page": [("/viec-can-lam/", draft.session) for draft in drafts],
        "registration, 30 delegates, 16 communes": [(draft.path, draft.session) for draft in drafts],
        f"{LONG}, {clerks[0][1].delegates.count()} delegates": [
            (load.path_of(registration), session) for session, registration in clerks
        ],
        NEXT: [
            (load.path_of(registration) + _next_part(registration), session)
            for session, registration in clerks
        ],
        "letter, a clerk": [(of_meeting, session) for session, _ in clerks],
    }
    for_office = {
        "letter, the office": of_meeting,
        "board": f"{of_meeting}theo-doi/",
        "points": f"{of_meeting}diem-cau/",
        "exports and totals": f"{of_meeting}tong-hop/",
        "totals by point": f"{of_meeting}tong-hop/so-lieu/",
        "outbox": "/hop-gui/",
        "units": "/don-vi/",
    }
    pages = for_clerks | {page: [(path, one) for one in office] for page, path in for_office.items()}
    return {
        page: [Call(page, path, session, fragment=page == NEXT) for path, session in visits]
        for page, visits in pages.items()
    }


def _next_part(registration: Registration) -> str:
    """What the page of a long list asks for first; of a short one it would be empty."""
    marks = [Mark(*values) for values in registration.delegates.values_list("rank", "pk")]
    return f"?sau={marks[:AT_ONCE][-1]}&den={marks[-1]}"
