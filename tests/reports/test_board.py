"""The board: what it says, to whom, in how many queries."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registrations import services
from registrations.models import Change, Registration
from registrations.states import UnitState
from reports.board import read_board
from tests.cast import client_of
from tests.factories import ChangeFactory, ExtensionFactory, MeetingFactory, SubmissionFactory
from tests.reports.conftest import enlarge, queries_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def address(meeting):
    return reverse("board", args=[meeting.slug])


def row_of(meeting, name, **narrowed):
    return next(row for row in read_board(meeting, **narrowed).rows if row.counts.unit.called == name)


# ── What it says ─────────────────────────────────────────────────────────────────────────────


def test_the_title_says_how_many_have_submitted_and_how_many_have_not(filled):
    assert read_board(filled).title == "1 trên 3 đơn vị đã gửi, còn thiếu\N{NO-BREAK SPACE}2"


def test_the_title_counts_agencies_among_the_units(filled, health_invitation):
    registration = Registration.objects.create(
        invitation=health_invitation, state=Registration.State.SUBMITTED, submitted_at=timezone.now()
    )
    assert read_board(filled).title.startswith("2 trên 3 đơn vị")
    Registration.objects.exclude(pk=registration.pk).update(
        state=Registration.State.SUBMITTED, submitted_at=timezone.now()
    )
    assert read_board(filled).title == "Cả 3 đơn vị đã gửi"


def test_the_page_shows_the_numbers_of_the_rows(filled, address, trang):
    page = client_of(trang).get(address).content.decode()
    assert "1 trên 3 đơn vị đã gửi" in page
    assert "Thị trấn Nghèn: đã thử đường truyền" in page
    assert "đã khai" in page
    assert '<span class="miss">4' in page
    assert "Huyện, thành, thị ủy (2)" in page
    assert "Cơ quan cấp tỉnh (1)" in page


def test_cells_in_the_legend_add_up_to_all_communes(filled):
    board = read_board(filled)
    assert {entry.word: entry.number for entry in board.legend} == {
        "chưa đăng ký": 3,
        "đã đăng ký": 1,
        "có kỹ thuật": 0,
        "đã thử": 1,
        "thử chưa đạt": 0,
        "không kết nối": 1,
    }
    assert sum(entry.number for entry in board.legend) == len(board.counts.communes) == 6


@pytest.mark.parametrize(
    ("change", "chip"),
    [
        ({}, "Đã gửi"),
        ({"version": 2}, "Đã gửi, đang sửa"),
        ({"state": "returned", "returned_at": timezone.now()}, "Trả lại"),
        ({"state": "reopened"}, "Đã gửi"),
    ],
)
def test_a_chip_says_the_state_in_words(filled, can_loc_registration, change, chip):
    Registration.objects.filter(pk=can_loc_registration.pk).update(**change)
    assert row_of(filled, "Can Lộc").chip == chip


def test_a_second_submission_is_told(filled, can_loc_registration):
    SubmissionFactory.create(registration=can_loc_registration, number=2)
    assert row_of(filled, "Can Lộc").chip == "Đã gửi lần 2"


def test_an_extension_says_until_when(filled, nghi_xuan_invitation):
    until = filled.registration_deadline + timedelta(hours=3)
    ExtensionFactory.create(invitation=nghi_xuan_invitation, until=until)
    row = row_of(filled, "Nghi Xuân")
    assert row.counts.state == UnitState.EXTENDED
    assert row.chip == f"Gia hạn {timezone.localtime(until):%d/%m}, 20:00"


def test_a_unit_without_a_submission_says_what_it_owes_and_whom_to_call(filled, cuong, lan):
    row = row_of(filled, "Nghi Xuân")
    assert row.remark == "Thiếu 2 điểm cầu xã, 1 cán bộ kỹ thuật (Thị trấn Tiên Điền)"
    assert (row.contact.name, row.contact.phone) == ("Đặng Quốc Cường", cuong.phone)
    assert row_of(filled, "Sở Y tế").remark == "Chưa mở giấy mời"


def test_a_unit_whose_clerk_has_no_number_is_called_at_its_own(filled, health):
    health.phone = "02393855123"
    health.save()
    assert row_of(filled, "Sở Y tế").contact == ("", "02393855123")


# ── Search and filter ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("narrowed", "names"),
    [
        ({"text": "can loc"}, ["Can Lộc"]),
        ({"text": "NGHI XUÂN"}, ["Nghi Xuân"]),
        ({"text": "sơ y tê"}, ["Sở Y tế"]),
        ({"text": "không có"}, []),
        ({"state": "missing"}, ["Nghi Xuân", "Sở Y tế"]),
        ({"state": "submitted"}, ["Can Lộc"]),
        ({"state": "names"}, ["Can Lộc"]),
        ({"state": "communes"}, ["Can Lộc", "Nghi Xuân"]),
        ({"state": "missing", "text": "xuan"}, ["Nghi Xuân"]),
        ({"state": "'; drop table"}, ["Can Lộc", "Nghi Xuân", "Sở Y tế"]),
    ],
)
def test_units_are_found_by_name_and_by_state(filled, narrowed, names):
    assert [row.counts.unit.called for row in read_board(filled, **narrowed).shown] == names


def test_each_choice_of_the_filter_shows_as_many_units_as_it_says(filled):
    for choice in read_board(filled).choices:
        assert len(read_board(filled, state=choice.value).shown) == choice.number


def test_the_bottom_row_of_a_filtered_board_adds_up_what_is_shown(filled, address, nguyet):
    page = client_of(nguyet).get(address, {"q": "nghi xuan"}).content.decode()
    assert "1 đơn vị đang xem" in page
    assert "0/1 đã gửi" in page
    assert read_board(filled, text="nghi xuan").sum.declared == 29
    assert "1 trên 3 đơn vị đã gửi" in page, "the title still counts all"


# ── Refreshing ───────────────────────────────────────────────────────────────────────────────

HTMX = {"HX-Request": "true"}


def test_htmx_gets_the_moving_parts_alone(filled, address, trang):
    page = client_of(trang).get(address, headers=HTMX).content.decode()
    assert "<html" not in page
    for part in ("board-head", "board-stats", "board-legend", "board-low"):
        assert f'id="{part}" ' in page or f'id="{part}"' in page
    assert page.count('hx-swap-oob="true"') == 4


def test_a_board_on_which_nothing_moved_is_not_touched(filled, address, trang):
    seen = read_board(filled).fingerprint
    answer = client_of(trang).get(address, {"seen": seen}, headers=HTMX)
    assert answer["HX-Reswap"] == "none"
    assert "board-hour" in answer.content.decode()
    assert len(answer.content) < 300


def test_a_refresh_for_another_filter_comes_anew(filled, address, trang):
    seen = read_board(filled).fingerprint
    answer = client_of(trang).get(address, {"seen": seen, "state": "missing"}, headers=HTMX)
    assert "HX-Reswap" not in answer


def test_a_board_on_which_something_moved_comes_anew(filled, address, trang, can_loc_registration):
    seen = read_board(filled).fingerprint
    can_loc_registration.headcounts.first().delete()
    answer = client_of(trang).get(address, {"seen": seen}, headers=HTMX)
    assert "HX-Reswap" not in answer
    assert "board-units" in answer.content.decode()


# ── Over time ────────────────────────────────────────────────────────────────────────────────


def test_the_chart_ends_at_the_number_in_the_title(filled):
    board = read_board(filled)
    assert board.chart.now.text == "1 đã gửi"
    assert "1 trên 3" in board.chart.summary


def test_a_returned_registration_takes_its_step_back(filled, can_loc_registration):
    Registration.objects.filter(pk=can_loc_registration.pk).update(
        state="returned", returned_at=timezone.now() + timedelta(seconds=1)
    )
    board = read_board(filled)
    assert [dot.back for dot in board.chart.dots] == [False, True]
    assert board.chart.now is None


def test_small_changes_of_one_draft_are_one_line(filled, nghi_xuan_registration):
    entry = next(entry for entry in read_board(filled).log if entry.unit == "Huyện ủy Nghi Xuân")
    assert entry.after == "lưu bản soạn"
    assert [detail.text for detail in entry.details] == ["+2 tên", "−1 tên"]


def test_the_log_holds_an_hour_and_eight_lines(filled, nghi_xuan_registration):
    Change.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert read_board(filled).log == []
    enlarge(filled, units=10, communes=0, delegates=0)
    assert len(read_board(filled).log) == 8


def test_what_the_office_did_is_told_with_its_reason(filled, can_loc_registration, trang):
    services.return_registration(
        invitation_id=can_loc_registration.invitation_id, remark="Thiếu cán bộ kỹ thuật", user=trang
    )
    entry = read_board(filled).log[0]
    assert (entry.before, entry.unit, entry.after) == (
        "Văn phòng trả lại",
        "Huyện ủy Can Lộc",
        ": Thiếu cán bộ kỹ thuật",
    )


def test_what_was_typed_before_submitting_is_no_change_after_it(filled, can_loc_registration):
    sent_at = can_loc_registration.submitted_at
    ChangeFactory.create(registration=can_loc_registration, kind="added", at=sent_at - timedelta(minutes=1))
    entry = next(entry for entry in read_board(filled).log if entry.unit == "Huyện ủy Can Lộc")
    assert entry.after == "lưu bản soạn"
    ChangeFactory.create(registration=can_loc_registration, kind="added", at=sent_at + timedelta(minutes=1))
    entry = next(entry for entry in read_board(filled).log if entry.unit == "Huyện ủy Can Lộc")
    assert entry.after == "sửa sau khi gửi"


def test_a_submission_is_told_with_its_counts(filled, can_loc_registration):
    ChangeFactory.create(registration=can_loc_registration, kind="submitted", what="lần 1")
    assert read_board(filled).log[0].after == "gửi lần 1: 45 đại biểu, 1 điểm cầu xã"


# ── Who and how dear ─────────────────────────────────────────────────────────────────────────


def test_the_office_and_propaganda_see_it_and_nobody_else(filled, address, trang, nguyet, an, hung, dien):
    answers = {
        user.username: client_of(user).get(address).status_code for user in (trang, nguyet, an, hung, dien)
    }
    assert answers == {"trang": 200, "nguyet": 200, "an": 403, "hung": 403, "dien": 403}


def test_a_clerk_of_a_unit_that_is_not_called_finds_nothing(address, meeting):
    from tests.factories import UserFactory

    assert client_of(UserFactory.create()).get(address).status_code == 404


def test_propaganda_does_not_see_a_draft(draft_meeting, nguyet, trang):
    address = reverse("board", args=[draft_meeting.slug])
    assert client_of(nguyet).get(address).status_code == 404
    assert "Hội nghị chưa công bố" in client_of(trang).get(address).content.decode()


def test_only_the_office_is_offered_to_give_more_time(filled, address, trang, nguyet, nghi_xuan):
    link = reverse("registration_extend", args=[filled.slug, nghi_xuan.slug])
    assert link in client_of(trang).get(address).content.decode()
    assert link not in client_of(nguyet).get(address).content.decode()


def test_only_the_office_is_offered_to_remind_one_or_all_that_are_missing(
    filled, address, trang, nguyet, nghi_xuan
):
    one, every = (
        reverse("reminder_now", args=[filled.slug, nghi_xuan.slug]),
        reverse("reminder_now", args=[filled.slug]),
    )
    page = client_of(trang).get(address).content.decode()
    assert f'action="{one}"' in page
    form = page[page.index(f'action="{every}"') :].partition("</form>")[0]
    assert form.count('name="unit"') == 2
    page = client_of(nguyet).get(address).content.decode()
    assert one not in page
    assert every not in page


def test_the_latest_board_is_that_of_the_newest_published_meeting(filled, address, trang, an):
    MeetingFactory.create(registration_deadline=filled.registration_deadline + timedelta(days=9))
    MeetingFactory.create(
        published=True, registration_deadline=filled.registration_deadline - timedelta(days=90)
    )
    assert client_of(trang).get(reverse("board_latest")).url == address
    assert client_of(an).get(reverse("board_latest")).status_code == 403


def test_without_a_meeting_the_page_says_what_to_do(trang, nguyet):
    for user in (trang, nguyet):
        answer = client_of(user).get(reverse("board_latest"))
        assert answer.status_code == 200
        assert "Chưa có hội nghị nào" in answer.content.decode()


def test_the_board_takes_as_many_queries_with_many_rows_as_with_few(filled, address, trang):
    few = queries_of(trang, address)
    enlarge(filled, units=12, communes=4, delegates=20)
    assert queries_of(trang, address) == few <= MOST_QUERIES


@pytest.mark.django_db(transaction=True)
def test_counts_come_from_one_picture_even_while_clerks_write(filled, address, trang):
    """Outside a test's transaction the page opens its own snapshot, and stays within its queries."""
    assert queries_of(trang, address) <= MOST_QUERIES
