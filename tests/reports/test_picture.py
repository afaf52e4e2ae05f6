"""A picture that nothing has changed is read once, and drawn once; anything written makes another."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import picture
from accounts.models import Unit
from accounts.picture import Picture, one_picture
from registrations.models import Headcount
from reports.counting import read_counts
from tests.cast import client_of

pytestmark = pytest.mark.django_db(transaction=True)


def counted(meeting):
    """The board's declared number, and how many queries it took to know it."""
    with one_picture() as now, CaptureQueriesContext(connection) as queries:
        return read_counts(meeting, now).sum.declared, len(queries)


def name_of_now():
    """What a picture that is taken now is called."""
    with one_picture() as now:
        return now.name


def test_a_second_look_at_the_same_picture_asks_nothing(filled):
    """Another database of the same server may write in between, and make another picture: then look again."""
    for _ in range(100):
        picture._kept.clear()
        name, first, second = name_of_now(), counted(filled), counted(filled)
        if name == name_of_now():
            break
    assert first[1] == 6
    assert second == (first[0], 0)


def test_whatever_is_written_is_in_the_next_look(filled, can_loc_registration):
    before, _ = counted(filled)
    Headcount.objects.filter(registration=can_loc_registration, role__isnull=False).update(number=100)
    assert counted(filled)[0] == before - 15 + 200


def test_without_names_for_pictures_a_stale_number_would_be_shown(filled, can_loc_registration, monkeypatch):
    """The negative control: were all pictures called the same, what is written would not be seen."""
    monkeypatch.setattr(picture, "_OPEN", picture._OPEN.replace("pg_current_snapshot()", "'always'"))
    before, _ = counted(filled)
    Headcount.objects.filter(registration=can_loc_registration, role__isnull=False).update(number=100)
    assert counted(filled)[0] == before


def test_a_transaction_that_has_written_reads_for_itself(filled, can_loc_registration):
    before, _ = counted(filled)
    with transaction.atomic():
        Headcount.objects.filter(registration=can_loc_registration, role__isnull=False).update(number=100)
        assert counted(filled) == (before + 185, 6)
        transaction.set_rollback(True)
    assert counted(filled)[0] == before


def test_a_picture_is_not_kept_for_ever(monkeypatch):
    kept = Picture(None, "one")
    assert kept.once("key", lambda: 1) == 1
    assert kept.once("key", lambda: 2) == 1
    monkeypatch.setattr(picture, "SECONDS_KEPT", -1)
    assert kept.once("key", lambda: 3) == 3


def test_only_the_last_few_pictures_are_kept():
    for number in range(3 * picture.MOST_KEPT):
        Picture(None, "one").once(("many", number), object)
    assert len(picture._kept) == picture.MOST_KEPT


@pytest.mark.parametrize("page", ["theo-doi", "diem-cau", "dang-ky/huyen-uy-can-loc"])
def test_a_commune_that_is_renamed_has_its_new_name_at_once(filled, trang, page):
    address = f"/hoi-nghi/{filled.slug}/{page}/"
    office = client_of(trang)
    assert "Thị trấn Nghèn" in office.get(address).content.decode()
    commune = Unit.objects.get(name="Thị trấn Nghèn")
    commune.name = "Thị trấn Nghèn Mới"
    commune.save()
    assert "Thị trấn Nghèn Mới" in office.get(address).content.decode()
