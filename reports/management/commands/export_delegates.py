"""``manage.py export_delegates``: the consolidated workbook, made in this process."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from invitations.models import Meeting
from reports.workbooks import write_delegates


class Command(BaseCommand):
    """Writes a workbook and says how many delegates it holds."""

    help = "Ghi bảng tổng hợp đại biểu ra một tệp .xlsx"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which meeting, and where to."""
        parser.add_argument("--meeting", metavar="SLUG", help="hội nghị (mặc định: mới công bố nhất)")
        parser.add_argument("--out", metavar="FILE.xlsx", required=True, type=Path)

    def handle(self, *args: Any, meeting: str | None, out: Path, **options: Any) -> None:
        """Write under a temporary name, then put the whole file in its place."""
        found = _meeting(meeting)
        part = out.with_name(f"{out.name}.part")
        try:
            number = write_delegates(found, part)
            part.replace(out)
        except OSError as error:
            raise CommandError(f"Không ghi được {out}: {error.strerror}.") from error
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(f"{out}: {number} đại biểu, {found}")


def _meeting(slug: str | None) -> Meeting:
    meetings = Meeting.objects.exclude(state=Meeting.State.DRAFT).order_by("-published_at", "-pk")
    found = meetings.filter(slug=slug).first() if slug else meetings.first()
    if found is None:
        raise CommandError(f"Không có hội nghị {slug}." if slug else "Chưa có hội nghị nào được công bố.")
    return found
