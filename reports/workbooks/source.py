"""What every list of a meeting begins with: its counts and its moment, the words around it, its order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.db.models import Max
from django.utils import timezone

from accounts.picture import Picture
from accounts.templatetags.portal import moment
from registrations.models import Submission
from registrations.states import UnitState
from reports.counting import read_counts
from reports.counts import Counts, UnitCounts

if TYPE_CHECKING:
    from invitations.models import Meeting


MOTTOES = {
    "party": ("ĐẢNG CỘNG SẢN VIỆT NAM", ""),
    "state": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
}
"""What stands at the top right, by the letter's layout (Decree 30/2020/NĐ-CP for the state's)."""


class Moment(Protocol):
    """A meeting, and the moment that a list of it tells of."""

    @property
    def meeting(self) -> Meeting:
        """Which meeting."""

    @property
    def now(self) -> datetime:
        """Which moment."""


class Source(NamedTuple):
    """One meeting as one picture of the database shows it; lists are read while the picture is open."""

    meeting: Meeting
    counts: Counts
    now: datetime

    @property
    def as_of(self) -> str:
        """Of when the numbers are, and how many units they stand on."""
        return (
            f"Số liệu lúc {moment(self.now)}: "
            f"{self.counts.submitted} trên {len(self.counts.units)} đơn vị đã gửi"
        )

    @property
    def heads(self) -> str:
        """How many people the named rows are, where somebody has two posts."""
        counts = self.counts
        if not counts.second_posts:
            return ""
        return f"; {counts.heads} người, {counts.second_posts} dòng tên là chức vụ thứ hai"


def read_source(meeting: Meeting, picture: Picture) -> Source:
    """Read what the lists of ``meeting`` begin with; call it inside ``one_picture``."""
    return Source(meeting, read_counts(meeting, picture), picture.now)


def words(source: Moment) -> dict[str, str]:
    """The words that the template's marks stand for, the same around every list of the meeting."""
    meeting, local = source.meeting, timezone.localtime(source.now)
    issuer = meeting.issuer.upper()
    return {
        "cấp trên": meeting.issuer_parent.upper(),
        "cơ quan": issuer,
        "nơi và ngày": f"{meeting.place or '…'}, ngày {local:%d} tháng {local:%m} năm {local:%Y}",
        "quốc hiệu": MOTTOES[meeting.form][0],
        "tiêu ngữ": MOTTOES[meeting.form][1],
        "hội nghị": " ".join(meeting.title.split()),
        "ký thay": (meeting.sign_on_behalf or meeting.issuer).upper(),
        "chức vụ ký": meeting.sign_title.upper(),
    }


def submission_numbers(meeting: Meeting) -> dict[int, int]:
    """How often each invited unit has submitted, by invitation."""
    numbers = Submission.objects.filter(registration__invitation__meeting=meeting).order_by()
    return dict(numbers.values_list("registration__invitation_id").annotate(last=Max("number")))


def state_of(unit: UnitCounts, sent: dict[int, int]) -> str:
    """The state of a unit as an official list says it."""
    number = sent.get(unit.standing.invitation.pk, 1)
    if unit.has_unsent_changes:
        return f"Đã gửi lần {number}, có sửa chưa gửi lại"
    if unit.is_submitted:
        return f"Đã gửi lần {number}"
    if unit.state == UnitState.DECLINED:
        return "Không tham dự"
    if unit.state == UnitState.RETURNED:
        return "Trả lại, chưa gửi lại"
    return "Trễ hạn, chưa gửi" if unit.state == UnitState.LATE else "Chưa gửi"
