"""What is typed on the pages of the result report."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from accounts.fields import LineFormField, ParagraphFormField
from accounts.vietnamese import counted
from reports.result_models import MOST_LETTERS
from reports.results.paper import TEXTS

DAY = {"placeholder": "dd/mm/yyyy", "autocomplete": "off"}


class TextsForm(forms.Form):
    """The written parts of the report, and the version that they were written over."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    atmosphere = ParagraphFormField(required=False, max_length=MOST_LETTERS)
    opinions = ParagraphFormField(required=False, max_length=MOST_LETTERS)
    proposals = ParagraphFormField(required=False, max_length=MOST_LETTERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in TEXTS.items():
            field = self.fields[name]
            field.label = label
            field.widget = forms.Textarea(attrs={"rows": 5})
            field.error_messages["max_length"] = (
                f"{label}: dài quá {counted(MOST_LETTERS)} chữ. Viết gọn lại."
            )
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def texts(self) -> dict[str, str]:
        """What ``save_texts`` takes."""
        return {name: self.cleaned_data[name] for name in TEXTS}


class SignForm(forms.Form):
    """Number, date and signatory; for a correction also why."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    number = LineFormField(
        label="Số, ký hiệu",
        max_length=60,
        help_text="Ví dụ 128-BC/TU.",
        error_messages={
            "required": "Số, ký hiệu: ghi số của báo cáo, ví dụ 128-BC/TU.",
            "max_length": "Số, ký hiệu: dài quá 60 chữ.",
        },
    )
    dated_on = forms.DateField(
        label="Ngày ký",
        widget=forms.DateInput(attrs=DAY, format="%d/%m/%Y"),
        error_messages={
            "required": "Ngày ký: ghi ngày, ví dụ 06/12/2026.",
            "invalid": "Ngày ký: ghi ngày/tháng/năm, ví dụ 06/12/2026.",
        },
    )
    on_behalf = LineFormField(
        label="Ký thay", max_length=200, required=False, help_text="Ví dụ T/L Ban Thường vụ."
    )
    sign_title = LineFormField(label="Chức vụ người ký", max_length=200, required=False)
    sign_name = LineFormField(
        label="Người ký",
        max_length=120,
        error_messages={"required": "Người ký: ghi họ và tên.", "max_length": "Người ký: dài quá 120 chữ."},
    )
    reason = LineFormField(
        label="Vì sao sửa",
        max_length=300,
        help_text="In ở đầu bản mới, cạnh số của bản cũ.",
        error_messages={
            "required": "Vì sao sửa: ghi lý do, ví dụ bổ sung số liệu điểm cầu Can Lộc.",
            "max_length": "Vì sao sửa: dài quá 300 chữ.",
        },
    )

    def __init__(self, *args: Any, corrects: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not corrects:
            del self.fields["reason"]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def signed(self) -> dict[str, Any]:
        """What ``sign`` takes."""
        return {"reason": "", **{name: value for name, value in self.cleaned_data.items() if name != "seen"}}
