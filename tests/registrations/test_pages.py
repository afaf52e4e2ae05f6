"""What a unit and the office see of a registration."""

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from registrations import services
from registrations.models import Attempt, Submission
from registrations.views.unit import FEW
from tests.cast import client_of
from tests.factories import BridgePointFactory, DelegateFactory, HeadcountFactory, UnitFactory
from tests.registrations.conftest import press_submit

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def address(meeting, can_loc):
    return reverse("registration", args=[meeting.slug, can_loc.slug])


def test_the_first_page_of_a_clerk_says_what_is_asked_and_by_when(meeting, an):
    page = client_of(an).get(reverse("todo")).content.decode()
    assert "gửi đăng ký trước 17 giờ" in page
    assert "Xác nhận giấy mời" in page
    assert "data-deadline" in page


def test_a_clerk_without_a_letter_is_told_what_will_come(an):
    page = client_of(an).get(reverse("todo")).content.decode()
    assert "Chưa có việc nào cần làm" in page


def test_the_form_lists_the_roles_of_the_letter_and_all_communes(address, an, can_loc_communes):
    page = client_of(an).get(address).content.decode()
    assert "Ủy viên ban chấp hành đảng bộ huyện" in page
    for commune in can_loc_communes:
        assert commune.called in page
    assert "Gửi đăng ký" in page


def test_an_agency_registers_its_own_delegates_at_the_provincial_point(
    meeting, lan, health, health_invitation
):
    page = client_of(lan).get(reverse("registration", args=[meeting.slug, health.slug])).content.decode()
    assert "Số lượng tại điểm cầu tỉnh" in page
    assert "Hội trường tầng 1" in page
    role = health_invitation.audience.roles.last()
    services.set_headcount(
        invitation_id=health_invitation.pk, user=lan, waited=timedelta(0), role_id=role.pk, number=3
    )
    assert health_invitation.registration.headcounts.get().bridge_point.unit.name == "Tỉnh ủy Hà Tĩnh"


def test_what_is_missing_is_told_beside_the_button(address, an, draft):
    page = client_of(an).get(address).content.decode()
    assert "thiếu 43&nbsp;tên" in page
    assert "Vẫn gửi được" in page


def test_submitting_leads_to_the_receipt_and_the_receipt_can_be_opened_again(address, an, draft):
    client = client_of(an)
    form = {"form_uuid": str(uuid.uuid4()), "version": draft.version}
    answer = client.post(address + "gui/", form, follow=True)
    receipt = answer.content.decode()
    submission = Submission.objects.get()
    assert answer.redirect_chain[-1][0].endswith("/bien-nhan/1/")
    for part in (submission.code, submission.sha256, "Nguyễn Hữu Khang", "45"):
        assert part in receipt
    assert client.post(address + "gui/", form, follow=True).redirect_chain[-1][0].endswith("/bien-nhan/1/")
    assert Submission.objects.count() == 1


def test_the_receipt_calls_a_communes_number_by_its_name(address, an, draft, meeting, can_loc_communes):
    commune = can_loc_communes[0]
    point = BridgePointFactory.create(meeting=meeting, unit=commune)
    HeadcountFactory.create(registration=draft, bridge_point=point, role=None, number=64)
    form = {"form_uuid": str(uuid.uuid4()), "version": draft.version}
    receipt = client_of(an).post(address + "gui/", form, follow=True).content.decode()
    assert f'<th scope="row" class="fw-normal">{commune.called}</th><td class="num">64</td>' in receipt
    assert commune.slug not in receipt


def test_a_stale_submit_shows_what_changed_meanwhile(address, an, draft, desk, district_roles):
    seen = draft.version
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=99)
    answer = client_of(an).post(address + "gui/", {"form_uuid": str(uuid.uuid4()), "version": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "có người vừa sửa" in page
    assert "45" in page
    assert "99" in page


def test_a_late_unit_finds_the_form_closed_and_its_draft_kept(address, an, draft, close):
    close()
    client = client_of(an)
    client.post(address + "gui/", {"form_uuid": str(uuid.uuid4()), "version": draft.version})
    page = client.get(address).content.decode()
    assert "Đã hết hạn, bản đăng ký chưa được gửi" in page
    assert "Không nhận: đến máy chủ sau hạn" in page
    assert Attempt.objects.get().result == Attempt.Result.LATE
    frozen = client.get(address + "?xem").content.decode()
    assert "Nguyễn Hữu Khang" in frozen
    assert "form-control-sm" not in frozen


def test_a_unit_that_submitted_reads_its_registration_after_the_deadline(address, an, submitted, close):
    close()
    page = client_of(an).get(address).content.decode()
    assert "Đã gửi lần 1" in page
    assert "chỉ còn xem" in page


def test_the_office_reads_a_draft_and_cannot_write_in_it(address, trang, draft, district_roles):
    client = client_of(trang)
    page = client.get(address).content.decode()
    assert "Nguyễn Hữu Khang" in page
    assert "Gửi ngay" not in page
    answer = client.post(address + f"so-luong/{district_roles[0].pk}/", {"number": "9"})
    assert answer.status_code == 403


def test_the_office_extends_one_unit_with_a_reason(address, trang, an, draft, close):
    close()
    until = timezone.localtime() + timedelta(hours=3)
    answer = client_of(trang).post(
        address + "gia-han/", {"until": f"{until:%d/%m/%Y %H:%M}", "reason": "Mất điện từ 14:00"}
    )
    assert answer.status_code == 302
    page = client_of(an).get(address).content.decode()
    assert "Gia hạn đến" in page
    assert "Gửi đăng ký" in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"until": "hôm qua", "reason": "x"}, "Ghi đủ ngày và giờ"),
        ({"until": "01/12/2099", "reason": "x"}, "Ghi đủ ngày và giờ"),
        ({"until": "01/12/2023 17:00", "reason": "x"}, "phải ở sau giờ này"),
        ({"until": "", "reason": ""}, "Ghi lý do gia hạn"),
    ],
)
def test_an_extension_that_cannot_be_names_its_field(address, trang, draft, typed, message):
    answer = client_of(trang).post(address + "gia-han/", typed)
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_the_office_returns_a_registration_and_the_unit_reads_why(address, trang, an, submitted):
    client_of(trang).post(address + "tra-lai/", {"remark": "Hai điểm thiếu cán bộ kỹ thuật"})
    page = client_of(an).get(address).content.decode()
    assert "Hai điểm thiếu cán bộ kỹ thuật" in page
    assert "Trả lại" in page


def test_another_units_clerk_finds_nothing_there(address, cuong, draft):
    client = client_of(cuong)
    for end in ("", "gui/", "gia-han/", "tra-lai/", "dai-bieu/", "diem-cau/", "bien-nhan/1/"):
        assert client.get(address + end).status_code in (404, 405)
        assert client.post(address + end).status_code in (404, 405)


@pytest.mark.parametrize("page", ["todo", "registration", "receipt"])
def test_pages_cost_the_same_queries_however_many_rows(
    page, meeting, an, can_loc, submitted, can_loc_communes, django_assert_max_num_queries
):
    args = {
        "todo": [],
        "registration": [meeting.slug, can_loc.slug],
        "receipt": [meeting.slug, can_loc.slug, 1],
    }
    client, url = client_of(an), reverse(page, args=args[page])
    named = partial(
        DelegateFactory.create_batch,
        registration=submitted,
        bridge_point=submitted.delegates.first().bridge_point,
        role=None,
    )
    named(FEW)  # an almost empty list asks once more, whether there is an earlier one
    with django_assert_max_num_queries(MOST_QUERIES) as small:
        client.get(url)
    UnitFactory.create_batch(12, parent=can_loc, tier="commune")
    named(40)
    with django_assert_max_num_queries(MOST_QUERIES) as large:
        client.get(url)
    assert len(small) == len(large)


def test_saving_a_row_costs_the_same_queries_however_many_rows(
    address, an, draft, desk, district_roles, django_assert_max_num_queries
):
    client = client_of(an)

    def save(number):
        with django_assert_max_num_queries(30) as spent:
            client.post(address + f"so-luong/{district_roles[1].pk}/", {"number": number})
        return len(spent)

    small = save(46)
    DelegateFactory.create_batch(40, registration=draft, bridge_point=draft.delegates.first().bridge_point)
    assert save(47) == small


def test_a_submission_costs_the_same_queries_however_many_rows(desk, draft, django_assert_max_num_queries):
    def send():
        with django_assert_max_num_queries(20) as spent:
            press_submit(desk, draft)
        return len(spent)

    small = send()
    DelegateFactory.create_batch(40, registration=draft, bridge_point=draft.delegates.first().bridge_point)
    assert send() == small


def test_names_beyond_the_number_ask_and_offer_the_right_number(address, an, desk, draft, district_roles):
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=1)
    browser = client_of(an)
    page = browser.get(address).content.decode()
    assert "thừa 1&nbsp;tên" in page
    assert 'name="beyond" id="beyond" required' in page
    form = {"form_uuid": str(uuid.uuid4()), "version": draft.__class__.objects.get(pk=draft.pk).version}
    refused = browser.post(f"{address}gui/", form, follow=True).content.decode()
    assert "số tên nhiều hơn số đã khai" in refused
    assert "Những gì đã nhập vẫn còn nguyên" in refused
    offered = {"number": "2"}
    browser.post(f"{address}so-luong/{district_roles[1].pk}/", offered, headers={"HX-Request": "true"})
    assert 'name="beyond"' not in browser.get(address).content.decode()
