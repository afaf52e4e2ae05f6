"""Writing a meeting: every kind of part through the same few views."""

from datetime import date, datetime, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tier, Unit, User
from invitations.models import (
    AssignedUnit,
    Audience,
    Contact,
    Deadline,
    InvitedRole,
    Meeting,
    Session,
)
from invitations.parts import PARTS, PartKind
from tests.cast import client_of
from tests.factories import (
    AssignedUnitFactory,
    AssignmentFactory,
    AudienceFactory,
    ChairFactory,
    ContactFactory,
    DeadlineFactory,
    DelegateFactory,
    HeadcountFactory,
    InvitationFactory,
    InvitedRoleFactory,
    MeetingFactory,
    RegistrationFactory,
    SessionFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}
NEW = {"short_title": "Sơ kết", "title": "Hội nghị sơ kết", "issuer": "Tỉnh ủy Hà Tĩnh", "code": "SK26"}
MANY = [kind for kind in PARTS if not kind.whole]


def at(meeting: Meeting, rest: str = "") -> str:
    return f"/hoi-nghi/{meeting.slug}/sua/{rest}"


@pytest.fixture
def office(trang: User) -> Client:
    return client_of(trang)


def one_of(kind: PartKind, meeting: Meeting) -> int:
    """A row of this kind in this meeting."""
    audience = AudienceFactory.create(meeting=meeting)
    makers = {
        "session": lambda: SessionFactory.create(meeting=meeting, date=date(2031, 1, 1)),
        "audience": lambda: audience,
        "role": lambda: InvitedRoleFactory.create(audience=audience),
        "chair": lambda: ChairFactory.create(audience=audience),
        "deadline": lambda: DeadlineFactory.create(meeting=meeting),
        "assignment": lambda: AssignmentFactory.create(meeting=meeting),
        "contact": lambda: ContactFactory.create(meeting=meeting),
    }
    pk: int = makers.get(kind.name, lambda: meeting)().pk
    return pk


TYPED = {
    "facts": {"short_title": "Tên mới", "title": "Tên đầy đủ mới", "duration_days": "1,5"},
    "session": {"date": "05/12/2026", "part": "afternoon", "starts_at": "14:00", "ends_at": "17:30"},
    "audience": {"heading": "Tại điểm cầu Công an tỉnh", "tier": "affiliated"},
    "role": {"text": "Báo cáo viên Tỉnh ủy", "chairs": "on"},
    "chair": {"name": "Đặng Hoài Nam", "post": "Bí thư"},
    "deadline": {"what": "Danh sách điểm cầu", "at": "05/12/2026 17:00"},
    "assignment": {"addressee": "Điện lực Hà Tĩnh", "text": "Ổn định nguồn điện.", "kind": "power"},
    "contact": {"name": "Ngô Hoàng Yến", "phone": "0900 000 789"},
    "letterhead": {"form": "state", "issuer": "Ban Thường vụ Tỉnh ủy", "issued_on": "05/12/2026"},
    "recipients": {"recipients": "Như trên\nLưu Văn phòng"},
}
SHOWN = {
    "facts": "Tên mới",
    "session": "Buổi chiều thứ Bảy, 05/12/2026",
    "audience": "Tại điểm cầu Công an tỉnh",
    "role": "Báo cáo viên Tỉnh ủy",
    "chair": "Đặng Hoài Nam",
    "deadline": "trước 17:00, 05/12/2026",
    "assignment": "Điện lực Hà Tĩnh",
    "contact": "0900.000.789",
    "letterhead": "05/12/2026",
    "recipients": "– Lưu Văn phòng",
}


# ── A new meeting ────────────────────────────────────────────────────────────────────────────


def test_a_new_meeting_is_a_draft_and_opens_in_the_editor(office: Client) -> None:
    response = office.post("/hoi-nghi/moi/", NEW | {"registration_deadline": "05/12/2026 17:00"})
    meeting = Meeting.objects.get()
    assert response["Location"] == f"/hoi-nghi/{meeting.slug}/sua/" == "/hoi-nghi/so-ket/sua/"
    assert meeting.is_draft
    deadline = timezone.localtime(meeting.registration_deadline)
    assert (deadline.day, deadline.month, deadline.hour) == (5, 12, 17)


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("Sơ kết", ["so-ket", "so-ket-2", "so-ket-3"]),
        ("Mới", ["moi-2", "moi-3"]),
        ("!!!", ["hoi-nghi", "hoi-nghi-2"]),
    ],
)
def test_the_address_is_made_from_the_short_title_and_is_never_taken(
    office: Client, title: str, slugs: list[str]
) -> None:
    for number, slug in enumerate(slugs):
        typed = {"short_title": title, "code": f"A{number}", "registration_deadline": "05/12/2026 17:00"}
        office.post("/hoi-nghi/moi/", NEW | typed)
        assert Meeting.objects.filter(slug=slug).exists()
        assert office.get(f"/hoi-nghi/{slug}/").context["meeting"].slug == slug


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"short_title": ""}, "short_title", "Điền Tên gọn"),
        ({"registration_deadline": "05/12/2026"}, "registration_deadline", "đủ ngày và giờ"),
        ({"registration_deadline": "2026-13-45"}, "registration_deadline", "đủ ngày và giờ"),
        ({"code": "ht 23"}, "code", "chữ in hoa"),
        ({"code": "HT23"}, "code", "đã dùng"),
    ],
)
def test_what_is_wrong_is_said_under_its_field_and_nothing_typed_is_lost(
    office: Client, typed: dict[str, str], field: str, words: str
) -> None:
    MeetingFactory.create(code="HT23")
    response = office.post("/hoi-nghi/moi/", NEW | {"registration_deadline": "05/12/2026 17:00"} | typed)
    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    assert "Hội nghị sơ kết" in response.content.decode()
    assert Meeting.objects.count() == 1


# ── Who may ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "status"), [("nguyet", 403), ("an", 403), ("hung", 403), ("dien", 403), ("trang", 200)]
)
def test_only_the_office_writes(
    who: str, status: int, meeting: Meeting, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    role = InvitedRole.objects.filter(audience__meeting=meeting)[0]
    assert client.get("/hoi-nghi/moi/").status_code == status
    for rest in ("", "buoi/moi/", f"thanh-phan/{role.pk}/?sua", f"thanh-phan/{role.pk}/xoa/"):
        assert client.get(at(meeting, rest)).status_code == status
    if status == 403:
        assert client.post(at(meeting, f"thanh-phan/{role.pk}/xoa/")).status_code == 403
        assert client.post(at(meeting, f"thanh-phan/{role.pk}/chuyen/")).status_code == 403


def test_a_draft_cannot_be_found_by_the_others(draft_meeting: Meeting, nguyet: User, an: User) -> None:
    for user in (nguyet, an):
        assert client_of(user).get(at(draft_meeting)).status_code == 404


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.name)
def test_a_row_of_another_meeting_does_not_exist_here(
    kind: PartKind, office: Client, draft_meeting: Meeting
) -> None:
    foreign = one_of(kind, MeetingFactory.create())
    for rest in ("?sua", "xoa/"):
        assert office.get(at(draft_meeting, f"{kind.address}/{foreign}/{rest}")).status_code == 404
    for rest in ("", "xoa/", "chuyen/"):
        path = at(draft_meeting, f"{kind.address}/{foreign}/{rest}")
        assert office.post(path, TYPED[kind.name]).status_code == 404
    assert kind.model._default_manager.filter(pk=foreign).exists()


@pytest.mark.parametrize("address", ["thanh-phan", "chu-tri"])
@pytest.mark.parametrize("audience", ["", "x", "²", "0", "foreign"])
def test_a_role_is_not_added_to_an_audience_of_another_meeting(
    address: str, audience: str, office: Client, draft_meeting: Meeting
) -> None:
    wanted = str(AudienceFactory.create().pk) if audience == "foreign" else audience
    path = at(draft_meeting, f"{address}/moi/?nhom={wanted}")
    assert office.get(path).status_code == 404
    assert office.post(path, {"text": "Một người", "name": "Một người"}).status_code == 404


def test_an_unknown_kind_of_part_is_404(office: Client, draft_meeting: Meeting) -> None:
    assert office.get(at(draft_meeting, "la/1/")).status_code == 404
    assert office.get(at(draft_meeting, "noi-dung/moi/")).status_code == 404
    assert office.get(at(draft_meeting, f"noi-dung/{draft_meeting.pk}/xoa/")).status_code == 404


# ── Each kind of row ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_row_of_every_kind_opens_and_is_saved(
    kind: PartKind, htmx: bool, office: Client, draft_meeting: Meeting
) -> None:
    headers = HTMX if htmx else {}
    path = at(draft_meeting, f"{kind.address}/{one_of(kind, draft_meeting)}/")
    assert "Lưu" in office.get(f"{path}?sua", **headers).content.decode()
    response = office.post(path, TYPED[kind.name], **headers)
    assert response.status_code == (200 if htmx else 302)
    shown = response if htmx else office.get(at(draft_meeting))
    assert SHOWN[kind.name] in shown.content.decode()
    if htmx:
        assert "meetingChanged" in response["HX-Trigger"]
        assert office.get(path, **headers).status_code == 200


@pytest.mark.parametrize("kind", MANY, ids=lambda kind: kind.name)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_row_of_every_kind_is_added_at_the_end(
    kind: PartKind, htmx: bool, office: Client, draft_meeting: Meeting
) -> None:
    headers = HTMX if htmx else {}
    audience = draft_meeting.audiences.all()[1]
    path = at(draft_meeting, f"{kind.address}/moi/") + (f"?nhom={audience.pk}" if kind.of_audience else "")
    before = list(kind.rows(draft_meeting, audience if kind.of_audience else None))
    assert office.get(path, **headers).status_code == 200
    response = office.post(path, TYPED[kind.name], **headers)
    assert response.status_code == (200 if htmx else 302)
    after = list(kind.rows(draft_meeting, audience if kind.of_audience else None))
    assert len(after) == len(before) + 1
    if kind.ordered:
        assert after[:-1] == before
    if htmx:
        assert response["HX-Retarget"].startswith(f"#ds-{kind.name}-")
        assert SHOWN[kind.name] in response.content.decode()


@pytest.mark.parametrize("kind", MANY, ids=lambda kind: kind.name)
def test_a_row_is_deleted_after_a_question(kind: PartKind, office: Client, draft_meeting: Meeting) -> None:
    pk = one_of(kind, draft_meeting)
    path = at(draft_meeting, f"{kind.address}/{pk}/xoa/")
    asked = office.get(path, **HTMX).content.decode()
    assert f"Xóa {kind.label} này?" in asked
    assert kind.model._default_manager.filter(pk=pk).exists()
    assert office.post(path, **HTMX).status_code == 200
    assert not kind.model._default_manager.filter(pk=pk).exists()
    assert office.post(path, **HTMX).status_code == 404


@pytest.mark.parametrize("kind", MANY, ids=lambda kind: kind.name)
def test_opening_a_new_row_can_be_taken_back(kind: PartKind, office: Client, draft_meeting: Meeting) -> None:
    audience = draft_meeting.audiences.all()[0]
    nhom = f"&nhom={audience.pk}" if kind.of_audience else ""
    response = office.get(at(draft_meeting, f"{kind.address}/moi/?huy{nhom}"), **HTMX)
    assert f"Thêm {kind.label}" in response.content.decode()


def test_rows_move_up_and_down_and_stay_at_the_ends(office: Client, draft_meeting: Meeting) -> None:
    Deadline.objects.all().delete()
    names = ["một", "hai", "ba"]
    rows = [DeadlineFactory.create(meeting=draft_meeting, what=name, position=0) for name in names]

    def order_after(row: Deadline, way: str) -> list[str]:
        response = office.post(at(draft_meeting, f"han/{row.pk}/chuyen/"), {"huong": way}, **HTMX)
        assert response.status_code == 200
        return list(draft_meeting.deadlines.values_list("what", flat=True))

    assert order_after(rows[2], "len") == ["một", "ba", "hai"]
    assert order_after(rows[0], "len") == ["một", "ba", "hai"]
    assert order_after(rows[0], "xuong") == ["ba", "một", "hai"]
    assert order_after(rows[1], "xuong") == ["ba", "một", "hai"]


def test_sessions_stand_by_date_and_do_not_move(office: Client, draft_meeting: Meeting) -> None:
    session = draft_meeting.sessions.all()[0]
    assert office.post(at(draft_meeting, f"buoi/{session.pk}/chuyen/")).status_code == 404


# ── What is typed ────────────────────────────────────────────────────────────────────────────


def test_the_fifth_of_december_is_not_the_twelfth_of_may(office: Client, draft_meeting: Meeting) -> None:
    office.post(at(draft_meeting, "buoi/moi/"), TYPED["session"], **HTMX)
    session = Session.objects.get(meeting=draft_meeting, date=date(2026, 12, 5))
    assert (session.starts_at, session.ends_at) == (time(14), time(17, 30))
    office.post(at(draft_meeting, "han/moi/"), TYPED["deadline"], **HTMX)
    deadline = Deadline.objects.get(meeting=draft_meeting, what="Danh sách điểm cầu")
    assert deadline.at == datetime(2026, 12, 5, 17, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("address", "typed", "field", "words"),
    [
        ("buoi", {"date": "31/02/2026"}, "date", "ví dụ 05/12/2026"),
        ("buoi", {"date": ""}, "date", "Điền Ngày"),
        ("buoi", {"part": "noon"}, "part", "Chọn một mục"),
        ("buoi", {"starts_at": "25:00"}, "starts_at", "ví dụ 08:00"),
        ("buoi", {"ends_at": "13:00"}, "ends_at", "sau giờ bắt đầu"),
        ("nhom", {"heading": " "}, "heading", "Điền Tiêu đề"),
        ("han", {"at": "05/12/2026"}, "at", "đủ ngày và giờ"),
        ("de-nghi", {"units": "999999"}, "units", "không còn chọn được"),
        ("de-nghi", {"units": "x"}, "units", "không còn chọn được"),
        ("lien-he", {"phone": "0900.abc"}, "phone", "chữ số"),
        ("lien-he", {"name": ""}, "name", "Điền Họ và tên"),
    ],
)
def test_bad_input_is_named_by_its_field(
    address: str, typed: dict[str, str], field: str, words: str, office: Client, draft_meeting: Meeting
) -> None:
    kind = next(kind for kind in PARTS if kind.address == address)
    before = kind.rows(draft_meeting).count()
    response = office.post(at(draft_meeting, f"{address}/moi/"), TYPED[kind.name] | typed, **HTMX)
    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    kept = next(text for name, text in TYPED[kind.name].items() if name not in typed)
    assert kept in response.content.decode()
    assert kind.rows(draft_meeting).count() == before


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"arrive_minutes_before": "-5"}, "arrive_minutes_before"),
        ({"arrive_minutes_before": "999"}, "arrive_minutes_before"),
        ({"arrive_minutes_before": "năm"}, "arrive_minutes_before"),
        ({"duration_days": "1.000"}, "duration_days"),
        ({"duration_days": "nửa"}, "duration_days"),
        ({"line_test_at": "mai"}, "line_test_at"),
    ],
)
def test_odd_numbers_of_the_meeting_are_refused(
    typed: dict[str, str], field: str, office: Client, draft_meeting: Meeting
) -> None:
    path = at(draft_meeting, f"noi-dung/{draft_meeting.pk}/")
    response = office.post(path, TYPED["facts"] | typed, **HTMX)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    draft_meeting.refresh_from_db()
    assert draft_meeting.short_title != "Tên mới"


def test_the_same_session_twice_is_refused_in_words(office: Client, draft_meeting: Meeting) -> None:
    office.post(at(draft_meeting, "buoi/moi/"), TYPED["session"], **HTMX)
    response = office.post(at(draft_meeting, "buoi/moi/"), TYPED["session"], **HTMX)
    assert response.status_code == 422
    assert "05/12/2026 đã có" in response.context["form"].errors["part"][0]


def test_text_is_composed_and_a_formula_stays_text(office: Client, draft_meeting: Meeting) -> None:
    office.post(at(draft_meeting, "lien-he/moi/"), {"name": "Nguye\u0302\u0303n =HYPERLINK(1) 🙂"}, **HTMX)
    assert Contact.objects.filter(name="Nguyễn =HYPERLINK(1) 🙂").exists()


def test_markup_in_a_name_is_shown_as_text(office: Client, draft_meeting: Meeting) -> None:
    typed = {"name": "<script>alert(1)</script>"}
    response = office.post(at(draft_meeting, "lien-he/moi/"), typed, **HTMX)
    assert "&lt;script&gt;" in response.content.decode()
    assert "<script>" not in response.content.decode()


def test_saving_facts_does_not_undo_a_publication_in_the_same_moment(
    office: Client, draft_meeting: Meeting
) -> None:
    """Only the columns of the form are written, whatever the page was opened on."""
    from invitations.forms import FactsForm

    opened = Meeting.objects.get(pk=draft_meeting.pk)
    Meeting.objects.update(state=Meeting.State.PUBLISHED, published_at=timezone.now())
    form = FactsForm(TYPED["facts"], instance=opened, meeting=opened)
    assert form.is_valid()
    form.save()
    assert Meeting.objects.get().state == Meeting.State.PUBLISHED
    assert Meeting.objects.get().short_title == "Tên mới"


def test_a_row_that_somebody_deleted_meanwhile_is_404(office: Client, draft_meeting: Meeting) -> None:
    contact = draft_meeting.contacts.all()[0]
    contact.delete()
    assert office.post(at(draft_meeting, f"lien-he/{contact.pk or 1}/"), TYPED["contact"]).status_code == 404


def test_units_of_an_assignment_keep_their_state_when_it_is_edited(
    office: Client, meeting: Meeting, telecom: Unit, power: Unit
) -> None:
    assignment = AssignmentFactory.create(meeting=meeting)
    AssignedUnitFactory.create(assignment=assignment, unit=telecom, state=AssignedUnit.State.DONE)
    typed = TYPED["assignment"] | {"units": [telecom.pk, power.pk]}
    office.post(at(meeting, f"de-nghi/{assignment.pk}/"), typed, **HTMX)
    states = dict(assignment.shares.values_list("unit__name", "state"))
    assert states == {telecom.name: "done", power.name: "asked"}
    office.post(at(meeting, f"de-nghi/{assignment.pk}/"), TYPED["assignment"] | {"units": [power.pk]})
    assert list(assignment.shares.values_list("unit", flat=True)) == [power.pk]


def test_a_unit_that_no_longer_exists_is_not_offered(office: Client, draft_meeting: Meeting) -> None:
    UnitFactory.create(name="Huyện ủy Kỳ Anh cũ", tier=Tier.DISTRICT, valid_until=date(2015, 1, 1))
    UnitFactory.create(name="Huyện ủy Hương Sơn", tier=Tier.DISTRICT)
    page = office.get(at(draft_meeting, "de-nghi/moi/"), **HTMX).content.decode()
    assert "Huyện ủy Hương Sơn" in page
    assert "Kỳ Anh cũ" not in page


# ── What hangs on a row ──────────────────────────────────────────────────────────────────────


def test_a_role_with_delegates_is_kept_and_the_reason_is_said(
    office: Client, meeting: Meeting, district_roles: list[InvitedRole]
) -> None:
    role = district_roles[1]
    registration = RegistrationFactory.create(invitation=meeting.invitations.all()[0])
    DelegateFactory.create_batch(2, registration=registration, role=role)
    HeadcountFactory.create(registration=registration, role=role)
    for headers in (HTMX, {}):
        response = office.post(at(meeting, f"thanh-phan/{role.pk}/xoa/"), **headers)
        page = response.content.decode()
        assert response.status_code == 409
        assert "2 đại biểu" in page
        assert "1 số lượng đại biểu" in page
        assert "Sửa lời văn thay cho xóa" in page
    assert InvitedRole.objects.filter(pk=role.pk).exists()


def test_an_audience_with_units_is_kept(office: Client, meeting: Meeting) -> None:
    audience = meeting.audiences.get(tier=Tier.DISTRICT)
    response = office.post(at(meeting, f"nhom/{audience.pk}/xoa/"), **HTMX)
    assert response.status_code == 409
    assert "2 thư mời" in response.content.decode()
    assert Audience.objects.filter(pk=audience.pk).exists()


# ── Queries ──────────────────────────────────────────────────────────────────────────────────


def fill(meeting: Meeting, rows: int) -> None:
    for number in range(rows):
        SessionFactory.create(meeting=meeting, date=date(2030, rows, 1 + number))
        audience = AudienceFactory.create(meeting=meeting)
        InvitedRoleFactory.create_batch(rows, audience=audience)
        ChairFactory.create_batch(rows, audience=audience, unit=UnitFactory.create())
        InvitationFactory.create_batch(rows, meeting=meeting, audience=audience)
        DeadlineFactory.create(meeting=meeting)
        ContactFactory.create(meeting=meeting)
        AssignedUnitFactory.create_batch(rows, assignment=AssignmentFactory.create(meeting=meeting))


def test_the_editor_and_its_fragments_take_the_same_few_queries_at_any_size(
    office: Client, meeting: Meeting
) -> None:
    counts: dict[str, list[int]] = {}
    for rows in (2, 6):
        fill(meeting, rows)
        paths = [at(meeting)]
        for kind in PARTS:
            row = kind.rows(meeting).first()
            paths += [at(meeting, f"{kind.address}/{row.pk}/?sua"), at(meeting, f"{kind.address}/{row.pk}/")]
            if not kind.whole:
                nhom = f"?nhom={row.audience_id}" if kind.of_audience else ""
                paths.append(at(meeting, f"{kind.address}/moi/{nhom}"))
        paths.append(f"/hoi-nghi/{meeting.slug}/don-vi-moi/{meeting.audiences.all()[1].pk}/")
        paths.append(f"/hoi-nghi/{meeting.slug}/doi-han/")
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert office.get(path, **({} if path == at(meeting) else HTMX)).status_code == 200
            counts.setdefault(path.split("?")[0].rstrip("/0123456789"), []).append(len(queries))
    assert all(max(found) <= 15 for found in counts.values()), counts
    whole = at(meeting).rstrip("/")
    assert len(set(counts[whole])) == 1, counts[whole]


def test_moving_a_row_takes_the_same_few_queries_at_any_size(office: Client, meeting: Meeting) -> None:
    counts = []
    for rows in (2, 6):
        fill(meeting, rows)
        audience = meeting.audiences.all()[0]
        with CaptureQueriesContext(connection) as queries:
            office.post(at(meeting, f"nhom/{audience.pk}/chuyen/"), {"huong": "xuong"}, **HTMX)
        counts.append(len(queries))
    assert counts[0] == counts[1]
