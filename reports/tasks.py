"""What workers do: each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from reports import services


@shared_task
def make_export(job_id: str) -> None:
    """Make one workbook."""
    services.make_export(job_id=UUID(job_id))


@shared_task
def take_up_exports() -> None:
    """Make what was left lying; beat calls every 30 s."""
    services.take_up_exports()
