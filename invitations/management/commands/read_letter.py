"""``manage.py read_letter FILE [--json]``: a letter becomes the draft of a meeting; no database is asked."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from invitations.letters import LetterError, Reading, read_file, to_json


class Command(BaseCommand):
    """Read the letter, print what was read, what is doubtful and what nobody understood."""

    help = "Đọc giấy mời (.docx, .pdf có chữ, .txt; “-” là đọc từ đầu vào) thành bản nháp hội nghị."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the file and for the form of the answer."""
        parser.add_argument("file", metavar="FILE", help="tệp .docx, .pdf, .txt, hoặc - để đọc từ đầu vào")
        parser.add_argument("--json", action="store_true", help="in một đối tượng JSON")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        """Print one object, or a page to read."""
        try:
            content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            reading = read_file(content, "" if file == "-" else file)
        except OSError as error:
            raise CommandError(f"Không mở được {file}: {error.strerror}.") from error
        except LetterError as reason:
            raise CommandError(str(reason)) from reason
        if options["json"]:
            self.stdout.write(json.dumps(to_json(reading), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(_page(reading))


def _page(reading: Reading) -> str:
    """The reading as lines for a person."""
    lines: list[str] = []
    for name, value in to_json(reading).items():
        if name in ("doubts", "unread") or value in (None, [], ""):
            continue
        if isinstance(value, list):
            lines.append(f"{name}:")
            lines.extend(
                f"  - {each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)}"
                for each in value
            )
        else:
            lines.append(
                f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            )
    if reading.doubts:
        lines += ["", "Cần xem lại:", *(f"  - {doubt.field}: {doubt.why}" for doubt in reading.doubts)]
    if reading.unread:
        lines += ["", "Chưa hiểu:", *(f"  - {found.value}" for found in reading.unread)]
    return "\n".join(lines)
