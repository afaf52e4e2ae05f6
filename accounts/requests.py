"""What a request is by the time a view gets it, for the type checker."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PortalRequest(HttpRequest):
    """A request of somebody who is signed in, after the middleware: stamped, and maybe from htmx."""

    user: User
    htmx: HtmxDetails
    waited: Callable[[], timedelta]
