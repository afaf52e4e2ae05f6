"""Units and users."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from conference_portal.sample import names
from tests.factories.values import hashed_password, person


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"Đảng ủy xã Số {n}")
    tier = Tier.COMMUNE
    position = factory.Sequence(lambda n: 1000 + n)


class UserFactory(DjangoModelFactory[User]):
    """A clerk; of a new committee where no unit is named."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"can-bo-{n}")
    full_name = factory.Sequence(person)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.vn")
    phone = factory.Sequence(names.phone)
    password = factory.LazyFunction(hashed_password)
    role = Role.CLERK
    unit = factory.Maybe(
        factory.LazyAttribute(lambda user: user.role == Role.CLERK),
        factory.SubFactory(UnitFactory, tier=Tier.DISTRICT),
        None,
    )
