"""The one page of the floor: who asks, from the session; one row; one small template."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one row to a signed-in person."""
    return render(request, "floor.html", {"row": get_object_or_404(Group, pk=pk), "user": request.user})


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse("ok")


urlpatterns = [path("<int:pk>/", page), path("healthz", healthz)]
