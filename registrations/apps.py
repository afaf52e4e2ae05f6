"""The app of registrations and delegates."""

from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    """Who comes."""

    name = "registrations"
    verbose_name = "Đăng ký"
