"""The board of the day: who has reported of a session, how many came, whose line is lost; each sum agrees."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tier, Unit
from bridge_points.models import BridgePoint, Incident, LineTest
from conference_portal.sample import synthetic
from registrations.attendance_listing import Filter, listing
from reports import day_board
from reports.day_board import DayFigures, read_day_board, shared_day_board
from tests.cast import client_of
from tests.factories import AttendanceFactory, IncidentFactory
from tests.reports.conftest import enlarge, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(filled):
    """The morning: Can Lộc has reported 12 of 15, its commune (30 declared) has lost its line."""
    session = filled.sessions.first()
    point = BridgePoint.objects.get(meeting=filled, unit__slug="huyen-uy-can-loc")
    AttendanceFactory.create(session=session, point=point, present=12, excused=2, absent=1)
    IncidentFactory.create(
        point=filled.bridge_points.get(tier=Tier.COMMUNE, line_tests__result=LineTest.Result.GOOD),
        kind=Incident.Kind.LINE,
    )
    return filled


def test_every_number_is_the_sum_of_its_rows(day, trang):
    board = read_day_board(day)
    assert board is not None
    shown = listing(board.session, trang, Filter(), board.now, None)
    ours, theirs = board.sum, shown.total
    assert (ours.points, ours.declared, ours.reported) == (theirs.points, theirs.declared, theirs.reported)
    assert (ours.present, ours.excused, ours.absent) == (12, 2, 1)
    assert DayFigures.of(row.sum for row in board.areas) == ours
    assert {row.slug for row in board.areas} == {area.unit.slug for area in shown.areas if area.unit}
    can_loc = next(row.sum for row in board.areas if row.slug == "huyen-uy-can-loc")
    assert (can_loc.points, can_loc.declared, can_loc.lost, can_loc.incidents) == (2, 45, 1, 1)
    assert can_loc.on_line == 1  # its own point reported; the commune was tested good, and is lost now
    assert len(board.silent) == ours.silent


def test_a_point_that_was_tested_good_or_reported_is_on_the_line(day):
    session = day.sessions.first()
    Incident.objects.update(closed_at=timezone.now() + timedelta(minutes=1), done="Đổi máy", minutes_lost=1)
    assert read_day_board(day).sum.on_line == 2  # Can Lộc by its report, its commune by its test
    commune = day.bridge_points.get(line_tests__result=LineTest.Result.GOOD)
    commune.line_tests.all().delete()
    assert read_day_board(day).sum.on_line == 1
    AttendanceFactory.create(session=session, point=commune, present=1)
    assert read_day_board(day).sum.on_line == 2


def test_the_page_answers_and_refreshes_with_little(day, trang):
    browser, address = client_of(trang), reverse("day_board", args=[day.slug])
    page = browser.get(address)
    board = page.context["board"]
    assert f"{board.sum.reported}/{board.sum.points} điểm cầu đã báo" in page.text
    assert "Mất đường truyền" in page.text
    assert "chưa ai nhận" in page.text
    assert f"?thuoc={board.areas[0].slug}" in page.text
    same = browser.get(address, {"seen": board.fingerprint}, headers={"HX-Request": "true"})
    assert same["HX-Reswap"] == "none"
    assert "day-hour" in same.text
    assert "<h1" not in same.text
    AttendanceFactory.create(session=board.session, point=board.silent[0], present=3)
    news = browser.get(address, {"seen": board.fingerprint}, headers={"HX-Request": "true"})
    assert "<h1" in news.text
    assert "<html" not in news.text
    assert browser.get(address, {"buoi": "99999999"}).status_code == 404
    assert browser.get(address, {"buoi": "'"}).status_code == 404


def test_after_the_minute_the_silent_are_the_answer(day, trang):
    first = day.sessions.first()
    first.date = timezone.localdate() - timedelta(days=1)
    first.save()
    board = read_day_board(day, str(first.pk))
    assert board.is_overdue
    page = client_of(trang).get(reverse("day_board", args=[day.slug]), {"buoi": first.pk})
    assert f"{board.sum.silent} điểm cầu chưa báo, quá" in page.text


def test_its_queries_do_not_grow(day, trang):
    address = reverse("day_board", args=[day.slug])
    few = queries_of(trang, address)
    enlarge(day, units=3, communes=2, delegates=1)
    assert queries_of(trang, address) == few <= 12


def test_a_meeting_without_sessions_or_points_says_what_to_do(meeting, trang):
    BridgePoint.objects.update(connects=False)
    address = reverse("day_board", args=[meeting.slug])
    assert "Chưa có điểm cầu nào" in client_of(trang).get(address).text
    meeting.sessions.all().delete()
    assert "Hội nghị chưa có buổi nào" in client_of(trang).get(address).text


def test_who_looks_within_seconds_shares_one_reading(meeting, monkeypatch):
    monkeypatch.setattr(day_board, "_shared", {})
    monkeypatch.setattr(day_board, "connection", SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(day_board, "read_day_board", lambda *_: object())
    board = shared_day_board(meeting)
    assert shared_day_board(meeting) is board
    monkeypatch.setattr(day_board, "SHARED_FOR", -1)
    assert shared_day_board(meeting) is not board


def test_of_a_nation_each_province_is_a_row(province, trang, monkeypatch):
    monkeypatch.setattr(synthetic, "MOST_WITHOUT_PROVINCES", 1)
    monkeypatch.setattr(synthetic, "DISTRICTS_OF_A_PROVINCE", 2)
    nation = synthetic.build("ca-nuoc", points=73, password="x")
    BridgePoint.objects.bulk_create(
        BridgePoint(meeting=nation, unit=unit, tier=unit.tier)
        for unit in Unit.objects.filter(slug__startswith="ca-nuoc-", tier=Tier.COMMUNE)
    )
    board = read_day_board(nation)
    assert [row.slug for row in board.areas] == ["ca-nuoc-tinh-1", "ca-nuoc-tinh-2", "ca-nuoc-tinh"]
    shown = listing(board.session, trang, Filter(area="ca-nuoc-tinh-2"), board.now, None)
    assert shown.page.paginator.count == board.areas[1].sum.points > 20
