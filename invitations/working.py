"""The verbs of what units were asked to do: a unit reports how far its share is, with a remark and photos."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.clock import database_now
from accounts.files.inspecting import Found, inspect
from accounts.files.refusing import FileRefused
from accounts.files.secrecy import secrecy
from invitations.models import AssignedUnit, ShareFile, ShareReport

if TYPE_CHECKING:
    from accounts.models import User

MOST_FILES = 10
"""Of one share: what a hall looks like is shown by a few photos."""

ENOUGH = f"Một việc có nhiều nhất {MOST_FILES} tệp. Xóa bớt tệp cũ rồi gửi lại."


def report(
    *,
    share_id: int,
    state: AssignedUnit.State,
    user: User,
    was: str | None = None,
    remark: str = "",
    files: Sequence[UploadedFile[bytes]] = (),
) -> AssignedUnit:
    """Say how far a unit's share of an assignment is; every report is kept.

    ``was`` is the state that the person saw: when a colleague has said something else meanwhile,
    ``ValidationError`` and nothing is written. Nor is anything written when a file is refused: its
    reasons stand under ``files``. A report without a remark leaves the last one standing.
    """
    found = [_inspected(file) for file in files]
    with transaction.atomic():
        share = AssignedUnit.objects.select_for_update().get(pk=share_id)
        if was is not None and share.state != was:
            raise ValidationError(
                f"Việc này vừa được ghi là “{share.get_state_display().lower()}”. Xem lại rồi ghi."
            )
        if files and share.files.count() + len(files) > MOST_FILES:
            raise ValidationError({"files": ENOUGH})
        share.state, share.remark = state, remark or share.remark
        now = share.changed_at = database_now()
        share.changed_by = user
        share.save(update_fields=["state", "remark", "changed_at", "changed_by"])
        ShareReport.objects.create(share=share, state=state, remark=remark, at=now, by=user)
        _keep(share, user, now, list(zip(files, found, strict=True)))
    return share


def _inspected(file: UploadedFile[bytes]) -> Found:
    if secret := secrecy(file.name or ""):
        raise ValidationError({"files": secret})
    try:
        return inspect(file, name=file.name or "", content_type=file.content_type or "")
    except FileRefused as reason:
        raise ValidationError({"files": f"“{file.name}”: {reason}"}) from reason


def _keep(
    share: AssignedUnit, user: User, now: datetime, files: list[tuple[UploadedFile[bytes], Found]]
) -> None:
    """Keep the files; where writing one fails, none of this report's stays behind."""
    kept: list[ShareFile] = []
    try:
        for file, found in files:
            row = ShareFile(
                share=share,
                name=file.name or "",
                content_type=found.kind.content_type,
                size=file.size or 0,
                sha256=found.sha256,
                uploaded_at=now,
                uploaded_by=user,
            )
            row.file.save("", file, save=False)
            kept.append(row)
            row.save()
    except Exception:
        for row in kept:
            row.file.delete(save=False)
        raise


@transaction.atomic
def remove_file(*, share_id: int, key: UUID) -> str:
    """Take a file away, and its bytes once that is certain; return what it was called.

    Raises ``ShareFile.DoesNotExist`` where it is gone already.
    """
    row = ShareFile.objects.select_for_update().get(share=share_id, key=key)
    file, name = row.file, row.name
    row.delete()
    transaction.on_commit(lambda: file.storage.delete(file.name or ""))
    return name
