"""The shape of a report on work."""

from __future__ import annotations

from django import forms

from accounts.fields import ParagraphFormField
from invitations.models import AssignedUnit


class ReportForm(forms.Form):
    """How far the work is, in a word and a few sentences."""

    state = forms.ChoiceField(
        label="Tình trạng",
        choices=AssignedUnit.State.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Chọn tình trạng của việc.",
            "invalid_choice": "Không có tình trạng này. Chọn một trong các ô bên dưới.",
        },
    )
    remark = ParagraphFormField(
        label="Ghi chú",
        required=False,
        max_length=1000,
        error_messages={"max_length": "Ghi chú dài quá 1.000 chữ. Ghi ngắn lại, hoặc đính kèm tệp PDF."},
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)
