"""Passwords hashed in no time, which the running portal can still check."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own hash after one round; the number of rounds stands in the hash."""

    iterations = 1
