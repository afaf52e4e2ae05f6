"""The state at the deadline, frozen: the official list, and its numbered supplements.

The moments are the meeting's deadline and the end of the last extension, each with the grace in which a
submission may still be decided. What stood at such a moment can be told at any later one, from rows that
are only ever added: submissions and the log. So it makes no difference whether beat freezes on time or
the first person who looks does hours later; the list and its hash are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max

from accounts.clock import database_now
from accounts.models import Unit
from invitations.deadlines import GRACE, effective_deadline
from invitations.models import Invitation, Meeting
from registrations.differences import differences
from registrations.models import Change, Submission
from registrations.services import locking
from registrations.snapshot import digest
from registrations.states import with_extension
from reports.freezes import Freeze

STATES = (Meeting.State.PUBLISHED, Meeting.State.CLOSED)
LOOKED_AFTER = timedelta(days=60)
"""For so long after the deadline beat looks whether a last extension has ended."""

SUBMITTED, DECLINED, SILENT = "submitted", "declined", "silent"
NUMBERS = ("declared", "named", "points")


class Frozen(NamedTuple):
    """The freezes of a meeting, the newest first, and whether another moment has passed since."""

    freezes: list[Freeze]
    is_due: bool

    @property
    def official(self) -> Freeze | None:
        """The official list."""
        return self.freezes[-1] if self.freezes else None

    @property
    def newest(self) -> Freeze | None:
        """What stands by the last freeze."""
        return self.freezes[0] if self.freezes else None

    @property
    def supplements(self) -> list[Freeze]:
        """What was corrected since, in order."""
        return self.freezes[:-1][::-1]


class Correction(NamedTuple):
    """One unit whose line in a supplement is not what it was before."""

    unit: str
    slug: str
    before: dict[str, Any]
    after: dict[str, Any]
    words: str


def official_list(meeting: Meeting) -> Freeze | None:
    """The freeze that the official list is made of, made now if its moment has passed; None before.

    Its ``submissions`` are what it consists of, each with its whole content.
    """
    return settled(meeting, database_now()).official


def settled(meeting: Meeting, now: datetime) -> Frozen:
    """The freezes of ``meeting``, after freezing what is due. Call it outside a read-only picture."""
    frozen = read(meeting, now)
    return settle(meeting) if frozen.is_due else frozen


def read(meeting: Meeting, now: datetime) -> Frozen:
    """Read the freezes without their content, in two queries; before the moment in none: none is there.

    Where the deadline was moved after a freeze, the list is told again once the new one has passed.
    """
    if meeting.state not in STATES or now <= meeting.registration_deadline + GRACE:
        return Frozen([], is_due=False)
    freezes = list(meeting.freezes.defer("content"))
    held = freezes[0].holds_at if freezes else None
    last = with_extension(meeting.invitations.sent()).aggregate(last=Max("extended_until"))["last"]
    return Frozen(freezes, any(held is None or at > held for at in _moments(meeting, last, now)))


def _moments(meeting: Meeting, last_extension: datetime | None, now: datetime) -> list[datetime]:
    """The moments that have passed: of the deadline, and of the end of the last extension."""
    deadline = meeting.registration_deadline
    ends = sorted({deadline, effective_deadline(deadline, last_extension)})
    return [end + GRACE for end in ends if now > end + GRACE]


def settle_all() -> int:
    """Freeze what is due in every meeting; beat calls. Says how many meetings it froze."""
    now = database_now()
    passed = Meeting.objects.filter(
        state__in=STATES,
        registration_deadline__lt=now - GRACE,
        registration_deadline__gt=now - LOOKED_AFTER,
    )
    due = [meeting for meeting in passed if read(meeting, now).is_due]
    for meeting in due:
        settle(meeting)
    return len(due)


@transaction.atomic
def settle(meeting: Meeting) -> Frozen:
    """Freeze every moment that has passed; two who do so at once make one freeze.

    Holds the lock of every letter: a submission that was decided in time and is not yet committed is
    waited for, and none that comes after is decided before the moment.
    """
    sent = meeting.invitations.sent().order_by("pk").values_list("pk", flat=True)
    locking.lock_all(list(sent))
    now = database_now()
    invitations = list(with_extension(meeting.invitations.sent()))
    ends = [until for one in invitations if (until := getattr(one, "extended_until", None))]
    for moment in _moments(meeting, max(ends, default=None), now):
        _freeze(meeting, invitations, moment)
    return Frozen(list(meeting.freezes.defer("content")), is_due=False)


def _freeze(meeting: Meeting, invitations: Sequence[Invitation], moment: datetime) -> None:
    """Write down what stood at ``moment``, unless it is written down or nothing has changed since."""
    latest = meeting.freezes.first()
    if latest is not None and latest.holds_at >= moment:
        return
    lines = _lines(meeting, invitations, moment)
    if latest is not None and latest.content["units"] == lines:
        Freeze.objects.filter(pk=latest.pk, holds_at__lt=moment).update(holds_at=moment)
        return
    number = latest.number + 1 if latest else 0
    content = {
        "meeting": meeting.slug,
        "number": number,
        "as_of": moment.isoformat(),
        "before": latest.sha256 if latest else "",
        "units": lines,
    }
    standing = [line for line in lines if line["state"] == SUBMITTED]
    _write(
        Freeze(
            meeting=meeting,
            number=number,
            as_of=moment,
            holds_at=moment,
            sha256=digest(content),
            content=content,
            units=len(lines),
            submitted=len(standing),
            **{name: sum(line[name] for line in standing) for name in NUMBERS},
        )
    )


def _write(freeze: Freeze) -> None:
    """Add the row, or leave the one that another has added under this number: it says the same."""
    Freeze.objects.bulk_create([freeze], ignore_conflicts=True)


def _lines(meeting: Meeting, invitations: Iterable[Invitation], moment: datetime) -> list[dict[str, Any]]:
    """What stood of each unit at ``moment``, from submissions, returns and refusals that came before it."""
    last = (
        Submission.objects.filter(registration__invitation__meeting=meeting, decided_at__lte=moment)
        .order_by("registration_id", "-number")
        .distinct("registration_id")
        .select_related("registration")
        .defer("content")
    )
    submissions = {submission.registration.invitation_id: submission for submission in last}
    returns = Change.objects.filter(
        registration__invitation__meeting=meeting, kind=Change.Kind.RETURNED, at__lte=moment
    ).order_by()
    returned = dict(returns.values_list("registration__invitation_id").annotate(at=Max("at")))
    lines = []
    for invitation in invitations:
        submission = submissions.get(invitation.pk)
        back = returned.get(invitation.pk)
        if submission is not None and back is not None and back >= submission.decided_at:
            submission = None
        lines.append(_line(invitation, submission, moment))
    return lines


def _line(invitation: Invitation, submission: Submission | None, moment: datetime) -> dict[str, Any]:
    line: dict[str, Any] = {"unit": invitation.unit.slug, "submission": None, "code": "", "sha256": ""}
    if submission is None:
        declined = invitation.declined_at is not None and invitation.declined_at <= moment
        return line | {"state": DECLINED if declined else SILENT} | dict.fromkeys(NUMBERS, 0)
    return line | {
        "state": SUBMITTED,
        "submission": submission.number,
        "code": submission.code,
        "sha256": submission.sha256,
        **{name: getattr(submission, name) for name in NUMBERS},
    }


def shown_lines(freeze: Freeze) -> list[tuple[str, dict[str, Any]]]:
    """The lines of a list, each with its unit's name of today."""
    names = dict(Unit.objects.filter(slug__in=list(freeze.lines)).values_list("slug", "name"))
    return [(names.get(slug, slug), line) for slug, line in freeze.lines.items()]


# ── What a supplement corrects ───────────────────────────────────────────────────────────────


def corrections(freeze: Freeze, before: Freeze) -> list[Correction]:
    """What stands otherwise in ``freeze`` than in the one before it, in the order of the list."""
    earlier = before.lines
    nothing = {"state": SILENT, "submission": None, "code": "", **dict.fromkeys(NUMBERS, 0)}
    changed = [
        (earlier.get(slug, nothing), line) for slug, line in freeze.lines.items() if earlier.get(slug) != line
    ]
    codes = {line["code"] for pair in changed for line in pair if line["code"]}
    contents = dict(Submission.objects.filter(code__in=codes).values_list("code", "content"))
    names = dict(
        Unit.objects.filter(slug__in=[after["unit"] for _, after in changed]).values_list("slug", "name")
    )
    return [
        Correction(
            names.get(after["unit"], after["unit"]), after["unit"], old, after, _words(old, after, contents)
        )
        for old, after in changed
    ]


def _words(old: dict[str, Any], new: dict[str, Any], contents: dict[str, Any]) -> str:
    """What happened to a unit's line, in a few words."""
    if new["state"] == DECLINED:
        return "Báo không tham dự"
    if new["state"] == SILENT:
        return "Văn phòng trả lại, chưa gửi lại"
    if old["state"] != SUBMITTED or old["code"] not in contents or new["code"] not in contents:
        return f"Gửi lần {new['submission']} sau khi chốt"
    said = differences(contents[old["code"]], contents[new["code"]]).in_words
    return f"Gửi lại lần {new['submission']}: {said}"
