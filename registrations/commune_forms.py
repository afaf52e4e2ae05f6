"""What a commune types about its own point, on a phone; and the same boxes for its district to correct."""

from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from bridge_points.models import BridgePoint
from registrations.commune_desk import values_of
from registrations.forms import NumberField
from registrations.models import CommuneAnswer
from registrations.services.commune_links import POINT_TEXTS, Said

CONNECTS = [("yes", "Có kết nối"), ("no", "Không kết nối")]


class CommunePointAnswer(forms.ModelForm[BridgePoint]):
    """Whether a commune takes part, and its point. The form saves nothing: ``said`` goes to a service."""

    connects = forms.ChoiceField(
        label="Có kết nối điểm cầu không?",
        choices=CONNECTS,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn có kết nối hay không."},
    )
    expected = NumberField(label="Số đại biểu dự kiến")

    class Meta:
        model = BridgePoint
        fields = POINT_TEXTS
        labels = {"technician_phone": "Điện thoại cán bộ kỹ thuật"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*POINT_TEXTS, "expected"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("connects", *POINT_TEXTS, "expected", *self.hidden)

    hidden: tuple[str, ...] = ()

    @property
    def said(self) -> Said:
        """What was typed, for the services."""
        data = self.cleaned_data
        return Said(data["connects"] == "yes", {name: data[name] for name in POINT_TEXTS}, data["expected"])


class AnswerForm(CommunePointAnswer):
    """The public form; ``form_uuid`` makes a form sent twice the same answer."""

    form_uuid = forms.UUIDField(widget=forms.HiddenInput)
    hidden = ("form_uuid",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_uuid"].initial = uuid.uuid4


class CorrectionForm(CommunePointAnswer):
    """The district's; ``version`` is that of the point beside which the answer was read, 0 for none."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    hidden = ("version",)


def initial_of(
    answer: CommuneAnswer | None, point: BridgePoint | None, expected: int | None
) -> dict[str, Any]:
    """Fill the boxes with the last answer, else with what the district has, else with nothing."""
    if answer is not None:
        known = {"connects": answer.connects, **answer.values, "expected": answer.expected}
    elif point is not None:
        known = values_of(point, expected)
    else:
        return {}
    return known | {"connects": "yes" if known["connects"] else "no"}
