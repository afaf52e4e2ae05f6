"""What to look for in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from accounts.fields import LineFormField
from invitations.models import Meeting
from reminders.models import Reminder


class FindForm(forms.Form):
    """The address carries what is looked for, so that a view can be sent to a colleague."""

    q = LineFormField(label="Tìm theo đơn vị", required=False, max_length=100)
    hoi_nghi = forms.ChoiceField(label="Hội nghị", required=False)
    tinh_trang = forms.ChoiceField(
        choices=[("", ""), *Reminder.State.choices], widget=forms.HiddenInput, required=False
    )

    def __init__(self, *args: Any, meetings: Iterable[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs.update({"autocomplete": "off", "type": "search"})
        self.fields["hoi_nghi"].choices = [  # type: ignore[attr-defined]
            ("", "Mọi hội nghị"),
            *((meeting.slug, meeting.short_title) for meeting in meetings),
        ]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("q", "hoi_nghi", "tinh_trang")

    def asked(self) -> dict[str, str]:
        """What is asked for; a value that does not exist asks for nothing."""
        self.full_clean()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


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
