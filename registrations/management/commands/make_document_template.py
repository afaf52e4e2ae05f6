"""``manage.py make_document_template [--out FILE]``: the Word template of the registration document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from registrations.document.making import make
from registrations.document.word import TEMPLATE


class Command(BaseCommand):
    """Make the template anew; what staff want otherwise they edit in Word under ``PORTAL_VAR/templates``."""

    help = "Tạo lại mẫu Word của văn bản đăng ký."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where to."""
        parser.add_argument("--out", type=Path, default=TEMPLATE, help=f"mặc định {TEMPLATE.name} trong mã")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        """Write the file."""
        make(out)
        self.stdout.write(f"Đã ghi {out}")
