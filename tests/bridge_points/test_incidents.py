"""Incidents: two taps open one, it is acted on and closed once, everybody sees what is theirs to see."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from accounts.clock import database_now
from bridge_points import incidents
from bridge_points.incidents import (
    AlreadyClosed,
    Report,
    close_incident,
    note_incident,
    open_incident,
    session_at,
    take_incident,
)
from bridge_points.models import BridgePoint, Incident, IncidentEntry
from invitations.models import Meeting
from tests.cast import client_of
from tests.factories import BridgePointFactory, DelegateFactory, IncidentFactory, RegistrationFactory
from tests.together import at_once, meeting_point

LINE, POWER, SILENT = Incident.Kind.LINE, Incident.Kind.POWER, Incident.Kind.SILENT


def report(kind=LINE, note="", key=None, **more) -> Report:
    return Report(kind, note, key or uuid.uuid4(), **more)


def opened(point, user, kind=LINE, **more) -> Incident:
    return open_incident(point_id=point.pk, report=report(kind, **more), user=user)


def close(incident, user, done="Đổi đường dự phòng", minutes=None, key=None) -> Incident:
    key = key or uuid.uuid4()
    return close_incident(incident_id=incident.pk, user=user, done=done, minutes=minutes, key=key)


def at(incident: Incident, what: str = "") -> str:
    return f"/hoi-nghi/{incident.point.meeting.slug}/su-co/{incident.key}/{what}"


# ── The verbs ────────────────────────────────────────────────────────────────────────────────────


def test_two_taps_of_one_form_are_one_incident_and_a_second_report_joins_it(can_loc_point, an, hung):
    key = uuid.uuid4()
    first = opened(can_loc_point, an, key=key)
    assert opened(can_loc_point, an, key=key) == first
    assert opened(can_loc_point, hung, note="Tôi cũng thấy") == first
    assert [entry.what for entry in first.entries.all()] == ["opened", "again"]
    assert opened(can_loc_point, an, POWER) != first
    assert Incident.objects.count() == 2


def test_an_incident_runs_from_the_report_to_what_was_done(can_loc_point, an, hung):
    incident = opened(can_loc_point, an)
    Incident.objects.update(opened_at=database_now() - timedelta(minutes=11, seconds=30))
    take_incident(incident_id=incident.pk, user=hung)
    key = uuid.uuid4()
    for _ in range(2):
        note_incident(incident_id=incident.pk, user=hung, text="Kéo lại cáp", key=key)
        closed = close(incident, hung, key=uuid.UUID(int=7))
    assert (closed.minutes_lost, closed.closed_by, closed.done) == (12, hung, "Đổi đường dự phòng")
    assert [entry.what for entry in closed.entries.all()] == ["opened", "taken", "noted", "closed"]
    with pytest.raises(AlreadyClosed):
        take_incident(incident_id=incident.pk, user=hung)
    again = opened(can_loc_point, an)  # it breaks again: another incident
    assert again != incident
    assert close(again, hung, minutes=3).minutes_lost == 3


def test_the_session_is_that_of_the_hour_and_stays_when_the_session_moves(meeting, can_loc_point, an):
    morning, afternoon = meeting.sessions.all()
    begins = incidents._begins(afternoon)
    sessions = [morning, afternoon]
    assert session_at(sessions, begins - timedelta(minutes=50)) == afternoon
    assert session_at(sessions, begins - timedelta(hours=2)) == morning
    assert session_at(sessions, begins + timedelta(days=1)) is None
    incident = IncidentFactory.create(point=can_loc_point, session=morning)
    morning.date += timedelta(days=1)
    morning.save()
    assert close(incident, an).session == morning
    morning.delete()
    incident.refresh_from_db()
    assert incident.session is None


def test_what_cannot_be_reported_is_refused_with_the_way_out(can_loc_point, an):
    key = uuid.uuid4()
    opened(can_loc_point, an, key=key)
    other = BridgePointFactory.create()  # of another meeting
    with pytest.raises(ValidationError, match="Tải lại trang"):
        opened(other, an, key=key)
    BridgePoint.objects.filter(pk=can_loc_point.pk).update(connects=False)
    with pytest.raises(ValidationError, match="không kết nối"):
        opened(can_loc_point, an, POWER)
    Meeting.objects.update(state=Meeting.State.CLOSED)
    with pytest.raises(ValidationError, match="đã hủy hoặc đã kết thúc"):
        opened(can_loc_point, an, POWER)


def test_the_telephones_hour_decides_nothing(can_loc_point, an):
    wrong = database_now() + timedelta(days=900)
    incident = opened(can_loc_point, an, phone_at=wrong)
    assert incident.phone_at == wrong
    assert incident.opened_at < database_now()


@pytest.mark.parametrize(
    "broken",
    [
        {"closed_at": "later", "minutes_lost": 1},
        {"closed_at": "earlier", "minutes_lost": 1, "done": "x"},
        {"closed_at": "later", "done": "x"},
        {"done": "x"},
        {"closed_at": "later", "done": "x", "minutes_lost": 1441},
    ],
)
def test_the_database_refuses_an_incident_closed_by_halves(can_loc_point, broken):
    incident = IncidentFactory.create(point=can_loc_point)
    hours = {
        "later": incident.opened_at + timedelta(hours=1),
        "earlier": incident.opened_at - timedelta(hours=1),
    }
    values = {name: hours.get(value, value) for name, value in broken.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**values)


def test_what_happened_cannot_be_rewritten(can_loc_point, an):
    opened(can_loc_point, an)
    with pytest.raises(DatabaseError, match="is not changed"), transaction.atomic():
        IncidentEntry.objects.update(text="khác")


# ── Two close at once ────────────────────────────────────────────────────────────────────────────


def both_close(incident, *users) -> list[str]:
    told = []

    def one(user) -> None:
        try:
            close(incident, user, done=f"do {user.username}")
            told.append("closed")
        except AlreadyClosed as first:
            told.append(f"after {first.incident.closed_by.username}")

    assert not any(at_once(*(partial(one, user) for user in users)))
    return sorted(told)


@pytest.fixture
def slowly(monkeypatch):
    """Between the look and the deed wait until another has looked, too, if it can."""
    real, meet = incidents.database_now, meeting_point()

    def slow():
        meet()
        return real()

    monkeypatch.setattr(incidents, "database_now", slow)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_once_the_second_learns_of_the_first(can_loc_point, hung, trang, slowly):
    incident = IncidentFactory.create(point=can_loc_point)
    told = both_close(incident, hung, trang)
    first = Incident.objects.get().closed_by
    assert told == [f"after {first.username}", "closed"]
    assert Incident.objects.get().done == f"do {first.username}"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_close(can_loc_point, hung, trang, slowly, monkeypatch):
    """The negative control of the test above."""
    incident = IncidentFactory.create(point=can_loc_point)
    monkeypatch.setattr(incidents, "lock_incident", lambda pk: Incident.objects.get(pk=pk))
    assert both_close(incident, hung, trang) == ["closed", "closed"]


# ── The pages ────────────────────────────────────────────────────────────────────────────────────


def test_a_clerk_reports_in_two_taps_and_telecom_closes(meeting, can_loc_point, an, hung):
    clerk, telecom = client_of(an), client_of(hung)
    where = clerk.get(reverse("incident_where", args=[meeting.slug]))  # the only point: led to it
    page = clerk.get(where["Location"]).text
    assert "Mất đường truyền" in page
    assert "mất liên lạc" not in page  # that a point is silent is said by who hears nothing of it
    sent = {"kind": LINE, "key": str(uuid.uuid4()), "phone_at": "nonsense"}
    for _ in range(2):
        answer = clerk.post(where["Location"], sent)
    incident = Incident.objects.get()
    assert answer["Location"] == at(incident)
    assert incident.source == Incident.Source.POINT
    assert clerk.post(at(incident, "xong/"), {"done": "x"}).status_code == 403
    refused = telecom.post(at(incident, "xong/"), {"done": "", "minutes": "nhiều", "key": str(uuid.uuid4())})
    assert refused.status_code == 422
    assert "Ghi đã làm gì" in refused.text
    assert "ghi bằng chữ số" in refused.text
    done = {"done": "Cắm lại cáp", "minutes": "4", "key": str(uuid.uuid4())}
    telecom.post(at(incident, "nhan/"))
    assert telecom.post(at(incident, "xong/"), done).status_code == 302
    late = telecom.post(at(incident, "xong/"), {"done": "Bản của tôi", "key": str(uuid.uuid4())})
    assert late.status_code == 409
    assert "Bản của tôi" in late.text
    assert "Cắm lại cáp" in late.text
    assert "Mất 4 phút" in clerk.get(at(incident)).text


def test_the_office_marks_a_silent_point(can_loc_point, trang, an):
    url = reverse("incident_open", args=[can_loc_point.meeting.slug, can_loc_point.unit.slug])
    sent = {"kind": SILENT, "key": str(uuid.uuid4())}
    assert client_of(an).post(url, sent).status_code == 422
    assert client_of(trang).post(url, sent).status_code == 302
    assert Incident.objects.get().source == Incident.Source.OFFICE


def test_the_power_company_sees_where_the_power_is_gone_and_no_names(
    meeting, can_loc_point, can_loc_invitation, dien, an, power_assignment
):
    registration = RegistrationFactory.create(invitation=can_loc_invitation)
    DelegateFactory.create(registration=registration, bridge_point=can_loc_point, full_name="Tên Đại Biểu")
    BridgePoint.objects.update(technician="Thợ Đường Dây", technician_phone="0912345678", chair="Chủ Trì")
    gone, line = opened(can_loc_point, an, POWER), opened(can_loc_point, an)
    browser = client_of(dien)
    listed = browser.get(reverse("incidents", args=[meeting.slug])).text
    assert "mất điện" in listed
    assert "mất đường truyền" not in listed
    page = browser.get(at(gone)).text
    for secret in ("Tên Đại Biểu", "Thợ Đường Dây", "0912", "Chủ Trì"):
        assert secret not in page + listed
    assert browser.get(at(line)).status_code == 404
    power_assignment.shares.all().delete()
    assert browser.get(at(gone)).status_code == 404


def test_the_list_asks_the_same_for_many_and_stays_as_it_is_while_nothing_changes(
    meeting, can_loc_communes, hung, django_assert_max_num_queries
):
    url, browser = reverse("incidents", args=[meeting.slug]), client_of(hung)
    htmx = {"HX-Request": "true"}

    def add(number: int) -> None:
        for kind in list(Incident.Kind)[:number]:
            for commune in can_loc_communes:
                point = BridgePoint.objects.filter(unit=commune).first()
                point = point or BridgePointFactory.create(meeting=meeting, unit=commune)
                if not point.incidents.filter(kind=kind).exists():
                    IncidentFactory.create(point=point, kind=kind, handled_by=hung)

    add(1)
    with django_assert_max_num_queries(9):
        first = browser.get(url, headers=htmx)
    add(4)
    with django_assert_max_num_queries(9):
        more = browser.get(url, {"q": "thien loc"})
    assert "Xã Thiên Lộc" in more.text
    assert "Xã Vượng Lộc" not in more.text
    seen = first.context["listing"].fingerprint
    assert browser.get(url, {"seen": seen}, headers=htmx).status_code == 200
    now = browser.get(url, headers=htmx).context["listing"].fingerprint
    assert browser.get(url, {"seen": now}, headers=htmx).status_code == 204
