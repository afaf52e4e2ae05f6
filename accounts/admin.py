"""What staff correct by hand: units and accounts; and who may touch what in the admin at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest

from accounts.forms import NewUserForm, UnitForm, UserForm
from accounts.models import Unit, User
from accounts.permissions import Right, may
from accounts.vietnamese import folded

if TYPE_CHECKING:
    from accounts.requests import PortalRequest

    ModelAdmin = admin.ModelAdmin[Model]
    AccountAdminBase = UserAdmin[User]
else:
    ModelAdmin = admin.ModelAdmin
    AccountAdminBase = UserAdmin

admin.site.unregister(Group)  # rights are one table in accounts/permissions.py
admin.site.unregister(EmailAddress)  # the address of an account is the account's own


class FoldedSearch(ModelAdmin):
    """Search by what was typed and, for the columns that are stored without marks, by that without marks."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find what either spelling finds."""
        typed, twice = super().get_search_results(request, queryset, search_term)
        bare, _ = super().get_search_results(request, queryset, folded(search_term))
        return typed | bare, twice


class ByRight:
    """Permissions by the portal's table of rights, not by flags and groups of Django's."""

    def _allowed(self, request: Any) -> bool:
        return may(request.user, Right.MANAGE_UNITS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """List the app."""
        return self._allowed(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Look."""
        return self._allowed(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Add."""
        return self._allowed(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Correct."""
        return self._allowed(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete."""
        return self._allowed(request)


class StaffAdmin(ByRight, FoldedSearch):
    """Rows that the office corrects by hand."""


class LookOnly(ByRight):
    """Rows that have their own verbs in the portal: here they are only read."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ReadOnlyAdmin(LookOnly, FoldedSearch):
    """Rows to look at."""


# ── Units ────────────────────────────────────────────────────────────────────────────────────────


@admin.register(Unit)
class UnitAdmin(StaffAdmin):
    """The tree of units."""

    form = UnitForm
    list_display = ("name", "tier", "parent", "position", "accounts", "valid_until")
    list_filter = ("tier",)
    list_select_related = ("parent",)
    search_fields = ("search",)
    search_help_text = "Tên hoặc mã hành chính, không cần gõ dấu."
    autocomplete_fields = ("parent",)
    ordering = ("position", "sort_key", "pk")
    list_per_page = 60
    fieldsets = (
        (None, {"fields": ("name", "short_name", "parent", "tier", "position")}),
        ("Liên hệ", {"fields": ("email", "phone")}),
        (
            "Lãnh đạo phụ trách",
            {
                "fields": ("leader_name", "leader_phone", "leader_email"),
                "description": "Nhận tin nhắc khi đầu mối của đơn vị chưa trả lời.",
            },
        ),
        ("Mã và thời gian tồn tại", {"fields": ("code", "slug", "valid_from", "valid_until")}),
    )
    delete_confirmation_template = "admin/accounts/unit/delete_confirmation.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the accounts in the same query."""
        units: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = units.annotate(accounts=Count("users"))
        return counted

    @admin.display(description="Tài khoản", ordering="accounts")
    def accounts(self, unit: Any) -> int:
        """Number of accounts."""
        number: int = unit.accounts
        return number

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One unit at a time: a heap of units is not deleted by a slip."""
        return {name: action for name, action in super().get_actions(request).items() if name[:6] != "delete"}


# ── Accounts ─────────────────────────────────────────────────────────────────────────────────────


@admin.register(User)
class AccountAdmin(ByRight, FoldedSearch, AccountAdminBase):
    """Who signs in. An account is locked and not deleted: receipts and changes keep its name."""

    form = UserForm
    add_form = NewUserForm
    list_display = ("full_name", "username", "role", "unit", "is_active", "last_login")
    list_display_links = ("full_name", "username")
    list_filter = ("role", "is_active")
    list_select_related = ("unit",)
    search_fields = ("username", "full_name", "email", "unit__search")
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("unit",)
    list_per_page = 60
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        ("Người dùng", {"fields": ("full_name", "email", "phone")}),
        ("Việc", {"fields": ("role", "unit")}),
        ("Dấu vết", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "full_name", "email", "phone", "role", "unit"),
                "description": "Tài khoản mới chưa có mật khẩu. Lưu xong, gửi thư để người dùng tự đặt: "
                "đánh dấu tài khoản trong danh sách rồi chọn “Gửi thư đặt mật khẩu”.",
            },
        ),
    )
    actions = ("send_password_link",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: untick "is active"."""
        return False

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """Nobody takes the own key away by a slip."""
        own = ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()
        return ("last_login", "date_joined", *own)

    @admin.action(description="Gửi thư đặt mật khẩu", permissions=["change"])
    def send_password_link(self, request: PortalRequest, accounts: QuerySet[User]) -> None:
        """Send each chosen account the mail by which its owner sets a password."""
        sent, left_out = 0, []
        for account in accounts:
            if account.email and account.is_active and _mail_password_link(request, account):
                sent += 1
            else:
                left_out.append(account.username)
        if sent:
            messages.success(request, f"Đã gửi thư đặt mật khẩu cho {sent} tài khoản.")
        if left_out:
            names = ", ".join(left_out)
            why = "Xem tài khoản có bị khóa hay thiếu địa chỉ thư không, rồi gửi lại."
            messages.error(request, f"Chưa gửi được cho: {names}. {why}")


def _mail_password_link(request: HttpRequest, account: User) -> bool:
    """Send the mail of "forgotten password" to just this account; False where the mail cannot leave."""
    form = ResetPasswordForm({"email": account.email})
    if not form.is_valid():
        return False
    form.users = [account]
    try:
        form.save(request)
    except OSError:  # smtplib's errors are such
        return False
    return True
