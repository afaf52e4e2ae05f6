"""The signed paper as files beside a submission: put there, taken away; the submission stays as it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.clock import database_now
from accounts.files.inspecting import inspect
from accounts.models import User
from registrations.models import Change, SignedScan, Submission
from registrations.services import locking

MOST_FILES = 20
"""Of one submission: a long list on paper is photographed page by page."""

ENOUGH = f"Một lần gửi có nhiều nhất {MOST_FILES} tệp. Xóa bớt, hoặc gộp các trang thành một tệp PDF."


def attach(
    *, submission: Submission, invitation_id: int, user: User, file: UploadedFile[bytes]
) -> SignedScan:
    """Keep a signed document beside a submission; the same bytes again are the same scan.

    It may come after the deadline: the paper is signed when the numbers are in (docs/decisions/0014).
    Raises ``FileRefused`` for what is no scan and ``ValidationError`` when there are enough. The file
    is looked through before anything is locked.
    """
    name = file.name or ""
    found = inspect(file, name=name, content_type=file.content_type or "")
    with transaction.atomic():
        locking.lock(invitation_id)
        scans = SignedScan.objects.filter(submission=submission)
        if same := scans.filter(sha256=found.sha256).first():
            return same
        if scans.count() >= MOST_FILES:
            raise ValidationError(ENOUGH)
        scan = SignedScan(
            submission=submission,
            name=name,
            content_type=found.kind.content_type,
            size=file.size or 0,
            sha256=found.sha256,
            uploaded_at=database_now(),
            uploaded_by=user,
        )
        scan.file.save(name, file, save=False)
        try:
            scan.save()
        except Exception:
            scan.file.delete(save=False)
            raise
        _log(submission, Change.Kind.SCAN_ADDED, name, scan.uploaded_at, user)
        return scan


@transaction.atomic
def detach(*, submission: Submission, invitation_id: int, user: User, key: UUID) -> str:
    """Take a scan away, and its file once that is certain; return what it was called.

    Raises ``SignedScan.DoesNotExist`` where it is gone already.
    """
    locking.lock(invitation_id)
    scan = SignedScan.objects.get(submission=submission, key=key)
    file, name = scan.file, scan.name
    scan.delete()
    _log(submission, Change.Kind.SCAN_REMOVED, name, database_now(), user)
    transaction.on_commit(lambda: file.storage.delete(file.name or ""))
    return name


def _log(submission: Submission, kind: Change.Kind, name: str, at: datetime, user: User) -> None:
    locking.log(submission.registration, kind, f"lần {submission.number}, {name}"[:300], at, user)
