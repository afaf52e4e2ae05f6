"""The shape of what is typed about a bridge point."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Layout, Row
from django import forms

from accounts.models import Tier, Unit
from bridge_points.models import BridgePoint, LineTest

if TYPE_CHECKING:
    from invitations.models import Meeting


def _helper(form: forms.BaseForm, layout: Layout) -> FormHelper:
    """Fields only: the page writes the form around them."""
    helper = FormHelper(form)
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = layout
    return helper


class FindForm(forms.Form):
    """What to look for in the list; the address carries it, so that a view can be sent to a colleague."""

    q = forms.CharField(label="Tìm theo tên", required=False, max_length=100)
    thuoc = forms.ChoiceField(label="Thuộc", required=False)
    tinh_trang = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, areas: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs.update({"autocomplete": "off", "type": "search"})
        self.fields["thuoc"].choices = [  # type: ignore[attr-defined]
            ("", "Toàn tỉnh"),
            *((unit.slug, unit.called) for unit in areas),
        ]
        self.helper = _helper(self, Layout("q", "thuoc", "tinh_trang"))


class LineTestForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line test: four buttons name the result, and there may be a note."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = LineTest
        fields = ("result", "note")
        error_messages = {
            "result": {
                "required": "Chọn một kết quả: bấm vào một trong bốn nút.",
                "invalid_choice": "Không có kết quả này. Bấm vào một trong bốn nút.",
            },
            "note": {"max_length": "Ghi chú dài quá %(limit_value)d chữ. Rút gọn lại."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4
        self.fields["note"].label = "Ghi chú (nếu có)"
        self.fields["note"].widget.attrs["autocomplete"] = "off"
        self.helper = _helper(self, Layout("note", "key"))


class PointForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the office corrects at one point."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = BridgePoint
        fields = ("venue", "chair", "technician", "technician_phone", "tier", "parent", "connects")

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: dict[str, str] = {}
        parents = BridgePoint.objects.filter(meeting=meeting).exclude(pk=self.instance.pk)
        parent = self.fields["parent"]
        parent.queryset = parents.select_related("unit").in_tree_order()  # type: ignore[attr-defined]
        parent.empty_label = "Không có"  # type: ignore[attr-defined]
        parent.label_from_instance = lambda point: point.unit.called  # type: ignore[attr-defined]
        parent.error_messages["invalid_choice"] = "Chọn một điểm cầu của hội nghị này."
        self.fields["tier"].error_messages["required"] = "Chọn cấp của điểm cầu."
        self.fields["version"].initial = self.instance.version
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        self.helper = _helper(self, _point_layout("version"))

    def values(self) -> dict[str, Any]:
        """The cleaned values, for the services."""
        return {name: self.cleaned_data[name] for name in PointForm.Meta.fields}

    def against(self, current: BridgePoint) -> PointForm:
        """The same form with all that was typed, and beside each field that differs what is saved now.

        It carries the version of what is saved: sent again, it replaces it knowingly.
        """
        data = {name: self.data[name] for name in self.data}
        data[self.add_prefix("version")] = str(current.version)
        form = PointForm(data, instance=current, meeting=current.meeting, prefix=self.prefix)
        for name in PointForm.Meta.fields:
            saved = getattr(current, name)
            if saved != self.cleaned_data[name]:
                shown = _shown(form, name, saved)
                form.conflicts[name] = shown
                form.fields[name].help_text = f"Bản đang lưu: {shown}"
        return form


class NewPointForm(PointForm):
    """A point that is not there yet: of which unit, and the rest where it is known."""

    class Meta(PointForm.Meta):
        fields = ("unit", *PointForm.Meta.fields)  # type: ignore[assignment]

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, meeting=meeting, **kwargs)
        del self.fields["version"]
        unit = self.fields["unit"]
        unit.queryset = (  # type: ignore[attr-defined]
            Unit.objects.exclude(bridge_points__meeting=meeting).select_related("parent")
        )
        unit.empty_label = "Chọn đơn vị"  # type: ignore[attr-defined]
        unit.label_from_instance = _with_parent  # type: ignore[attr-defined]
        unit.error_messages["required"] = "Chọn đơn vị có điểm cầu."
        unit.error_messages["invalid_choice"] = "Đơn vị này không có, hoặc đã có điểm cầu trong hội nghị."
        self.fields["tier"].required = False
        self.fields["tier"].choices = [("", "Theo cấp của đơn vị"), *Tier.choices]  # type: ignore[attr-defined]
        self.fields["parent"].empty_label = "Điểm cầu gần nhất ở trên"  # type: ignore[attr-defined]
        self.helper = _helper(self, _point_layout("unit"))


def _with_parent(unit: Unit) -> str:
    return f"{unit.name} ({unit.parent.called})" if unit.parent else unit.name


def _shown(form: PointForm, name: str, value: Any) -> str:
    """A saved value as a person reads it."""
    if name == "connects":
        return "có" if value else "không"
    if name == "tier":
        return Tier(value).label
    if name == "parent":
        return value.unit.called if value else "không có"
    return str(form.fields[name].prepare_value(value)) or "để trống"


def _point_layout(first: str) -> Layout:
    """Hall and chair, then the technician, then where the point stands."""
    return Layout(
        first,
        Row(Column("venue", css_class="col-md-7"), Column("chair", css_class="col-md-5")),
        Row(
            Column("technician", css_class="col-md-7"),
            Column("technician_phone", css_class="col-md-5"),
        ),
        Row(Column("tier", css_class="col-md-5"), Column("parent", css_class="col-md-7")),
        Field("connects"),
    )
