"""The shape of each kind of row, its values as they are typed; and of what is dropped in."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Unit
from invitations.checking.sheet_rows import Row
from invitations.forms import CalmForm, free_code
from invitations.letters.files import MOST_BYTES
from invitations.letters.guarded import TOO_LARGE
from invitations.models import (
    Assignment,
    Audience,
    Chair,
    Contact,
    Deadline,
    InvitedRole,
    Meeting,
    Session,
)

ACCEPTED = ".docx,.pdf,.txt"
PICK_ONE = "Chọn một tệp, hoặc dán nội dung giấy mời vào ô bên dưới."
NOT_BOTH = "Có cả tệp lẫn phần dán. Bỏ một trong hai rồi bấm lại."


class LetterForm(forms.Form):
    """A file, or text that was copied from a letter; one of the two."""

    file = forms.FileField(
        label="Tệp giấy mời",
        required=False,
        allow_empty_file=True,  # the reader says it better
        max_length=255,
        error_messages={"max_length": "Tên tệp dài quá 255 chữ. Đổi tên ngắn hơn rồi tải lên."},
        widget=forms.FileInput(
            attrs={"class": "form-control", "accept": ACCEPTED, "data-most-bytes": MOST_BYTES}
        ),
    )
    text = forms.CharField(
        label="Hoặc dán nội dung",
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 8, "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large to be a letter."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > MOST_BYTES:
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


_LONG = 300
"""Columns of so many letters get room for several lines: what is out of sight was not looked at."""
_LETTERS_A_LINE = 50


class RowForm(CalmForm):
    """One row; ``units`` are those that may be meant."""

    def __init__(self, *args: Any, units: list[Unit] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField) and (field.max_length or 0) >= _LONG:
                rows = 1 + len(str(self.initial.get(name, ""))) // _LETTERS_A_LINE
                field.widget = forms.Textarea(attrs={"rows": min(rows, 8), "autocomplete": "off"})
        if "to_units" in self.fields:
            choices: Any = self.fields["to_units"]
            choices.choices = [(str(unit.pk), unit.name) for unit in units or ()]
            if not units:
                del self.fields["to_units"]

    def typed(self) -> dict[str, Any]:
        """Return what stands in the fields, as it is kept and shown again."""
        return {name: _kept(self[name].value()) for name in self.fields}


def _kept(value: Any) -> Any:
    """Text without a browser's line ends; a box is true or false; boxes are a list of their values."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return "" if value is None else value


def _units(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Có đơn vị không còn chọn được. Xem lại các ô đã đánh dấu."},
    )


class FactsRow(RowForm):
    """What the meeting is, and who sends the letter."""

    class Meta:
        model = Meeting
        fields = (
            "title",
            "short_title",
            "registration_deadline",
            "code",
            "duration_days",
            "arrive_minutes_before",
            "form",
            "issuer",
            "number",
            "place",
            "issued_on",
        )
        help_texts = {
            "short_title": "Đứng đầu các trang và thư nhắc; rút gọn cho dễ nhớ.",
            "code": "Đứng đầu mọi biên nhận, ví dụ HT23.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("code"):
            self.initial["code"] = free_code()


class SessionRow(RowForm):
    """A morning, an afternoon or an evening."""

    class Meta:
        model = Session
        fields = ("date", "part", "starts_at", "ends_at")

    def clean(self) -> dict[str, Any]:
        """Say beside the field what the database would refuse."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "Giờ kết thúc phải sau giờ bắt đầu.")
        return data


class AudienceRow(RowForm):
    """A heading of the letter, and the units called under it."""

    to_units = _units("Đơn vị được mời")

    class Meta:
        model = Audience
        fields = ("heading", "tier", "venue", "note")


class RoleRow(RowForm):
    """One line of who is invited."""

    class Meta:
        model = InvitedRole
        fields = ("text", "chairs", "open_ended")


class ChairRow(RowForm):
    """A person named to chair."""

    class Meta:
        model = Chair
        fields = ("name", "post", "point")


class DeadlineRow(RowForm):
    """Something due."""

    class Meta:
        model = Deadline
        fields = ("what", "at", "to")


class LineTestRow(RowForm):
    """One hour at which lines are tested."""

    class Meta:
        model = Deadline
        fields = ("at",)
        labels = {"at": "Chạy thử từ"}


class AssignmentRow(RowForm):
    """What units are asked to do, and which units those are."""

    to_units = _units("Giao cho")

    class Meta:
        model = Assignment
        fields = ("addressee", "text", "kind", "due_at")


class ContactRow(RowForm):
    """Whom to call."""

    class Meta:
        model = Contact
        fields = ("name", "organisation", "phone", "about")


class RecipientsRow(RowForm):
    """Nơi nhận."""

    class Meta:
        model = Meeting
        fields = ("recipients",)


class SignatoryRow(RowForm):
    """Who signs, for whom, in which post."""

    class Meta:
        model = Meeting
        fields = ("sign_on_behalf", "sign_title", "sign_name")


FORMS: dict[str, type[RowForm]] = {
    "facts": FactsRow,
    "session": SessionRow,
    "audience": AudienceRow,
    "role": RoleRow,
    "chair": ChairRow,
    "deadline": DeadlineRow,
    "line_test": LineTestRow,
    "assignment": AssignmentRow,
    "contact": ContactRow,
    "recipients": RecipientsRow,
    "signatory": SignatoryRow,
}


def form_of(row: Row, *, values: dict[str, Any] | None = None, typed: Any = None) -> RowForm:
    """Return a row's form: as proposed, with the ``values`` decided before, or as ``typed`` just now."""
    initial = {**row.values, **(values or {})}
    return FORMS[row.kind](typed, initial=initial, prefix=row.prefix, units=row.units)


def bound(row: Row, values: dict[str, Any]) -> RowForm:
    """Return a row's form filled with decided values, to be checked once more and saved.

    A field that the form did not have yet when they were decided is as the reader proposes it.
    """
    every = {**row.values, **values}
    return form_of(row, typed={f"{row.prefix}-{name}": value for name, value in every.items()})
