"""What workers do for invitations: each calls one service."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from invitations import arriving
from invitations.checking import services as checking


@shared_task
def clear_arriving() -> None:
    """Forget uploads that were left halfway."""
    arriving.clear()


@shared_task
def purge_letters() -> None:
    """Delete letters that were read so long ago that nobody checks them any more."""
    checking.purge(older_than=timedelta(days=settings.PORTAL_LETTER_DAYS))
