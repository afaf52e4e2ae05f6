"""The policy that a meeting has until somebody changes it: its steps, whom they reach, what they say."""

from __future__ import annotations

from datetime import time, timedelta

from invitations.deadlines import GRACE, LINES_TAKE
from reminders.models import Level, Policy, Reminder, Step

Anchor, Channel = Step.Anchor, Reminder.Channel

DIGEST_AT = [time(7, 30), time(13, 30)]
"""When the office is told who is missing, on each day on which units are chased."""

_END = """Cần giúp, xin gọi:
{đầu_mối}

Thư do Cổng hội nghị {cơ_quan} tự gửi."""

_BEFORE = f"""Kính gửi: {{đơn_vị}}

{{cơ_quan}} đề nghị đơn vị gửi đăng ký dự hội nghị “{{hội_nghị}}” trước {{hạn_ghi_đủ}}{{gia_hạn}}.

{{thiếu}}

Trang đăng ký của đơn vị:
{{liên_kết}}

{_END} Khi đơn vị đã gửi đăng ký, cổng không nhắc nữa."""

_OVERDUE = f"""Kính gửi: {{đơn_vị}}

Hạn đăng ký dự hội nghị “{{hội_nghị}}” là {{hạn_ghi_đủ}}. Đến nay {{cơ_quan}} chưa nhận được \
đăng ký của đơn vị.

{{thiếu}}

Trang đăng ký đã khóa. Đề nghị đơn vị gọi ngay cho {{văn_phòng}}, {{điện_thoại}}, để được gia hạn \
và gửi đăng ký.

Trang đăng ký của đơn vị:
{{liên_kết}}

{_END} Khi đơn vị đã gửi đăng ký, cổng không nhắc nữa."""

_LINE_TEST = f"""Kính gửi: {{đơn_vị}}

Chạy thử đường truyền hội nghị “{{hội_nghị}}” bắt đầu lúc {{chạy_thử}}. Đề nghị đơn vị \
cử cán bộ kỹ thuật có mặt tại điểm cầu.

Điểm cầu chưa thử tốt: {{điểm_chưa_thử}}.

Giấy mời và danh bạ kỹ thuật trên cổng:
{{liên_kết}}

{_END}"""

_UNTESTED = f"""Kính gửi: {{đơn_vị}}

Chạy thử đường truyền hội nghị “{{hội_nghị}}” bắt đầu lúc {{chạy_thử}}. Đến nay các điểm cầu sau \
chưa thử tốt: {{điểm_chưa_thử}}.

Đề nghị đơn vị kiểm tra máy, đường truyền, rồi báo sẵn sàng trên cổng để viễn thông gọi thử.

Giấy mời và danh bạ kỹ thuật trên cổng:
{{liên_kết}}

{_END}"""

_PRESENCE = f"""Kính gửi: {{đơn_vị}}

Hạn báo điểm danh {{buổi}} của hội nghị “{{hội_nghị}}” là {{hạn_báo}}. Đến nay các điểm cầu sau chưa báo: \
{{điểm_chưa_báo}}.

Đề nghị đơn vị ghi số có mặt trên cổng, hoặc gọi {{văn_phòng}}, {{điện_thoại}}, đọc số để ghi thay:
{{liên_kết}}

{_END} Khi điểm cầu đã báo, cổng không nhắc nữa."""

_SESSION = f"""Kính gửi: {{đơn_vị}}

Hội nghị “{{hội_nghị}}” khai mạc lúc {{khai_mạc}}. Đề nghị đơn vị mở điểm cầu \
và ổn định chỗ ngồi trước giờ ấy.

Giấy mời và tài liệu trên cổng:
{{liên_kết}}

{_END}"""

_REPORT = f"""Kính gửi: {{đơn_vị}}

Hội nghị “{{hội_nghị}}” đã kết thúc. Đề nghị đơn vị gửi báo cáo kết quả tổ chức tại điểm cầu về {{cơ_quan}}.

Trang hội nghị trên cổng:
{{liên_kết}}

{_END}"""

_SUBJECT = "Hạn {hạn}: đăng ký dự {hội_nghị}"

CONTACT = [Level.CONTACT.value]
AND_LEADER = [*CONTACT, Level.LEADER.value]
AND_ABOVE = [*AND_LEADER, Level.ABOVE.value]

WRITTEN = [Channel.MAIL.value, Channel.ZALO.value]
EITHER = [Channel.MAIL.value, Channel.ZALO.value, Channel.SMS.value]
PRESSING = [Channel.ZALO.value, Channel.SMS.value, Channel.MAIL.value]


def policy() -> Policy:
    """Return the hours of the default policy, of no meeting yet."""
    return Policy(digest_at=list(DIGEST_AT))


def steps() -> list[Step]:
    """Return the default steps, of no policy yet. It grows louder: more people, quicker ways."""
    return [
        _step(Anchor.DEADLINE, -timedelta(days=3), CONTACT, WRITTEN, _SUBJECT, _BEFORE),
        _step(Anchor.DEADLINE, -timedelta(days=1), CONTACT, EITHER, _SUBJECT, _BEFORE),
        _step(Anchor.DEADLINE, -timedelta(hours=4), AND_LEADER, EITHER, _SUBJECT, _BEFORE),
        _step(Anchor.DEADLINE, -timedelta(hours=1), AND_LEADER, PRESSING, _SUBJECT, _BEFORE),
        _step(
            Anchor.DEADLINE, GRACE, AND_ABOVE, PRESSING,
            "Đã quá hạn {hạn}: đăng ký dự {hội_nghị}", _OVERDUE,
            every=timedelta(hours=2), times=5, in_office_hours=True,
        ),
        _step(
            Anchor.LINE_TEST, -timedelta(hours=2), CONTACT, EITHER,
            "{chạy_thử}: chạy thử đường truyền {hội_nghị}", _LINE_TEST,
        ),
        _step(
            Anchor.LINE_TEST, LINES_TAKE, AND_LEADER, PRESSING,
            "Đường truyền chưa thử tốt: {hội_nghị}", _UNTESTED,
            every=timedelta(hours=1), times=3,
        ),
        _step(
            Anchor.SESSION, -timedelta(days=1), CONTACT, EITHER,
            "{khai_mạc}: khai mạc {hội_nghị}", _SESSION,
        ),
        _step(
            Anchor.PRESENCE, timedelta(minutes=2), CONTACT, PRESSING,
            "Chưa báo điểm danh {buổi}: {hội_nghị}", _PRESENCE,
        ),
        _step(
            Anchor.PRESENCE, timedelta(minutes=20), AND_LEADER, PRESSING,
            "Đã quá hạn {hạn_báo}, chưa báo điểm danh {buổi}: {hội_nghị}", _PRESENCE,
        ),
        _step(
            Anchor.END, timedelta(hours=1), CONTACT, WRITTEN,
            "Đề nghị gửi báo cáo kết quả {hội_nghị}", _REPORT,
        ),
    ]  # fmt: skip


def _step(
    anchor: Step.Anchor,
    offset: timedelta,
    to: list[str],
    channels: list[str],
    subject: str,
    body: str,
    *,
    every: timedelta | None = None,
    times: int = 1,
    in_office_hours: bool = False,
) -> Step:
    return Step(
        anchor=anchor, offset=offset, to=list(to), channels=list(channels), subject=subject, body=body,
        every=every, times=times, in_office_hours=in_office_hours,
    )  # fmt: skip
