"""One clerk at a long registration: every row that is touched, and the whole page after it."""

from __future__ import annotations

import http.client
from collections import defaultdict
from uuid import uuid4

from benchmarks import load
from benchmarks.clients import SECONDS_TO_ANSWER, Answer, Call, WrongAnswerError
from benchmarks.load import Draft
from benchmarks.measuring import calmly, timing
from benchmarks.pages import Target
from benchmarks.size import Size
from benchmarks.tables import TIMING, Timing, median_of, show
from registrations.models import Delegate

PEOPLE = 500
GOAL = 0.4
"""Seconds, of the slowest answer."""

PAGE, OPEN, ADD, CHANGE, REMOVE = "the whole page", "open a row", "add a row", "change a row", "remove a row"


def measure(target: Target, size: Size) -> None:
    """Measure and print."""
    draft = load.drafts("do-dai", 1)[0]
    load.lengthen(draft, PEOPLE)
    load.settle()
    _turns(target.portal, draft, 1)
    rounds: dict[str, list[Timing]] = defaultdict(list)
    for _ in range(size.rounds):
        parts = defaultdict(list)
        for answer in calmly(lambda: _turns(target.portal, draft, size.each)):
            parts[answer.call.page].append(answer)
        for what, answers in parts.items():
            rounds[what].append(timing(answers))
    show(
        f"One clerk at a registration of {PEOPLE} delegates, {size.each} turns a round, "
        f"{median_of(size.rounds)}; goal: nothing above {1000 * GOAL:.0f} ms",
        ["what", *TIMING, "goal"],
        [
            [what, *figures.cells, "met" if figures.worst < GOAL else "MISSED"]
            for what, figures in ((what, Timing.middle(series)) for what, series in rounds.items())
        ],
    )


def _turns(address: str, draft: Draft, number: int) -> list[Answer]:
    """Open a row, change it, add one, remove it, and read the whole page anew: nothing of it is as it was."""
    connection = http.client.HTTPConnection(address, timeout=SECONDS_TO_ANSWER)
    answers = []

    def ask(what: str, path: str, form: dict[str, str] | None = None) -> None:
        call = Call(what, draft.path + path, draft.session, tuple(form.items()) if form is not None else None)
        answers.append(answer := call.send(connection))
        if answer.wrong:
            raise WrongAnswerError(f"{what}: {answer.wrong}")

    delegates = Delegate.objects.filter(registration=draft.registration)
    for turn in range(number):
        one = delegates.order_by("rank")[turn]
        row = {"position": one.position, "organisation": one.organisation, "role": str(one.role_id)}
        row |= {"phone": one.phone, "note": ""}
        ask(OPEN, f"dai-bieu/{one.pk}/?sua")
        changed = {"full_name": f"{one.full_name} Đổi", "key": str(one.key), "version": str(one.version)}
        ask(CHANGE, f"dai-bieu/{one.pk}/", row | changed)
        key = str(uuid4())
        ask(ADD, "dai-bieu/", row | {"full_name": "Nguyễn Văn Mới", "key": key})
        ask(REMOVE, f"dai-bieu/{delegates.get(key=key).pk}/xoa/", {"version": "1"})
        ask(PAGE, "")
        Delegate.objects.filter(pk=one.pk).update(full_name=one.full_name)
    connection.close()
    return answers
