"""The shape of what a clerk brings: a list as a file or as pasted cells, its columns, what to take of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from registrations.roster.cells import UnreadableRosterError
from registrations.roster.containers import TOO_LARGE, checked_name
from registrations.roster.limits import MOST_BYTES
from registrations.roster.vocabulary import Field

ACCEPTED = ".xlsx,.xls,.csv,.txt,.tsv"
PICK_ONE = "Chọn một tệp, hoặc dán bảng vào ô bên dưới."
NOT_BOTH = "Có cả tệp lẫn phần dán. Bỏ một trong hai rồi bấm lại."


class RosterForm(forms.Form):
    """A file, or cells that were copied from a sheet; one of the two."""

    file = forms.FileField(
        label="Tệp danh sách",
        required=False,
        allow_empty_file=True,  # the reader says it better
        max_length=255,
        error_messages={"max_length": "Tên tệp dài quá 255 chữ. Đổi tên ngắn hơn rồi tải lên."},
        widget=forms.FileInput(
            attrs={"accept": ACCEPTED, "data-most-bytes": MOST_BYTES, "class": "form-control"}
        ),
    )
    text = forms.CharField(
        label="Dán danh sách",
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 5, "class": "form-control", "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def __init__(self, *args: Any, refused: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refused = refused

    def clean_file(self) -> Any:
        """Refuse what was not let in, a name that is no name of a list, and what is too large to be one."""
        file = self.cleaned_data["file"]
        if self._refused:
            raise forms.ValidationError(list(self._refused))
        if file is not None:
            try:
                checked_name(file.name)
            except UnreadableRosterError as reason:
                raise forms.ValidationError(str(reason)) from reason
            if file.size > MOST_BYTES:
                raise forms.ValidationError(TOO_LARGE)
        return file

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned = super().clean() or {}
        text = cleaned.get("text", "").strip()
        if cleaned.get("file") is not None and text:
            self.add_error(None, NOT_BOTH)
        elif cleaned.get("file") is None and not text and not self.errors:
            self.add_error(None, PICK_ONE)
        return cleaned


COLUMN = "cot-"
"""Before the letter of a column, in the names of the boxes."""


def chosen_columns(data: QueryDict) -> dict[str, Field]:
    """Return what each column was said to be; a word that is none of ours is passed over."""
    known = {field.value for field in Field}
    return {
        name.removeprefix(COLUMN): Field(value)
        for name, value in data.items()
        if name.startswith(COLUMN) and value in known
    }


def rows_to_leave(data: QueryDict) -> set[int]:
    """Return the numbers of the rows that are not to be taken now."""
    return {int(row) for row in data.getlist("bo-lai") if row.isdigit()}
