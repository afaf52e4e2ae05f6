"""What to take over from an earlier meeting."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict


class TakeOverForm(forms.Form):
    """People, points, or both."""

    people = forms.BooleanField(label="Đại biểu", required=False, initial=True)
    points = forms.BooleanField(label="Điểm cầu và đầu mối kỹ thuật", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two, and for somebody where people were to be chosen one by one."""
        cleaned = super().clean() or {}
        if not any(cleaned.values()):
            raise forms.ValidationError("Chưa chọn gì để lấy. Đánh dấu đại biểu, điểm cầu, hoặc cả hai.")
        if cleaned["people"] and self.only == set() and not cleaned["points"]:
            raise forms.ValidationError("Chưa đánh dấu đại biểu nào. Chọn ít nhất một đồng chí trong bảng.")
        return cleaned

    @property
    def only(self) -> set[int] | None:
        """The people who were ticked, or None where the page offered no choice: then all come over."""
        if "chon" not in self.data:
            return None
        ticked = self.data.getlist("nguoi") if isinstance(self.data, QueryDict) else []
        return {int(one) for one in ticked if one.isascii() and one.isdigit() and len(one) < 19}
