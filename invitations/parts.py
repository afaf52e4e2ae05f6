"""What a meeting is written of: one table of parts, read by the editor's few views and by its page.

A new kind of part is a model, a form, one line here and one template of how a row reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Prefetch, ProtectedError
from django.http import Http404

from invitations import forms
from invitations.models import AssignedUnit, Audience, Chair, Meeting


@dataclass(frozen=True)
class PartKind:
    """One kind of part."""

    name: str
    """In templates and in the ids of a page: ``invitations/parts/<name>.html``."""
    address: str
    label: str
    form: type[forms.PartForm]
    of_audience: bool = False
    whole: bool = False
    """A side of the meeting itself: there is one, it is neither added nor deleted."""
    ordered: bool = True
    """The office puts the rows in order; others stand by date."""
    reads: Callable[[], tuple[str | Prefetch[Any], ...]] = tuple
    """What a row shows besides its own columns, read for all rows at once."""
    way_out: str = ""
    """What to do when a row cannot be deleted because something hangs on it."""

    @property
    def model(self) -> type[models.Model]:
        """The model of its rows."""
        model: type[models.Model] = self.form._meta.model
        return model

    @property
    def template(self) -> str:
        """How a row reads."""
        return f"invitations/parts/{self.name}.html"

    def rows(self, meeting: Meeting, audience: Audience | None = None) -> models.QuerySet[Any]:
        """The rows of this meeting, or of one of its audiences; rows of others are not there."""
        rows = self.model._default_manager.prefetch_related(*self.reads())
        if self.whole:
            return rows.filter(pk=meeting.pk)
        if audience is not None:
            return rows.filter(audience=audience)
        return rows.filter(**{"audience__meeting" if self.of_audience else "meeting": meeting})

    def new(self, meeting: Meeting, audience: Audience | None) -> Any:
        """A row that is not saved yet, in its place."""
        return self.model(audience=audience) if self.of_audience else self.model(meeting=meeting)

    def why_kept(self, error: ProtectedError) -> str:
        """Say what hangs on the row, counted, and the way out."""
        hanging = Counter(str(row._meta.verbose_name) for row in error.protected_objects)
        what = ", ".join(f"{number} {name}" for name, number in hanging.items())
        return f"Không xóa được {self.label} này: đang có {what} gắn với nó. {self.way_out}"


PARTS = (
    PartKind("facts", "noi-dung", "nội dung", forms.FactsForm, whole=True),
    PartKind("session", "buoi", "buổi", forms.SessionForm, ordered=False),
    PartKind(
        "audience",
        "nhom",
        "nhóm điểm cầu",
        forms.AudienceForm,
        reads=lambda: (
            "roles",
            Prefetch("named_chairs", queryset=Chair.objects.select_related("unit")),
            "invitations",
        ),
        way_out="Bỏ chọn các đơn vị của nhóm trước; nhóm đã gửi thư mời thì chỉ sửa lời văn.",
    ),
    PartKind(
        "role",
        "thanh-phan",
        "thành phần",
        forms.RoleForm,
        of_audience=True,
        way_out="Sửa lời văn thay cho xóa, hoặc trả lại đăng ký để đơn vị chuyển sang thành phần khác trước.",
    ),
    PartKind("chair", "chu-tri", "người chủ trì", forms.ChairForm, of_audience=True, reads=lambda: ("unit",)),
    PartKind("deadline", "han", "thời hạn", forms.DeadlineForm),
    PartKind(
        "assignment",
        "de-nghi",
        "đề nghị",
        forms.AssignmentForm,
        reads=lambda: (Prefetch("shares", queryset=AssignedUnit.objects.select_related("unit")),),
    ),
    PartKind("contact", "lien-he", "đầu mối liên hệ", forms.ContactForm),
    PartKind("letterhead", "van-ban", "thể thức văn bản", forms.LetterheadForm, whole=True),
    PartKind("recipients", "noi-nhan", "nơi nhận", forms.RecipientsForm, whole=True),
)

BY_ADDRESS = {part.address: part for part in PARTS}
BY_NAME = {part.name: part for part in PARTS}


def part_or_404(address: str) -> PartKind:
    """The kind at this address."""
    try:
        return BY_ADDRESS[address]
    except KeyError:
        raise Http404(address) from None
