"""The shape of what a unit types about its contact for a meeting."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms

from accounts.fields import LineFormField, PhoneFormField
from invitations.models import Invitation

EMAIL = "Địa chỉ thư chưa đúng. Ghi như ten@hatinh.gov.vn, hoặc để trống."


class ContactForm(forms.Form):
    """Whom to reach at the unit; all empty: the unit's mailbox, or its clerks."""

    name = LineFormField(
        label="Họ và tên",
        required=False,
        max_length=120,
        error_messages={"max_length": "Tên dài quá 120 chữ."},
    )
    phone = PhoneFormField(
        label="Điện thoại di động", required=False, max_length=40, help_text="Để nhận tin nhắn và Zalo."
    )
    email = forms.EmailField(
        label="Thư điện tử",
        required=False,
        max_length=254,
        error_messages={"invalid": EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "name", Row(Column("phone", css_class="col-md"), Column("email", css_class="col-md"))
        )

    @classmethod
    def of(cls, invitation: Invitation) -> ContactForm:
        """Return the form filled in with what the unit has named."""
        return cls(
            initial={
                "name": invitation.contact_name,
                "phone": invitation.contact_phone,
                "email": invitation.contact_email,
            }
        )

    def clean(self) -> dict[str, Any]:
        """A contact has a name and a way to be reached."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name, reached = cleaned.get("name"), cleaned.get("phone") or cleaned.get("email")
        if name and not reached and not self.errors:
            self.add_error("phone", "Điền số điện thoại hoặc thư điện tử của đầu mối.")
        if reached and not name and "name" not in self.errors:
            self.add_error("name", "Điền họ và tên đầu mối.")
        return cleaned
