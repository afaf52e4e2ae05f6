"""Fields that tidy what people type, wherever it comes from: a form, a sheet, the admin."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from accounts.phones import read_phone
from accounts.vietnamese import line, paragraph

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _TextField = models.TextField[str, str]
else:
    _CharField, _TextField = models.CharField, models.TextField


class LineFormField(forms.CharField):
    """One line of text, composed and trimmed."""

    def to_python(self, value: Any) -> str:
        """Tidy the text before its length is checked."""
        return line(super().to_python(value) or "")


class ParagraphFormField(forms.CharField):
    """Several lines of text, composed and trimmed."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Tidy the text before its length is checked."""
        return paragraph(super().to_python(value) or "")


class PhoneFormField(forms.CharField):
    """A telephone number in any spelling; its value is the digits from 0, or ""."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        """Read the number; what is no number is refused with the reason."""
        try:
            return read_phone(line(super().to_python(value) or "")).number
        except ValueError as reason:
            raise ValidationError(str(reason), code="phone") from reason

    def prepare_value(self, value: Any) -> Any:
        """Show ten digits in groups, and what was typed as it was typed."""
        return spaced(value) if isinstance(value, str) else value


MOMENT_FORMATS = [
    "%d/%m/%Y %H:%M",
    "%H:%M %d/%m/%Y",
    "%H:%M, %d/%m/%Y",
    "%d/%m/%Y, %H:%M",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M",
]
"""A moment always has its hour: Django reads a bare date as midnight, which is a day too early."""

SAY_MOMENT = "Ghi đủ ngày và giờ, ví dụ 05/12/2026 17:00."


class MomentFormField(forms.DateTimeField):
    """A day with its hour, as people write it here."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": SAY_MOMENT, "required": SAY_MOMENT}
    widget = forms.DateTimeInput(
        attrs={"placeholder": "dd/mm/yyyy hh:mm", "autocomplete": "off"}, format=MOMENT_FORMATS[0]
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"input_formats": MOMENT_FORMATS, **kwargs})

    def to_python(self, value: Any) -> Any:
        """Refuse a day without an hour."""
        if isinstance(value, str) and value.strip() and ":" not in value:
            raise ValidationError(SAY_MOMENT, code="invalid")
        return super().to_python(value)


class LineField(_CharField):
    """A column of one line of text."""

    def get_prep_value(self, value: Any) -> Any:
        """Tidy whatever is stored, not only what came through a form."""
        prepared = super().get_prep_value(value)
        return line(prepared) if isinstance(prepared, str) else prepared

    def formfield(self, **kwargs: Any) -> Any:
        """Offer the tidy form field."""
        if self.choices:
            return super().formfield(**kwargs)
        return super().formfield(**{"form_class": LineFormField, **kwargs})


class ParagraphField(_TextField):
    """A column of several lines of text."""

    def get_prep_value(self, value: Any) -> Any:
        """Tidy whatever is stored, not only what came through a form."""
        prepared = super().get_prep_value(value)
        return paragraph(prepared) if isinstance(prepared, str) else prepared

    def formfield(self, **kwargs: Any) -> Any:
        """Offer the tidy form field."""
        return super().formfield(**{"form_class": ParagraphFormField, **kwargs})


class PhoneField(_CharField):
    """A column for a Vietnamese telephone number: digits from 0, or ""."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fix the length: eleven digits hold the longest fixed line."""
        super().__init__(*args, **{"max_length": 11, "blank": True, "default": "", **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Offer the form field that reads any spelling."""
        return super().formfield(**{"form_class": PhoneFormField, "max_length": 40, **kwargs})


def spaced(number: str) -> str:
    """Return ten digits as Vietnamese read them aloud, "0900.000.101"; anything else unchanged."""
    if number.isdigit() and len(number) == 10:
        return f"{number[:4]}.{number[4:7]}.{number[7:]}"
    return number
