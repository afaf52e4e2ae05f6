"""The verbs of a large file on its way in: begun, one piece after the other, taken over or forgotten.

A piece is written where the file ends; whoever sends one for another place is told how much there is, and
goes on from there. So a broken line loses one piece, and a browser that was closed goes on the next day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.clock import database_now
from accounts.files.refusing import FileRefused
from accounts.receiving import name_problem
from invitations import growing
from invitations.material_files import ACCEPTED, MOST_BYTES, NONE_OF_THESE
from invitations.models import ArrivingFile, Meeting

if TYPE_CHECKING:
    from accounts.models import User

PIECE = 2**20
"""Bytes a request: eight seconds on a line of one megabit."""

MOST_AT_ONCE = 4
"""Of one person; the oldest gives way."""

KEPT = timedelta(days=1)


class OutOfStep(Exception):
    """A piece was sent for another place; ``received`` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


def begin(*, meeting: Meeting, user: User, name: str, size: int) -> ArrivingFile:
    """Make room for a file, or find the same one that stopped halfway.

    Whether it is the same is proved at its end, by its check sum. Raises ``FileRefused`` for a name or size
    that cannot be taken: better now than after an hour.
    """
    why_not(name, size)
    mine = ArrivingFile.objects.filter(meeting=meeting, begun_by=user)
    with transaction.atomic():
        Meeting.objects.select_for_update().get(pk=meeting.pk)
        halfway = mine.filter(name=name, size=size).first()
        if halfway is not None and halfway.file.storage.exists(halfway.file.name or ""):
            return halfway
        for oldest in mine.order_by("-pk")[MOST_AT_ONCE - 1 :]:
            forget(oldest)
        arriving = ArrivingFile(meeting=meeting, name=name, size=size, begun_at=database_now(), begun_by=user)
        arriving.file.save("", ContentFile(b""), save=False)
        arriving.save()
        return arriving


def why_not(name: str, size: int) -> None:
    """Raise ``FileRefused`` for what needs not be sent at all."""
    if problem := name_problem(name):
        raise FileRefused(problem)
    if not name.lower().endswith(tuple(ACCEPTED.split(","))):
        raise FileRefused(f"“{name}”: {NONE_OF_THESE}")
    if size > MOST_BYTES:
        raise FileRefused(
            f"“{name}” lớn hơn {MOST_BYTES // 2**20} MB. Nén phim nhỏ lại hoặc chia thành nhiều tệp."
        )
    if size <= 0:
        raise FileRefused(f"“{name}” là tệp trống. Mở thử trên máy rồi chọn lại.")


@transaction.atomic
def take_piece(*, key: UUID, user: User, offset: int, piece: IO[bytes]) -> int:
    """Write a piece at ``offset`` and return how much there is now.

    Raises ``OutOfStep`` for any place but the end of what is there, and where more comes than was said;
    ``ArrivingFile.DoesNotExist`` for a file that was forgotten.
    """
    arriving = ArrivingFile.objects.select_for_update().get(key=key, begun_by=user)
    if offset != arriving.received:
        raise OutOfStep(arriving.received)
    body = piece.read(PIECE + 1)
    if len(body) > PIECE or offset + len(body) > arriving.size:
        raise OutOfStep(arriving.received)
    try:
        growing.put(arriving.file, offset, body)
    except FileNotFoundError as gone:
        raise ArrivingFile.DoesNotExist from gone
    arriving.received = offset + len(body)
    arriving.save(update_fields=["received"])
    return arriving.received


def bring_whole(*, meeting: Meeting, user: User, file: UploadedFile[bytes]) -> ArrivingFile:
    """Keep a file that a plain form sent at once, until the rest of the form is right."""
    name, size = file.name or "", file.size or 0
    why_not(name, size)
    arriving = ArrivingFile(
        meeting=meeting, name=name, size=size, received=size, begun_at=database_now(), begun_by=user
    )
    arriving.file.save("", file, save=False)
    arriving.save()
    return arriving


def whole(*, meeting: Meeting, user: User, key: UUID) -> ArrivingFile:
    """Return the file of this person that has arrived; raises ``ValidationError`` where it has not."""
    arriving = ArrivingFile.objects.filter(key=key, meeting=meeting, begun_by=user).first()
    if arriving is None:
        raise ValidationError("Tệp đã tải lên không còn trên máy chủ. Chọn lại tệp.")
    if arriving.received < arriving.size:
        raise ValidationError("Tệp chưa tải lên hết. Chọn lại đúng tệp ấy, cổng tải tiếp phần còn thiếu.")
    return arriving


def forget(arriving: ArrivingFile) -> None:
    """Delete a file that nobody took over, and its bytes once that is certain."""
    file = arriving.file
    arriving.delete()
    transaction.on_commit(lambda: growing.drop(file))


def clear() -> int:
    """Forget what was left lying for a day; return how many."""
    with transaction.atomic():
        left = list(
            ArrivingFile.objects.select_for_update(skip_locked=True).filter(
                begun_at__lt=database_now() - KEPT
            )
        )
        for arriving in left:
            forget(arriving)
    return len(left)
