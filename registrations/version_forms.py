"""Which two versions of a registration are to be set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

from registrations.models import Submission

DRAFT = "nhap"
"""The draft as it is now, in the address."""


class VersionsForm(forms.Form):
    """Two of the unit's submissions, or one and the draft; without a choice the last two."""

    tu = forms.ChoiceField(
        label="Từ bản", required=False, error_messages={"invalid_choice": "Không có bản này."}
    )
    den = forms.ChoiceField(
        label="Đến bản", required=False, error_messages={"invalid_choice": "Không có bản này."}
    )

    def __init__(self, *args: Any, submissions: Sequence[Submission], unsent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(one.number), f"Lần {one.number}, {timezone.localtime(one.decided_at):%H:%M %d/%m/%Y}")
            for one in submissions
        ]
        draft = (DRAFT, "Bản đang soạn" if unsent else "Bản đang soạn (chưa sửa gì sau lần gửi cuối)")
        self.fields["tu"].choices = choices  # type: ignore[attr-defined]
        self.fields["den"].choices = [draft, *choices]  # type: ignore[attr-defined]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def usual(submissions: Sequence[Submission], *, unsent: bool) -> dict[str, str]:
    """Return the choice that is meant where none was made: the last two, or the draft against the only one.

    ``submissions`` stand newest first, at least one.
    """
    if len(submissions) == 1 or unsent:
        return {"tu": str(submissions[0].number), "den": DRAFT}
    return {"tu": str(submissions[1].number), "den": str(submissions[0].number)}
