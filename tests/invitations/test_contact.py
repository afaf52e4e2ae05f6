"""A called unit names whom to reach; the reminders go there first."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from invitations import answering
from invitations.models import Invitation, Meeting
from tests.cast import client_of

BINH = {"name": "Lê Thị Bình", "phone": "0900.000.124", "email": "binh@example.vn"}


def test_a_unit_names_its_contact_on_its_letter(
    meeting: Meeting, an: User, can_loc_invitation: Invitation
) -> None:
    clerk, page = client_of(an), f"/hoi-nghi/{meeting.slug}/dau-moi/"
    assert "Nêu đầu mối" in clerk.get(meeting.get_absolute_url()).text
    assert "Ai là đầu mối" in clerk.get(page).text
    assert "Lê Thị Bình, 0900.000.124" in clerk.post(page, BINH, follow=True).text
    can_loc_invitation.refresh_from_db()
    assert (can_loc_invitation.contact_phone, can_loc_invitation.contact_email) == (
        "0900000124",
        "binh@example.vn",
    )
    assert 'value="0900.000.124"' in clerk.get(page).text
    clerk.post(page, {"name": "", "phone": "", "email": ""})
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.contact_name == ""


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"phone": "0900"}, "Mới có 4 chữ số"),
        ({"email": "binh@"}, "Địa chỉ thư chưa đúng"),
        ({"name": ""}, "Điền họ và tên đầu mối"),
        ({"phone": "", "email": ""}, "Điền số điện thoại hoặc thư điện tử"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    meeting: Meeting, an: User, typed: dict[str, str], words: str
) -> None:
    response = client_of(an).post(f"/hoi-nghi/{meeting.slug}/dau-moi/", BINH | typed)
    assert response.status_code == 422
    assert words in response.text
    assert all(value in response.text for value in (BINH | typed).values())


def test_a_meeting_that_is_over_takes_no_contact(meeting: Meeting, can_loc_invitation: Invitation) -> None:
    Meeting.objects.update(state=Meeting.State.CLOSED)
    with pytest.raises(ValidationError, match="không nhận đầu mối"):
        answering.name_contact(invitation_id=can_loc_invitation.pk, name="An", phone="0900000124", email="")
