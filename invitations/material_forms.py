"""The shape of what propaganda says of a study material."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q

from accounts.fields import MOMENT_FORMATS, LineFormField, MomentFormField
from invitations.material_files import ACCEPTED, MOST_BYTES
from invitations.models import Audience, Material, Meeting


class Audiences(forms.ModelMultipleChoiceField[Audience]):
    """Headings of the letter as boxes, each with how many units were called under it."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Audience) -> str:
        """The heading and the number."""
        called = obj.called  # type: ignore[attr-defined]
        return f"{obj.heading} ({called} đơn vị)" if called else f"{obj.heading} (chưa mời đơn vị nào)"


class MaterialForm(forms.Form):
    """Title, for whom, from when; the file stands beside it, because it may come piece by piece."""

    title = LineFormField(
        label="Tên tài liệu",
        max_length=300,
        error_messages={
            "required": "Điền tên tài liệu, ví dụ Tài liệu học tập Nghị quyết số 42.",
            "max_length": "Tên tài liệu dài quá 300 chữ. Ghi ngắn lại.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    audiences = Audiences(
        label="Dành cho",
        queryset=Audience.objects.none(),
        error_messages={
            "required": "Chọn ít nhất một nhóm điểm cầu nhận tài liệu.",
            "invalid_choice": "Nhóm đã chọn không còn trong giấy mời. Xem lại các ô đã đánh dấu.",
            "invalid_pk_value": "Nhóm đã chọn không còn trong giấy mời. Xem lại các ô đã đánh dấu.",
        },
    )
    released_at = MomentFormField(
        label="Mở từ",
        required=False,
        help_text="Để trống thì mở ngay.",
        widget=forms.DateTimeInput(
            attrs={"placeholder": "dd/mm/yyyy hh:mm", "autocomplete": "off", "class": "form-control"},
            format=MOMENT_FORMATS[0],
        ),
    )

    def __init__(self, *args: Any, meeting: Meeting, material: Material | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = Count("invitations", filter=Q(invitations__sent_at__isnull=False))
        audiences = meeting.audiences.annotate(called=sent)
        field = self.fields["audiences"]
        field.queryset = audiences  # type: ignore[attr-defined]
        if material is None:
            self.initial.setdefault("audiences", [audience.pk for audience in audiences if audience.called])
        else:
            self.initial = {
                "title": material.title,
                "audiences": [audience.pk for audience in material.audiences.all()],
                "released_at": material.released_at,
            }


class ArrivalForm(forms.Form):
    """The file of a material: sent with the form, or arrived before it piece by piece."""

    file = forms.FileField(
        label="Tệp",
        required=False,
        widget=forms.FileInput(
            attrs={"accept": ACCEPTED, "data-most-bytes": MOST_BYTES, "class": "form-control"}
        ),
    )
    arrived = forms.UUIDField(required=False, widget=forms.HiddenInput)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)
