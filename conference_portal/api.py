"""The door for other software: its key, its errors in Vietnamese, its addresses, its description.

A browser's session opens nothing here, and a key opens nothing elsewhere.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from accounts import systems
from accounts.models import User
from accounts.permissions import Right, may
from reports.api import router
from reports.api.paging import NoSuchPart
from reports.api.shapes import MOST_A_PAGE

NO_KEY = (
    "Thiếu khóa, khóa sai hoặc đã thu hồi. Gửi khóa trong phần đầu Authorization: Bearer; "
    "văn phòng cấp khóa ở trang Phần mềm."
)
NO_RIGHT = "Vai trò của khóa này không được đọc mục này. Nếu cần, đề nghị văn phòng cấp khóa khác."
NOT_THERE = "Không có mục này trong phạm vi của khóa. Xem danh sách hội nghị ở /api/v1/meetings."
SAID = {
    "limit": f"limit: ghi số từ 1 đến {MOST_A_PAGE}.",
    "cursor": "cursor: chép nguyên next của trang trước, cùng một danh sách; hoặc bỏ đi để đọc từ đầu.",
    "updated_since": "updated_since: ghi ngày giờ có múi giờ, ví dụ 2026-11-23T07:00:00+07:00.",
    "meeting": "meeting: ghi mã trên địa chỉ của hội nghị, gồm chữ thường không dấu, số và gạch nối.",
}


class SystemKeyAuth(HttpBearer):
    """``Authorization: Bearer <key>``."""

    openapi_description = "The key that the office gives on the page Phần mềm."

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The account that the key opens."""
        return systems.whose(token)


api = NinjaAPI(
    title="Cổng hội nghị",
    version="1",
    description=(
        "Read-only. Lists come in parts: follow `next` until it is empty, then keep `as_of` for "
        "`updated_since`. Scope and rights are those of the role that the key was given; who reads names of "
        "people is on record."
    ),
    auth=SystemKeyAuth(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
api.add_router("", router)


def _problem(
    request: HttpRequest, status: int, detail: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    return api.create_response(request, {"detail": detail, "fields": fields or {}}, status=status)


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    response = _problem(request, 401, NO_KEY)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(PermissionDenied)
def _no_right(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 403, NO_RIGHT)


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 404, NOT_THERE)


@api.exception_handler(NoSuchPart)
def _no_such_part(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 404, SAID["cursor"], {"cursor": SAID["cursor"]})


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 400, "Không đọc được yêu cầu này. Xem bản mô tả ở /api/v1/openapi.json.")


@api.exception_handler(ValidationError)
def _wrong_parameter(request: HttpRequest, error: Any) -> HttpResponse:
    """Name each parameter at fault, and how to write it; what was sent is not sent back."""
    names = [str(one["loc"][-1]) for one in error.errors]
    fields = {name: SAID.get(name, f"{name}: xem bản mô tả ở /api/v1/openapi.json.") for name in names}
    return _problem(request, 422, " ".join(fields.values()), fields)


@login_not_required
@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The API's description (OpenAPI 3.1), for who gives keys and for who has one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    opened = scheme.lower() == "bearer" and systems.whose(key) is not None
    user = request.user
    if not opened and not (isinstance(user, User) and may(user, Right.MANAGE_SYSTEMS)):
        return _no_key(request, AuthenticationError())
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))


def _addresses() -> list[Any]:
    """The operations' addresses; ninja asks for the key itself, and no answer is kept by anybody between."""
    given: list[Any] = api.urls[0]
    operations = [pattern for pattern in given if pattern.name != "api-root"]
    for pattern in operations:
        pattern.callback = login_not_required(_kept_by_nobody(pattern.callback))
    return operations


def _kept_by_nobody(view: Any) -> Any:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # nothing here reads a cookie or writes
    return answer


urlpatterns = [
    path("openapi.json", description, name="api_description"),
    path("", (_addresses(), "api", "api")),
]
