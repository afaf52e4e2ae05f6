"""What is typed to give other software a key."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import Unit
from accounts.permissions import Role
from accounts.vietnamese import line

ROLES = [
    (Role.TELECOM, "Viễn thông: điểm cầu, lần thử; không có tên đại biểu"),
    (Role.OBSERVER, "Điện lực, báo đài: hội nghị, danh sách điểm cầu"),
    (Role.CLERK, "Một đơn vị và các đơn vị bên dưới, có tên đại biểu của họ"),
    (Role.PROPAGANDA, "Tuyên giáo: mọi đơn vị của hội nghị đã công bố, có tên đại biểu"),
    (Role.OFFICE, "Văn phòng: tất cả, cả hội nghị đang soạn"),
]
"""The least first: who gives a key reads what it opens."""


class SystemForm(forms.Form):
    """A system: what it is called, what it may read, whose it is."""

    name = forms.CharField(
        label="Tên phần mềm",
        max_length=80,
        error_messages={"required": "Tên phần mềm: ghi tên để nhận ra khóa này, ví dụ Trục liên thông."},
    )
    role = forms.ChoiceField(
        label="Được đọc như", choices=ROLES, error_messages={"required": "Được đọc như: chọn một vai trò."}
    )
    unit = forms.CharField(
        label="Đơn vị",
        max_length=200,
        required=False,
        help_text="Bắt buộc khi đọc như một đơn vị. Ghi tên như ở trang Đơn vị, hoặc mã trên địa chỉ.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout("name", "role", "unit")

    def clean_name(self) -> str:
        """One line, one spelling."""
        return line(self.cleaned_data["name"])

    def clean_unit(self) -> Unit | None:
        """Find the one unit of this name or address."""
        said = line(self.cleaned_data["unit"])
        if not said:
            return None
        found = list(Unit.objects.filter(Q(slug=said) | Q(name__iexact=said))[:2])
        if not found:
            raise ValidationError(f"Đơn vị: không có đơn vị nào tên “{said}”. Xem tên ở trang Đơn vị.")
        if len(found) > 1:
            raise ValidationError(f"Đơn vị: có nhiều đơn vị tên “{said}”. Ghi mã trên địa chỉ của đơn vị.")
        return found[0]

    def clean(self) -> dict[str, Any]:
        """A unit's software belongs to a unit."""
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.CLERK and not cleaned.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "Đơn vị: chọn đơn vị mà phần mềm đọc thay.")
        return cleaned | {"role": Role(cleaned["role"])} if "role" in cleaned else cleaned
