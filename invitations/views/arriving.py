"""A large file comes in piece by piece: the answers are JSON, for ``pieces.js``."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.files.refusing import FileRefused
from accounts.permissions import Right
from accounts.receiving import receive
from accounts.requests import PortalRequest
from invitations import arriving
from invitations.models import ArrivingFile, Meeting
from invitations.views.scope import fetch


@require_POST
def begin(request: PortalRequest, slug: str) -> JsonResponse:
    """Say where the pieces go and how much is there already; 422 with the reason for what is not taken."""
    meeting = fetch(request, slug, Right.PUBLISH_MATERIAL)
    size = request.POST.get("size", "")
    try:
        begun = arriving.begin(
            meeting=meeting,
            user=request.user,
            name=request.POST.get("name", ""),
            size=int(size) if size.isdecimal() and len(size) < 16 else 0,
        )
    except FileRefused as reason:
        return JsonResponse({"problem": str(reason)}, status=422)
    address = reverse("material_piece", args=[slug, begun.key])
    return JsonResponse({"key": str(begun.key), "url": address, "received": begun.received})


@csrf_exempt  # only until the quota stands: reading the token reads the piece
@require_http_methods(["GET", "POST"])
def piece(request: PortalRequest, slug: str, key: UUID) -> HttpResponseBase:
    """Take one piece and say how much there is; 409 says where to go on instead."""
    meeting = fetch(request, slug, Right.PUBLISH_MATERIAL)
    begun = get_object_or_404(ArrivingFile, meeting=meeting, begun_by=request.user, key=key)
    receive(request, smaller="")
    return csrf_protect(_piece)(request, meeting, begun)


def _piece(request: PortalRequest, meeting: Meeting, begun: ArrivingFile) -> JsonResponse:
    sent, offset = request.FILES.get("piece"), request.POST.get("offset", "")
    if sent is None or not offset.isdecimal():
        return JsonResponse({"received": begun.received}, status=200 if request.method == "GET" else 409)
    try:
        received = arriving.take_piece(key=begun.key, user=request.user, offset=int(offset), piece=sent)
    except arriving.OutOfStep as where:
        return JsonResponse({"received": where.received}, status=409)
    except ArrivingFile.DoesNotExist:
        return JsonResponse({"problem": "Tệp tải dở không còn trên máy chủ."}, status=404)
    return JsonResponse({"received": received})
