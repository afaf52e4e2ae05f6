"""Two clerks at one registration are told of each other; nothing depends on it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.permissions import Role
from registrations import presence
from registrations.presence import others_at
from tests.browser import PHONE
from tests.cast import client_of
from tests.factories import UserFactory
from tests.journeys.conftest import reads_well, sign_in
from tests.journeys.test_redis_fails import frozen_redis

__all__ = ["frozen_redis", "reads_well", "sign_in"]


@pytest.fixture
def binh(can_loc):
    return UserFactory.create(username="binh", full_name="Lê Thị Bình", role=Role.CLERK, unit=can_loc)


@pytest.mark.django_db
def test_each_is_told_of_the_other_and_not_of_oneself(can_loc_invitation, an, binh):
    assert others_at(can_loc_invitation.pk, an) == []
    assert others_at(can_loc_invitation.pk, binh) == [an]
    assert others_at(can_loc_invitation.pk, an) == [binh]


@pytest.mark.django_db
def test_who_has_left_is_forgotten(can_loc_invitation, an, binh, monkeypatch):
    others_at(can_loc_invitation.pk, binh)
    monkeypatch.setattr(presence, "SECONDS_GONE", 0)
    assert others_at(can_loc_invitation.pk, an) == []


@pytest.mark.django_db
def test_nobody_is_told_of_who_has_another_registration_open(
    can_loc_invitation, nghi_xuan_invitation, an, cuong
):
    others_at(nghi_xuan_invitation.pk, cuong)
    assert others_at(can_loc_invitation.pk, an) == []


@pytest.mark.django_db
def test_a_frozen_redis_tells_nobody_and_the_page_goes_on(can_loc_invitation, an, binh, request):
    others_at(can_loc_invitation.pk, binh)
    address = reverse(
        "registration_others", args=[can_loc_invitation.meeting.slug, can_loc_invitation.unit.slug]
    )
    request.getfixturevalue("frozen_redis")
    answer = client_of(an).get(address)
    assert answer.status_code == 200
    assert "cũng đang mở" not in answer.content.decode()


def test_two_clerks_see_that_the_other_is_there(
    page, open_page, sign_in, reads_well, meeting, an, binh, can_loc_invitation, district_roles
):
    sign_in(page, an)
    page.goto("/dang-ky/")
    phone = open_page(PHONE)
    sign_in(phone, binh)
    phone.goto("/dang-ky/")
    expect(phone.get_by_text(f"{an.full_name} cũng đang mở bản này")).to_be_visible()
    reads_well(phone)
    page.reload()
    expect(page.get_by_text("Lê Thị Bình cũng đang mở bản này")).to_be_visible()
    reads_well(page)
