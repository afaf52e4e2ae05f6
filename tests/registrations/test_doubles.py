"""Rows that look like one person: found, shown to who may see both, decided, counted once, never merged."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.picture import Picture
from registrations import services
from registrations.differences import totals
from registrations.doubles import NEAR, alike, proposals, second_posts
from registrations.models import Change, Delegate, SamePerson
from registrations.overview import overview
from registrations.services import locking, pairing
from registrations.states import standings
from reports.board import read_board
from reports.counting import read_counts
from reports.workbooks import write_delegates
from tests.cast import client_of
from tests.factories import DelegateFactory, RegistrationFactory
from tests.registrations.test_extension_requests import without_lock
from tests.together import at_once, meeting_point

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
TWO_POSTS, DIFFERENT = SamePerson.Kind.TWO_POSTS, SamePerson.Kind.DIFFERENT


@pytest.fixture
def lists(can_loc_invitation, nghi_xuan_invitation):
    """The lists of both districts."""
    return [
        RegistrationFactory.create(invitation=invitation, version=1)
        for invitation in (can_loc_invitation, nghi_xuan_invitation)
    ]


@pytest.fixture
def somebody(lists):
    """Add a row to the list of Can Lộc, or of Nghi Xuân (``place=1``)."""

    def add(name, position="", phone="", place=0, **values):
        return DelegateFactory.create(
            registration=lists[place], full_name=name, position=position, phone=phone, **values
        )

    return add


@pytest.fixture
def own(somebody):
    """Two rows of Can Lộc that are one person."""
    return somebody("Đặng Văn Ước", "Bí thư"), somebody("ĐẶNG VĂN ƯỚC", "bí thư")


@pytest.fixture
def across(somebody):
    """A row of Can Lộc and one of Nghi Xuân with the same telephone."""
    return (
        somebody("Lê Thị Hoài Thu", "Trưởng ban", "0900000123"),
        somebody("Lê Thu", "Ủy viên", "0900000123", place=1),
    )


@pytest.fixture
def address(meeting):
    return reverse("doubles", args=[meeting.slug])


def keys(*pairs):
    return [tuple(row.pk for row in pair) for pair in pairs]


def decide(client, meeting, pair, kind, **kwargs):
    return client.post(
        reverse("doubles_decide", args=[meeting.slug, *(row.pk for row in pair)]), {"kind": kind}, **kwargs
    )


# ── Which rows ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        (("Đặng Văn Ước", "Bí thư"), ("dang van uoc", "BÍ THƯ"), True),
        (("Đặng Văn Ước", "Bí thư"), ("Đặng Văn Ước", "Phó Bí thư"), False),
        (("Đặng Văn Ước", "Bí thư"), ("Đặng Văn Ươm", "Bí thư"), False),
        (("Lê Khang", "A", "0900000001"), ("Lê Văn Khang", "B", "0900000001"), True),
        (("Lê Khang", "A", "0900000001"), ("Trần Văn Khang", "B", "0900000001"), False),
        (("Lê Khang", "A", "0900000001"), ("Lê Khang", "B", "0900000002"), False),
        (("Lê Khang", ""), ("Lê Khang", ""), True),
        (("Lê Khang", ""), ("Lê Khang", "A"), False),
        (("Lê Khang A", "B"), ("Lê Khang", "A B"), False),
        (("Hà", "A", "0900000001"), ("Hà", "B", "0900000001"), True),
    ],
)
def test_rows_look_alike_by_name_and_post_or_by_telephone_and_name(somebody, one, other, are_alike):
    pair = somebody(*one), somebody(*other)
    assert alike(Delegate.objects.all()) == (keys(pair) if are_alike else [])


def test_namesakes_without_a_post_are_compared_within_one_list_only(somebody):
    somebody("Lê Khang")
    somebody("Lê Khang", place=1)
    assert alike(Delegate.objects.all()) == []


def test_a_pair_alike_in_both_ways_stands_once(somebody):
    somebody("Lê Khang", "A", "0900000001")
    somebody("Lê Khang", "A", "0900000001")
    assert len(alike(Delegate.objects.all())) == 1


def test_five_alike_are_all_set_beside_each_other_and_a_thousand_cost_four_each(somebody):
    for _ in range(5):
        somebody("Lê Khang", "A")
    assert len(alike(Delegate.objects.all())) == 10
    for _ in range(20):
        somebody("Lê Khang", "A")
    assert len(alike(Delegate.objects.all())) == 10 + 20 * NEAR


def test_rows_are_found_in_one_query_however_many(somebody, django_assert_num_queries):
    for number in range(30):
        somebody(f"Lê Khang {number % 7}", "A")
    with django_assert_num_queries(1):
        alike(Delegate.objects.all())


# ── Who sees what ────────────────────────────────────────────────────────────────────────────


def test_a_unit_sees_the_pairs_of_its_own_list_and_the_office_all(
    meeting, an, cuong, lan, trang, own, across
):
    assert proposals(meeting, an) == keys(own)
    assert proposals(meeting, cuong) == []
    assert proposals(meeting, lan) == []
    assert proposals(meeting, trang) == keys(own, across)


def test_a_unit_sees_of_another_units_row_nothing_at_all(address, an, across):
    text = client_of(an).get(address).content.decode()
    assert "Chưa thấy ai trùng" in text
    assert "Nghi Xuân" not in text
    assert "0900.000.123" not in text


def test_the_office_sees_both_rows_side_by_side(address, trang, across):
    text = client_of(trang).get(address).content.decode()
    assert "1 cặp tên có thể là một người" in text
    for part in ("Lê Thị Hoài Thu", "Lê Thu", "Trưởng ban", "Huyện ủy Nghi Xuân", "cùng số điện thoại"):
        assert part in text


def test_rows_of_another_meeting_are_never_compared(meeting, trang, somebody, own):
    DelegateFactory.create(full_name=own[0].full_name, position=own[0].position, phone="")
    assert proposals(meeting, trang) == keys(own)


def test_the_registration_page_asks_for_the_number_of_pairs_for_its_unit_and_nobody_else(
    meeting, an, trang, can_loc, own
):
    at = [meeting.slug, can_loc.slug]
    notices = reverse("registration_notices", args=at)
    assert f'hx-get="{notices}"' in client_of(an).get(reverse("registration", args=at)).content.decode()
    assert "1 cặp tên có thể là một người" in client_of(an).get(notices).content.decode()
    assert "có thể là một người" not in client_of(trang).get(notices).content.decode()


def test_people_without_the_right_do_not_come_in(address, meeting, nguyet, hung, dien, own):
    for user in (nguyet, hung, dien):
        assert client_of(user).get(address).status_code == 403
        assert decide(client_of(user), meeting, own, "posts").status_code in (403, 404)


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────


def test_a_unit_decides_about_its_own_rows_and_takes_it_back(meeting, address, an, own):
    client = client_of(an)
    text = decide(client, meeting, own, "posts", follow=True).content.decode()
    assert "Không còn cặp tên nào phải xem" in text
    decision = SamePerson.objects.get()
    assert (decision.first, decision.second, decision.decided_by) == (*own, an)
    settled = client.get(address + "?xem=da-quyet").content.decode()
    assert "Một người, hai chức vụ" in settled
    assert "Trần Văn An" in settled
    decide(client, meeting, own, "")
    assert not SamePerson.objects.exists()
    assert proposals(meeting, an) == keys(own)
    assert Delegate.objects.count() == 2


def test_the_order_of_the_rows_does_not_matter(meeting, trang, own):
    pairing.decide(first=own[1], second=own[0], kind=DIFFERENT, user=trang)
    pairing.decide(first=own[0], second=own[1], kind=DIFFERENT, user=trang)
    assert (SamePerson.objects.get().first, SamePerson.objects.get().second) == own


def test_a_unit_cannot_decide_about_a_row_it_does_not_see(meeting, an, cuong, across, own):
    assert decide(client_of(an), meeting, across, "posts").status_code == 404
    assert decide(client_of(cuong), meeting, own, "posts").status_code == 404
    assert not SamePerson.objects.exists()


def test_what_a_colleague_decided_is_not_overwritten(meeting, trang, an, own):
    pairing.decide(first=own[0], second=own[1], kind=DIFFERENT, user=trang)
    text = decide(client_of(an), meeting, own, "posts", follow=True).content.decode()
    assert "Đồng chí Nguyễn Thị Thu Trang vừa quyết: hai người khác nhau" in text
    assert SamePerson.objects.get().kind == DIFFERENT


def test_a_kind_that_does_not_exist_is_refused(meeting, trang, own):
    assert decide(client_of(trang), meeting, own, "merge").status_code == 400


def test_a_row_is_not_compared_with_itself_or_with_one_that_is_gone(meeting, trang, own):
    with pytest.raises(ValidationError, match="chính nó"):
        pairing.decide(first=own[0], second=own[0], kind=DIFFERENT, user=trang)
    Delegate.objects.filter(pk=own[1].pk).delete()
    with pytest.raises(ValidationError, match="vừa được xóa"):
        pairing.decide(first=own[0], second=own[1], kind=DIFFERENT, user=trang)


def test_both_units_can_read_who_decided_and_who_took_it_back(meeting, trang, across):
    for _ in range(2):
        pairing.decide(first=across[0], second=across[1], kind=DIFFERENT, user=trang)
    for _ in range(2):
        pairing.take_back(first=across[0], second=across[1], user=trang)
    for row in across:
        log = row.registration.changes.filter(kind=Change.Kind.PAIRED).order_by("pk")
        said = [(change.by, change.what.rpartition(": ")[2], change.version) for change in log]
        version = row.registration.version
        assert said == [(trang, "hai người khác nhau", version), (trang, "hoàn tác", version)]


def test_the_receipt_counts_people_and_not_their_posts(desk, an, own):
    pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=an)
    version = own[0].registration.version
    submission = services.submit(**desk, form_uuid=uuid4(), version=version, beyond=True).submission
    rows = len(submission.content["delegates"])
    assert (submission.named, submission.content["second_posts"]) == (rows - 1, 1)
    assert totals(submission.content).named == submission.named


def test_removing_a_row_by_its_unit_ends_the_proposal(meeting, an, own, desk):
    pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=an)
    services.remove_delegate(**desk, delegate_id=own[1].pk)
    assert proposals(meeting, an) == []
    assert not SamePerson.objects.exists()


def test_what_follows_from_two_decisions_is_not_asked(meeting, trang, somebody):
    rows = [somebody("Lê Khang", "A") for _ in range(3)]
    pairing.decide(first=rows[0], second=rows[1], kind=TWO_POSTS, user=trang)
    pairing.decide(first=rows[1], second=rows[2], kind=TWO_POSTS, user=trang)
    assert proposals(meeting, trang) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_stands_and_the_other_is_told(meeting, trang, an, own):
    raised = at_once(
        lambda: pairing.decide(first=own[0], second=own[1], kind=DIFFERENT, user=trang),
        lambda: pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=an),
    )
    assert sorted(type(one).__name__ for one in raised) == ["NoneType", "ValidationError"]
    assert SamePerson.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_constraint_stops_the_second(meeting, trang, an, own, monkeypatch):
    monkeypatch.setattr(locking, "lock_all", without_lock)
    real, meet = pairing.database_now, meeting_point()

    def slow():
        meet()
        return real()

    monkeypatch.setattr(pairing, "database_now", slow)
    raised = at_once(
        lambda: pairing.decide(first=own[0], second=own[1], kind=DIFFERENT, user=trang),
        lambda: pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=an),
    )
    assert "IntegrityError" in {type(one).__name__ for one in raised}


# ── Heads ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pairs", "further"),
    [([], 0), ([(1, 2)], 1), ([(1, 2), (2, 3)], 2), ([(1, 3), (2, 3), (1, 2)], 2), ([(1, 2), (3, 4)], 2)],
)
def test_rows_of_one_person_are_one_head(pairs, further):
    assert second_posts(pairs) == further


def test_totals_count_heads_once_in_agreement_everywhere(
    meeting, trang, an, can_loc, own, across, somebody, tmp_path
):
    somebody("Trần Một Mình", "Chuyên viên")
    pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=an)
    pairing.decide(first=across[0], second=across[1], kind=TWO_POSTS, user=trang)
    counts = read_counts(meeting, Picture(timezone.now()))
    assert (counts.sum.named, counts.heads, counts.second_posts) == (5, 3, 2)
    by_unit = {unit.unit.called: (unit.sum.named, unit.heads) for unit in counts.units}
    assert (by_unit["Can Lộc"], by_unit["Nghi Xuân"]) == ((4, 3), (1, 1))
    for at in standings(meeting, trang, timezone.now()):
        page = overview(at)
        assert by_unit.get(at.invitation.unit.called, (0, 0)) == (page.named, page.heads)

    said = "3 người (5 dòng tên, 2 dòng là chức vụ thứ hai)"
    client = client_of(trang)
    for name in ("exports", "totals"):
        assert said in client.get(reverse(name, args=[meeting.slug])).content.decode()
    one = client.get(reverse("totals", args=[meeting.slug]) + f"?don-vi={can_loc.slug}").content.decode()
    assert "3 người (4 dòng tên, 1 dòng là chức vụ thứ hai)" in one
    assert "· 3 người" in client.get(reverse("board", args=[meeting.slug])).content.decode()
    write_delegates(meeting, tmp_path / "book.xlsx")
    book = load_workbook(tmp_path / "book.xlsx")
    for sheet in book.worksheets[:2]:
        assert any("3 người, 2 dòng tên là chức vụ thứ hai" in str(cell.value) for cell in sheet["A"])


def test_a_board_that_refreshes_itself_notices_the_decision(meeting, trang, own):
    before = read_board(meeting).fingerprint
    pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=trang)
    assert read_board(meeting).fingerprint != before


def test_two_who_differ_are_two_heads(meeting, trang, own):
    pairing.decide(first=own[0], second=own[1], kind=DIFFERENT, user=trang)
    counts = read_counts(meeting, Picture(timezone.now()))
    assert counts.heads == counts.sum.named == 2


# ── Queries ──────────────────────────────────────────────────────────────────────────────────


def test_pages_cost_the_same_queries_however_many_pairs(meeting, address, trang, an, can_loc, own, somebody):
    pairing.decide(first=own[0], second=own[1], kind=TWO_POSTS, user=trang)
    somebody("Lê Khang", "A")
    somebody("Lê Khang", "A")
    pages = [
        (client_of(trang), address),
        (client_of(trang), address + "?xem=da-quyet"),
        (client_of(an), reverse("registration", args=[meeting.slug, can_loc.slug])),
    ]

    def spent():
        numbers = []
        for client, page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            numbers.append(len(queries))
        return numbers

    few = spent()
    for number in range(30):
        first, second = somebody(f"Lê Khang {number}", "A"), somebody(f"Lê Khang {number}", "A")
        if number % 2:
            kind = TWO_POSTS if number % 4 == 1 else DIFFERENT
            pairing.decide(first=first, second=second, kind=kind, user=trang)
    assert spent() == few
    assert max(few) <= MOST_QUERIES


def test_a_long_list_of_pairs_has_pages(address, trang, somebody):
    for number in range(25):
        somebody(f"Lê Khang {number}", "A")
        somebody(f"Lê Khang {number}", "A")
    client = client_of(trang)
    assert client.get(address).content.decode().count('class="sheet pair"') == 20
    assert client.get(address + "?page=2").content.decode().count('class="sheet pair"') == 5
