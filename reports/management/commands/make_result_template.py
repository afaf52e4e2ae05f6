"""``manage.py make_result_template [--out FILE]``: the portal's own Word template of the result report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.results.making import make
from reports.results.writing import OWN


class Command(BaseCommand):
    """Make the template anew; what staff want otherwise they edit in Word and upload."""

    help = "Tạo lại mẫu Word của báo cáo kết quả."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where to."""
        parser.add_argument("--out", type=Path, default=OWN, help="tệp để ghi")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        """Write the file."""
        make(out)
        self.stdout.write(f"Đã ghi {out}")
