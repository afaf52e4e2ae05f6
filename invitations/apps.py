"""The app of meetings and their letters."""

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """What it is about and who is called."""

    name = "invitations"
    verbose_name = "Hội nghị và giấy mời"
