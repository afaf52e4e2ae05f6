"""``manage.py generate_load``: a synthetic conference of a given size, for measuring."""

import os
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conference_portal.sample import accounts, filling, synthetic
from invitations.models import Meeting


class Command(BaseCommand):
    """Make a meeting of that size, or fill one up to it."""

    help = "Tạo hội nghị thử tải với số điểm cầu và số đại biểu cho trước, mọi đơn vị đều đã gửi đăng ký."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the size."""
        parser.add_argument(
            "--points", type=int, required=True, metavar="N", help="số điểm cầu, kể cả điểm cầu tỉnh"
        )
        parser.add_argument("--delegates", type=int, required=True, metavar="M", help="số đại biểu có tên")
        parser.add_argument(
            "--meeting",
            metavar="SLUG",
            help="làm đầy hội nghị này ở các đơn vị chưa đăng ký; chưa có thì tạo (mặc định tai-thu-N-M)",
        )

    def handle(self, *args: Any, points: int, delegates: int, meeting: str | None, **options: Any) -> None:
        """Build where it is not there, then fill, and say how large it is now."""
        if points < 2 or delegates < 0:
            raise CommandError("Cần ít nhất 2 điểm cầu (điểm cầu tỉnh và một huyện) và số đại biểu không âm.")
        began = monotonic()
        slug = meeting or f"tai-thu-{points}-{delegates}"
        found = Meeting.objects.filter(slug=slug).first() or self._build(slug, points)
        try:
            for size in filling.fill(found, points=points, delegates=delegates):
                if options["verbosity"] > 1:
                    self.stdout.write(f"{size.points} điểm cầu, {size.delegates} đại biểu")
        except filling.NotTakenError as refusal:
            raise CommandError(f"Hội nghị {slug} không nhận đăng ký. {refusal}") from refusal
        size = filling.size_of(found)
        self.stdout.write(
            f"{slug}: {size.points} điểm cầu, {size.delegates} đại biểu, {monotonic() - began:.1f} giây"
        )

    def _build(self, slug: str, points: int) -> Meeting:
        password = os.environ.get("PORTAL_SAMPLE_PASSWORD") or accounts.drawn()
        meeting = synthetic.build(slug, points=points, password=password)
        self.stdout.write(f"Cán bộ: {slug}-huyen-1, {slug}-so-1, … Mật khẩu chung: {password}")
        return meeting
