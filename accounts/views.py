"""The page of units and their accounts."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Tier, Unit
from accounts.permissions import Right, needs

UNITS_A_PAGE = 60


@needs(Right.MANAGE_UNITS)
def units(request: HttpRequest) -> HttpResponse:
    """List units with their accounts, by tier and by what is searched for."""
    query = request.GET.get("q", "").strip()
    tier = request.GET.get("tier", "")
    found = Unit.objects.search(query) if query else Unit.objects.all()
    if tier in Tier.values:
        found = found.filter(tier=tier)
    found = found.select_related("parent").annotate(accounts=Count("users"))
    page = Paginator(found, UNITS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "accounts/units.html", {"page": page, "query": query, "tier": tier, "tiers": Tier.choices}
    )
