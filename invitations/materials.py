"""The verbs of study materials: published, corrected, withdrawn, opened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max

from accounts.clock import database_now
from accounts.files.refusing import FileRefused
from accounts.files.secrecy import secrecy
from accounts.permissions import Right, may
from invitations import growing
from invitations.arriving import forget
from invitations.material_guarded import look_through
from invitations.models import ArrivingFile, Audience, Material

if TYPE_CHECKING:
    from accounts.files.inspecting import Found
    from accounts.models import User

NOT_THE_SAME = (
    "Tệp đã nhận không khớp với tệp trên máy của đồng chí, có thể tệp đã được sửa giữa chừng. "
    "Chọn lại tệp để tải từ đầu."
)
GONE = "Tệp đã tải lên không còn trên máy chủ. Chọn lại tệp."


def publish(
    *,
    arriving: ArrivingFile,
    user: User,
    title: str,
    audiences: Collection[Audience],
    released_at: datetime | None,
    sha256: str = "",
) -> Material:
    """Make a material of a file that has arrived; without an hour it is open at once.

    ``sha256`` is what the sender's browser counted, where it could. Raises ``ValidationError`` with what is
    wrong with title or file; a file that is refused is forgotten. It is looked through before anything is
    locked, and stays where it lies: only its row changes (a service has it put together first).
    """
    if secret := secrecy(title):
        raise ValidationError({"title": secret})
    found, kept = _looked_through(arriving, sha256)
    with transaction.atomic():
        if not ArrivingFile.objects.select_for_update().filter(pk=arriving.pk).exists():
            if kept != arriving.file.name:
                arriving.file.storage.delete(kept)
            raise ValidationError({"file": "Tệp này vừa được công bố rồi. Xem lại danh sách tài liệu."})
        now, last = database_now(), arriving.meeting.materials.aggregate(last=Max("position"))["last"]
        material = Material.objects.create(
            meeting=arriving.meeting,
            position=0 if last is None else last + 1,
            title=title,
            file=kept,
            name=arriving.name,
            content_type=found.kind.content_type,
            size=arriving.size,
            sha256=found.sha256,
            released_at=released_at or now,
            uploaded_at=now,
            uploaded_by=user,
        )
        material.audiences.set(audiences)
        ArrivingFile.objects.filter(pk=arriving.pk).delete()
        transaction.on_commit(lambda: growing.drop(arriving.file, but=kept))
        return material


def _looked_through(arriving: ArrivingFile, sha256: str) -> tuple[Found, str]:
    """What the file is, and where it is kept. Raises ``ValidationError``; a refused one is forgotten."""
    try:
        with growing.at_hand(arriving.file, arriving.size) as path:
            found = look_through(path, name=arriving.name)
            if sha256 and sha256 != found.sha256:
                raise FileRefused(NOT_THE_SAME)
            return found, growing.settle(arriving.file, path)
    except (FileRefused, FileNotFoundError) as reason:
        with transaction.atomic():
            forget(arriving)
        why = reason if isinstance(reason, FileRefused) else GONE
        raise ValidationError({"file": f"“{arriving.name}”: {why}"}) from reason


@transaction.atomic
def change(
    *, material_id: int, title: str, audiences: Collection[Audience], released_at: datetime | None
) -> Material:
    """Correct what is said of a material; the file stays. Raises ``ValidationError`` for a secret title."""
    if secret := secrecy(title):
        raise ValidationError({"title": secret})
    material = Material.objects.select_for_update().get(pk=material_id)
    material.title, material.released_at = title, released_at or database_now()
    material.save(update_fields=["title", "released_at"])
    material.audiences.set(audiences)
    return material


@transaction.atomic
def withdraw(*, material_id: int) -> Material:
    """Take a material from the units' pages; who opened it stays on record."""
    return _set_withdrawn(material_id, withdrawn=True)


@transaction.atomic
def publish_again(*, material_id: int) -> Material:
    """Undo a withdrawal."""
    return _set_withdrawn(material_id, withdrawn=False)


def _set_withdrawn(material_id: int, *, withdrawn: bool) -> Material:
    material = Material.objects.select_for_update().get(pk=material_id)
    if (material.withdrawn_at is not None) != withdrawn:
        material.withdrawn_at = database_now() if withdrawn else None
        material.save(update_fields=["withdrawn_at"])
    return material


def opened(*, material: Material, user: User) -> None:
    """Note that the person's unit has opened a file: the first time with who, after that one more.

    One statement, so that two browsers at once are counted as two (PostgreSQL, INSERT … ON CONFLICT).
    Who sees everybody's work is no unit that studies.
    """
    if user.unit_id is None or may(user, Right.READ_BOARD):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO invitations_materialopening AS row
                (material_id, unit_id, first_at, first_by_id, last_at, times)
            SELECT %s, %s, now, %s, now, 1 FROM clock_timestamp() AS now
            ON CONFLICT (material_id, unit_id) DO UPDATE
                SET last_at = GREATEST(row.last_at, excluded.last_at), times = row.times + 1
            """,
            [material.pk, user.unit_id, user.pk],
        )
