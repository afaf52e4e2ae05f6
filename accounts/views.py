"""The pages of units and of the accounts of one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.fingerprint import fingerprint
from accounts.forms import FindUnitForm
from accounts.models import Tier, Unit, UnitQuerySet, User
from accounts.permissions import Right, Role, require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.requests import PortalRequest

UNITS_A_PAGE = 60


@require_safe
def units(request: PortalRequest) -> HttpResponse:
    """List units with their accounts, by tier, by place in the tree and by what is searched for."""
    require(request.user, Right.MANAGE_UNITS)
    asked = {name: request.GET.get(name, "")[:120] for name in ("q", "cap", "tai_khoan", "thuoc")}
    top = Unit.objects.filter(slug=asked["thuoc"]).first() if asked["thuoc"] else None
    page = Paginator(_found(asked, top), UNITS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "find": FindUnitForm(initial=asked), "top": top, "filtered": any(asked.values())}
    return render(request, "accounts/units.html", context | {"shown": _shown(page)})


def _shown(page: Page[Unit]) -> str:
    """The same for two pages with the same rows."""
    names = [(unit.pk, unit.slug, unit.name, unit.tier, unit.parent and unit.parent.called) for unit in page]
    rest = [(str(unit.valid_until), unit.phone, unit.email, unit.accounts) for unit in page]  # type: ignore[attr-defined]
    return fingerprint(names, rest)


def _found(asked: Mapping[str, str], top: Unit | None) -> UnitQuerySet:
    """The units looked for, each with the number of its accounts that can sign in."""
    active = Count("users", filter=Q(users__is_active=True))
    found = Unit.objects.select_related("parent").annotate(accounts=active)
    if asked["q"]:
        found = found.search(asked["q"])
    if top is not None:
        found = found.below(top)
    if asked["cap"] in Tier.values:
        found = found.filter(tier=asked["cap"])
    if asked["tai_khoan"]:
        found = found.filter(accounts=0) if asked["tai_khoan"] == "chua" else found.filter(accounts__gt=0)
    return found.order_by("position", "sort_key", "pk")


@require_safe
def unit(request: PortalRequest, unit: str) -> HttpResponse:
    """Show one unit with the accounts of its people."""
    visible = Unit.objects.visible_to(request.user).select_related("parent")
    found = get_object_or_404(visible.annotate(below=Count("children")), slug=unit)
    require(request.user, Right.MANAGE_UNITS)
    accounts = found.users.filter(system=None).order_by("-is_active", "username")
    context = {"unit": found, "accounts": accounts, "new_account_url": _new_account_url(found)}
    return render(request, "accounts/unit.html", context)


def _new_account_url(unit: Unit) -> str:
    """The admin's page for a new account, filled in as far as the unit tells."""
    proposed = {"unit": str(unit.pk), "role": str(Role.CLERK), "email": unit.email}
    if not User.objects.filter(username=unit.slug).exists():
        proposed["username"] = unit.slug
    return f"{reverse('admin:accounts_user_add')}?{urlencode(proposed)}"
