"""Journey 5: beat wakes the worker, mails go out over SMTP, who answered hears nothing, one is rung up."""

import time
from datetime import time as clock
from datetime import timedelta

from accounts.clock import database_now
from reminders.models import Policy, Reminder
from reminders.services import policies
from tests.registrations.conftest import press_submit

BEAT_AND_A_HALF = 180
"""Beat wakes the work every 30 seconds; a busy machine may need two turns."""


def test_beat_and_worker_remind_just_the_silent(
    portal_processes,
    smtp_server,
    page,
    sign_in,
    meeting,
    an,
    cuong,
    lan,
    trang,
    draft_of_can_loc,
    can_loc_invitation,
):
    now = database_now()
    meeting.invitations.update(sent_at=now - timedelta(days=2))
    press_submit({"invitation_id": can_loc_invitation.pk, "user": an}, can_loc_invitation.registration)
    meeting.registration_deadline = now + timedelta(minutes=50)
    meeting.save()
    policies.policy_of(meeting)  # at any hour of the day: no night, no digest at a fixed hour
    Policy.objects.update(quiet_from=clock(0), quiet_until=clock(0), digest_at=[])

    give_up_at = time.monotonic() + BEAT_AND_A_HALF
    while len(smtp_server.messages) < 2 and time.monotonic() < give_up_at:
        time.sleep(0.5)

    reached = sorted(address for received in smtp_server.messages for address in received.recipients)
    assert reached == sorted([cuong.email, lan.email])
    mail = next(received.message for received in smtp_server.messages if cuong.email in received.recipients)
    assert "/dang-ky/huyen-uy-nghi-xuan/" in mail.get_content()
    assert Reminder.objects.filter(state=Reminder.State.SENT).count() == 2

    sign_in(page, trang)
    page.goto("/hop-gui/")
    page.get_by_text("Huyện ủy Nghi Xuân").first.wait_for()

    page.goto(f"/hoi-nghi/{meeting.slug}/danh-sach-goi/")
    page.get_by_role("row", name="Huyện ủy Nghi Xuân").get_by_role("link", name="Gọi, ghi kết quả").click()
    page.get_by_label("Người nghe").fill("Đặng Quốc Cường")
    page.get_by_role("button", name="Sẽ gửi đăng ký").click()
    page.get_by_role("link", name="Đã hẹn sẽ gửi").click()
    page.get_by_text("gọi đồng chí Đặng Quốc Cường").wait_for()
