"""Templates that staff put in the place of the portal's own: kept, one in use, the earlier one used again."""

from __future__ import annotations

import hashlib
import io
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, models, transaction

from accounts.clock import database_now
from accounts.files.documents import MACROS, RUNS, is_old_office, packed_kind
from accounts.files.inspecting import Kind
from accounts.files.refusing import FileRefused
from accounts.vietnamese import line

if TYPE_CHECKING:
    from accounts.models import User


class StaffTemplate(models.Model):
    """One file that staff uploaded; the model adds ``file`` with its folder, and ``LOCK``.

    All that were ever used are kept: the newest that was not withdrawn is the one in use.
    """

    LOCK: ClassVar[int]
    """Of uploads and withdrawals: which template is the newest is decided by one at a time."""

    file: Any
    name = models.CharField("Tên tệp", max_length=200)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    """From here on the one before it, or the portal's own, is used again."""

    class Meta:
        abstract = True
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        """As its owner calls it."""
        return self.name


AnyTemplate = TypeVar("AnyTemplate", bound=StaffTemplate)


def newest(templates: models.QuerySet[AnyTemplate]) -> AnyTemplate | None:
    """Return the one in use among ``templates``; None where the portal's own is."""
    return templates.filter(withdrawn_at=None).select_related("uploaded_by").first()


def content_of(template: StaffTemplate | None) -> bytes | None:
    """Return the file of a template; None where there is no template, or its file is gone."""
    if template is None:
        return None
    try:
        with template.file.open("rb") as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        return None


def put(template: AnyTemplate, *, name: str, data: bytes, user: User) -> AnyTemplate:
    """Use ``data``, which was found good, from now on; ``template`` is a new row that says of what."""
    stem, dot, ending = line(name).rpartition(".")
    template.name = f"{stem[:180]}{dot}{ending}"
    template.sha256 = hashlib.sha256(data).hexdigest()
    template.uploaded_by = user
    with transaction.atomic():
        _alone(template.LOCK)
        template.uploaded_at = database_now()
        template.file.save("", ContentFile(data), save=False)
        template.save()
    return template


@transaction.atomic
def take_back(templates: models.QuerySet[AnyTemplate], *, template_id: int) -> AnyTemplate:
    """Go back to the template before the one in use, or to the portal's own.

    Raises ``ValidationError`` when another than ``template_id`` is used meanwhile: nothing changes then.
    """
    _alone(templates.model.LOCK)
    template = newest(templates)
    if template is None or template.pk != template_id:
        raise ValidationError("Mẫu này không còn đang dùng. Xem lại trang rồi quyết định.")
    template.withdrawn_at = database_now()
    template.save(update_fields=["withdrawn_at"])
    return template


def problems_outside(
    name: str, data: bytes, *, kind: Kind, unreadable: str, most_bytes: int, too_large: str
) -> list[str]:
    """Say why a file is no template, by its name, size and container; what it says is not read here.

    ``unreadable`` and ``too_large`` are the sentences for a file of another ``kind`` and for one of more than
    ``most_bytes``.
    """
    if PurePath(name).suffix.lower().lstrip(".") in RUNS:
        return [MACROS]
    if len(data) > most_bytes:
        return [too_large]
    if is_old_office(data[:8]) or not data.startswith(b"PK"):
        return [unreadable]
    try:
        found, _ = packed_kind(io.BytesIO(data))
    except FileRefused as refused:
        return [str(refused)]
    return [] if found == kind else [unreadable]


def _alone(lock: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
