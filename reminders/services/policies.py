"""A meeting's policy: read with all that decides, written when it is first needed, changed by the office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.clock import database_now
from invitations.models import Meeting, Session
from registrations.models import Extension
from reminders import defaults
from reminders.models import Policy, Reminder, Step
from reminders.policy import FURTHEST, OPEN_FOR_REPORTS, OVERDUE_FOR, REPEATS_FOR, Plan, Timetable, hours_of

if TYPE_CHECKING:
    from accounts.models import User

CHANGED = "Người khác vừa sửa kế hoạch này. Xem lại bên dưới rồi lưu lần nữa: điều đồng chí gõ còn nguyên."
THE_LAST = "Kế hoạch phải còn ít nhất một mốc. Muốn dừng nhắc, bấm Tạm dừng."


# ── Reading ──────────────────────────────────────────────────────────────────────────────────


def near(now: datetime) -> QuerySet[Meeting]:
    """Return the meetings of which some step may be due around ``now``."""
    since, until = now - FURTHEST - REPEATS_FOR - OVERDUE_FOR, now + FURTHEST
    days = (timezone.localtime(since).date(), timezone.localtime(until).date())
    return Meeting.objects.filter(
        Q(registration_deadline__range=(since, until))
        | Q(line_test_at__range=(since, until))
        | Exists(Session.objects.filter(meeting=OuterRef("pk"), date__range=days))
        | Exists(Extension.objects.filter(invitation__meeting=OuterRef("pk"), until__range=(since, until))),
        state__in=OPEN_FOR_REPORTS,
    )


def timetables(meetings: Iterable[Meeting]) -> dict[int, Timetable]:
    """Read, by meeting, what decides when its units are reminded: three queries for all.

    A meeting without a policy has the default one, which is not written here.
    """
    found = {meeting.pk: meeting for meeting in meetings}
    if not found:
        return {}
    policies = {one.meeting_id: one for one in Policy.objects.filter(meeting__in=found)}
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(policy__meeting__in=found):
        steps[step.policy_id].append(step)
    sessions: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(meeting__in=found):
        sessions[session.meeting_id].append(session)
    return {
        pk: Timetable(meeting, _plan(policies.get(pk), steps), hours_of(meeting, sessions[pk]), sessions[pk])
        for pk, meeting in found.items()
    }


def _plan(policy: Policy | None, steps: dict[int, list[Step]]) -> Plan:
    return Plan(defaults.policy(), defaults.steps()) if policy is None else Plan(policy, steps[policy.pk])


def written(meetings: Iterable[Meeting]) -> dict[int, Timetable]:
    """Read as ``timetables``, after writing the default policy of whichever meeting has none."""
    found = timetables(meetings)
    missing = [table.meeting for table in found.values() if table.plan.policy.pk is None]
    for meeting in missing:
        policy_of(meeting)
    return {**found, **timetables(missing)}


@transaction.atomic
def policy_of(meeting: Meeting) -> Policy:
    """Return a meeting's policy, written with its steps where there is none.

    Of two at once one writes: the other waits for its commit, so that nobody ever sees half a policy.
    """
    fresh = defaults.policy()
    values = {name: getattr(fresh, name) for name in ("digest_at",)}
    policy, is_new = Policy.objects.get_or_create(meeting=meeting, defaults=values)
    if is_new:
        _write_default_steps(policy)
    return policy


def _write_default_steps(policy: Policy) -> None:
    fresh = defaults.steps()
    for step in fresh:
        step.policy = policy
    Step.objects.bulk_create(fresh)


# ── Changing ─────────────────────────────────────────────────────────────────────────────────


def lock(*, meeting: Meeting, version: int | None = None) -> Policy:
    """Lock a meeting's policy in a transaction. Raises ``ValidationError`` where it is not ``version``."""
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy_of(meeting).pk)
    if version is not None and policy.version != version:
        raise ValidationError(CHANGED, code="version")
    return policy


@transaction.atomic
def change_hours(*, changed: Policy, version: int) -> Policy:
    """Store the hours, the limit and the digest's times of ``changed``; raises as ``lock``."""
    locked = lock(meeting=changed.meeting, version=version)
    changed.version = locked.version + 1
    changed.save(
        update_fields=[
            "quiet_from", "quiet_until", "office_from", "office_until", "most_a_day", "digest_at", "version",
        ]
    )  # fmt: skip
    return changed


@transaction.atomic
def save_step(*, meeting: Meeting, step: Step, version: int) -> Step:
    """Store a new or changed step; raises as ``lock``, and where the plan has one at that moment already."""
    policy = lock(meeting=meeting, version=version)
    step.policy = policy
    step.validate_constraints()
    step.save()
    _count(policy)
    return step


@transaction.atomic
def remove_step(*, meeting: Meeting, step_id: int, version: int) -> None:
    """Take a step out of the plan; its messages that have not gone are withdrawn. Raises as ``lock``."""
    policy = lock(meeting=meeting, version=version)
    if policy.steps.count() == 1:
        raise ValidationError(THE_LAST)
    waiting = Reminder.objects.filter(step=step_id, state=Reminder.State.PENDING, asked_at__isnull=True)
    locked = waiting.select_for_update(of=("self",)).values_list("pk", flat=True)
    Reminder.objects.filter(pk__in=list(locked)).update(
        state=Reminder.State.CANCELLED, objection=Reminder.Objection.WITHDRAWN, lease_until=None
    )
    policy.steps.filter(pk=step_id).delete()
    _count(policy)


@transaction.atomic
def restore_default(*, meeting: Meeting, version: int) -> Policy:
    """Put the default steps and hours back in place of what is there; raises as ``lock``.

    A step at the same moment keeps its row, so that its messages stay one step's.
    """
    policy = lock(meeting=meeting, version=version)
    there = {(step.anchor, step.offset): step for step in policy.steps.all()}
    for fresh in defaults.steps():
        old = there.pop((fresh.anchor, fresh.offset), None)
        fresh.policy, fresh.pk = policy, old.pk if old else None
        fresh.save(force_update=old is not None, force_insert=old is None)
    policy.steps.filter(pk__in=[step.pk for step in there.values()]).delete()
    fresh_hours = defaults.policy()
    for name in ("quiet_from", "quiet_until", "office_from", "office_until", "most_a_day", "digest_at"):
        setattr(policy, name, getattr(fresh_hours, name))
    policy.save()
    _count(policy)
    return policy


@transaction.atomic
def pause(*, meeting: Meeting, user: User) -> None:
    """Stop a meeting's reminders: nothing is planned, and what waits stays. Pausing again changes nothing."""
    policy = lock(meeting=meeting)
    if policy.paused_at is None:
        policy.paused_at, policy.paused_by = database_now(), user
        policy.save(update_fields=["paused_at", "paused_by"])


@transaction.atomic
def resume(*, meeting: Meeting) -> None:
    """Go on: of the steps that passed meanwhile only the latest is due."""
    policy = lock(meeting=meeting)
    policy.paused_at, policy.paused_by = None, None
    policy.save(update_fields=["paused_at", "paused_by"])


def _count(policy: Policy) -> None:
    policy.version += 1
    policy.save(update_fields=["version"])
