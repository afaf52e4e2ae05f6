"""Values that factories share: a password, a name, an hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from conference_portal.sample import names

PASSWORD = "tre-xanh-ben-song-La"
"""Everybody's password in tests."""


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)


def person(number: int) -> str:
    """The same name for the same number in every run."""
    return names.person(Random(number))


def five_pm_in(days: int) -> datetime:
    """17:00 in Hà Tĩnh, so many days from today."""
    day = timezone.localdate() + timedelta(days=days)
    return datetime.combine(day, time(17), tzinfo=timezone.get_default_timezone())
