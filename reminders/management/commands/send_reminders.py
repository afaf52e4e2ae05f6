"""``manage.py send_reminders``: what Celery beat does every half minute, once, without Celery."""

from typing import Any

from django.core.management.base import BaseCommand

from reminders import services
from reminders.models import Reminder

State = Reminder.State
WORDS = {
    State.SENT: "đã gửi",
    State.PENDING: "hẹn gửi lại",
    State.UNKNOWN: "chưa rõ đã đến",
    State.FAILED: "không gửi được",
    State.CANCELLED: "không cần gửi",
}


class Command(BaseCommand):
    """One pass of planning and sending."""

    help = "Lập và gửi các thư nhắc đã đến giờ (một lượt)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, send, say how many."""
        planned = services.plan()
        tally = services.send_due()
        parts = [f"lập mới {planned}", *(f"{word} {tally[state]}" for state, word in WORDS.items())]
        self.stdout.write(f"Thư nhắc: {', '.join(parts)}.")
