"""What the other tests stand on: every factory makes a valid row, and the cast sees what it should."""

import inspect

import pytest
from django.db import models
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.permissions import Role
from bridge_points.models import BridgePoint
from invitations.models import Meeting
from registrations.models import Delegate, Registration
from tests import factories
from tests.cast import client_of

FACTORIES = [
    made
    for _, made in inspect.getmembers(factories, inspect.isclass)
    if issubclass(made, DjangoModelFactory) and made is not DjangoModelFactory
]


@pytest.mark.django_db
@pytest.mark.parametrize("made_by", FACTORIES, ids=lambda made: made.__name__)
def test_each_factory_makes_two_valid_rows(made_by: type[DjangoModelFactory[models.Model]]) -> None:
    for row in made_by.create_batch(2):
        nobody = {field.name for field in row._meta.fields if getattr(row, field.attname) is None}
        row.full_clean(exclude=nobody)


@pytest.mark.django_db
def test_a_role_other_than_clerk_needs_no_unit() -> None:
    assert factories.UserFactory.create(role=Role.OFFICE).unit is None


def test_the_cast_can_sign_in(an: User) -> None:
    assert an.check_password(factories.PASSWORD)
    assert client_of(an).session["_auth_user_id"] == str(an.pk)


def test_the_meeting_calls_two_districts_and_an_agency(meeting: Meeting, an: User, lan: User) -> None:
    assert meeting.invitations.sent().count() == 3
    for clerk in (an, lan):
        assert list(Meeting.objects.visible_to(clerk)) == [meeting]
    assert [str(point) for point in BridgePoint.objects.visible_to(an)] == ["Điểm cầu Can Lộc"]


def test_a_registration_declares_at_its_own_point(can_loc_invitation, can_loc_point, an: User) -> None:
    registration = factories.RegistrationFactory.create(invitation=can_loc_invitation, submitted=True)
    factories.HeadcountFactory.create(registration=registration)
    delegate = factories.DelegateFactory.create(registration=registration)
    assert delegate.bridge_point == can_loc_point
    assert Registration.objects.visible_to(an).answered().get() == registration
    assert Delegate.objects.visible_to(an).get() == delegate
