"""``manage.py load_sample``: units, accounts and the sample conference of Hà Tĩnh."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.clock import database_now
from accounts.permissions import Role
from conference_portal.sample import accounts, conference
from invitations.models import Meeting


class Command(BaseCommand):
    """Load the sample, or bring its dates and its common password up to date."""

    help = (
        "Nạp đơn vị, tài khoản và hội nghị mẫu của Hà Tĩnh. Chạy lại không sửa gì người dùng đã nhập; "
        "hạn mẫu đã qua mà chưa đơn vị nào đăng ký thì cả hội nghị được dời đến ba ngày nữa."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the days of the letter."""
        parser.add_argument(
            "--as-written",
            action="store_true",
            help="giữ ngày tháng năm 2023 của giấy mời: hội nghị đã hết hạn",
        )

    def handle(self, *args: Any, as_written: bool, **options: Any) -> None:
        """Load, then say where the deadline stands and who can sign in."""
        meeting = conference.load(as_written=as_written)
        password = accounts.share_password(conference.clerks())
        self.stdout.write(f"Hội nghị mẫu: {meeting}\n{_deadline(meeting)}")
        self.stdout.write(f"Tài khoản mẫu, mật khẩu chung: {password.text}")
        for label, usernames in _accounts():
            self.stdout.write(f"  {label:<24}{usernames}")
        if password.not_for:
            self.stdout.write(f"  {'Đã đổi mật khẩu riêng':<24}{', '.join(password.not_for)}")


def _deadline(meeting: Meeting) -> str:
    at = timezone.localtime(meeting.registration_deadline)
    state = "còn nhận đăng ký" if meeting.registration_deadline >= database_now() else "đã hết hạn"
    return f"Hạn đăng ký {at:%H:%M, %d/%m/%Y}: {state}"


def _accounts() -> list[tuple[str, str]]:
    named = [(account.label, account.username) for account in accounts.NAMED]
    clerks = conference.clerks()
    return [
        *named,
        (str(Role.CLERK.label), f"{', '.join(clerks[:3])} … ({len(clerks)} đơn vị, theo mã đơn vị)"),
    ]
