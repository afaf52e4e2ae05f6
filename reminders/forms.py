"""The shape of what is typed: what to look for, why a message is sent again, what came of a call."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms

from accounts.fields import LineFormField
from invitations.models import Meeting
from reminders.models import Call, Level, Reminder
from reminders.services.calling import Heard
from reminders.services.resending import NO_REASON


class FindForm(forms.Form):
    """The address carries what is looked for, so that a view can be sent to a colleague."""

    q = LineFormField(label="Tìm theo đơn vị", required=False, max_length=100)
    hoi_nghi = forms.ChoiceField(label="Hội nghị", required=False)
    cach = forms.ChoiceField(
        label="Cách gửi", choices=[("", "Mọi cách gửi"), *Reminder.Channel.choices], required=False
    )
    loai = forms.ChoiceField(label="Loại", choices=[("", "Mọi loại"), *Reminder.Kind.choices], required=False)
    cap = forms.ChoiceField(label="Gửi cho", choices=[("", "Mọi cấp"), *Level.choices], required=False)
    ngay = forms.DateField(label="Ngày gửi", required=False)
    tinh_trang = forms.ChoiceField(
        choices=[("", ""), *Reminder.State.choices], widget=forms.HiddenInput, required=False
    )

    def __init__(self, *args: Any, meetings: Iterable[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs.update({"autocomplete": "off", "type": "search"})
        self.fields["ngay"].widget.attrs.update({"autocomplete": "off", "placeholder": "dd/mm/yyyy"})
        self.fields["hoi_nghi"].choices = [  # type: ignore[attr-defined]
            ("", "Mọi hội nghị"),
            *((meeting.slug, meeting.short_title) for meeting in meetings),
        ]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("q", "hoi_nghi", "cach", "loai", "cap", "ngay", "tinh_trang")

    def asked(self) -> dict[str, str]:
        """What is asked for, as an address writes it; a value that does not exist asks for nothing."""
        self.full_clean()
        found = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return {
            name: f"{value:%d/%m/%Y}" if isinstance(value, date) else value for name, value in found.items()
        }

    @property
    def day(self) -> date | None:
        """The day that is asked for."""
        found: date | None = self.cleaned_data.get("ngay")
        return found


class FindUnitForm(forms.Form):
    """Which called units; the address carries it."""

    q = LineFormField(label="Tìm theo đơn vị", required=False, max_length=100)
    loc = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs.update({"autocomplete": "off", "type": "search"})
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("q", "loc")

    @property
    def text(self) -> str:
        """What is looked for; something too long looks for nothing."""
        self.full_clean()
        return str(self.cleaned_data.get("q") or "")


class ResendForm(forms.Form):
    """Why a message is sent again."""

    why = LineFormField(
        label="Lý do gửi lại",
        max_length=300,
        error_messages={
            "required": NO_REASON,
            "max_length": "Lý do dài quá %(limit_value)d chữ. Rút gọn lại.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].widget.attrs.update({"autocomplete": "off"})
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("why")


class CallForm(forms.ModelForm):  # type: ignore[type-arg]
    """What came of a call: buttons name the result; who was there and a note may be added."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Call
        fields = ("to_name", "phone", "result", "note")
        error_messages = {
            "result": {
                "required": "Chọn một kết quả: bấm vào một trong bốn nút.",
                "invalid_choice": "Không có kết quả này. Bấm vào một trong bốn nút.",
            },
            "note": {"max_length": "Ghi chú dài quá %(limit_value)d chữ. Rút gọn lại."},
            "to_name": {"max_length": "Tên dài quá %(limit_value)d chữ. Rút gọn lại."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4
        for name in ("to_name", "phone", "note"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Row(Column("to_name"), Column("phone")), "note", "key")

    @property
    def heard(self) -> Heard:
        """The cleaned values, for the service."""
        return Heard(**{name: self.cleaned_data[name] for name in CallForm.Meta.fields})
