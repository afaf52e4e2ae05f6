"""``manage.py import_units FILE``: units from a list in CSV or Excel."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.unit_import import import_units, report
from accounts.unit_list import UnreadableError, read_unit_list


class Command(BaseCommand):
    """Read the list, take the good rows, report the others."""

    help = (
        "Nhập đơn vị từ tệp .csv (UTF-8) hoặc .xlsx. Cột: tên (bắt buộc), tên gọn, cấp, mã, trực thuộc, "
        "mã trên địa chỉ, từ ngày, đến ngày, thư điện tử, điện thoại, thứ tự. Nhập lại không sinh thêm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the file, and for the day from which its units are there, where it does not say."""
        parser.add_argument("file", type=Path, metavar="FILE", help="tệp .csv hoặc .xlsx")
        parser.add_argument(
            "--valid-from",
            metavar="NGÀY",
            help="ngày các đơn vị bắt đầu có, cho dòng để trống cột ấy; ví dụ 01/07/2025",
        )

    def handle(self, *args: Any, file: Path, valid_from: str | None = None, **options: Any) -> None:
        """Say for each refused row why, then how many rows were taken."""
        try:
            rows = read_unit_list(file)
        except UnreadableError as reason:
            raise CommandError(str(reason)) from reason
        outcome = import_units([row.filled(valid_from=valid_from or "") for row in rows])
        self.stdout.write("\n".join(report(rows, outcome)))
