"""The shape of what a unit types, row by row, and of what the office decides."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms

from accounts.fields import MomentFormField
from accounts.fingerprint import fingerprint
from accounts.vietnamese import counted
from bridge_points.models import BridgePoint
from registrations.models import MOST_IN_A_ROLE, Delegate, Extension

if TYPE_CHECKING:
    from invitations.models import Audience, InvitedRole

NUMBER_MESSAGES = {
    "invalid": "Chỉ điền chữ số, ví dụ 45.",
    "min_value": "Số lượng không thể dưới 0. Sửa lại, hoặc để trống.",
    "max_value": f"Nhiều nhất {counted(MOST_IN_A_ROLE)} người. Xem lại số vừa điền.",
}


class NumberField(forms.IntegerField):
    """A number of people, possibly empty; its errors say what to do."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0, max_value=MOST_IN_A_ROLE, required=False, error_messages=NUMBER_MESSAGES, **kwargs
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave the browser's own number box out: its arrows change numbers by accident."""
        return {}


class Cell(Div):  # type: ignore[misc]
    """One cell of a row that is being edited, with its inputs and their errors."""

    template = "registrations/cell.html"

    def __init__(self, *names: str, label: str) -> None:
        super().__init__(*(Field(name, template="registrations/input.html") for name in names))
        self.label = label


def lay_out_as_row(form: forms.BaseForm, *cells: Cell) -> None:
    """Give ``form`` the layout of a table row: a cell each, named for the phone and the screen reader."""
    form.helper = FormHelper(form)  # type: ignore[attr-defined]
    form.helper.form_tag = False  # type: ignore[attr-defined]
    form.helper.disable_csrf = True  # type: ignore[attr-defined]
    form.helper.layout = Layout(*cells)  # type: ignore[attr-defined]
    for field in form.fields.values():
        if not field.widget.is_hidden:
            field.widget.attrs |= {
                "autocomplete": "off",
                "aria-label": field.label,
                "placeholder": field.label,
            }


class HeadcountForm(forms.Form):
    """How many of one role; the box saves itself to ``url`` when it is left."""

    number = NumberField(label="Số lượng")

    def __init__(self, *args: Any, role: InvitedRole, url: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"role-{role.pk}-%s", **kwargs})
        self.fields["number"].widget.attrs |= {
            "aria-labelledby": f"r{role.pk}",
            "hx-post": url,
            "hx-trigger": "change",
            "hx-target": "closest tr",
            "hx-swap": "outerHTML",
        }


class OwnPointForm(forms.ModelForm[BridgePoint]):
    """Hall, chair and technician of the unit's own point."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = BridgePoint
        fields = ("venue", "chair", "technician", "technician_phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("venue", "chair", "technician", "technician_phone", "version")
        for name in self.Meta.fields:
            self.fields[name].widget.attrs.update({"autocomplete": "off", "class": "form-control-sm"})


class CommunePointForm(forms.ModelForm[BridgePoint]):
    """The point of one commune, with the number of people expected; version 0 has not answered yet."""

    expected = NumberField(label="Số dự kiến")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = BridgePoint
        fields = ("venue", "chair", "technician", "technician_phone")
        labels = {"technician_phone": "Điện thoại"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else 0
        lay_out_as_row(
            self,
            Cell("venue", label="Nơi họp"),
            Cell("chair", label="Chủ trì"),
            Cell("technician", "technician_phone", label="Cán bộ kỹ thuật"),
            Cell("expected", label="Số dự kiến"),
        )


class DelegateForm(forms.ModelForm[Delegate]):
    """One delegate's row; ``key`` makes a row sent twice the same row."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Delegate
        fields = ("full_name", "position", "organisation", "role", "phone", "note")

    def __init__(self, *args: Any, audience: Audience, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        roles = list(audience.roles.all())
        role.queryset = audience.roles.all()  # type: ignore[attr-defined]
        role.choices = [(item.pk, str(item)) for item in roles]  # type: ignore[attr-defined]
        role.required = bool(roles)
        role.error_messages["invalid_choice"] = "Chọn một thành phần có trong giấy mời của đơn vị."
        self.fields["full_name"].error_messages["required"] = "Điền họ và tên của đại biểu."
        self.fields["key"].initial = uuid.uuid4
        self.fields["version"].initial = self.instance.version
        lay_out_as_row(
            self,
            Cell("full_name", label="Họ và tên"),
            Cell("position", label="Chức vụ"),
            Cell("organisation", label="Đơn vị công tác"),
            Cell("role", label="Thành phần"),
            Cell("phone", label="Điện thoại"),
            Cell("note", label="Ghi chú"),
        )

    @property
    def fingerprint(self) -> str:
        """The same for two empty rows with the same roles to choose from; the key stands beside the cells."""
        return fingerprint(self.fields["role"].choices, self.initial.get("role"))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The cleaned values of the row, for the services."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class SubmitForm(forms.Form):
    """The button "Gửi": which form it is, which version was seen, whether too many names are meant."""

    form_uuid = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    beyond = forms.BooleanField(label="Gửi cả những tên ngoài số đã khai", required=False)


class ExtensionForm(forms.ModelForm[Extension]):
    """More time for one unit."""

    until = MomentFormField(label="Đến lúc", help_text="Ngày/tháng/năm giờ:phút, ví dụ 01/12/2023 20:00.")

    class Meta:
        model = Extension
        fields = ("until", "reason")
        help_texts = {
            "reason": "Lý do được lưu vào hồ sơ và in trên biên nhận.",
        }
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "reason": {"required": "Ghi lý do gia hạn."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False


class ReturnForm(forms.Form):
    """Why a registration goes back, and until when the unit may send it again."""

    remark = forms.CharField(
        label="Cần sửa gì",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Đơn vị đọc nguyên văn.",
        error_messages={"required": "Ghi rõ đơn vị cần sửa gì."},
    )
    until = MomentFormField(
        label="Được gửi lại đến", required=False, help_text="Để trống khi hạn của đơn vị còn đủ dài."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
