"""How long people are kept, and the word that deletes them before that."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from accounts.fields import LineFormField
from invitations.models import Meeting
from invitations.retention import LEAST_DAYS, MOST_DAYS, days_of

RANGE = f"Ghi từ {LEAST_DAYS} đến {MOST_DAYS} ngày, ví dụ 365."


class KeepForm(forms.Form):
    """Days after the closing."""

    days = forms.IntegerField(
        label="Giữ dữ liệu cá nhân (ngày, tính từ lúc đóng hội nghị)",
        min_value=LEAST_DAYS,
        max_value=MOST_DAYS,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), RANGE),
        help_text="Chưa muốn xóa thì ghi dài hơn. Ghi ngắn mà đã quá hạn thì cổng xóa trong vòng một giờ.",
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = days_of(meeting)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class PurgeForm(forms.Form):
    """The meeting's code, typed: nobody deletes the wrong meeting by a press of a button."""

    code = LineFormField(
        label="Gõ mã hội nghị", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.fields["code"].help_text = f"Mã của hội nghị này là {meeting.code}."
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_code(self) -> str:
        """Take the code in capitals or not."""
        code = str(self.cleaned_data["code"])
        if code.upper() != self.meeting.code:
            raise forms.ValidationError(f"Gõ đúng mã {self.meeting.code} thì mới xóa.")
        return code
