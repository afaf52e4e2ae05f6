"""What workers do: each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from reports import freezing, services


@shared_task
def make_export(job_id: str) -> None:
    """Make one file."""
    services.make_export(job_id=UUID(job_id))


@shared_task
def take_up_exports() -> None:
    """Make what was left lying, and what a schedule wants; tell who waits for it. Beat calls every 30 s."""
    services.send_links()
    services.take_slots()
    services.take_up_exports()
    services.send_links()


@shared_task
def purge_exports() -> None:
    """Remove files that were kept long enough; beat calls every hour."""
    services.purge_exports()


@shared_task
def freeze() -> None:
    """Freeze the meetings whose moment has passed; beat calls every 30 s, and who looks first does it too."""
    freezing.settle_all()
