"""The shape of what is typed about a bridge point."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.fields import LineFormField
from accounts.models import Tier, Unit
from bridge_points.incidents import MOST_MINUTES, Report
from bridge_points.models import BridgePoint, Incident, LineTest

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class PhoneClockField(forms.CharField):
    """What a telephone takes for the hour, filled in by the page's script; nonsense is none."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput(attrs={"data-phone-clock": ""}))

    def to_python(self, value: Any) -> Any:
        """Read an ISO moment with its zone; whatever else it is, nothing depends on it."""
        try:
            moment = parse_datetime(super().to_python(value) or "")
        except ValueError:
            return None
        return moment if moment is not None and timezone.is_aware(moment) else None


class LineTestForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line test: four buttons name the result, and there may be a note."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    phone_at = PhoneClockField()

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
        self.helper = _helper(self, Layout("note", "key", "phone_at"))


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


class IncidentForm(forms.Form):
    """What goes wrong: large buttons name it, and there may be a note."""

    kind = forms.ChoiceField(
        choices=Incident.Kind,
        error_messages={
            "required": "Chọn một sự cố: bấm vào một trong các nút.",
            "invalid_choice": "Không có loại sự cố này. Bấm vào một trong các nút.",
        },
    )
    note = LineFormField(label="Mô tả (nếu có)", required=False, max_length=300)
    key = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": "Trang này đã cũ. Tải lại rồi báo lại."}
    )
    phone_at = PhoneClockField()

    def __init__(self, *args: Any, kinds: Sequence[Incident.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        self.fields["kind"].choices = [(kind, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["key"].initial = uuid.uuid4
        self.fields["note"].widget.attrs["autocomplete"] = "off"
        self.fields["note"].error_messages["max_length"] = "Mô tả dài quá %(limit_value)d chữ. Rút gọn lại."
        self.helper = _helper(self, Layout("note", "key", "phone_at"))

    @property
    def report(self) -> Report:
        """What was said, for the services."""
        said = self.cleaned_data
        return Report(Incident.Kind(said["kind"]), said["note"], said["key"], said["phone_at"])


class IncidentNoteForm(forms.Form):
    """What happens meanwhile."""

    text = LineFormField(
        label="Diễn biến", max_length=300, error_messages={"required": "Ghi diễn biến rồi bấm lại."}
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_dien_bien_%s", **kwargs})
        self.fields["key"].initial = uuid.uuid4
        self.fields["text"].widget.attrs["autocomplete"] = "off"
        self.helper = _helper(self, Layout("text", "key"))


class IncidentCloseForm(forms.Form):
    """What was done, and how many minutes were lost."""

    done = LineFormField(
        label="Đã làm gì",
        max_length=300,
        error_messages={"required": "Ghi đã làm gì để khắc phục, ví dụ “Đổi sang đường dự phòng”."},
    )
    minutes = forms.IntegerField(
        label="Số phút mất",
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        help_text="Để trống thì tính từ lúc báo.",
        error_messages={
            "invalid": "Số phút mất ghi bằng chữ số, ví dụ 12.",
            "min_value": "Số phút mất không nhỏ hơn 0.",
            "max_value": "Số phút mất không quá %(limit_value)d (một ngày).",
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4
        self.fields["done"].widget.attrs["autocomplete"] = "off"
        self.fields["minutes"].widget.attrs["inputmode"] = "numeric"
        self.helper = _helper(
            self,
            Layout(Row(Column("done", css_class="col-md-8"), Column("minutes", css_class="col-md-4")), "key"),
        )
