"""Rows are saved one by one; what cannot be saved comes back as it was typed."""

import unicodedata
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registrations import services
from registrations.models import Change, Delegate, Headcount, Registration
from tests.cast import client_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk_of(an, meeting):
    """The clerk's browser on Can Lộc's registration: ``post("headcount", role, number=45)``."""
    client = client_of(an)

    def post(what, *args, **data):
        address = reverse(f"registration_{what}", args=[meeting.slug, "huyen-uy-can-loc", *args])
        return client.post(address, data, headers=HTMX)

    return post


def _delegate(role, **values):
    return {"key": str(uuid.uuid4()), "full_name": "Võ Quang Huyến", "role": role.pk, **values}


def test_a_number_is_saved_when_the_box_is_left(desk_of, district_roles):
    answer = desk_of("headcount", district_roles[1].pk, number="45")
    assert answer.status_code == 200
    assert Headcount.objects.get().number == 45
    assert '"saved"' in answer["HX-Trigger"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("-1", "Số lượng không thể dưới 0"),
        ("5001", "Nhiều nhất 5.000 người"),
        ("bốn lăm", "Chỉ điền chữ số"),
    ],
)
def test_a_wrong_number_says_what_to_do_and_keeps_what_was_typed(desk_of, district_roles, typed, message):
    answer = desk_of("headcount", district_roles[1].pk, number=typed)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()
    assert not Headcount.objects.exists()


def test_an_empty_box_takes_the_number_back(desk_of, district_roles):
    desk_of("headcount", district_roles[1].pk, number="45")
    desk_of("headcount", district_roles[1].pk, number="")
    assert not Headcount.objects.exists()


def test_a_role_of_another_audience_is_not_there(desk_of, meeting):
    foreign = meeting.audiences.get(tier="province").roles.first()
    assert desk_of("headcount", foreign.pk, number="5").status_code == 404


def test_a_delegate_is_added_at_the_end_with_a_fresh_row_after_it(desk_of, draft, district_roles):
    answer = desk_of("delegates", **_delegate(district_roles[2], phone="0900.000.368"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Võ Quang Huyến" in page
    assert "is-new" in page
    added = draft.delegates.last()
    assert (added.full_name, added.phone, added.rank) == ("Võ Quang Huyến", "0900000368", 3)


def test_the_same_row_sent_twice_over_a_bad_line_is_one_row(desk_of, district_roles):
    typed = _delegate(district_roles[0])
    desk_of("delegates", **typed)
    answer = desk_of("delegates", **typed)
    assert answer.status_code == 200
    assert Delegate.objects.count() == 1


def test_five_hundred_delegates_in_one_form_are_all_there(desk_of, district_roles):
    rows = 500
    answer = desk_of(
        "delegates",
        key=[str(uuid.uuid4()) for _ in range(rows)],
        full_name=[f"Nguyễn Văn {chr(65 + i % 26)} {i}" for i in range(rows)],
        position=["Bí thư"] * rows,
        organisation=["Huyện ủy"] * rows,
        role=[district_roles[0].pk] * rows,
        phone=[""] * rows,
        note=[""] * rows,
    )
    assert answer.status_code == 200
    assert Delegate.objects.count() == rows
    assert list(Delegate.objects.values_list("rank", flat=True)) == list(range(1, rows + 1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"full_name": "  "}, "Điền họ và tên"),
        ({"phone": "0900.000.31"}, "Mới có 9 chữ số, cần 10"),
        ({"phone": "gọi anh Ba"}, "chỉ gồm chữ số"),
    ],
)
def test_a_wrong_delegate_row_comes_back_as_typed(desk_of, district_roles, wrong, message):
    answer = desk_of("delegates", **(_delegate(district_roles[0], position="Bí thư xã") | wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert "Bí thư xã" in page
    assert not Delegate.objects.exists()


def test_of_many_rows_with_one_wrong_none_is_taken_and_all_come_back(desk_of, district_roles):
    answer = desk_of(
        "delegates",
        key=[str(uuid.uuid4()), str(uuid.uuid4())],
        full_name=["Nguyễn Thị Hoa", ""],
        role=[district_roles[0].pk] * 2,
    )
    assert answer.status_code == 422
    assert "Nguyễn Thị Hoa" in answer.content.decode()
    assert not Delegate.objects.exists()


@pytest.mark.parametrize("name", ["Lê Văn 😀 Tám", '=HYPERLINK("http://x","Bấm")', "Nguyễn & <b>Sơn</b>"])
def test_any_text_is_a_name_and_is_shown_as_text(desk_of, district_roles, name):
    answer = desk_of("delegates", **_delegate(district_roles[0], full_name=name))
    assert answer.status_code == 200
    assert Delegate.objects.get().full_name == name
    assert "<b>Sơn</b>" not in answer.content.decode()


def test_a_name_typed_on_a_mac_equals_the_same_name_typed_on_a_pc(desk_of, district_roles):
    typed = unicodedata.normalize("NFD", "Đặng Thị Mỹ Duyên")
    desk_of("delegates", **_delegate(district_roles[0], full_name=typed))
    assert Delegate.objects.get().full_name == unicodedata.normalize("NFC", typed)


def test_a_row_is_opened_changed_and_closed(desk_of, an, khang, meeting):
    address = reverse("registration_delegate", args=[meeting.slug, "huyen-uy-can-loc", khang.pk])
    opened = client_of(an).get(address + "?sua", headers=HTMX).content.decode()
    assert 'value="Nguyễn Hữu Khang"' in opened
    answer = desk_of(
        "delegate",
        khang.pk,
        full_name="Nguyễn Hữu Khang",
        position="Bí thư Huyện ủy",
        role=khang.role_id,
        version=1,
    )
    khang.refresh_from_db()
    assert (answer.status_code, khang.position, khang.version) == (200, "Bí thư Huyện ủy", 2)


def test_two_clerks_on_one_row_see_both_texts_and_lose_none(desk_of, khang):
    first = desk_of(
        "delegate", khang.pk, full_name="Nguyễn Hữu Khang", position="Bí thư", role=khang.role_id, version=1
    )
    second = desk_of(
        "delegate",
        khang.pk,
        full_name="Nguyễn Hữu Kháng",
        position="Phó Bí thư",
        role=khang.role_id,
        version=1,
    )
    page = second.content.decode()
    assert (first.status_code, second.status_code) == (200, 409)
    assert "Nguyễn Hữu Kháng" in page, "what the loser typed"
    assert "vừa lưu dòng này" in page
    assert "Nguyễn Hữu Khang · Bí thư" in page, "what the winner saved"
    khang.refresh_from_db()
    assert khang.position == "Bí thư"


def test_saving_again_after_a_conflict_is_a_choice_and_is_taken(desk_of, khang):
    desk_of("delegate", khang.pk, full_name="Khang", role=khang.role_id, version=1)
    desk_of("delegate", khang.pk, full_name="Kháng", role=khang.role_id, version=1)
    assert desk_of("delegate", khang.pk, full_name="Kháng", role=khang.role_id, version=2).status_code == 200
    khang.refresh_from_db()
    assert khang.full_name == "Kháng"


def test_a_removed_delegate_is_put_back_in_its_place(desk_of, draft, khang):
    desk_of("delegate_remove", khang.pk)
    assert [str(delegate) for delegate in draft.delegates.all()] == ["Trần Đình Phúc"]
    change = Change.objects.get(kind=Change.Kind.DELEGATE_REMOVED)
    for _ in range(2):
        assert desk_of("put_back", change.pk).status_code == 200
    assert [str(delegate) for delegate in draft.delegates.all()] == ["Nguyễn Hữu Khang", "Trần Đình Phúc"]


def test_a_commune_point_is_filled_in_and_counted(desk_of, draft, can_loc_communes):
    nghen = can_loc_communes[0]
    answer = desk_of(
        "commune", nghen.slug, venue="Hội trường UBND", chair="Phan Văn Hợi", technician="Bùi Văn Lâm",
        technician_phone="0900.000.601", expected="64", version=0,
    )  # fmt: skip
    assert answer.status_code == 200
    assert "Đủ" in answer.content.decode()
    assert draft.headcounts.counted().total() == 45 + 64


def test_an_unticked_commune_keeps_what_was_typed_and_does_not_count(desk_of, draft, can_loc_communes):
    nghen = can_loc_communes[0]
    desk_of("commune", nghen.slug, venue="Hội trường UBND", expected="64", version=0)
    desk_of("commune_connects", nghen.slug)
    assert draft.headcounts.counted().total() == 45
    assert draft.headcounts.total() == 45 + 64


def test_a_commune_of_another_district_is_not_there(desk_of, nghi_xuan_communes):
    assert desk_of("commune", nghi_xuan_communes[0].slug, venue="x", version=0).status_code == 404


def test_a_service_refuses_a_commune_of_another_district(desk, nghi_xuan_communes):
    with pytest.raises(ValidationError, match="không thuộc"):
        services.connect_commune(**desk, commune=nghi_xuan_communes[0], connects=True)


def test_a_hidden_id_of_another_units_delegate_is_not_there(meeting, khang, cuong):
    client = client_of(cuong)
    own = reverse("registration_delegate", args=[meeting.slug, "huyen-uy-nghi-xuan", khang.pk])
    foreign = reverse("registration_delegate", args=[meeting.slug, "huyen-uy-can-loc", khang.pk])
    for address in (own, foreign):
        assert client.post(address, {"full_name": "X"}, headers=HTMX).status_code == 404


def test_after_the_deadline_a_row_comes_back_with_the_hour_and_with_what_was_typed(
    desk_of, draft, close, district_roles
):
    close()
    answer = desk_of("delegates", **_delegate(district_roles[0]))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Đã hết hạn lúc" in page
    assert "Võ Quang Huyến" in page


def test_a_lost_session_is_told_to_the_page_and_not_redirected(client, meeting, can_loc):
    address = reverse("registration_delegates", args=[meeting.slug, can_loc.slug])
    assert client.post(address, {"full_name": "X"}, headers=HTMX).status_code == 401


def test_the_registration_is_one_row_however_often_it_is_opened(desk, district_roles):
    for number in (1, 2):
        services.set_headcount(**desk, role_id=district_roles[0].pk, number=number)
    assert Registration.objects.count() == 1
