"""The pages of versions: what changed between two, and what the office has not seen yet."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registrations import services
from registrations.models import Delegate, Look
from tests.cast import client_of
from tests.factories import ChangeFactory, InvitationFactory, RegistrationFactory, SubmissionFactory
from tests.registrations.conftest import press_submit, row

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def address(meeting, can_loc):
    return reverse("registration", args=[meeting.slug, can_loc.slug])


@pytest.fixture
def compare(address):
    return address + "so-sanh/"


@pytest.fixture
def twice(submitted, desk, district_roles):
    """Submitted, then two people added, one removed, one altered, a number changed; submitted again."""
    phuc = submitted.delegates.get(full_name="Trần Đình Phúc")
    khang = submitted.delegates.get(full_name="Nguyễn Hữu Khang")
    services.add_delegates(
        **desk, rows=[row("Lê Văn Ở", district_roles[0]), row("Võ Thị Yến", district_roles[1])]
    )
    services.remove_delegate(**desk, delegate_id=phuc.pk)
    services.change_delegate(
        **desk, delegate_id=khang.pk, values={"phone": "0900000302"}, version=khang.version
    )
    services.set_headcount(**desk, role_id=district_roles[0].pk, number=9)
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=40)
    assert press_submit(desk, submitted).submission is not None
    submitted.refresh_from_db()
    return submitted


# ── Two versions ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["an", "trang", "nguyet"])
def test_the_title_counts_what_changed_between_the_last_two(who, request, compare, twice):
    page = client_of(request.getfixturevalue(who)).get(compare).content.decode()
    assert "Lần 2 so với lần 1: thêm 2 người, bớt 1, sửa 1; 2 số lượng có đổi" in page


def test_each_difference_has_its_word_and_old_and_new(compare, an, twice):
    page = client_of(an).get(compare).content.decode()
    for word in ("Thêm</span>", "Bớt</span>", "Sửa</span>"):
        assert word in page
    assert "<del>0900.000.301</del>" in page
    assert "<ins>0900.000.302</ins>" in page
    assert "<del>45</del>" in page
    assert "<ins>40</ins>" in page
    assert "Trần Đình Phúc" in page


def test_the_draft_is_set_against_the_last_submission_where_something_is_unsent(
    compare, an, twice, desk, district_roles
):
    client = client_of(an)
    services.add_delegates(**desk, rows=[row("Đỗ Văn Mới", district_roles[1])])
    page = client.get(compare).content.decode()
    assert "Bản đang soạn so với lần 2: thêm 1 người" in page
    assert "Lần 2 so với lần 1" in client.get(compare, {"tu": "1", "den": "2"}).content.decode()
    assert (
        "Lần 1 so với lần 2: thêm 1 người, bớt 2"
        in client.get(compare, {"tu": "2", "den": "1"}).content.decode()
    )


def test_two_equal_versions_are_said_to_be_equal(compare, an, submitted):
    page = client_of(an).get(compare).content.decode()
    assert "Bản đang soạn và lần 1 giống nhau" in page


def test_a_version_that_is_not_there_is_refused_with_the_choice_kept(compare, an, twice):
    answer = client_of(an).get(compare, {"tu": "7", "den": "2"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Không có bản này" in page
    assert '<option value="2" selected>' in page


def test_a_unit_without_a_submission_is_told_what_the_page_will_show(compare, an, draft):
    assert "Đơn vị chưa gửi lần nào" in client_of(an).get(compare).content.decode()


def test_another_units_clerk_does_not_find_the_comparison(compare, cuong, twice):
    assert client_of(cuong).get(compare).status_code == 404


def test_receipt_and_registration_lead_to_all_submissions(address, an, twice):
    client = client_of(an)
    receipt = client.get(address + "bien-nhan/2/").content.decode()
    assert address + "bien-nhan/1/" in receipt
    assert address + "so-sanh/" in receipt
    assert address + "so-sanh/" in client.get(address).content.decode()


# ── What the office has not seen ─────────────────────────────────────────────────────────────


@pytest.fixture
def news(meeting):
    return reverse("board_changes", args=[meeting.slug])


def test_the_office_sees_what_was_changed_since_its_last_look(address, trang, desk, draft, district_roles):
    client = client_of(trang)
    assert "từ lần đồng chí xem trước" not in client.get(address).content.decode()
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=46)
    services.add_delegates(**desk, rows=[row("Lê Văn Mới", district_roles[1])])
    page = client.get(address).content.decode()
    assert "2 thay đổi từ lần đồng chí xem trước" in page
    for part in ("Trần Văn An", "Huyện ủy viên", ">45<", ">46<", "thêm đại biểu: Lê Văn Mới"):
        assert part in page
    assert "từ lần đồng chí xem trước" not in client.get(address).content.decode()


def test_a_submission_is_news_though_it_changes_no_content(address, trang, desk, draft):
    client = client_of(trang)
    client.get(address)
    press_submit(desk, draft)
    page = client.get(address).content.decode()
    assert "1 thay đổi từ lần đồng chí xem trước" in page
    assert "gửi đăng ký: lần 1" in page


def test_what_the_person_did_is_no_news_to_them(address, trang, nguyet, can_loc_invitation, submitted):
    for who in (trang, nguyet):
        client_of(who).get(address)
    services.return_registration(invitation_id=can_loc_invitation.pk, remark="Thiếu tên", user=trang)
    assert "từ lần đồng chí xem trước" not in client_of(trang).get(address).content.decode()
    assert "1 thay đổi từ lần" in client_of(nguyet).get(address).content.decode()


def test_what_is_written_after_the_page_was_read_is_new_the_next_time(
    address, trang, desk, draft, district_roles, monkeypatch
):
    """The stamp is the version that was read. Negative control: stamp the newest, and this is lost."""
    from registrations.views import unit

    client, real = client_of(trang), unit.look
    client.get(address)

    def overtaken(**asked):
        services.set_headcount(**desk, role_id=district_roles[1].pk, number=47)
        return real(**asked)

    monkeypatch.setattr(unit, "look", overtaken)
    client.get(address)
    monkeypatch.undo()
    assert "1 thay đổi từ lần" in client.get(address).content.decode()


def test_a_clerk_leaves_no_stamp_and_gets_no_notice(address, an, draft):
    client_of(an).get(address)
    assert not Look.objects.exists()


def test_the_list_names_the_units_with_news_first_the_newest(
    news, address, trang, desk, draft, meeting, nghi_xuan_invitation
):
    other = RegistrationFactory.create(invitation=nghi_xuan_invitation, version=1)
    ChangeFactory.create(registration=other, at=timezone.now() + timedelta(minutes=1))
    client = client_of(trang)
    page = client.get(news).content.decode()
    assert "2 đơn vị có thay đổi đồng chí chưa xem" in page
    assert page.index(">Nghi Xuân</a>") < page.index(">Can Lộc</a>")
    client.get(address)
    page = client.get(news).content.decode()
    assert "1 đơn vị có thay đổi" in page
    assert ">Can Lộc</a>" not in page
    assert ">Can Lộc</a>" in client.get(news + "?tat-ca").content.decode()


def test_when_all_is_seen_the_list_says_so(news, address, trang, draft):
    client = client_of(trang)
    client.get(address)
    assert "Đồng chí đã xem mọi thay đổi" in client.get(news).content.decode()


def test_the_board_leads_to_the_list(meeting, trang, news):
    assert news in client_of(trang).get(reverse("board", args=[meeting.slug])).content.decode()


# ── Cost ─────────────────────────────────────────────────────────────────────────────────────


def test_comparing_costs_the_same_queries_however_many_rows(
    compare, an, twice, desk, district_roles, django_assert_max_num_queries
):
    client = client_of(an)

    def cost():
        with django_assert_max_num_queries(MOST_QUERIES) as spent:
            client.get(compare, {"tu": "1", "den": "nhap"})
        return len(spent)

    small = cost()
    services.add_delegates(**desk, rows=[row(f"Lê Văn Số {n}", district_roles[1]) for n in range(40)])
    for number in range(3, 12):
        SubmissionFactory.create(registration=twice, number=number)
    assert cost() == small


def test_the_list_of_news_costs_the_same_queries_however_many_units(
    news, trang, draft, meeting, district_audience, django_assert_max_num_queries
):
    client = client_of(trang)

    def cost():
        with django_assert_max_num_queries(MOST_QUERIES) as spent:
            client.get(news)
        return len(spent)

    small = cost()
    for invitation in InvitationFactory.create_batch(9, meeting=meeting, audience=district_audience):
        ChangeFactory.create_batch(3, registration=RegistrationFactory.create(invitation=invitation))
    assert cost() == small


def test_a_notice_costs_the_same_queries_however_many_changes(
    address, trang, draft, django_assert_max_num_queries
):
    client = client_of(trang)

    def cost(changes):
        client.get(address)
        draft.refresh_from_db()
        for _ in range(changes):
            draft.version += 1
            ChangeFactory.create(registration=draft, version=draft.version, by=None)
        draft.save()
        with django_assert_max_num_queries(MOST_QUERIES) as spent:
            assert f"{changes} thay đổi từ lần" in client.get(address).content.decode()
        return len(spent)

    assert cost(1) == cost(150)


def test_a_removed_delegate_that_is_put_back_is_no_difference(compare, an, submitted, desk):
    gone = services.remove_delegate(**desk, delegate_id=submitted.delegates.first().pk)
    services.put_back(**desk, change_id=gone.pk)
    assert Delegate.objects.count() == 2
    assert "giống nhau" in client_of(an).get(compare).content.decode()
