"""``manage.py make_letter_templates [--out FOLDER]``: the portal's own Word templates of the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from invitations.letters.making import make
from invitations.letters.writing import OWN


class Command(BaseCommand):
    """Make the templates anew; what staff want otherwise they edit in Word and upload."""

    help = "Tạo lại các mẫu Word của giấy mời."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where to."""
        parser.add_argument("--out", type=Path, help="thư mục để ghi, mặc định là chỗ của mẫu trong mã")

    def handle(self, *args: Any, out: Path | None, **options: Any) -> None:
        """Write the files."""
        for form, own in OWN.items():
            path = out / own.name if out else own
            make(path, form)
            self.stdout.write(f"Đã ghi {path}")
