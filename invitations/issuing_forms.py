"""Why something is called off or declined."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from accounts.fields import ParagraphFormField

MOST_LETTERS = 600


class ReasonForm(forms.Form):
    """A reason in the person's own words, read by others as it is."""

    reason = ParagraphFormField(
        label="Lý do",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"Lý do dài quá {MOST_LETTERS} chữ, viết gọn lại."},
    )

    def __init__(self, *args: Any, missing: str, help_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = missing
        self.fields["reason"].help_text = help_text
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
