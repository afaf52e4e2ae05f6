"""The pages of units and of one unit's accounts: for the office, and for nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit, User
from tests.cast import client_of
from tests.factories import UnitFactory, UserFactory

PAGE = "/don-vi/"


def names(response) -> list[str]:
    return [unit.name for unit in response.context["page"]]


def test_the_office_sees_every_unit_with_its_accounts(
    can_loc_communes: list[Unit], an: User, trang: User
) -> None:
    UserFactory.create(unit=an.unit, is_active=False)
    response = client_of(trang).get(PAGE)
    units = {unit.name: unit.accounts for unit in response.context["page"]}
    assert units["Huyện ủy Can Lộc"] == 1
    assert units["Thị trấn Nghèn"] == 0
    assert "chưa có" in response.text


def test_the_list_is_searched_without_marks_and_filtered(
    can_loc_communes: list[Unit], an: User, trang: User
) -> None:
    office = client_of(trang)
    assert names(office.get(PAGE, {"q": "THIEN LOC"})) == ["Xã Thiên Lộc"]
    assert names(office.get(PAGE, {"q": "18436"})) == ["Xã Vượng Lộc"]
    assert names(office.get(PAGE, {"cap": "district"})) == ["Huyện ủy Can Lộc"]
    assert names(office.get(PAGE, {"thuoc": "huyen-uy-can-loc"})) == [unit.name for unit in can_loc_communes]
    assert "Huyện ủy Can Lộc" not in names(office.get(PAGE, {"tai_khoan": "chua"}))
    assert "Huyện ủy Can Lộc" in names(office.get(PAGE, {"tai_khoan": "co"}))
    assert "Không tìm thấy đơn vị nào" in office.get(PAGE, {"q": "khong co"}).text


def test_one_unit_shows_who_signs_in_for_it(an: User, trang: User) -> None:
    text = client_of(trang).get(f"{PAGE}huyen-uy-can-loc/").text
    assert an.full_name in text
    assert an.email in text
    assert f"/quan-tri/accounts/user/{an.pk}/change/" in text


def test_a_new_account_starts_with_the_unit_filled_in(can_loc: Unit, trang: User) -> None:
    office = client_of(trang)
    link = office.get(f"{PAGE}huyen-uy-can-loc/").context["new_account_url"]
    form = office.get(link).text
    assert f'<option value="{can_loc.pk}" selected>Huyện ủy Can Lộc</option>' in form
    assert 'value="huyen-uy-can-loc"' in form
    UserFactory.create(username="huyen-uy-can-loc", unit=can_loc)
    assert "username=" not in office.get(f"{PAGE}huyen-uy-can-loc/").context["new_account_url"]


def test_a_unit_without_accounts_says_what_to_do(can_loc: Unit, trang: User) -> None:
    text = client_of(trang).get(f"{PAGE}huyen-uy-can-loc/").text
    assert "Chưa có tài khoản" in text
    assert "Cấp tài khoản" in text


def test_nobody_else_manages_units(
    can_loc: Unit, an: User, cuong: User, hung: User, dien: User, nguyet: User
) -> None:
    for user in (an, cuong, hung, dien, nguyet):
        assert client_of(user).get(PAGE).status_code == 403
    own = f"{PAGE}{can_loc.slug}/"
    assert client_of(an).get(own).status_code == 403
    assert client_of(nguyet).get(own).status_code == 403
    for stranger in (cuong, hung, dien):
        assert client_of(stranger).get(own).status_code == 404


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}huyen-uy-can-loc/"])
def test_the_pages_ask_as_often_for_many_as_for_few(can_loc: Unit, trang: User, page: str) -> None:
    office = client_of(trang)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.get(page).status_code == 200
        return len(asked)

    UserFactory.create(unit=UnitFactory.create(parent=can_loc))
    UserFactory.create(unit=can_loc)
    few = queries()
    for _ in range(50):
        UserFactory.create(unit=UnitFactory.create(parent=can_loc))
        UserFactory.create(unit=can_loc)
    assert queries() == few
    assert few <= 15
