"""What triggers count is what a fresh count says, whoever writes and however many at a time."""

import pytest
from django.db import connection, transaction

from registrations.models import Delegate, Headcount
from reports.tallies import Tally, disagreements
from tests.factories import DelegateFactory
from tests.together import at_once

TRIGGERS = ("tally_names_insert", "tally_names_update", "tally_names_delete")


@pytest.mark.django_db
def test_every_way_of_writing_is_counted(
    filled, can_loc_registration, nghi_xuan_registration, district_roles, can_loc_point
):
    """One row, many, moved to another role or list, renumbered, taken away, gone with their registration."""
    first, second, third = district_roles
    assert disagreements() == 0
    rows = Delegate.objects.filter(registration=can_loc_registration)
    rows.filter(role=second).update(role=third)
    assert disagreements() == 0
    rows.update(rank=7, full_name="Lê Văn Tên Mới")
    assert disagreements() == 0
    rows.filter(role=first).update(registration=nghi_xuan_registration)
    assert disagreements() == 0
    Headcount.objects.filter(registration=can_loc_registration).update(number=3)
    Headcount.objects.filter(registration=can_loc_registration, role=first).update(role=third)
    assert disagreements() == 0
    Delegate.objects.bulk_create(
        DelegateFactory.build(
            registration=can_loc_registration, bridge_point=can_loc_point, role=role, rank=1
        )
        for role in (first, first, None)
    )
    assert Tally.objects.get(registration=can_loc_registration, role=first).named == 2
    assert disagreements() == 0
    rows.filter(role=third)[:1].get().delete()
    Headcount.objects.filter(role=third).delete()
    assert disagreements() == 0
    can_loc_registration.delete()
    assert disagreements() == 0
    assert not Tally.objects.filter(registration=can_loc_registration.pk).exists()


def _write(registration, role, point) -> None:
    """Ten names, one after another, in transactions of their own; then one is taken away."""
    for _ in range(10):
        with transaction.atomic():
            made = DelegateFactory.create(registration=registration, role=role, bridge_point=point)
    made.delete()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_between_many_who_write_the_same_list(filled, can_loc_registration, district_roles):
    role, point = district_roles[0], can_loc_registration.delegates.first().bridge_point
    writers = [lambda: _write(can_loc_registration, role, point)] * 4
    assert at_once(*writers) == [None] * 4
    assert Tally.objects.get(registration=can_loc_registration, role=role).named == 3 + 4 * 9
    assert disagreements() == 0


@pytest.mark.django_db
def test_without_the_triggers_the_numbers_would_be_wrong(filled, can_loc_registration):
    """The negative control."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for trigger in TRIGGERS:
            cursor.execute(f"ALTER TABLE registrations_delegate DISABLE TRIGGER {trigger}")
    can_loc_registration.delegates.first().delete()
    assert disagreements() > 0
