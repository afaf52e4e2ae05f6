"""The page on which a called unit names its contact for a meeting."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations import answering
from invitations.contact_forms import ContactForm
from invitations.views.scope import fetch


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: PortalRequest, slug: str) -> HttpResponse:
    """Show and store whom the person's own unit names."""
    found = fetch(request, slug, Right.CONFIRM)
    invitation = get_object_or_404(found.invitations.sent().select_related("unit"), unit=request.user.unit_id)
    form = ContactForm(request.POST) if request.method == "POST" else ContactForm.of(invitation)
    if form.is_bound and form.is_valid():
        try:
            answering.name_contact(invitation_id=invitation.pk, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "Đã ghi đầu mối của đơn vị.")
            return redirect("meeting", slug)
    context = {"meeting": found, "invitation": invitation, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "invitations/contact.html", context, status=status)
