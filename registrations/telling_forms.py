"""What a unit says for the result report, and by when it is asked."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from accounts.fields import MomentFormField, ParagraphFormField
from registrations.models.telling import MOST_LETTERS

LABELS = {
    "atmosphere": ("Không khí, nền nếp", "Ví dụ: đúng giờ, ổn định, đường truyền tốt."),
    "opinions": ("Ý kiến, thảo luận", "Ai phát biểu, về điều gì; trống nếu không có."),
    "proposals": ("Đề xuất, kiến nghị", "Với cấp trên, về nội dung hoặc cách tổ chức."),
}


class TellingForm(forms.Form):
    """Three parts, and the version that they were written over."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    atmosphere = ParagraphFormField(required=False, max_length=MOST_LETTERS)
    opinions = ParagraphFormField(required=False, max_length=MOST_LETTERS)
    proposals = ParagraphFormField(required=False, max_length=MOST_LETTERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in LABELS.items():
            field = self.fields[name]
            field.label, field.help_text = label, help_text
            field.widget = forms.Textarea(attrs={"rows": 4})
            field.error_messages["max_length"] = f"{label}: dài quá 4.000 chữ. Viết gọn lại."
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def parts(self) -> dict[str, str]:
        """What ``tell`` takes."""
        return {name: self.cleaned_data[name] for name in LABELS}


class ResultRequestForm(forms.Form):
    """By when the units send their part."""

    due_at = MomentFormField(label="Hạn gửi của các đơn vị")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
