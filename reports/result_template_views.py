"""The Word template of the result report: download, replace, go back to the earlier one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.giving import give_made
from accounts.permissions import Right, require
from accounts.receiving import Quota, hand_over, receive
from accounts.requests import PortalRequest
from reports import result_templates
from reports.results.paper import FIELDS, REQUIRED

SMALLER = "Nén hình trong mẫu rồi tải lên lại."
MISSING = "Chưa chọn tệp. Chọn mẫu Word (.docx) rồi bấm Thay mẫu."


@csrf_exempt  # only until the quota stands: reading the token reads the file
@require_http_methods(["GET", "POST"])
def result_template(request: PortalRequest) -> HttpResponse:
    """Show which template reports are written with, and what it may name; POST puts another in its place."""
    require(request.user, Right.WRITE_RESULT)
    if request.method == "POST":
        answer: HttpResponse = csrf_protect(_replace)(request, receive(request, smaller=SMALLER))
        return answer
    return _page(request)


def _replace(request: PortalRequest, quota: Quota) -> HttpResponse:
    def replace(name: str, data: bytes) -> None:
        result_templates.replace(name=name, data=data, user=request.user)

    if problems := hand_over(request, quota, replace, missing=MISSING):
        return _page(request, problems, status=422)
    messages.success(request, "Đã thay mẫu. Báo cáo đã chốt giữ mẫu cũ, từ bây giờ theo mẫu mới.")
    return redirect("result_template")


@require_safe
def result_template_file(request: PortalRequest) -> HttpResponseBase:
    """Give the template in use."""
    require(request.user, Right.WRITE_RESULT)
    made = result_templates.content_of(result_templates.in_use())
    return give_made(made, title="Mẫu báo cáo kết quả", ending="docx")


@require_POST
def result_template_withdraw(request: PortalRequest) -> HttpResponse:
    """Go back to the template before the one that the page showed."""
    require(request.user, Right.WRITE_RESULT)
    known = request.POST.get("mau", "")
    try:
        result_templates.withdraw(template_id=int(known) if known.isdecimal() else 0)
    except ValidationError as problem:
        return _page(request, problem.messages, status=409)
    messages.success(request, "Đã dùng lại mẫu trước.")
    return redirect("result_template")


def _page(request: PortalRequest, problems: list[str] | None = None, status: int = 200) -> HttpResponse:
    context = {
        "template": result_templates.in_use(),
        "problems": problems or [],
        "fields": [(f"{{{{ {name} }}}}", what, name in REQUIRED) for name, what in FIELDS.items()],
        "most_megabytes": result_templates.MOST_BYTES // 2**20,
    }
    return render(request, "reports/result_template.html", context, status=status)
