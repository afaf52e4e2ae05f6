"""Isolation, proved: every address of the resolver × every role × the own and a foreign unit.

An address that is not in ``ADDRESSES`` fails ``test_every_address_has_its_expected_answer``: whoever
adds a page says here who may open it and who may send to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.permissions import Role
from accounts.systems import make_key
from invitations import calendars, issuing
from invitations.checking import services as reading_letters
from registrations import services
from registrations.models import Change
from registrations.services import commune_links, rosters
from reminders.models import Reminder
from reminders.services import policies
from reports.models import ExportJob
from tests.cast import client_of
from tests.factories import (
    ArrivingFileFactory,
    BridgePointFactory,
    DelegateFactory,
    IncidentFactory,
    InvitationFactory,
    MaterialFactory,
    RegistrationFactory,
    ResultVersionFactory,
    ShareFileFactory,
    SignedScanFactory,
    UnitFactory,
    UserFactory,
    five_pm_in,
)
from tests.registrations.conftest import AT_ONCE, press_submit, row

pytestmark = pytest.mark.django_db

WHO = ("office", "propaganda", "clerk", "foreign", "agency", "telecom", "observer")
"""``clerk`` is of Can Lộc, whose things the addresses name; ``foreign`` and ``agency`` are of other units."""

LET_IN, NO_RIGHT, NOT_THERE, NO_SUCH_METHOD = "o", "3", "4", "5"
NOBODY = NO_SUCH_METHOD * len(WHO)


@dataclass(frozen=True)
class Address:
    """One address: what it names, and who is let in to read and to send, one mark for each of ``WHO``."""

    names: tuple[str, ...] = ()
    get: str = NOBODY
    post: str = NOBODY


EVERYBODY = "ooooooo"
OFFICE = "o333333"
OFFICE_OR_HIDDEN = "o344444"
REPORTERS = "oo33333"
WRITERS = "3o33333"
READERS_OF_A_UNIT = "ooo4444"
THE_UNIT = "33o4444"
CLERKS = "33ooo33"
WITHOUT_PROOF = "3333333"
"""What a gateway calls: whoever comes without its secret or signature is refused, signed in or not."""

MEETING = ("slug",)
UNIT = ("slug", "unit")

ADDRESSES: dict[str, Address] = {
    "home": Address(get=EVERYBODY),
    # accounts
    "units": Address(get=OFFICE),
    "units_import": Address(get=OFFICE, post=OFFICE),
    "unit": Address(("unit",), get="o334444"),
    "systems": Address(get=OFFICE, post=OFFICE),
    "system_revoke": Address(("system",), post=OFFICE),
    "api_description": Address(get=OFFICE),
    # invitations
    "meetings": Address(get=EVERYBODY),
    "meeting_create": Address(get=OFFICE, post=OFFICE),
    "meeting_letters": Address(get=OFFICE, post=OFFICE),
    "meeting_letter": Address(("reading",), get=OFFICE),
    "meeting_letter_group": Address(("reading", "reading_group"), post=OFFICE),
    "meeting_letter_make": Address(("reading",), post=OFFICE),
    "meeting_letter_original": Address(("reading",), get=OFFICE),
    "meeting_letter_delete": Address(("reading",), post=OFFICE),
    "meeting_letter_templates": Address(get=OFFICE),
    "meeting_letter_template": Address(("layout",), get=OFFICE, post=OFFICE),
    "meeting_letter_template_try": Address(("layout",), get=OFFICE),
    "meeting_letter_template_withdraw": Address(("layout",), post=OFFICE),
    "meeting": Address(MEETING, get=EVERYBODY),
    "meeting_paper_docx": Address(MEETING, get=REPORTERS),
    "meeting_paper_pdf": Address(MEETING, get=REPORTERS),
    "meeting_unit_paper_docx": Address(UNIT, get="ooo4433"),
    "meeting_unit_paper_pdf": Address(UNIT, get="ooo4433"),
    "meeting_confirm": Address(MEETING, post=CLERKS),
    "meeting_contact": Address(MEETING, get=CLERKS, post=CLERKS),
    "meeting_edit": Address(MEETING, get=OFFICE),
    "meeting_part_add": Address(("slug", "part"), get=OFFICE, post=OFFICE),
    "meeting_part": Address(("slug", "part", "session"), get=OFFICE, post=OFFICE),
    "meeting_part_delete": Address(("slug", "part", "session"), get=OFFICE, post=OFFICE),
    "meeting_part_move": Address(("slug", "audience_part", "audience"), post=OFFICE),
    "meeting_units": Address(("slug", "audience"), get=OFFICE, post=OFFICE),
    "meeting_publish": Address(MEETING, post=OFFICE),
    "meeting_deadline": Address(MEETING, get=OFFICE, post=OFFICE),
    "meeting_close": Address(MEETING, get=OFFICE, post=OFFICE),
    "meeting_reopen": Address(MEETING, post=OFFICE),
    "meeting_purge": Address(MEETING, get=OFFICE, post=OFFICE),
    "meeting_keep": Address(MEETING, post=OFFICE),
    "meeting_calendar": Address(MEETING, get=EVERYBODY),
    "calendar": Address(get=EVERYBODY),
    "calendar_make": Address(post=EVERYBODY),
    "calendar_revoke": Address(post=EVERYBODY),
    "calendar_feed": Address(("feed",), get=EVERYBODY),
    "meeting_issue": Address(MEETING, get=OFFICE, post=OFFICE),
    "meeting_postpone": Address(MEETING, get=OFFICE, post=OFFICE),
    "meeting_cancel": Address(MEETING, get=OFFICE, post=OFFICE),
    "own_assignments": Address(get=EVERYBODY),
    "assignment_mark": Address(("share",), post="o3o4444"),
    "assignment_report": Address(("share",), get="ooo4444", post="o3o4444"),
    "assignment_file": Address(("share", "share_file"), get="ooo4444"),
    "assignment_file_remove": Address(("share", "share_file"), post="o3o4444"),
    "assignment_readiness": Address(MEETING, get=REPORTERS),
    # study materials
    "materials_latest": Address(get="ooooo33"),
    "materials": Address(MEETING, get="ooooo33"),
    "material_add": Address(MEETING, get="3o33333", post="3o33333"),
    "material_openings": Address(MEETING, get=REPORTERS),
    "material_openings_points": Address(MEETING, get=REPORTERS),
    "material_arriving": Address(MEETING, post="3o33333"),
    "material_piece": Address(("slug", "arriving"), get="3o33333", post="3o33333"),
    "material": Address(("slug", "material"), get="oooo433"),
    "material_edit": Address(("slug", "material"), get="3o33333", post="3o33333"),
    "material_move": Address(("slug", "material"), post="3o33333"),
    "material_withdraw": Address(("slug", "material"), post="3o33333"),
    # bridge points
    "points_latest": Address(get=EVERYBODY),
    "points": Address(MEETING, get=EVERYBODY),
    "point_add": Address(MEETING, get=OFFICE, post=OFFICE),
    "point_tests": Address(UNIT, get="ooo44o3"),
    "point_test": Address(UNIT, get="33344o3", post="33344o3"),
    "point_edit": Address(UNIT, get="o334433", post="o334433"),
    "point_remove": Address(UNIT, get="o334433", post="o334433"),
    "assignment_points": Address(MEETING, get=REPORTERS),
    "point_contacts": Address(MEETING, get=EVERYBODY),
    "point_checks": Address(UNIT, get="ooo44oo"),
    "point_check": Address((*UNIT, "item"), post="33o4433"),
    "point_sign": Address((*UNIT, "signed_part"), post="33344o3"),
    # lines and incidents
    "line_console_latest": Address(get="33333o3"),
    "line_console": Address(MEETING, get="oooooo3"),
    "line_point": Address(UNIT, get="33344o3", post="33344o3"),
    "line_call": Address(UNIT, post="33344o3"),
    "line_retest": Address(UNIT, post="33344o3"),
    "line_order": Address(UNIT, post="33344o3"),
    "line_ready": Address(UNIT, post="33o4433"),
    "incidents_latest": Address(get=EVERYBODY),
    "incidents": Address(MEETING, get=EVERYBODY),
    "incident_where": Address(MEETING, get="o3oooo3"),
    "incident_open": Address(UNIT, get="o3o44o3", post="o3o44o3"),
    "incident": Address(("slug", "incident"), get="ooo44o4"),
    "incident_take": Address(("slug", "incident"), post="o3344o4"),
    "incident_note": Address(("slug", "incident"), post="o3344o4"),
    "incident_close": Address(("slug", "incident"), post="o3344o4"),
    # registrations
    "todo": Address(get=CLERKS),
    "registration_own_latest": Address(get=CLERKS),
    "registration_own": Address(MEETING, get=CLERKS),
    "registration": Address(UNIT, get=READERS_OF_A_UNIT),
    "registration_headcount": Address((*UNIT, "role"), post=THE_UNIT),
    "registration_point": Address(UNIT, post=THE_UNIT),
    "registration_commune": Address((*UNIT, "commune"), get=THE_UNIT, post=THE_UNIT),
    "registration_commune_connects": Address((*UNIT, "commune"), post=THE_UNIT),
    "registration_communes": Address(UNIT, get=READERS_OF_A_UNIT),
    "registration_commune_links_make": Address(UNIT, post=THE_UNIT),
    "registration_communes_connect": Address(UNIT, post=THE_UNIT),
    "registration_commune_sheet": Address(UNIT, get=THE_UNIT, post=THE_UNIT),
    "registration_commune_sheet_file": Address(UNIT, get=THE_UNIT),
    "registration_commune_sheet_take": Address(UNIT, post=THE_UNIT),
    "registration_commune_slips": Address(UNIT, get=THE_UNIT),
    "registration_commune_link": Address((*UNIT, "link"), get=THE_UNIT),
    "registration_commune_link_revoke": Address((*UNIT, "link"), post=THE_UNIT),
    "registration_commune_answers": Address(UNIT, get=READERS_OF_A_UNIT),
    "registration_commune_answer": Address((*UNIT, "answer"), get=THE_UNIT, post=THE_UNIT),
    "commune_link": Address(("token",), get=EVERYBODY, post=EVERYBODY),
    "commune_link_ready": Address(("token",), post=EVERYBODY),
    "commune_link_attendance": Address(("token", "session"), get=EVERYBODY),
    "commune_link_attendance_sync": Address(("token", "session"), post=EVERYBODY),
    "commune_link_read_code": Address(("token", "session"), post=EVERYBODY),
    "attendance_worker": Address(get=EVERYBODY),
    "attendance_latest": Address(get="ooooo33"),
    "attendance": Address(MEETING, get="ooooo33"),
    "attendance_session": Address(("slug", "session"), get="ooooo33"),
    "attendance_point": Address(("slug", "session", "unit"), get="ooo4433"),
    "attendance_cards": Address(("slug", "session", "unit"), post="o3o4433"),
    "attendance_sync": Address(("slug", "session", "unit"), post="o3o4433"),
    "attendance_read_code": Address(("slug", "session", "unit"), post="o3o4433"),
    "commune_link_incident": Address(("token",), get=EVERYBODY, post=EVERYBODY),
    "registration_delegates": Address(UNIT, post=THE_UNIT),
    "registration_delegate": Address((*UNIT, "delegate"), get=THE_UNIT, post=THE_UNIT),
    "registration_delegate_remove": Address((*UNIT, "delegate"), post=THE_UNIT),
    "registration_put_back": Address((*UNIT, "removal"), post=THE_UNIT),
    "registration_notices": Address(UNIT, get=READERS_OF_A_UNIT),
    "registration_others": Address(UNIT, get=THE_UNIT),
    "registration_rosters": Address(UNIT, get=THE_UNIT, post=THE_UNIT),
    "registration_roster_template": Address(UNIT, get=THE_UNIT),
    "registration_roster": Address((*UNIT, "roster"), get=THE_UNIT),
    "registration_roster_read": Address((*UNIT, "roster"), post=THE_UNIT),
    "registration_roster_take": Address((*UNIT, "roster"), post=THE_UNIT),
    "registration_roster_marked": Address((*UNIT, "roster"), get=THE_UNIT),
    "registration_submit": Address(UNIT, post=THE_UNIT),
    "registration_decline": Address(UNIT, get=THE_UNIT, post=THE_UNIT),
    "receipt": Address((*UNIT, "submission"), get=READERS_OF_A_UNIT),
    "receipt_docx": Address((*UNIT, "submission"), get=READERS_OF_A_UNIT),
    "receipt_pdf": Address((*UNIT, "submission"), get=READERS_OF_A_UNIT),
    "receipt_scans": Address((*UNIT, "submission"), post=THE_UNIT),
    "receipt_scan": Address((*UNIT, "submission", "scan"), get=READERS_OF_A_UNIT),
    "receipt_scan_remove": Address((*UNIT, "submission", "scan"), post=THE_UNIT),
    "registration_docx": Address(UNIT, get=READERS_OF_A_UNIT),
    "registration_pdf": Address(UNIT, get=READERS_OF_A_UNIT),
    "registration_compare": Address(UNIT, get=READERS_OF_A_UNIT),
    "board_changes": Address(MEETING, get=REPORTERS),
    "registration_extend": Address(UNIT, get="o334444", post="o334444"),
    "registration_copy": Address(UNIT, get=THE_UNIT),
    "registration_copy_from": Address((*UNIT, "earlier"), get=THE_UNIT, post=THE_UNIT),
    "doubles": Address(MEETING, get="o3ooo33"),
    "doubles_decide": Address(("slug", "delegate", "other_delegate"), post="o3o4433"),
    "registration_ask_extension": Address(UNIT, post=THE_UNIT),
    "extension_requests": Address(MEETING, get=OFFICE, post=OFFICE),
    "registration_return": Address(UNIT, get="o334444", post="o334444"),
    # reminders
    "outbox": Address(get=OFFICE),
    "reminder": Address(("reminder",), get="o444444"),
    "outbox_red_ways": Address(get=REPORTERS),
    "outbox_channel_try": Address(("channel",), post=OFFICE),
    "calls": Address(MEETING, get=OFFICE),
    "call": Address(UNIT, get="o334444", post="o334444"),
    "sent": Address(MEETING, get="o3ooo33"),
    "meeting_recipients": Address(MEETING, get=REPORTERS),
    "reminder_resend": Address(("reminder",), post="o444444"),
    "reminder_now": Address(UNIT, post="o334444"),
    "reminder_plan": Address(MEETING, get=OFFICE),
    "reminder_plan_picks": Address(MEETING, post=OFFICE),
    "reminder_plan_pause": Address(MEETING, post=OFFICE),
    "reminder_plan_hours": Address(MEETING, get=OFFICE, post=OFFICE),
    "reminder_plan_restore": Address(MEETING, post=OFFICE),
    "reminder_step_add": Address(MEETING, get=OFFICE, post=OFFICE),
    "reminder_step": Address(("slug", "step"), get=OFFICE, post=OFFICE),
    "reminder_step_remove": Address(("slug", "step"), post=OFFICE),
    "report_esms": Address(("key", "mark"), get=WITHOUT_PROOF, post=WITHOUT_PROOF),
    "report_zalo": Address(post=WITHOUT_PROOF),
    # reports
    "board_latest": Address(get=REPORTERS),
    "board": Address(MEETING, get=REPORTERS),
    "board_file": Address(("slug", "form"), get=REPORTERS),
    "freezes": Address(MEETING, get=REPORTERS),
    "board_compare": Address(MEETING, get=REPORTERS),
    "day_board_latest": Address(get=REPORTERS),
    "day_board": Address(MEETING, get=REPORTERS),
    "board_margin": Address(MEETING, get=REPORTERS),
    "result_latest": Address(get=REPORTERS),
    "result": Address(MEETING, get=REPORTERS),
    "result_texts": Address(MEETING, post=WRITERS),
    "result_tellings": Address(MEETING, get=REPORTERS, post=WRITERS),
    "result_merge": Address(MEETING, post=WRITERS),
    "result_telling": Address(UNIT, get=THE_UNIT, post=THE_UNIT),
    "result_sign": Address(MEETING, get=WRITERS, post=WRITERS),
    "result_file": Address(("slug", "form"), get=REPORTERS),
    "result_version": Address(("slug", "signed"), get=REPORTERS),
    "result_version_file": Address(("slug", "signed", "form"), get=REPORTERS),
    "result_template": Address(get=WRITERS, post=WRITERS),
    "result_template_file": Address(get=WRITERS),
    "result_template_withdraw": Address(post=WRITERS),
    "exports_latest": Address(get=REPORTERS),
    "exports": Address(MEETING, get=REPORTERS, post=REPORTERS),
    "point_files": Address(MEETING, get="oo333o3", post="oo333o3"),
    "export_schedule": Address(MEETING, post=REPORTERS),
    "export_schedule_stop": Address(("schedule",), post=REPORTERS),
    "export_template": Address(get=REPORTERS, post=REPORTERS),
    "export_template_file": Address(get=REPORTERS),
    "export_template_withdraw": Address(post=REPORTERS),
    "export_file": Address(("export_token",), get=EVERYBODY),
    "totals": Address(MEETING, get=REPORTERS),
    "export_download": Address(("job",), get="oo44444"),
    "export_cancel": Address(("job",), post="oo44444"),
    "export_retry": Address(("job",), post="oo44444"),
    # sign-in: one's own account, whoever one is
    "account_login": Address(get=EVERYBODY, post=EVERYBODY),
    "account_logout": Address(get=EVERYBODY, post=EVERYBODY),
    "account_reauthenticate": Address(get=EVERYBODY, post=EVERYBODY),
    "account_inactive": Address(get=EVERYBODY),
    "account_change_password": Address(get=EVERYBODY, post=EVERYBODY),
    "account_set_password": Address(get=EVERYBODY, post=EVERYBODY),
    "account_reset_password": Address(get=EVERYBODY, post=EVERYBODY),
    "account_reset_password_done": Address(get=EVERYBODY),
    "account_reset_password_from_key": Address(("uidb36", "key"), get=EVERYBODY, post=EVERYBODY),
    "account_reset_password_from_key_done": Address(get=EVERYBODY),
    # the machine room
    "healthz": Address(get=EVERYBODY),
    "readyz": Address(get=EVERYBODY),
}

NO_PAGE_OF_THE_OFFICE = {"meeting_contact", "registration_own", "material_add", "result_sign"}


OPEN_TO_STRANGERS = {
    name for name in ADDRESSES if name.startswith(("account_login", "account_logout", "account_reset"))
} | {
    "account_inactive",
    "api_description",
    "attendance_worker",
    "calendar_feed",
    "commune_link",
    "commune_link_attendance",
    "commune_link_attendance_sync",
    "commune_link_incident",
    "commune_link_read_code",
    "commune_link_ready",
    "healthz",
    "readyz",
    "report_esms",
    "report_zalo",
}


def _addresses(
    patterns: list[URLPattern | URLResolver] | None = None, namespace: str = ""
) -> Iterator[tuple[str, str]]:
    """Every named address of the portal with its namespace."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, pattern.namespace or namespace)
        else:
            yield namespace, pattern.name or str(pattern.pattern)


def test_every_address_has_its_expected_answer() -> None:
    """The admin's addresses are Django's own and are walked as a whole below."""
    ours = {name for namespace, name in _addresses() if not namespace}
    assert ours == set(ADDRESSES)


@pytest.fixture
def people(trang, nguyet, an, cuong, lan, hung, dien) -> dict[str, Client]:
    users = (trang, nguyet, an, cuong, lan, hung, dien)
    return {who: client_of(user) for who, user in zip(WHO, users, strict=True)}


@pytest.fixture
def world(
    meeting,
    an,
    can_loc,
    can_loc_communes,
    can_loc_invitation,
    district_roles,
    line_assignment,
    power_assignment,
    trang,
    nguyet,
) -> dict[str, Any]:
    """What the addresses name: Can Lộc's rows, submitted once, with one delegate removed."""
    desk = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": AT_ONCE}
    services.set_headcount(**desk, role_id=district_roles[0].pk, number=2)
    stays, goes = services.add_delegates(
        **desk, rows=[row("Lê Văn Ở", district_roles[0]), row("Lê Văn Đi", district_roles[0])]
    )
    services.remove_delegate(**desk, delegate_id=goes.pk)
    submission = press_submit(desk, can_loc_invitation.registration).submission
    issuing.first(meeting=meeting, user=trang, now=meeting.published_at)
    job = ExportJob.objects.create(meeting=meeting, asked_by=trang, kind=ExportJob.Kind.DELEGATES)
    (link,) = commune_links.make_links(**desk, communes=can_loc_communes[:1])
    BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])
    answer = link.answers.create(form_uuid=uuid4(), values={}, arrived_at=link.made_at)
    now = submission.decided_at
    reminder = Reminder.objects.create(
        meeting=meeting, unit=can_loc, kind=Reminder.Kind.BEFORE, slot=now, due_at=now,
        recipient="an@example.vn", recipient_name="An", subject="Nhắc", body="Nhắc",
    )  # fmt: skip
    before = InvitationFactory.create(
        unit=can_loc, meeting__published=True, meeting__registration_deadline=five_pm_in(-30)
    )
    share = line_assignment.shares.create(unit=can_loc)
    material = MaterialFactory.create(meeting=meeting)
    material.audiences.add(can_loc_invitation.audience)
    RegistrationFactory.create(invitation=before, submitted=True)
    return {
        "slug": meeting.slug,
        "form": "xlsx",
        "signed": ResultVersionFactory.create(meeting=meeting, signed_by=nguyet).version,
        "unit": can_loc.slug,
        "commune": can_loc_communes[0].slug,
        "role": district_roles[0].pk,
        "roster": rosters.bring_text(invitation=can_loc_invitation, user=an, text="Nguyễn Văn Hùng").key,
        "delegate": stays.pk,
        "removal": Change.objects.get(kind=Change.Kind.DELEGATE_REMOVED).pk,
        "submission": 1,
        "earlier": before.meeting.slug,
        "other_delegate": DelegateFactory.create(registration=submission.registration).pk,
        "link": link.pk,
        "answer": answer.pk,
        "token": commune_links.token_of(link),
        "item": "hoi-truong",
        "signed_part": "vien-thong",
        "incident": IncidentFactory.create(point=can_loc.bridge_points.get(meeting=meeting)).key,
        "feed": calendars.token_of(calendars.make_feed(user=an)),
        "scan": SignedScanFactory.create(submission=submission).key,
        "share": share.pk,
        "share_file": ShareFileFactory.create(share=share).key,
        "arriving": ArrivingFileFactory.create(meeting=meeting, begun_by=nguyet).key,
        "material": material.key,
        "part": "buoi",
        "reading": reading_letters.bring_text(user=trang, text="GIẤY MỜI\nDự Hội nghị sơ kết").key,
        "reading_group": "hoi-nghi",
        "layout": "dang",
        "session": meeting.sessions.first().pk,
        "audience_part": "nhom",
        "audience": meeting.audiences.first().pk,
        "job": job.pk,
        "export_token": "khong-phai-duong-dan",
        "schedule": meeting.export_schedules.create(
            user=trang, kind=job.kind, when="deadline", minutes=5, made_at=now
        ).pk,
        "reminder": reminder.pk,
        "step": policies.policy_of(meeting).steps.first().pk,
        "uidb36": "1",
        "key": "set-password",
        "mark": "0",
        "system": make_key(name="Trục liên thông", role=Role.TELECOM, unit=None, user=trang)[0].pk,
        "channel": "mail",
    }


def _mark(status: int) -> str:
    """Let in is all that is no refusal: a page, a redirect, a form with errors, a conflict, "not ready"."""
    assert status < 500 or status == 503, "the page broke"
    return {401: NO_RIGHT, 403: NO_RIGHT, 404: NOT_THERE, 405: NO_SUCH_METHOD}.get(status, LET_IN)


def _some(people: dict[str, Client], address: Address) -> dict[str, Client]:
    """Two people, one of them let in by the other method, where there is none to be let in.

    That a method is not there is said before it is asked who one is.
    """
    marks = address.get if address.get != NOBODY else address.post
    first = marks.find(LET_IN)
    chosen = {WHO[first], WHO[first - 1]}
    return {who: client for who, client in people.items() if who in chosen}


def _answers(people: dict[str, Client], method: str, url: str) -> str:
    """One mark for each person; what a request wrote is taken back before the next one."""
    marks = []
    for client in people.values():
        with transaction.atomic():
            marks.append(_mark(getattr(client, method)(url).status_code))
            transaction.set_rollback(True)
    return "".join(marks)


def test_each_role_gets_what_the_table_says(people, world):
    wrong = []
    for name, address in ADDRESSES.items():
        url = reverse(name, args=[world[part] for part in address.names])
        for method, expected in (("get", address.get), ("post", address.post)):
            if expected == NOBODY:
                answered = _answers(_some(people, address), method, url)
                right = LET_IN not in answered
            else:
                answered = _answers(people, method, url)
                right = answered == expected
            if not right:
                wrong.append(f"{method.upper()} {url}: {answered}, expected {expected} for {WHO}")
    assert not wrong, "\n".join(wrong)


def test_a_stranger_is_sent_to_sign_in(client, world):
    for name in sorted(set(ADDRESSES) - OPEN_TO_STRANGERS):
        url = reverse(name, args=[world[part] for part in ADDRESSES[name].names])
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("account_login")), name


def test_a_meeting_in_draft_is_there_for_the_office_only(people, world, meeting):
    meeting.state, meeting.published_at = "draft", None
    meeting.save()
    for name, address in ADDRESSES.items():
        if address.names == MEETING and address.get != NOBODY and name not in NO_PAGE_OF_THE_OFFICE:
            url = reverse(name, args=[meeting.slug])
            marks = "".join(_mark(client.get(url).status_code) for client in people.values())
            assert marks[0] == LET_IN, name
            assert set(marks[1:]) == {NOT_THERE}, f"{name}: {marks}"


def test_the_admin_is_open_for_the_office_alone(people):
    names = [name for namespace, name in _addresses() if namespace == "admin"]
    plain = [name for name in names if name.endswith(("_changelist", "_add")) or name == "index"]
    assert plain
    for name in plain:
        url = reverse(f"admin:{name}")
        for who, client in people.items():
            status = client.get(url).status_code
            assert (status in (200, 403)) if who == "office" else status in (302, 403, 404), (
                f"{url} for {who}"
            )


def test_a_unit_that_was_not_called_finds_nothing(world):
    client = client_of(
        UserFactory.create(unit=UnitFactory.create(name="Huyện ủy Hương Khê", tier="district"))
    )
    for name, address in ADDRESSES.items():
        if "slug" in address.names and name != "registration_own":
            url = reverse(name, args=[world[part] for part in address.names])
            assert client.get(url).status_code in (403, 404, 405), name
