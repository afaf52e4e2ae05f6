"""What a run must have kept, read from the database and from what arrived; and its figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

from registrations.models import Submission
from reminders.models import Reminder, ReminderAttempt
from reminders.services.starting import FRESH
from tests.faults.schedule import EVERYTHING, Outage
from tests.faults.stage import Stage

State = Reminder.State
UNKNOWN = ReminderAttempt.Outcome.UNKNOWN

CALM_SECONDS, RESTART_SECONDS = 30.0, 60.0
"""p99 of the lateness where nothing went wrong; the longest wait after what went wrong was over."""

TIMEOUT = 10.0
"""Seconds that one step of a mail server's conversation may take: a mail under way when its unit submits."""


class Late(NamedTuple):
    """Seconds from when a message could have started until it did, and what it had to wait for."""

    seconds: float
    channel: str
    waited_for: str
    since_due: float


class Verdict(NamedTuple):
    """What was broken (nothing, one hopes), and the figures to print."""

    broken: list[str]
    figures: list[str]


def check(
    stage: Stage, outages: Sequence[Outage], due: dict[str, float], kills: int, *, timed: bool
) -> Verdict:
    """Compare what the outbox says with what arrived. ``due`` says when each by-hand message was due.

    Lateness breaks a promise only where the run is ``timed``: a busy machine is no fault of the outbox.
    """
    rows = list(Reminder.objects.select_related("unit"))
    tries: dict[int, list[ReminderAttempt]] = defaultdict(list)
    for one in ReminderAttempt.objects.order_by("pk"):
        tries[one.reminder_id].append(one)
    submitted = {
        one.registration.invitation.unit_id: one.decided_at.timestamp()
        for one in Submission.objects.select_related("registration__invitation")
    }
    arrived = _arrived(stage)
    late = [
        _late(row, tries[row.pk][0].started_at.timestamp(), due.get(row.message_id), outages)
        for row in rows
        if tries[row.pk]
    ]
    broken = [
        *_lost(rows, arrived, submitted),
        *_doubled(rows, arrived, tries, stage),
        *_after_submission(rows, tries, submitted, stage),
        *(_too_late(late) if timed else []),
    ]
    return Verdict(broken, _figures(rows, tries, arrived, late, outages, kills))


def _arrived(stage: Stage) -> dict[str, Counter[str]]:
    """How often each key came, by channel; a gateway's key is the part of ours before the @."""
    return {
        Reminder.Channel.MAIL: Counter(one.key for one in stage.mail.arrivals),
        Reminder.Channel.SMS: Counter(f"<{one.key}@faults>" for one in stage.sms.accepted),
        Reminder.Channel.ZALO: Counter(f"<{one.key}@faults>" for one in stage.zalo.accepted),
    }


def _came(row: Reminder, arrived: dict[str, Counter[str]]) -> int:
    if row.channel == Reminder.Channel.PORTAL:
        return int(row.state == State.SENT)
    counted = arrived[row.channel]
    return counted[row.message_id] or counted[f"<{row.message_id.strip('<>').partition('@')[0][:48]}@faults>"]


def _lost(
    rows: Iterable[Reminder], arrived: dict[str, Counter[str]], submitted: dict[int | None, float]
) -> list[str]:
    """Every message has come to an end, and what is called sent has arrived."""
    broken = []
    planned = {row.unit_id for row in rows}
    for row in rows:
        if row.state not in (State.SENT, State.FAILED, State.CANCELLED):
            broken.append(f"lost: {row.pk} {row.channel} is left {row.state}, due {row.due_at:%H:%M:%S}")
        elif row.state == State.SENT and not _came(row, arrived):
            broken.append(f"lost: {row.pk} {row.channel} is called sent and never came")
        elif row.state == State.CANCELLED and row.unit_id not in submitted:
            broken.append(f"lost: {row.pk} {row.channel} cancelled ({row.objection}) without a submission")
    from invitations.models import Invitation

    silent = Invitation.objects.exclude(unit__in=planned).exclude(unit__in=submitted)
    broken += [f"lost: no message was planned for {one.unit_id}" for one in silent]
    return broken


def _doubled(
    rows: Sequence[Reminder],
    arrived: dict[str, Counter[str]],
    tries: dict[int, list[ReminderAttempt]],
    stage: Stage,
) -> list[str]:
    """Under one key more than once only where that is known as ``unknown``; never under two keys."""
    broken = [f"doubled: SMS {key} {times} times" for key, times in stage.sms.doubles().items()]
    broken += [f"doubled: Zalo {key} {times} times" for key, times in stage.zalo.doubles().items()]
    for row in rows:
        unknown = sum(1 for one in tries[row.pk] if one.outcome == UNKNOWN)
        if row.channel == Reminder.Channel.MAIL and _came(row, arrived) > 1 + unknown:
            broken.append(f"doubled: {row.pk} came {_came(row, arrived)} times, {unknown} unknown")
    keys: dict[str, set[str]] = defaultdict(set)
    for one in stage.mail.arrivals:
        keys[one.recipient].add(one.key)
    broken += [f"doubled: {to} got {len(k)} different mails" for to, k in keys.items() if len(k) > 1]
    return broken


def _after_submission(
    rows: Sequence[Reminder],
    tries: dict[int, list[ReminderAttempt]],
    submitted: dict[int | None, float],
    stage: Stage,
) -> list[str]:
    broken = []
    for row in rows:
        if (answered := submitted.get(row.unit_id)) is None:
            continue
        started = [one.started_at.timestamp() for one in tries[row.pk]]
        broken += [
            f"started {at - answered:.3f} s after a submission: {row.pk}" for at in started if at > answered
        ]
    units = {row.message_id: row.unit_id for row in rows}
    for one in stage.mail.arrivals:
        answered = submitted.get(units.get(one.key))
        if answered is not None and one.at > answered + FRESH + TIMEOUT:
            broken.append(f"came {one.at - answered:.1f} s after a submission: {one.key}")
    return broken


def _late(row: Reminder, started: float, due: float | None, outages: Sequence[Outage]) -> Late:
    """Reckon from when it was due, or from the end of the last thing that kept it from starting."""
    at = due if due is not None else row.slot.timestamp()
    kept = [
        one
        for one in outages
        if one.begin < started and one.end > at and one.channel in (EVERYTHING, row.channel)
    ]
    last = max(kept, key=lambda one: one.end, default=None)
    could = max(at, min(last.end, started)) if last else at
    return Late(started - could, row.channel, last.what if last else "", started - at)


def _too_late(late: Sequence[Late]) -> list[str]:
    calm = [one.seconds for one in late if not one.waited_for]
    after = [one for one in late if one.waited_for and one.seconds > RESTART_SECONDS]
    broken = [f"late: {one.seconds:.0f} s by {one.channel} after {one.waited_for}" for one in after]
    if calm and (p99 := percentile(calm, 0.99)) > CALM_SECONDS:
        broken.append(f"late: p99 {p99:.0f} s where nothing went wrong")
    return broken


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed; 0 of nothing."""
    return sorted(seconds)[ceil(share * len(seconds)) - 1] if seconds else 0.0


def _figures(
    rows: Sequence[Reminder],
    tries: dict[int, list[ReminderAttempt]],
    arrived: dict[str, Counter[str]],
    late: Sequence[Late],
    outages: Sequence[Outage],
    kills: int,
) -> list[str]:
    states = Counter(row.state for row in rows)
    outcomes = Counter(one.outcome for many in tries.values() for one in many)
    unknown = [row for row in rows if any(one.outcome == UNKNOWN for one in tries[row.pk])]
    settled = Counter(row.state for row in unknown)
    again = sum(times - 1 for times in arrived[Reminder.Channel.MAIL].values() if times > 1)
    done = Counter(one.what for one in outages)
    calm = [one.seconds for one in late if not one.waited_for]
    after = [one.seconds for one in late if one.waited_for]
    failed = Counter(row.failure[:40] for row in rows if row.state == State.FAILED)
    return [
        f"{len(rows)} messages, {kills} kills; {_words(done)}",
        f"states: {_words(states)}; attempts: {_words(outcomes)}",
        f"not sent for good: {_words(failed) or 'none'}",
        f"unknown at some time: {len(unknown)}, settled as {_words(settled) or 'none'}; "
        f"mails that came again under the same key: {again}",
        f"late where nothing went wrong ({len(calm)}): {_lateness(calm)}",
        f"late after the end of a fault ({len(after)}): {_lateness(after)}",
        f"late since due, faults and all ({len(late)}): {_lateness([one.since_due for one in late])}",
        *(
            f"  {channel}: {_lateness([one.seconds for one in late if one.channel == channel])}"
            for channel in sorted({one.channel for one in late})
        ),
    ]


def _words(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {times}" for what, times in sorted(counted.items()))


def _lateness(seconds: Sequence[float]) -> str:
    p50, p99 = percentile(seconds, 0.5), percentile(seconds, 0.99)
    return f"p50 {p50:.1f} s, p99 {p99:.1f} s, longest {max(seconds, default=0):.1f} s"
