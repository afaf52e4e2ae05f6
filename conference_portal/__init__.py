"""The wiring of the portal: settings, addresses, processes. No domain lives here."""

from conference_portal.celery import app as celery_app

__all__ = ["celery_app"]
