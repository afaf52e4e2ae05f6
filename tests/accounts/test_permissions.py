"""Section 4 of the design: the table of rights, and what each role sees of every kind of row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.template import Context, Template

from accounts.models import Unit, User
from accounts.permissions import RIGHTS, Right, Rights, Role, may, require, roles_with
from invitations.models import Meeting
from tests.factories import (
    AssignedUnitFactory,
    AssignmentFactory,
    AudienceFactory,
    BridgePointFactory,
    DelegateFactory,
    InvitationFactory,
    MeetingFactory,
    RegistrationFactory,
    UserFactory,
)

TABLE = """
                     office  propaganda  clerk  telecom  observer
    read_letter      yes     yes         yes    yes      yes
    edit_meeting     yes     .           .      .        .
    invite           yes     .           .      .        .
    manage_units     yes     .           .      .        .
    manage_systems   yes     .           .      .        .
    read_invitation  yes     yes         yes    .        .
    confirm          .       .           yes    .        .
    read_registration yes    yes         yes    .        .
    register         .       .           yes    .        .
    compare_people   yes     .           yes    .        .
    extend           yes     .           .      .        .
    return           yes     .           .      .        .
    read_board       yes     yes         .      .        .
    export           yes     yes         .      .        .
    export_points    yes     yes         .      yes      .
    read_outbox      yes     .           .      .        .
    read_sent        yes     .           yes    .        .
    remind           yes     .           .      .        .
    list_points      yes     yes         yes    yes      yes
    read_technicians yes     yes         yes    yes      .
    test_lines       .       .           .      yes      .
    report_ready     .       .           yes    .        .
    open_incident    yes     .           yes    yes      .
    handle_incident  yes     .           .      yes      .
    check_hall       .       .           yes    .        .
    check_line       .       .           .      yes      .
    check_power      .       .           .      .        yes
    sign_check       .       .           .      yes      yes
    do_assignment    yes     yes         yes    yes      yes
    publish_material .       yes         .      .        .
    read_material    yes     yes         yes    .        .
    read_attendance  yes     yes         yes    .        .
    record_attendance yes    .           yes    .        .
    read_result      yes     yes         .      .        .
    write_result     .       yes         .      .        .
    tell_result      .       .           yes    .        .
"""

HEAD, *ROWS = [row.split() for row in TABLE.strip().splitlines()]


# ── The table ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("right", "answers"), [(row[0], row[1:]) for row in ROWS], ids=lambda cell: str(cell)
)
def test_a_right_belongs_to_just_these_roles(right: str, answers: list[str]) -> None:
    expected = {Role(role) for role, answer in zip(HEAD, answers, strict=True) if answer == "yes"}
    assert {role for role in Role if may(User(role=role), Right(right))} == expected
    assert set(roles_with(Right(right))) == expected


def test_every_right_and_every_role_stands_in_the_table() -> None:
    assert {Right(row[0]) for row in ROWS} == set(Right)
    assert {Role(role) for role in HEAD} == set(Role) == set(RIGHTS)


def test_a_stranger_has_no_right() -> None:
    assert not any(may(AnonymousUser(), right) for right in Right)  # type: ignore[arg-type]


def test_without_the_right_the_answer_is_403() -> None:
    require(User(role=Role.OFFICE), Right.EXTEND)
    with pytest.raises(PermissionDenied):
        require(User(role=Role.CLERK), Right.EXTEND)


def test_templates_ask_by_the_rights_name() -> None:
    template = Template("{% if rights.extend %}gia hạn{% endif %}{% if rights.register %}đăng ký{% endif %}")
    assert template.render(Context({"rights": Rights(User(role=Role.OFFICE))})) == "gia hạn"
    assert template.render(Context({"rights": Rights(User(role=Role.CLERK))})) == "đăng ký"


def test_a_right_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(AttributeError):
        _ = Rights(User(role=Role.OFFICE)).extnd


# ── What each role sees ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def world(
    meeting: Meeting,
    can_loc: Unit,
    can_loc_communes: list[Unit],
    nghi_xuan: Unit,
    nghi_xuan_communes: list[Unit],
    health: Unit,
    telecom: Unit,
    power: Unit,
    propaganda_board: Unit,
    trang: User,
    nguyet: User,
    an: User,
    cuong: User,
    lan: User,
    hung: User,
    dien: User,
    line_assignment: object,
    power_assignment: object,
) -> dict[str, User]:
    """A published meeting with registrations, beside it a draft that only the office may know of."""
    for unit, names in ((can_loc, ["Trần Can Lộc"]), (nghi_xuan, ["Lê Nghi Xuân"]), (health, ["Phan Y Tế"])):
        registration = RegistrationFactory.create(invitation=meeting.invitations.get(unit=unit))
        for name in names:
            DelegateFactory.create(registration=registration, full_name=name)
    for commune in (can_loc_communes[0], nghi_xuan_communes[0]):
        BridgePointFactory.create(meeting=meeting, unit=commune)
    committees = AssignmentFactory.create(meeting=meeting, addressee="Thường trực các huyện")
    for unit in (can_loc, nghi_xuan):
        AssignedUnitFactory.create(assignment=committees, unit=unit)

    draft = MeetingFactory.create(short_title="Đang soạn")
    audience = AudienceFactory.create(meeting=draft)
    for unit in (can_loc, health):
        InvitationFactory.create(meeting=draft, unit=unit, audience=audience, sent_at=None)
        BridgePointFactory.create(meeting=draft, unit=unit)
    drafted = AssignmentFactory.create(meeting=draft)
    for unit in (can_loc, telecom, power, propaganda_board):
        AssignedUnitFactory.create(assignment=drafted, unit=unit)
    return {
        "office": trang,
        "propaganda": nguyet,
        "clerk": an,
        "neighbour": cuong,
        "agency": lan,
        "telecom": hung,
        "observer": dien,
        "commune": UserFactory.create(unit=can_loc_communes[0]),
        "nobody": UserFactory.create(is_active=False, unit=None),
    }


def _seen(model: str, user: User, label: Callable[[Model], str]) -> list[str]:
    manager = apps.get_model(model)._default_manager
    return sorted(label(row) for row in manager.visible_to(user))  # type: ignore[attr-defined]


PUBLISHED, DRAFT = "Học tập Nghị quyết Trung ương 8", "Đang soạn"


@pytest.mark.parametrize(
    ("who", "titles"),
    [
        ("office", [PUBLISHED, DRAFT]),
        ("propaganda", [PUBLISHED]),
        ("clerk", [PUBLISHED]),
        ("agency", [PUBLISHED]),
        ("commune", [PUBLISHED]),
        ("telecom", [PUBLISHED]),
        ("observer", [PUBLISHED]),
        ("nobody", []),
    ],
)
def test_meetings(world: dict[str, User], who: str, titles: list[str]) -> None:
    assert _seen("invitations.meeting", world[who], str) == sorted(titles)


def test_a_clerk_whose_unit_is_not_called_sees_no_meeting(world: dict[str, User], telecom: Unit) -> None:
    assert _seen("invitations.meeting", UserFactory.create(unit=telecom), str) == []


def test_a_meeting_is_seen_once_though_several_units_of_a_clerk_are_called(
    world: dict[str, User], meeting: Meeting, can_loc_communes: list[Unit]
) -> None:
    audience = meeting.audiences.all()[0]
    for commune in can_loc_communes:
        InvitationFactory.create(meeting=meeting, unit=commune, audience=audience)
    assert _seen("invitations.meeting", world["clerk"], str) == [PUBLISHED]


CAN_LOC, NGHI_XUAN, HEALTH = "Huyện ủy Can Lộc", "Huyện ủy Nghi Xuân", "Sở Y tế"


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("office", [CAN_LOC, NGHI_XUAN, HEALTH, f"{CAN_LOC} (nháp)", f"{HEALTH} (nháp)"]),
        ("propaganda", [CAN_LOC, NGHI_XUAN, HEALTH]),
        ("clerk", [CAN_LOC]),
        ("neighbour", [NGHI_XUAN]),
        ("agency", [HEALTH]),
        ("commune", []),
        ("telecom", []),
        ("observer", []),
        ("nobody", []),
    ],
)
def test_invitations(world: dict[str, User], who: str, units: list[str]) -> None:
    def label(row: Model) -> str:
        return f"{row.unit}{' (nháp)' if row.meeting.is_draft else ''}"  # type: ignore[attr-defined]

    assert _seen("invitations.invitation", world[who], label) == sorted(units)


SEEN_OF_DELEGATES = {
    "office": ["Lê Nghi Xuân", "Phan Y Tế", "Trần Can Lộc"],
    "propaganda": ["Lê Nghi Xuân", "Phan Y Tế", "Trần Can Lộc"],
    "clerk": ["Trần Can Lộc"],
    "neighbour": ["Lê Nghi Xuân"],
    "agency": ["Phan Y Tế"],
    "commune": [],
    "telecom": [],
    "observer": [],
    "nobody": [],
}


@pytest.mark.parametrize(("who", "people"), SEEN_OF_DELEGATES.items())
def test_delegates_and_their_registrations(world: dict[str, User], who: str, people: list[str]) -> None:
    assert _seen("registrations.delegate", world[who], str) == people
    assert len(_seen("registrations.registration", world[who], str)) == len(people)


@pytest.mark.parametrize(
    ("who", "points"),
    [
        (
            "office",
            ["Can Lộc", "Can Lộc", "Nghi Xuân", "Sở Y tế", "Thị trấn Nghèn", "Thị trấn Tiên Điền", "Tỉnh"],
        ),
        ("propaganda", ["Can Lộc", "Nghi Xuân", "Thị trấn Nghèn", "Thị trấn Tiên Điền", "Tỉnh"]),
        ("clerk", ["Can Lộc", "Thị trấn Nghèn"]),
        ("neighbour", ["Nghi Xuân", "Thị trấn Tiên Điền"]),
        ("agency", []),
        ("commune", ["Thị trấn Nghèn"]),
        ("telecom", ["Can Lộc", "Nghi Xuân", "Thị trấn Nghèn", "Thị trấn Tiên Điền", "Tỉnh"]),
        ("observer", ["Can Lộc", "Nghi Xuân", "Thị trấn Nghèn", "Thị trấn Tiên Điền", "Tỉnh"]),
        ("nobody", []),
    ],
)
def test_bridge_points(world: dict[str, User], who: str, points: list[str]) -> None:
    def label(row: Model) -> str:
        return str(row.unit.called).replace("Tỉnh ủy Hà Tĩnh", "Tỉnh")  # type: ignore[attr-defined]

    assert _seen("bridge_points.bridgepoint", world[who], label) == sorted(points)


@pytest.mark.parametrize(
    ("who", "shares"),
    [
        ("office", 4 + 4),
        ("propaganda", 4),
        ("clerk", 1),
        ("neighbour", 1),
        ("agency", 0),
        ("commune", 0),
        ("telecom", 1),
        ("observer", 1),
        ("nobody", 0),
    ],
)
def test_shares_of_the_work(world: dict[str, User], who: str, shares: int) -> None:
    assert len(_seen("invitations.assignedunit", world[who], str)) == shares


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("clerk", [CAN_LOC, "Thị trấn Nghèn", "Xã Thiên Lộc", "Xã Vượng Lộc"]),
        ("agency", [HEALTH]),
        ("commune", ["Thị trấn Nghèn"]),
        ("telecom", ["Viễn thông Hà Tĩnh"]),
        ("observer", ["Điện lực Hà Tĩnh"]),
        ("nobody", []),
    ],
)
def test_units(world: dict[str, User], who: str, units: list[str]) -> None:
    assert _seen("accounts.unit", world[who], str) == units


@pytest.mark.parametrize("who", ["office", "propaganda"])
def test_those_above_the_units_see_them_all(world: dict[str, User], who: str) -> None:
    assert len(_seen("accounts.unit", world[who], str)) == Unit.objects.count()


def test_a_stranger_sees_no_unit(world: dict[str, User]) -> None:
    assert not Unit.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize(
    "model",
    [
        "accounts.unit",
        "invitations.meeting",
        "invitations.invitation",
        "invitations.assignedunit",
        "bridge_points.bridgepoint",
        "registrations.registration",
        "registrations.delegate",
        "reminders.reminder",
        "reports.exportjob",
    ],
)
def test_what_is_asked_for_in_scope_knows_its_scope(model: str) -> None:
    assert hasattr(apps.get_model(model)._default_manager, "visible_to")


# ── Accounts ─────────────────────────────────────────────────────────────────────────────────


def test_clerks_of_a_unit_can_be_written_to(can_loc: Unit, an: User, cuong: User, trang: User) -> None:
    UserFactory.create(unit=can_loc, email="")
    UserFactory.create(unit=can_loc, is_active=False)
    UserFactory.create(unit=can_loc, role=Role.OBSERVER)
    assert list(User.objects.clerks_of(can_loc)) == [an]
    assert set(User.objects.who_may(Right.EXTEND)) == {trang}


def test_people_are_called_by_their_given_name(an: User) -> None:
    assert (str(an), an.get_full_name(), an.get_short_name()) == ("Trần Văn An", "Trần Văn An", "An")
    assert str(User(username="moi")) == "moi"
