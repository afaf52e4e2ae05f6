"""``manage.py import_roster UNIT FILE``: the delegates of one unit, from whatever list there is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.timezone import localtime

from accounts.models import User
from accounts.permissions import Role
from invitations.models import Invitation, Meeting
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.guarded import read_roster
from registrations.roster.roster import Roster, texts
from registrations.roster.takeover import take
from registrations.roster.vocabulary import CALLED
from registrations.services import Closed


class Command(BaseCommand):
    """Read the list, say what was understood, and take the good rows."""

    help = (
        "Nhập đại biểu của một đơn vị từ tệp .xlsx, .xls hoặc .csv. Dòng tốt được nhận, dòng hỏng được nêu "
        "mọi lý do. Nhập lại không sinh thêm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the unit and the file."""
        parser.add_argument("unit", metavar="UNIT", help="mã đơn vị trên địa chỉ, ví dụ huyen-uy-nghi-xuan")
        parser.add_argument("file", type=Path, metavar="FILE", help="tệp .xlsx, .xls hoặc .csv")
        parser.add_argument("--meeting", metavar="SLUG", help="hội nghị (mặc định: công bố gần nhất)")
        parser.add_argument(
            "--sheet", default="", metavar="TÊN", help="trang có danh sách (mặc định: tự tìm)"
        )
        parser.add_argument(
            "--user", metavar="TÊN", help="ghi là người này nhập (mặc định: cán bộ của đơn vị)"
        )
        parser.add_argument("--dry-run", action="store_true", help="chỉ đọc, không ghi gì")
        parser.add_argument("--json", action="store_true", help="in một đối tượng JSON")

    def handle(self, *args: Any, unit: str, file: Path, **options: Any) -> None:
        """Read, print, and take unless it is a dry run."""
        dry_run: bool = options["dry_run"]
        invitation = self._invitation(unit, options["meeting"], must_be_there=not dry_run)
        try:
            roster = read_roster(file.read_bytes(), file.name, sheet=options["sheet"])
        except OSError as reason:
            raise CommandError(f"Không mở được {file}: {reason.strerror}") from reason
        except UnreadableRosterError as reason:
            raise CommandError(str(reason)) from reason
        if options["json"]:
            self.stdout.write(json.dumps(roster.as_json(), ensure_ascii=False, indent=1))
        else:
            self._tell(roster)
        if invitation and not dry_run:
            self._take(invitation, roster, options["user"], quiet=options["json"])

    def _invitation(self, unit: str, slug: str | None, *, must_be_there: bool) -> Invitation | None:
        try:
            meetings = Meeting.objects.filter(state=Meeting.State.PUBLISHED).order_by("-published_at", "-pk")
            meeting = Meeting.objects.filter(slug=slug).first() if slug else meetings.first()
            invitations = Invitation.objects.select_related("meeting", "unit", "audience")
            found = invitations.filter(meeting=meeting, unit__slug=unit).first() if meeting else None
        except DatabaseError as reason:
            if must_be_there:
                raise CommandError(f"Không hỏi được cơ sở dữ liệu: {reason}") from reason
            return None
        if found is None:
            where = meeting.slug if meeting else slug or "nào đã công bố"
            missing = f"Không có đơn vị {unit} trong danh sách mời của hội nghị {where}."
            if must_be_there:
                raise CommandError(missing)
            self.stderr.write(missing)
        return found

    def _take(self, invitation: Invitation, roster: Roster, username: str | None, *, quiet: bool) -> None:
        try:
            taken = take(
                invitation=invitation,
                user=self._user(invitation, username),
                waited=timedelta(0),
                accepted=roster.accepted,
            )
        except Closed as closed:
            deadline = f"{localtime(closed.deadline):%H:%M %d/%m/%Y}"
            raise CommandError(
                f"Không ghi: hội nghị không nhận đăng ký, hoặc đã quá hạn {deadline}."
            ) from closed
        if not quiet:
            self.stdout.write(f"Đã thêm {taken.added}, có sẵn {taken.known}.")

    def _user(self, invitation: Invitation, username: str | None) -> User:
        users = User.objects.filter(is_active=True).order_by("pk")
        if username:
            found = users.filter(username=username).first()
        else:
            found = users.filter(unit=invitation.unit, role=Role.CLERK).first()
            found = found or users.filter(role=Role.OFFICE).first()
        if found is None:
            raise CommandError(f"Không có tài khoản {username or 'nào để ghi là người nhập: dùng --user'}.")
        return found

    def _tell(self, roster: Roster) -> None:
        """Say what was understood, row by row where there is something to say."""
        columns = ", ".join(
            f"{column.letter} “{column.heading}” → {CALLED[column.field]}" for column in roster.columns
        )
        self.stdout.write(f"Cột: {columns}")
        for note in roster.notes:
            self.stdout.write(note)
        for refused in roster.refused:
            self.stdout.write(f"Dòng {refused.row} từ chối: {' '.join(texts(refused.reasons))}")
        for row in roster.accepted:
            if row.looks:
                self.stdout.write(f"Dòng {row.row} cần xem: {' '.join(texts(row.looks))}")
            if row.changes:
                self.stdout.write(f"Dòng {row.row} {row.person.full_name}: {'; '.join(texts(row.changes))}")
        self.stdout.write(
            f"Nhận {len(roster.accepted)} dòng (cần xem {len(roster.to_look_at)}), "
            f"từ chối {len(roster.refused)}, bỏ qua {len(roster.skipped)}."
        )
