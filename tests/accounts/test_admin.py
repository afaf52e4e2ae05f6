"""The admin: open by the table of rights and for the office alone; what may be corrected, and how."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import BridgePoint
from invitations import calendars, issuing
from invitations.models import Answer, Meeting
from tests.cast import client_of
from tests.factories import (
    AttemptFactory,
    BridgePointFactory,
    ChangeFactory,
    DelegateFactory,
    ExtensionFactory,
    LineTestFactory,
    MaterialOpeningFactory,
    SubmissionFactory,
    UserFactory,
)

MODELS: list[type[Model]] = list(admin.site._registry)
CORRECTED = {Unit, User, Meeting}


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def rows(can_loc_point: BridgePoint) -> None:
    """At least one row of everything that the office can look at."""
    LineTestFactory.create(point=can_loc_point)
    submission = SubmissionFactory.create()
    DelegateFactory.create(registration=submission.registration)
    ChangeFactory.create(registration=submission.registration)
    AttemptFactory.create(invitation=submission.registration.invitation)
    ExtensionFactory.create(invitation=submission.registration.invitation)
    invitation = submission.registration.invitation
    issue = issuing.first(meeting=invitation.meeting, user=None, now=invitation.sent_at)
    Answer.objects.create(
        invitation=invitation, issue=issue, kind=Answer.Kind.CONFIRMED, at=invitation.sent_at
    )
    MaterialOpeningFactory.create(unit=invitation.unit)
    calendars.make_feed(user=UserFactory.create(unit=invitation.unit))


# ── The door ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_row_opens_for_the_office(rows: None, trang: User, model: type[Model]) -> None:
    office = client_of(trang)
    assert office.get(address(model, "changelist")).status_code == 200
    assert office.get(address(model, "changelist"), {"q": "Lộc"}).status_code == 200
    row = model._default_manager.first()
    if row is not None:
        assert office.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("who", ["nguyet", "an", "hung", "dien"])
def test_nobody_else_gets_in_not_even_with_djangos_flags(
    who: str, can_loc: Unit, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(who)
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    for page in (reverse("admin:index"), *(address(model, "changelist") for model in MODELS)):
        assert client_of(user).get(page).status_code == 403
    assert client_of(user).get(address(Unit, "change", can_loc.pk)).status_code == 403
    assert client_of(user).post(address(Unit, "delete", can_loc.pk), {"post": "yes"}).status_code == 403


def test_a_stranger_signs_in_at_the_portals_own_door(db: None) -> None:
    for page in (reverse("admin:index"), address(User, "changelist")):
        response = Client().get(page, follow=True)
        assert response.redirect_chain[-1] == (f"/tai-khoan/dang-nhap/?next={page}", 302)


@pytest.mark.parametrize("model", [model for model in MODELS if model not in CORRECTED], ids=str)
def test_what_has_its_own_verbs_is_only_read(rows: None, trang: User, model: type[Model]) -> None:
    office = client_of(trang)
    assert office.get(address(model, "add")).status_code == 403
    row = model._default_manager.first()
    if row is not None:
        assert office.post(address(model, "change", row.pk), {}).status_code == 403
        assert office.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [Unit, User, BridgePoint], ids=lambda model: model.__name__)
def test_lists_ask_as_often_for_many_rows_as_for_few(
    can_loc_point: BridgePoint, trang: User, model: type[Model]
) -> None:
    office = client_of(trang)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.get(address(model, "changelist")).status_code == 200
        return len(asked)

    few = queries()
    for _ in range(30):
        UserFactory.create()
        BridgePointFactory.create(meeting=can_loc_point.meeting)
    assert queries() == few
    assert few <= 15


# ── Units ────────────────────────────────────────────────────────────────────────────────────────


def unit_form(unit: Unit, **typed: Any) -> dict[str, Any]:
    names = ("name", "short_name", "tier", "position", "email", "phone", "code", "slug")
    form = {name: getattr(unit, name) for name in names}
    return form | {"parent": unit.parent_id or "", "valid_from": "", "valid_until": ""} | typed


def test_a_unit_with_rows_of_its_own_is_not_deleted_and_the_page_says_what_to_do(
    can_loc: Unit, can_loc_point: BridgePoint, an: User, trang: User
) -> None:
    text = client_of(trang).get(address(Unit, "delete", can_loc.pk)).text
    assert "Chưa xóa được Huyện ủy Can Lộc" in text
    assert "điền ô “Đến hết ngày”" in text
    client_of(trang).post(address(Unit, "delete", can_loc.pk), {"post": "yes"})
    assert Unit.objects.filter(pk=can_loc.pk).exists()


def test_the_office_names_a_units_leader(can_loc: Unit, trang: User) -> None:
    leader = {"leader_name": "Lê Thị Bình", "leader_phone": "0900.000.124", "leader_email": "binh@example.vn"}
    client_of(trang).post(address(Unit, "change", can_loc.pk), unit_form(can_loc, **leader))
    can_loc.refresh_from_db()
    assert (can_loc.leader_name, can_loc.leader_phone) == ("Lê Thị Bình", "0900000124")
    assert "0900.000.124" in client_of(trang).get(f"/don-vi/{can_loc.slug}/").text


def test_a_unit_nobody_needs_is_deleted_after_a_question(health: Unit, trang: User) -> None:
    assert "Chưa xóa được" not in client_of(trang).get(address(Unit, "delete", health.pk)).text
    client_of(trang).post(address(Unit, "delete", health.pk), {"post": "yes"})
    assert not Unit.objects.filter(pk=health.pk).exists()


def test_a_unit_moves_with_all_below_it(
    can_loc: Unit, nghi_xuan: Unit, can_loc_communes: list[Unit], trang: User
) -> None:
    response = client_of(trang).post(
        address(Unit, "change", can_loc.pk), unit_form(can_loc, parent=nghi_xuan.pk)
    )
    assert response.status_code == 302
    can_loc_communes[0].refresh_from_db()
    assert can_loc_communes[0].path.startswith(nghi_xuan.path)


def test_a_unit_cannot_stand_below_itself(can_loc: Unit, can_loc_communes: list[Unit], trang: User) -> None:
    for parent in (can_loc, can_loc_communes[0]):
        response = client_of(trang).post(
            address(Unit, "change", can_loc.pk), unit_form(can_loc, parent=parent.pk)
        )
        assert response.status_code == 200
        assert "Đơn vị cấp trên đang nằm dưới chính đơn vị này." in response.text


def test_a_wrong_telephone_of_a_unit_is_named(can_loc: Unit, trang: User) -> None:
    response = client_of(trang).post(
        address(Unit, "change", can_loc.pk), unit_form(can_loc, phone="0900.000.31")
    )
    assert "Mới có 9 chữ số, cần 10. Điền thêm, hoặc để trống." in response.text


def test_a_unit_is_found_for_an_account_without_marks(can_loc: Unit, trang: User) -> None:
    asked = {"term": "can loc", "app_label": "accounts", "model_name": "user", "field_name": "unit"}
    found = client_of(trang).get(reverse("admin:autocomplete"), asked).json()
    assert [row["text"] for row in found["results"]] == ["Huyện ủy Can Lộc"]


# ── Accounts ─────────────────────────────────────────────────────────────────────────────────────


def new_account(**typed: Any) -> dict[str, Any]:
    form = {"username": "can-loc-2", "full_name": "Đặng Thị Mỹ Duyên", "email": "duyen@example.vn"}
    return form | {"phone": "", "role": Role.CLERK, "unit": ""} | typed


def test_the_office_gives_an_account_without_a_password(can_loc: Unit, trang: User) -> None:
    client_of(trang).post(address(User, "add"), new_account(unit=can_loc.pk))
    account = User.objects.get(username="can-loc-2")
    assert (account.full_name, account.unit) == ("Đặng Thị Mỹ Duyên", can_loc)
    assert not account.has_usable_password()
    assert not account.is_superuser
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Cán bộ đơn vị phải thuộc một đơn vị. Chọn đơn vị, hoặc đổi vai trò."),
        ({"username": "TRANG", "role": Role.TELECOM}, "Tên đăng nhập này đã có. Chọn tên khác."),
        ({"phone": "12", "role": Role.TELECOM}, "Mới có"),
    ],
)
def test_a_wrong_account_is_refused_with_the_reason(trang: User, typed: dict[str, Any], said: str) -> None:
    response = client_of(trang).post(address(User, "add"), new_account(**typed))
    assert response.status_code == 200
    assert said in response.text
    assert User.objects.count() == 1


def test_the_office_changes_a_role_and_never_djangos_flags(an: User, trang: User) -> None:
    page = address(User, "change", an.pk)
    assert "is_superuser" not in client_of(trang).get(page).text
    sent = {
        "username": an.username,
        "full_name": an.full_name,
        "email": an.email,
        "phone": "",
        "role": Role.PROPAGANDA,
        "unit": an.unit_id,
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
    }
    assert client_of(trang).post(page, sent).status_code == 302
    an.refresh_from_db()
    assert an.role == Role.PROPAGANDA
    assert not an.is_superuser
    assert not an.is_staff


def test_a_clerk_keeps_a_unit(an: User, trang: User) -> None:
    sent = {"username": an.username, "full_name": "", "role": Role.CLERK, "unit": "", "is_active": "on"}
    response = client_of(trang).post(address(User, "change", an.pk), sent)
    assert response.status_code == 200
    assert "Cán bộ đơn vị phải thuộc một đơn vị." in response.text


def test_nobody_takes_the_own_key_away(trang: User) -> None:
    page = address(User, "change", trang.pk)
    sent = {"username": trang.username, "full_name": "Thu Trang", "role": Role.CLERK, "unit": trang.unit_id}
    client_of(trang).post(page, sent)
    trang.refresh_from_db()
    assert (trang.full_name, trang.role, trang.is_active) == ("Thu Trang", Role.OFFICE, True)


def test_an_account_is_locked_and_not_deleted(an: User, trang: User) -> None:
    assert client_of(trang).post(address(User, "delete", an.pk), {"post": "yes"}).status_code == 403


def send_links(office: Client, *accounts: User) -> str:
    chosen = {"action": "send_password_link", "_selected_action": [account.pk for account in accounts]}
    return office.post(address(User, "changelist"), chosen, follow=True).text


def test_a_mail_lets_each_chosen_account_set_its_password(an: User, cuong: User, trang: User) -> None:
    User.objects.filter(pk=cuong.pk).update(email=an.email)
    an.set_unusable_password()
    an.save()
    assert "Đã gửi thư đặt mật khẩu cho 1 tài khoản." in send_links(client_of(trang), an)
    (letter,) = mail.outbox
    assert letter.to == [an.email]
    assert "đã được lập cho đồng chí" in letter.body
    link = next(word for word in str(letter.body).split() if "/dat-lai-mat-khau/" in word)
    visitor = Client()
    form = visitor.get(link, follow=True)
    address_of_form = form.redirect_chain[-1][0]
    password = "song-La-xanh-ben-bo-tre"
    visitor.post(address_of_form, {"password1": password, "password2": password})
    an.refresh_from_db()
    cuong.refresh_from_db()
    assert an.check_password(password)
    assert not cuong.check_password(password)


def test_accounts_without_address_or_locked_are_named(an: User, cuong: User, trang: User) -> None:
    User.objects.filter(pk=an.pk).update(email="")
    User.objects.filter(pk=cuong.pk).update(is_active=False)
    text = send_links(client_of(trang), an, cuong)
    assert "Chưa gửi được cho: an, cuong." in text
    assert mail.outbox == []


def test_a_mail_server_that_refuses_breaks_nothing(
    an: User, trang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
    assert "Chưa gửi được cho: an." in send_links(client_of(trang), an)


def test_units_of_every_tier_can_be_made(province: Unit, trang: User) -> None:
    for tier in Tier:
        unit = Unit(name=f"Đơn vị {tier}", tier=tier, position=5)
        client_of(trang).post(address(Unit, "add"), unit_form(unit, parent=province.pk, slug=""))
        assert Unit.objects.get(slug=f"don-vi-{tier}").path.startswith(province.path)
