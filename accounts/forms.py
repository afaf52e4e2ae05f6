"""The shape of what is typed about units and accounts."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth.forms import UserChangeForm

from accounts.models import Tier, Unit, User
from accounts.permissions import Role


class FindUnitForm(forms.Form):
    """What to look for in the list of units; the address carries it."""

    q = forms.CharField(label="Tìm theo tên hoặc mã", required=False, max_length=100)
    cap = forms.ChoiceField(label="Cấp", required=False, choices=[("", "Tất cả các cấp"), *Tier.choices])
    tai_khoan = forms.ChoiceField(
        label="Tài khoản",
        required=False,
        choices=[("", "Có hoặc chưa có"), ("chua", "Chưa có tài khoản"), ("co", "Đã có tài khoản")],
    )
    thuoc = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs.update({"autocomplete": "off", "type": "search"})
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("q", "cap", "tai_khoan", "thuoc")


class UnitListForm(forms.Form):
    """A list of units to bring in."""

    file = forms.FileField(
        label="Tệp danh sách đơn vị",
        help_text="Tệp .csv (UTF-8) hoặc .xlsx. Cột “Tên đơn vị” phải có; các cột khác tùy ý.",
        allow_empty_file=True,  # the reader says it better
        error_messages={"required": "Chọn tệp danh sách đơn vị."},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    valid_from = forms.DateField(
        label="Có từ ngày",
        required=False,
        help_text="Cho những dòng để trống cột ấy, ví dụ 01/07/2025.",
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A unit as the admin corrects it."""

    class Meta:
        model = Unit
        fields = (
            "name",
            "short_name",
            "parent",
            "tier",
            "position",
            "email",
            "phone",
            "leader_name",
            "leader_phone",
            "leader_email",
            "code",
            "slug",
            "valid_from",
            "valid_until",
        )

    def clean_parent(self) -> Unit | None:
        """A unit cannot stand below itself."""
        parent: Unit | None = self.cleaned_data["parent"]
        if parent is not None and self.instance.pk and self.instance.covers(parent):
            raise forms.ValidationError(
                "Đơn vị cấp trên đang nằm dưới chính đơn vị này. Chọn một đơn vị khác, hoặc để trống."
            )
        return parent


class _ClerkHasUnit(forms.ModelForm):  # type: ignore[type-arg]
    """The database's rule said beside its field: its other columns are not in these forms."""

    def clean(self) -> dict[str, Any]:
        """A clerk registers for a unit."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        role = cleaned.get("role", self.instance.role)
        if role == Role.CLERK and not cleaned.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "Cán bộ đơn vị phải thuộc một đơn vị. Chọn đơn vị, hoặc đổi vai trò.")
        return cleaned


class NewUserForm(_ClerkHasUnit):
    """A new account, without a password: its owner sets one by mail, or the office does afterwards."""

    class Meta:
        model = User
        fields = ("username", "full_name", "email", "phone", "role", "unit")

    def clean_username(self) -> str:
        """Names that differ only in capitals would be mistaken for one another."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("Tên đăng nhập này đã có. Chọn tên khác.")
        return username

    def save(self, commit: bool = True) -> User:
        """Lock the password until somebody sets one."""
        user: User = super().save(commit=False)
        user.set_unusable_password()
        if commit:
            user.save()
        return user


class UserForm(_ClerkHasUnit, UserChangeForm):  # type: ignore[type-arg]
    """An account as the admin corrects it."""

    class Meta:
        model = User
        fields = ("username", "full_name", "email", "phone", "role", "unit", "is_active")
