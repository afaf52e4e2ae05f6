"""Who is signed in: asked by every request, so the question is composed once."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.composed import Composed, Given
from accounts.models import User

_PERSON = Composed(lambda: User.objects.filter(pk=Given("pk")))


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, which signs people in; here only how a person is read again for each request."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the active person with this key, and the unit; None where there is none (any more)."""
        person = _PERSON.first(pk=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
