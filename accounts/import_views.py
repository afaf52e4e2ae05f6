"""Units from a list: see row by row what would become of it, then take it."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.forms import UnitListForm
from accounts.permissions import Right, require
from accounts.unit_import import Outcome, import_units, preview_units, report
from accounts.unit_list import UnitRow, UnreadableError, read_unit_list

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from accounts.requests import PortalRequest

SALT = "accounts.unit_list"


@require_http_methods(["GET", "POST"])
def units_import(request: PortalRequest) -> HttpResponse:
    """Offer the form; show what a list would do; take a list that was shown."""
    require(request.user, Right.MANAGE_UNITS)
    if "rows" in request.POST:
        return _take(request)
    form = UnitListForm()
    if request.method == "POST":
        form = UnitListForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            rows = _read(form.cleaned_data["file"])
        except UnreadableError as reason:
            form.add_error("file", str(reason))
        else:
            day = form.cleaned_data["valid_from"]
            rows = [row.filled(valid_from=day.isoformat() if day else "") for row in rows]
            return _shown(request, rows, preview_units(rows), sealed=_seal(rows))
    return render(request, "accounts/units_import.html", {"form": form}, status=422 if form.errors else 200)


def _read(file: UploadedFile[bytes]) -> list[UnitRow]:
    """Read an upload by way of a file of its own: nobody chooses where it lies or what it is called."""
    with tempfile.NamedTemporaryFile(suffix=PurePath(file.name or "").suffix.lower()[:6]) as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        return read_unit_list(Path(kept.name))


def _take(request: PortalRequest) -> HttpResponse:
    try:
        rows = _unsealed(request.POST["rows"])
    except signing.BadSignature:
        form = UnitListForm({})
        form.errors.clear()
        form.add_error(None, "Bản xem trước đã cũ. Chọn tệp lần nữa.")
        return render(request, "accounts/units_import.html", {"form": form}, status=422)
    return _shown(request, rows, import_units(rows))


def _seal(rows: list[UnitRow]) -> str:
    """What was read, to come back as it was shown."""
    return signing.dumps([[row.number, row.cells] for row in rows], salt=SALT, compress=True)


def _unsealed(sealed: str) -> list[UnitRow]:
    return [UnitRow(number, cells) for number, cells in signing.loads(sealed, salt=SALT)]


def _shown(
    request: PortalRequest, rows: list[UnitRow], outcome: Outcome, *, sealed: str = ""
) -> HttpResponse:
    *refused, sums = report(rows, outcome)
    moves = len(outcome.made) + len(outcome.changed)
    context: dict[str, Any] = {"refused": refused, "sums": sums, "moves": moves, "sealed": sealed}
    return render(request, "accounts/units_imported.html", context)
