"""The app of the outbox."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Who is late."""

    name = "reminders"
    verbose_name = "Nhắc"
