"""The door for other software: each operation × each role, what it gives, and its own description tried."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from accounts import systems
from accounts.clock import database_now
from accounts.permissions import Role
from accounts.systems import SystemKey, make_key
from conference_portal.api import api
from conference_portal.wsgi import application
from registrations.models import Registration
from reports.api import paging
from reports.freezes import SystemReading
from tests.cast import client_of
from tests.factories import AttendanceFactory
from tests.reports.conftest import (
    can_loc_registration,
    enlarge,
    filled,
    nghi_xuan_registration,
)

__all__ = ["can_loc_registration", "filled", "nghi_xuan_registration"]

pytestmark = pytest.mark.django_db

WHO = ("office", "propaganda", "clerk", "foreign", "telecom", "observer")
"""``clerk`` is of Can Lộc, ``foreign`` of a unit that was not called."""

OPERATIONS = {
    "meetings": "oooooo",
    "meeting": "ooo4oo",
    "units": "oooooo",
    "points": "ooo4oo",
    "line_tests": "ooo4o3",
    "attendance": "ooo433",
    "registrations": "ooo433",
    "delegates": "ooo433",
}
"""One mark for each of ``WHO``: let in, without the right, or outside the scope."""

MARKS = {200: "o", 403: "3", 404: "4"}


@pytest.fixture
def keys(province, can_loc, telecom, power, trang) -> dict[str, str]:
    of = {
        "office": (Role.OFFICE, None),
        "propaganda": (Role.PROPAGANDA, None),
        "clerk": (Role.CLERK, can_loc),
        "foreign": (Role.CLERK, telecom),
        "telecom": (Role.TELECOM, telecom),
        "observer": (Role.OBSERVER, power),
    }
    return {who: make_key(name=who, role=role, unit=unit, user=trang)[1] for who, (role, unit) in of.items()}


@pytest.fixture
def world(filled, can_loc_point):
    AttendanceFactory.create(session=filled.sessions.first(), point=can_loc_point)
    return filled


def address(name, meeting) -> str:
    return reverse(f"api:{name}", args=[] if name in ("meetings", "units") else [meeting.slug])


def ask(key, url, **asked):
    return Client().get(url, asked, headers={"Authorization": f"Bearer {key}"})


def read(key, url, **asked) -> list[dict]:
    """A whole list, part by part."""
    found, cursor = [], ""
    while True:
        answer = ask(key, url, **asked, **({"cursor": cursor} if cursor else {})).json()
        found += answer["items"]
        cursor = answer["next"]
        if not cursor:
            return found


# ── Who ──────────────────────────────────────────────────────────────────────────────────────


def test_every_operation_has_its_expected_answer():
    described = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    assert {method for methods in described.values() for method in methods} == {"get"}, "it only reads"
    assert len(described) == len(OPERATIONS)


def test_each_role_gets_what_the_table_says(world, keys):
    for name, expected in OPERATIONS.items():
        url = address(name, world)
        marks = "".join(MARKS[ask(keys[who], url).status_code] for who in WHO)
        assert marks == expected, f"{name}: {marks}"


def test_without_a_key_nothing_opens_and_a_key_opens_no_page(world, keys, trang):
    for name in OPERATIONS:
        for client in (Client(), client_of(trang)):
            answer = client.get(address(name, world))
            assert answer.status_code == 401, "a session is no key"
            assert "Authorization: Bearer" in answer.json()["detail"]
    assert ask("hn_sai", address("meetings", world)).status_code == 401
    page = ask(keys["office"], reverse("board", args=[world.slug]))
    assert page.status_code == 302, "a key opens no page"
    description = reverse("api_description")
    assert ask(keys["observer"], description).json()["openapi"].startswith("3.1")
    assert Client().get(description).status_code == 401


def test_a_draft_is_there_for_the_office_alone(draft_meeting, keys):
    url = address("meeting", draft_meeting)
    assert [ask(keys[who], url).status_code for who in ("office", "propaganda", "telecom")] == [200, 404, 404]


def test_a_system_sees_its_own_branch_and_names_only_where_it_may(world, keys, can_loc):
    delegates = read(keys["clerk"], address("delegates", world))
    assert {one["unit"] for one in delegates} == {can_loc.slug}
    assert len(delegates) == 11
    registrations = read(keys["clerk"], address("registrations", world))
    assert [one["unit"] for one in registrations] == [can_loc.slug]
    technicians = {who: read(keys[who], address("points", world)) for who in ("telecom", "observer")}
    assert any(one["technician"] for one in technicians["telecom"])
    assert not any(
        one["technician"] or one["technician_phone"] or one["chair"] for one in technicians["observer"]
    )
    assert {one["slug"] for one in read(keys["telecom"], address("units", world))} == {"vien-thong-ha-tinh"}


# ── What ─────────────────────────────────────────────────────────────────────────────────────


def test_the_numbers_are_the_boards(world, keys):
    found = {one["unit"]: one for one in read(keys["office"], address("registrations", world), limit=1)}
    assert sum(one["declared"] for one in found.values()) == 74
    assert sum(one["named"] for one in found.values()) == 17
    assert sum(one["missing"] for one in found.values()) == 4
    assert found["huyen-uy-can-loc"]["state"] == "submitted"


def test_parts_neither_skip_nor_repeat_and_queries_do_not_grow(world, keys):
    url = address("delegates", world)
    with CaptureQueriesContext(connection) as few:
        ask(keys["office"], url)
    enlarge(world, units=3, communes=1, delegates=10)
    whole = read(keys["office"], url)
    assert len({one["key"] for one in whole}) == len(whole) == 47
    assert read(keys["office"], url, limit=7) == whole
    for name in OPERATIONS:
        with CaptureQueriesContext(connection) as many:
            assert ask(keys["office"], address(name, world)).status_code == 200
        assert len(many) <= 15, name
        if name == "delegates":
            assert len(many) <= len(few)


def test_updated_since_gives_a_changed_list_whole(world, keys, can_loc_registration, nghi_xuan_registration):
    url = address("delegates", world)
    assert ask(keys["office"], url).json()["as_of"]
    Registration.objects.update(changed_at="2026-01-01T00:00:00Z")
    moment = database_now()
    assert read(keys["office"], url, updated_since=moment.isoformat()) == []
    can_loc_registration.delegates.first().delete()
    Registration.objects.filter(pk=can_loc_registration.pk).update(changed_at=database_now(), version=9)
    changed = read(keys["office"], url, updated_since=moment.isoformat())
    assert len(changed) == 10, "who is gone is not in the list that is given whole"
    assert {one["registration_version"] for one in changed} == {9}
    units = [
        one["unit"]
        for one in read(keys["office"], address("registrations", world), updated_since=moment.isoformat())
    ]
    assert "huyen-uy-can-loc" in units


@pytest.mark.django_db(transaction=True)
def test_what_is_stamped_now_and_committed_later_comes_with_the_next_reading(
    can_loc_registration, monkeypatch
):
    """The control: the moment of the reading itself would be after the stamp, and the change never read."""
    monkeypatch.setattr(paging, "GRACE", timedelta(0))
    stamped, read_on, stamps = threading.Event(), threading.Event(), []

    def write():
        with transaction.atomic():
            stamps.append(database_now())
            Registration.objects.update(changed_at=stamps[0])
            stamped.set()
            read_on.wait(10)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert stamped.wait(10)
    as_of, moment = paging.settled_until(), database_now()
    unseen = Registration.objects.get(pk=can_loc_registration.pk).changed_at
    read_on.set()
    writer.join()
    assert unseen != stamps[0], "this reading has not seen it"
    assert as_of <= stamps[0] < moment


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "nhiều"}, "limit"),
        ({"cursor": "?"}, "cursor"),
        ({"updated_since": "hôm qua"}, "updated_since"),
        ({"updated_since": "2026-11-23T07:00:00"}, "updated_since"),
    ],
)
def test_what_is_asked_wrongly_is_named_with_the_way_out(world, keys, asked, field):
    answer = ask(keys["office"], address("delegates", world), **asked)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert answer.json()["detail"].startswith(f"{field}: ")


def test_a_cursor_of_another_list_is_refused(world, keys):
    cursor = ask(keys["office"], address("delegates", world), limit=1).json()["next"]
    answer = ask(keys["office"], address("points", world), cursor=cursor)
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("cursor: chép nguyên next")


def test_every_reading_of_names_is_on_record(world, keys):
    read(keys["clerk"], address("delegates", world), limit=6)
    assert [(one.user.full_name, one.rows) for one in SystemReading.objects.all()] == [
        ("Phần mềm clerk", 5),
        ("Phần mềm clerk", 6),
    ]
    ask(keys["telecom"], address("delegates", world))
    assert SystemReading.objects.count() == 2


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_shown_once_kept_as_a_hash_and_ends_when_revoked(trang, an, can_loc):
    page, office = reverse("systems"), client_of(trang)
    wanted = {"name": "Trục liên thông", "role": "clerk", "unit": ""}
    assert "Đơn vị: chọn đơn vị" in office.post(page, wanted).content.decode()
    wanted["unit"] = "huyện ủy can lộc"
    answer = office.post(page, wanted)
    key = answer.context["key"]
    assert key in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert key not in office.get(page).content.decode()
    row = SystemKey.objects.get()
    assert key not in str(vars(row))
    assert row.user.unit == can_loc
    assert "đã có khóa đang dùng" in office.post(page, wanted).content.decode()
    assert systems.whose(key) == row.user
    row.refresh_from_db()
    assert row.used_at is not None
    assert not Client().login(username=row.user.username, password="")
    assert "Phần mềm Trục" not in office.get(reverse("unit", args=[can_loc.slug])).content.decode()
    office.post(reverse("system_revoke", args=[row.pk]))
    assert systems.whose(key) is None
    assert "Đã thu hồi" in office.get(page).content.decode()
    assert office.post(page, wanted).context["made"], "the name is free again"


def test_the_database_refuses_two_standing_keys_of_a_system(trang):
    make_key(name="Trục", role=Role.TELECOM, unit=None, user=trang)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_key(name="Trục", role=Role.TELECOM, unit=None, user=trang)


# ── The description, tried ───────────────────────────────────────────────────────────────────


@pytest.fixture
def described(world, keys):
    """Read by WSGI as a server would, but that the test's transaction stays open between requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    headers = {"Authorization": f"Bearer {keys['office']}"}
    yield schemathesis.openapi.from_wsgi(reverse("api_description"), application, headers=headers)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_api_keeps_what_its_description_promises(described, keys):
    """Every operation with input that its description allows, and with input that it does not.

    The input is the same in each run. What a request may hold too much is not asked for (a key that is taken
    away is given back here, an unknown parameter is passed over); what is refused stands above.
    """
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=5,
                derandomize=True,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            def keeps(case):
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {keys['office']}"},
                    excluded_checks=[negative_data_rejection],
                )

            keeps()
