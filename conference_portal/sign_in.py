"""How people sign in: accounts are given by the office, nobody registers alone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth, closed for sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: the office makes the accounts."""
        return False
