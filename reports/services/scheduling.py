"""Files that are made by a schedule: a job for each slot, and a mail with a link once it is done.

The rows are the truth. A slot has one job, by a constraint: two beats make no two. A mail is claimed before
it is sent and marked when it is; a worker that dies between the two leaves a claim that runs out, and the
mail goes once more under the same Message-ID. It holds a link to the page, never the file.
"""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.clock import database_now
from accounts.permissions import Right, may
from invitations.models import Meeting
from reports.models import ExportJob, ExportSchedule
from reports.services.asking import wake_after_commit

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

LATEST = timedelta(hours=12)
"""A slot that nobody took up so long is over: a beat that stood still for days makes no old files."""

CLAIM = timedelta(minutes=5)


@transaction.atomic
def make_schedule(
    *,
    meeting: Meeting,
    user: User,
    kind: ExportJob.Kind,
    form: ExportJob.Form,
    at: time | None = None,
    minutes: int | None = None,
) -> ExportSchedule:
    """Have a file made every day ``at`` a time, or ``minutes`` after the deadline; the same once only."""
    when = ExportSchedule.When.DAILY if at is not None else ExportSchedule.When.DEADLINE
    wanted = {"kind": kind, "form": form, "when": when, "time": at, "minutes": minutes}
    schedule, _ = ExportSchedule.objects.get_or_create(
        meeting=meeting, user=user, stopped_at=None, **wanted, defaults={"made_at": database_now()}
    )
    return schedule


def stop_schedule(*, schedule_id: int, user: User) -> bool:
    """Make no more files by a schedule of ``user``; says whether there was one."""
    standing = ExportSchedule.objects.filter(pk=schedule_id, user=user, stopped_at=None)
    return bool(standing.update(stopped_at=Now()))


def take_slots() -> int:
    """Make a job for each slot that has come and has none; return how many."""
    now = database_now()
    standing = ExportSchedule.objects.filter(
        stopped_at=None, user__is_active=True, meeting__state=Meeting.State.PUBLISHED
    )
    made = 0
    for schedule in standing.select_related("meeting", "user"):
        slot = slot_of(schedule, now)
        if slot is not None and may(schedule.user, Right.EXPORT):
            made += _take(schedule, slot)
    return made


def slot_of(schedule: ExportSchedule, now: datetime) -> datetime | None:
    """Return the slot of ``schedule`` that came last, where it is not over; pure."""
    if schedule.when == ExportSchedule.When.DAILY:
        local = timezone.localtime(now)
        slot = datetime.combine(local.date(), schedule.time or time(), local.tzinfo)
    else:
        slot = schedule.meeting.registration_deadline + timedelta(minutes=schedule.minutes or 0)
    return slot if max(schedule.made_at, now - LATEST) <= slot <= now else None


def _take(schedule: ExportSchedule, slot: datetime) -> bool:
    if schedule.jobs.filter(slot=slot).exists():
        return False
    try:
        with transaction.atomic():
            job = ExportJob.objects.create(
                meeting=schedule.meeting,
                kind=schedule.kind,
                form=schedule.form,
                asked_by=schedule.user,
                asked_at=database_now(),
                schedule=schedule,
                slot=slot,
            )
            wake_after_commit(job.pk)
    except IntegrityError:
        # Another beat was faster, or the same file is under way because somebody asked: the next pass sees.
        return False
    return True


def send_links() -> int:
    """Write to those whose file by schedule is done; return how many mails went out."""
    waiting = ExportJob.objects.ready().filter(schedule__isnull=False, mailed_at=None)
    return sum(_send(job) for job in waiting.select_related("asked_by", "meeting"))


def _send(job: ExportJob) -> bool:
    """Claim the mail of one job, send it, and mark it as sent."""
    free = Q(mail_until=None) | Q(mail_until__lt=Now())
    mine = ExportJob.objects.filter(free, pk=job.pk, mailed_at=None)
    if not mine.update(mail_until=Now() + CLAIM):
        return False
    user = job.asked_by
    if not (user.email and user.is_active and may(user, Right.EXPORT)):
        ExportJob.objects.filter(pk=job.pk).update(mailed_at=Now(), mail_until=None)
        return False
    try:
        _mail(job).send()
    except OSError as error:
        logger.warning("link of export %s not sent: %s", job.pk, type(error).__name__)
        return False
    ExportJob.objects.filter(pk=job.pk).update(mailed_at=Now(), mail_until=None)
    return True


def _mail(job: ExportJob) -> EmailMessage:
    page = f"{settings.PORTAL_BASE_URL}{reverse('export_download', args=[job.pk])}"
    host = urlsplit(settings.PORTAL_BASE_URL).hostname or "localhost"
    return EmailMessage(
        subject=f"{job.get_kind_display()}: {job.meeting.short_title}",
        body=render_to_string("reports/export_mail.txt", {"job": job, "page": page}),
        to=[job.asked_by.email],
        headers={"Message-ID": f"<export-{job.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
