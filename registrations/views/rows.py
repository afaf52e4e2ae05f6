"""The rows of a registration: each is saved by itself, and answers with itself and the new sums.

A row that cannot be saved comes back as it was typed, with the reason: 422 where the text is wrong,
409 where somebody else was first or the deadline has passed.
"""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Unit
from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations.models import InvitedRole
from registrations import services
from registrations.forms import CommunePointForm, DelegateForm, HeadcountForm, OwnPointForm
from registrations.models import Change, Delegate
from registrations.overview import CommuneLine, Overview, RoleLine, overview
from registrations.states import Standing
from registrations.views.scope import fetch, fresh_overview
from registrations.views.unit import headcount_form, page


def _who(request: PortalRequest, at: Standing) -> dict[str, Any]:
    """What every service asks: for which unit, by whom, and how long the request has waited."""
    waited = request.waited()
    return {"invitation_id": at.invitation.pk, "user": request.user, "waited": waited}


def _saved(request: PortalRequest, template: str, view: Overview, **context: Any) -> HttpResponse:
    """Answer with the saved row, the new sums beside it, and the hour it was saved."""
    whole = page(view, editable=True) | context
    row = render_to_string(f"registrations/{template}", whole, request)
    response = HttpResponse(
        row + render_to_string("registrations/_sums.html", whole | {"sums": True}, request)
    )
    saved_at = view.registration.changed_at if view.registration else None
    at = f"{timezone.localtime(saved_at):%H:%M:%S}" if saved_at else ""
    trigger_client_event(response, "saved", {"at": at})
    return response


def _refused(
    request: PortalRequest, template: str, at: Standing, form: BaseForm, status: int = 422, **context: Any
) -> HttpResponse:
    """Answer with the row as it was typed."""
    whole = page(overview(at), editable=True) | context | {"form": form}
    return render(request, f"registrations/{template}", whole, status=status)


def _closed(form: BaseForm, too_late: services.Closed) -> BaseForm:
    """Put on the form that the deadline has passed."""
    form.add_error(None, f"{too_late_words(too_late)} Dòng này chưa được lưu; chép lại nếu cần.")
    return form


def _not_done(too_late: services.Closed) -> HttpResponse:
    """Leave the page as it is and say that the deadline has passed."""
    response = HttpResponse(status=409, headers={"HX-Reswap": "none"})
    trigger_client_event(response, "notice", {"value": f"{too_late_words(too_late)} Chưa thay đổi gì."})
    return response


def too_late_words(too_late: services.Closed) -> str:
    """Say when it became too late."""
    return f"Đã hết hạn lúc {timezone.localtime(too_late.deadline):%H:%M:%S, %d/%m/%Y}."


@require_POST
def headcount(request: PortalRequest, slug: str, unit: str, role: int) -> HttpResponse:
    """Save the number of one invited role."""
    at = fetch(request, slug, unit, Right.REGISTER)
    invited = get_object_or_404(at.invitation.audience.roles, pk=role)
    form = HeadcountForm(request.POST, role=invited, url=request.path)
    if not form.is_valid():
        return _refused(request, "_headcount.html", at, form, line=_role_line(overview(at), invited))
    try:
        services.set_headcount(**_who(request, at), role_id=role, number=form.cleaned_data["number"])
    except services.Closed as too_late:
        line = _role_line(overview(at), invited)
        return _refused(request, "_headcount.html", at, _closed(form, too_late), 409, line=line)
    view = fresh_overview(at)
    line = _role_line(view, invited)
    return _saved(request, "_headcount.html", view, line=line, form=headcount_form(view, line))


def _role_line(view: Overview, role: InvitedRole) -> RoleLine:
    return next(line for line in view.roles if line.role.pk == role.pk)


@require_POST
def own_point(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Save hall, chair and technician of the unit's own point."""
    at = fetch(request, slug, unit, Right.REGISTER)
    form = OwnPointForm(request.POST)
    if not form.is_valid():
        return _refused(request, "_own_point.html", at, form)
    values = {name: form.cleaned_data[name] for name in OwnPointForm.Meta.fields}
    try:
        services.save_own_point(**_who(request, at), values=values, version=form.cleaned_data["version"])
    except services.Stale as stale:
        return _refused(
            request, "_own_point.html", at, _again(OwnPointForm, request, stale), 409, stale=stale
        )
    except services.Closed as too_late:
        return _refused(request, "_own_point.html", at, _closed(form, too_late), 409)
    return _saved(request, "_own_point.html", fresh_overview(at))


@require_http_methods(["GET", "POST"])
def commune(request: PortalRequest, slug: str, unit: str, commune: str) -> HttpResponse:
    """Show, open or save the row of one commune below the unit."""
    at = fetch(request, slug, unit, Right.REGISTER)
    below = get_object_or_404(Unit.objects.communes_of(at.invitation.unit), slug=commune)
    if request.method == "GET":
        return _commune_row(request, at, below)
    form = CommunePointForm(request.POST)
    if not form.is_valid():
        return _refused(request, "_commune_edit.html", at, form, line=_line(overview(at), below))
    values = {name: form.cleaned_data[name] for name in CommunePointForm.Meta.fields} | {"connects": True}
    saved = form.cleaned_data
    try:
        services.save_commune_point(
            **_who(request, at),
            commune=below,
            values=values,
            expected=saved["expected"],
            version=saved["version"],
        )
    except services.Stale as stale:
        again = _again(CommunePointForm, request, stale)
        line = _line(overview(at), below)
        return _refused(request, "_commune_edit.html", at, again, 409, line=line, stale=stale)
    except services.Closed as too_late:
        line = _line(overview(at), below)
        return _refused(request, "_commune_edit.html", at, _closed(form, too_late), 409, line=line)
    view = fresh_overview(at)
    return _saved(request, "_commune.html", view, line=_line(view, below))


def _commune_row(request: PortalRequest, at: Standing, commune: Unit) -> HttpResponse:
    view = overview(at)
    line = _line(view, commune)
    context = page(view, editable=True) | {"line": line}
    if "sua" not in request.GET:
        return render(request, "registrations/_commune.html", context)
    form = CommunePointForm(instance=line.point, initial={"expected": line.expected})
    return render(request, "registrations/_commune_edit.html", context | {"form": form})


def _line(view: Overview, commune: Unit) -> CommuneLine:
    return next(line for line in view.communes if line.unit.pk == commune.pk)


@require_POST
def commune_connects(request: PortalRequest, slug: str, unit: str, commune: str) -> HttpResponse:
    """Tick or untick a commune."""
    at = fetch(request, slug, unit, Right.REGISTER)
    below = get_object_or_404(Unit.objects.communes_of(at.invitation.unit), slug=commune)
    try:
        services.connect_commune(**_who(request, at), commune=below, connects="connects" in request.POST)
    except services.Closed as too_late:
        return _not_done(too_late)
    view = fresh_overview(at)
    return _saved(request, "_commune.html", view, line=_line(view, below))


@require_POST
def delegates(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Add one delegate or many: every field may be sent once for each row, in the order of the rows.

    All rows are right and all are added, or none is and each says why.
    """
    at = fetch(request, slug, unit, Right.REGISTER)
    forms = [DelegateForm(row, audience=at.invitation.audience) for row in _rows(request.POST)]
    wrong = [form for form in forms if not form.is_valid()]
    if wrong:
        return _refused(request, "_delegates_new.html", at, forms[0], forms=forms)
    rows = [
        form.values() | {"key": form.cleaned_data["key"] or form.fields["key"].initial()} for form in forms
    ]
    try:
        added = services.add_delegates(**_who(request, at), rows=rows)
    except services.Closed as too_late:
        _closed(forms[0], too_late)
        return _refused(request, "_delegates_new.html", at, forms[0], 409, forms=forms)
    view = fresh_overview(at)
    keys = {delegate.key for delegate in added}
    new = [(place, row) for place, row in enumerate(view.delegates, 1) if row.key in keys]
    return _saved(request, "_delegates_added.html", view, added=new)


def _rows(data: QueryDict) -> list[dict[str, Any]]:
    """Take the columns of a form sent for many rows apart into rows."""
    names = ("key", *DelegateForm.Meta.fields)
    columns = {name: data.getlist(name) for name in names}
    count = max((len(column) for column in columns.values()), default=0)
    return [
        {name: column[index] if index < len(column) else "" for name, column in columns.items()}
        for index in range(max(count, 1))
    ]


@require_http_methods(["GET", "POST"])
def delegate(request: PortalRequest, slug: str, unit: str, pk: int) -> HttpResponse:
    """Show, open or save the row of one delegate."""
    at = fetch(request, slug, unit, Right.REGISTER)
    row = get_object_or_404(Delegate.objects.select_related("role"), registration=at.registration, pk=pk)
    if request.method == "GET":
        return _delegate_row(request, at, row)
    form = DelegateForm(request.POST, instance=row, audience=at.invitation.audience)
    if not form.is_valid():
        return _refused(request, "_delegate_edit.html", at, form, delegate=row)
    version = form.cleaned_data["version"] or 0
    try:
        services.change_delegate(**_who(request, at), delegate_id=pk, values=form.values(), version=version)
    except services.Stale as stale:
        again = _again(DelegateForm, request, stale, audience=at.invitation.audience)
        return _refused(request, "_delegate_edit.html", at, again, 409, delegate=row, stale=stale)
    except services.Closed as too_late:
        return _refused(request, "_delegate_edit.html", at, _closed(form, too_late), 409, delegate=row)
    view = fresh_overview(at)
    place, saved = next((place, item) for place, item in enumerate(view.delegates, 1) if item.pk == pk)
    return _saved(request, "_delegate.html", view, delegate=saved, place=place)


def _delegate_row(request: PortalRequest, at: Standing, row: Delegate) -> HttpResponse:
    place = Delegate.objects.filter(registration=at.registration, rank__lt=row.rank).count() + 1
    context = {"meeting": at.invitation.meeting, "unit": at.invitation.unit, "editable": True}
    context |= {"delegate": row, "place": place}
    if "sua" not in request.GET:
        return render(request, "registrations/_delegate.html", context)
    form = DelegateForm(instance=row, audience=at.invitation.audience)
    return render(request, "registrations/_delegate_edit.html", context | {"form": form})


@require_POST
def delegate_remove(request: PortalRequest, slug: str, unit: str, pk: int) -> HttpResponse:
    """Take a delegate off the list; the row stays to be put back."""
    at = fetch(request, slug, unit, Right.REGISTER)
    get_object_or_404(Delegate, registration=at.registration, pk=pk)
    try:
        change = services.remove_delegate(**_who(request, at), delegate_id=pk)
    except services.Closed as too_late:
        return _not_done(too_late)
    return _saved(request, "_delegate_removed.html", fresh_overview(at), change=change)


@require_POST
def put_back(request: PortalRequest, slug: str, unit: str, pk: int) -> HttpResponse:
    """Undo a removal."""
    at = fetch(request, slug, unit, Right.REGISTER)
    get_object_or_404(Change, registration=at.registration, pk=pk, kind=Change.Kind.DELEGATE_REMOVED)
    try:
        restored = services.put_back(**_who(request, at), change_id=pk)
    except services.Closed as too_late:
        return _not_done(too_late)
    view = fresh_overview(at)
    place, row = next((place, item) for place, item in enumerate(view.delegates, 1) if item.pk == restored.pk)
    return _saved(request, "_delegate.html", view, delegate=row, place=place)


def _again(form: type[BaseForm], request: PortalRequest, stale: services.Stale, **kwargs: Any) -> BaseForm:
    """The same text once more, on top of the version that is there now: saving again is a choice."""
    data = request.POST.copy()
    data["version"] = str(stale.current.version)
    bound = form(data, **kwargs)
    bound.is_valid()
    return bound
