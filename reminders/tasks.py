"""What Celery beat wakes every half minute."""

from celery import shared_task

from reminders import services


@shared_task(name="reminders.tasks.remind")
def remind() -> None:
    """One pass of planning and sending; a pass that is lost is made up for by the next."""
    services.plan()
    services.send_due()
