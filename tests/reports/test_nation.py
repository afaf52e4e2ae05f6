"""A meeting of many provinces: one row each, which opens into the board of that province, its sum."""

import csv
import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from invitations.models import Meeting
from registrations.models import Registration
from reports import nation
from reports.board import read_board
from reports.freezes import BoardDownload
from tests.cast import client_of
from tests.reports.conftest import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(province, monkeypatch) -> Meeting:
    """Four districts below two provinces, with agencies at the top: as ``generate_load`` makes a nation."""
    from conference_portal.sample import synthetic

    monkeypatch.setattr(synthetic, "MOST_WITHOUT_PROVINCES", 1)
    monkeypatch.setattr(synthetic, "DISTRICTS_OF_A_PROVINCE", 2)
    monkeypatch.setattr(nation, "MOST_AT_ONCE", 3)
    call_command("generate_load", points=73, delegates=80, meeting="ca-nuoc", verbosity=0)
    meeting = Meeting.objects.get(slug="ca-nuoc")
    late = meeting.invitations.get(unit__slug="ca-nuoc-huyen-1").registration
    Registration.objects.filter(pk=late.pk).update(state=Registration.State.RETURNED)
    return meeting


def opened(meeting, area, **narrowed):
    return read_board(meeting, area=area.unit, only_direct=area.only_direct, **narrowed)


def test_provinces_are_rows_and_what_stands_at_the_top_is_one_more(many):
    board = read_board(many)
    assert [(area.label, len(area.units)) for area in board.shown] == [
        ("Tỉnh ủy Thử 1", 2),
        ("Tỉnh ủy Thử 2", 2),
        ("Trực thuộc Tỉnh ủy thử tải (ca-nuoc)", 4),
    ]
    assert board.title == "7 trên 8 đơn vị đã gửi, còn thiếu\N{NO-BREAK SPACE}1"
    assert board.communes == 68


def test_each_row_is_the_sum_of_the_board_it_opens_into(many):
    board = read_board(many)
    for area in board.areas:
        inside = opened(many, area)
        assert inside.sum_all == area.sum
        assert {state: number for state, number, _ in area.cell_states if number} == inside.cells
        assert (inside.called, inside.missing) == (len(area.units), area.missing)
        assert inside.without_technician == area.without_technician
    assert board.sum_all.declared == sum(opened(many, area).sum_all.declared for area in board.areas)
    assert board.in_communes == sum(opened(many, area).in_communes for area in board.areas)
    assert board.sum_all.named == 80


def test_a_small_meeting_is_listed_unit_by_unit_however_its_tree_stands(many, monkeypatch):
    monkeypatch.setattr(nation, "MOST_AT_ONCE", 120)
    assert not read_board(many).is_nation


def test_a_name_that_is_looked_for_is_found_in_all_provinces(many):
    board = read_board(many, text="huyen uy thu 3")
    assert [row.counts.unit.name for row in board.rows] == ["Huyện ủy Thử 3"]
    assert len(board.rows[0].cells) == 17


def test_a_state_leaves_the_provinces_that_have_such_units(many, trang):
    assert [area.label for area in read_board(many, state="missing").shown] == ["Tỉnh ủy Thử 1"]
    page = client_of(trang).get(reverse("board", args=[many.slug]), {"state": "missing"}).content.decode()
    assert "?khu-vuc=ca-nuoc-tinh-1&amp;state=missing" in page


def test_pages_of_the_nation_and_of_a_province_take_no_more_queries_than_a_small_board(many, trang, filled):
    address = reverse("board", args=[many.slug])
    small = queries_of(trang, reverse("board", args=[filled.slug]))
    province = f"{address}?khu-vuc=ca-nuoc-tinh-1"
    whole, one = queries_of(trang, address), queries_of(trang, province)
    assert whole <= small
    assert one <= small + 1, "the province itself"
    call_command("generate_load", points=145, delegates=300, meeting="lon-hon", verbosity=0)
    larger = reverse("board", args=["lon-hon"])
    assert queries_of(trang, larger) == whole
    assert queries_of(trang, f"{larger}?khu-vuc=lon-hon-tinh-1") <= one


def test_an_area_that_is_not_there_is_not_found(many, trang):
    assert client_of(trang).get(reverse("board", args=[many.slug]), {"khu-vuc": "x"}).status_code == 404


# ── Taking home what is shown ────────────────────────────────────────────────────────────────


def test_what_the_board_shows_is_taken_home_and_on_record(filled, nguyet):
    address = reverse("board_file", args=[filled.slug, "csv"])
    answer = client_of(nguyet).get(address, {"q": "xuân", "state": "missing"})
    heads, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [dict(zip(heads, row, strict=True))["Đơn vị"] for row in rows] == ["Huyện ủy Nghi Xuân"]
    assert [dict(zip(heads, row, strict=True))["Tình trạng"] for row in rows] == ["Đang soạn"]
    taken = BoardDownload.objects.get()
    assert (taken.user, taken.kind, taken.rows) == (nguyet, "csv", 1)
    assert taken.narrowed == "Còn thiếu, xuân"
    assert client_of(nguyet).get(reverse("board_file", args=[filled.slug, "pdf"])).status_code == 404


def test_a_nation_is_taken_home_row_by_row(many, nguyet):
    answer = client_of(nguyet).get(reverse("board_file", args=[many.slug, "xlsx"]))
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    texts = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "Tỉnh ủy Thử 1" in texts
    assert BoardDownload.objects.get().rows == 3
