"""Lists that clerks bring: kept, read, taken once, whatever the file is."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from bridge_points.models import BridgePoint
from invitations.models import Invitation, InvitedRole
from registrations import services
from registrations.models import Delegate, Headcount, RosterColumns, RosterUpload
from registrations.roster import guarded, marked, reader, takeover
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.roster import Accepted, Person
from registrations.roster.takeover import part, place_words, take
from registrations.roster.vocabulary import Field
from registrations.services import rosters
from tests.factories import BridgePointFactory
from tests.registrations.conftest import AT_ONCE
from tests.registrations.roster.corpus import CASES, Case
from tests.registrations.roster.files import HEADINGS, HUNG, LAN, csv, lines, xls, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a child: ``test_guarded`` and the pages' tests see to it that there is one."""
    monkeypatch.setattr(guarded, "read_roster", reader.read_roster)
    monkeypatch.setattr(guarded, "read_roster_text", reader.read_roster_text)


def bring(invitation: Invitation, user: User, data: bytes, name: str = "ds.xlsx") -> RosterUpload:
    return rosters.bring(invitation=invitation, user=user, name=name, data=data)


def rows(*people: Person) -> list[Accepted]:
    return [Accepted(number, person) for number, person in enumerate(people, 2)]


def add(invitation: Invitation, user: User, *people: Person) -> takeover.Taken:
    return take(invitation=invitation, user=user, waited=AT_ONCE, accepted=rows(*people))


def names() -> list[str]:
    return list(Delegate.objects.order_by("rank").values_list("full_name", flat=True))


# ── Kept ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_lies_outside_the_web_root_under_a_name_nobody_chose(can_loc_invitation, an):
    upload = bring(can_loc_invitation, an, xlsx(), "Danh sách.xlsx")
    path = Path(upload.file.path)
    assert path.is_relative_to(settings.MEDIA_ROOT)
    assert not path.is_relative_to(settings.STATIC_ROOT)
    assert "." not in path.name
    assert "sach" not in path.name
    assert (upload.name, upload.size) == ("Danh sách.xlsx", len(xlsx()))
    assert len(upload.sha256) == 64
    assert upload.uploaded_by == an


@pytest.mark.parametrize("name", ["../ds.xlsx", "a/b.xlsx", "ds\u202exslx.exe.xlsx", "", "ds.exe"])
def test_a_name_that_is_none_is_refused(can_loc_invitation, an, name):
    with pytest.raises(UnreadableRosterError):
        bring(can_loc_invitation, an, xlsx(), name)
    assert not RosterUpload.objects.exists()


def test_a_long_name_keeps_its_ending(can_loc_invitation, an):
    upload = bring(can_loc_invitation, an, xlsx(), "d" * 240 + ".xlsx")
    assert len(upload.name) <= 200
    assert upload.name.endswith(".xlsx")
    assert rosters.read_again(upload=upload).accepted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_file_of_the_corpus_is_a_right_import_or_a_sentence(
    case: Case, can_loc_invitation, an, monkeypatch
):
    """Hostile ones at arm's length, as the page reads them; sound ones here, which is faster."""
    if case.refusal:
        monkeypatch.undo()
        refusal = _refusal(can_loc_invitation, an, case)
        assert case.refusal in refusal
        assert refusal.endswith("."), "a sentence with a way out"
        return
    upload = bring(can_loc_invitation, an, case.data(), case.file)
    roster = rosters.roster_of(upload)
    assert roster is not None
    assert [row.person.full_name for row in roster.accepted] == case.names
    taken = rosters.take(upload=upload, user=an, waited=AT_ONCE, beyond="keep")
    assert taken.added + taken.known == len(case.names)
    if case.names:
        again = marked.marked(
            case.data(), case.file, sheet=roster.sheet, marks=rosters.marks_of(roster), kept=True
        )
        assert _people(reader.read_roster(again, "lai.xlsx")) == _people(roster)


def _refusal(invitation: Invitation, user: User, case: Case) -> str:
    try:
        return bring(invitation, user, case.data(), case.file).problem
    except UnreadableRosterError as reason:
        return str(reason)


def _people(roster: Any) -> list[tuple[int, str]]:
    return [(row.row, row.person.full_name) for row in roster.accepted]


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────

ODD = [["Họ và tên", "Cột lạ", "STT"], ["Nguyễn Văn Hùng", "Bí thư", 1], ["Trần Thị Lan", "Kế toán", 2]]


def test_a_correction_is_remembered_for_the_unit_alone(can_loc_invitation, an, nghi_xuan_invitation, cuong):
    upload = bring(can_loc_invitation, an, xlsx(ODD))
    rosters.read_again(upload=upload, columns={"A": Field.FULL_NAME, "B": Field.POSITION})
    assert RosterColumns.objects.get().unit == can_loc_invitation.unit
    ours = rosters.roster_of(bring(can_loc_invitation, an, xlsx(ODD)))
    theirs = rosters.roster_of(bring(nghi_xuan_invitation, cuong, xlsx(ODD)))
    assert ours.accepted[0].person.position == "Bí thư"
    assert theirs.accepted[0].person.position == ""


def test_a_correction_holds_where_the_columns_have_moved(can_loc_invitation, an):
    upload = bring(can_loc_invitation, an, xlsx(ODD))
    rosters.read_again(upload=upload, columns={"A": Field.FULL_NAME, "B": Field.POSITION})
    moved = [[None, *row] for row in ODD]
    roster = rosters.roster_of(bring(can_loc_invitation, an, xlsx(moved)))
    assert roster.accepted[0].person.position == "Bí thư"
    assert roster.fields == {"full_name": "B", "position": "C"}


def test_a_correction_may_be_corrected(can_loc_invitation, an):
    upload = bring(can_loc_invitation, an, xlsx(ODD))
    for field in (Field.POSITION, Field.NOTE):
        rosters.read_again(upload=upload, columns={"A": Field.FULL_NAME, "B": field})
    assert rosters.roster_of(bring(can_loc_invitation, an, xlsx(ODD))).accepted[0].person.note == "Bí thư"


def test_a_choice_that_cannot_be_leaves_the_list_as_it_was(can_loc_invitation, an):
    upload = bring(can_loc_invitation, an, xlsx(ODD))
    with pytest.raises(UnreadableRosterError, match="Chọn cột nào"):
        rosters.read_again(upload=upload, columns={"B": Field.PHONE})
    upload.refresh_from_db()
    assert upload.columns == {}
    assert len(rosters.roster_of(upload).accepted) == 2


def test_the_sheets_that_can_be_chosen_are_offered(can_loc_invitation, an):
    more = {"Khác": ([HEADINGS, LAN], "visible"), "Ẩn": ([HEADINGS, HUNG], "hidden")}
    upload = bring(can_loc_invitation, an, xlsx(more=more))
    assert rosters.roster_of(upload).sheets == ["Sheet1", "Khác"]
    rosters.read_again(upload=upload, sheet="Khác")
    upload.refresh_from_db()
    assert (upload.sheet, len(rosters.roster_of(upload).accepted)) == ("Khác", 1)


# ── Taken once ───────────────────────────────────────────────────────────────────────────────────

HUNG_AT_HOME = Person("Nguyễn Văn Hùng", "Bí thư", "Huyện ủy", "0912345678")


@pytest.mark.parametrize(
    "corrected",
    [
        HUNG_AT_HOME._replace(phone="0912345679"),
        HUNG_AT_HOME._replace(phone=""),
        HUNG_AT_HOME._replace(position="Phó Bí thư"),
        HUNG_AT_HOME._replace(full_name="NGUYỄN VĂN HÙNG", organisation="HUYỆN ỦY"),
        HUNG_AT_HOME._replace(organisation="Huyện ủy Can Lộc"),
    ],
    ids=["telephone", "no telephone", "post", "capitals", "organisation"],
)
def test_a_corrected_cell_makes_nobody_a_second_time(can_loc_invitation, an, corrected):
    add(can_loc_invitation, an, HUNG_AT_HOME)
    assert add(can_loc_invitation, an, corrected) == (0, 1)
    assert len(names()) == 1


def test_namesakes_are_people_of_their_own(can_loc_invitation, an):
    """One with another telephone, one without a telephone elsewhere, and a second post of the first."""
    people = (
        HUNG_AT_HOME,
        HUNG_AT_HOME._replace(phone="0987654321"),
        HUNG_AT_HOME._replace(phone="", organisation="Xã Thiên Lộc"),
        HUNG_AT_HOME._replace(phone="", organisation="Xã Vượng Lộc"),
        HUNG_AT_HOME._replace(position="Chủ tịch Hội đồng"),
    )
    assert add(can_loc_invitation, an, *people) == (5, 0)
    assert add(can_loc_invitation, an, *people) == (0, 5)


def test_a_row_that_was_edited_by_hand_is_known_by_its_key(can_loc_invitation, an, desk):
    add(can_loc_invitation, an, HUNG_AT_HOME)
    hung = Delegate.objects.get()
    values = {"full_name": "Nguyễn Văn Hùng (A)", "position": "Chủ tịch", "phone": "0911111111"}
    services.change_delegate(**desk, delegate_id=hung.pk, values=values, version=hung.version)
    assert add(can_loc_invitation, an, HUNG_AT_HOME) == (0, 1)


def test_who_was_removed_comes_back_with_the_list(can_loc_invitation, an, desk):
    add(can_loc_invitation, an, HUNG_AT_HOME)
    services.remove_delegate(**desk, delegate_id=Delegate.objects.get().pk)
    assert add(can_loc_invitation, an, HUNG_AT_HOME) == (1, 0)


def test_the_same_row_twice_in_a_file_is_one_person(can_loc_invitation, an):
    assert add(can_loc_invitation, an, HUNG_AT_HOME, HUNG_AT_HOME) == (1, 1)


def test_every_row_is_either_new_or_known(can_loc_invitation, an):
    add(can_loc_invitation, an, HUNG_AT_HOME)
    accepted = rows(HUNG_AT_HOME, Person("Trần Thị Lan"), Person("Trần Thị Lan"))
    new, known, keys = part(can_loc_invitation, accepted)
    assert [row.row for row in new] == [3]
    assert [row.row for row in known] == [2, 4]
    told = f"{can_loc_invitation.unit_id}\n{can_loc_invitation.meeting_id}\ntran thi lan\n\n"
    assert keys == [uuid5(takeover.ROSTERS, told)]


def test_a_whole_list_is_added_as_its_rows_would_be(can_loc_invitation, an, monkeypatch):
    monkeypatch.setattr("registrations.services.rows.AT_A_TIME", 2)
    people = [Person(f'Lê \\ "Văn" Số {n}', note="a\\tb") for n in range(5)]
    assert add(can_loc_invitation, an, *people) == (5, 0)
    added = list(Delegate.objects.order_by("rank"))
    assert [one.rank for one in added] == [1, 2, 3, 4, 5]
    assert [(one.full_name, one.note) for one in added] == [(one.full_name, one.note) for one in people]
    assert {one.origin for one in added} == {Delegate.Origin.ROSTER}
    registration = added[0].registration
    changes = list(registration.changes.order_by("version"))
    assert [change.version for change in changes] == [1, 2, 3, 4, 5]
    assert [change.after["id"] for change in changes] == [one.pk for one in added]
    assert (registration.version, registration.changed_by) == (5, an)
    for one in added:
        stored = one.sort_key, one.search
        one.compute_keys()
        assert (one.sort_key, one.search) == stored


# ── Points ───────────────────────────────────────────────────────────────────────────────────────


def test_people_of_a_commune_sit_at_its_point(
    can_loc_invitation, an, can_loc_communes, can_loc_point, meeting
):
    nghen, thien_loc, _ = can_loc_communes
    for commune in (nghen, thien_loc):
        BridgePointFactory.create(meeting=meeting, unit=commune, parent=can_loc_point)
    said = [
        "Điểm cầu xã Thiên Lộc",
        "THIÊN LỘC",
        "tt. Nghèn",
        "Xã Không Có",
        "",
        "Can Lộc",
        "Huyện ủy Can Lộc",
    ]
    add(
        can_loc_invitation,
        an,
        *(Person(f"Lê Văn Số {chr(65 + n)}", point=text) for n, text in enumerate(said)),
    )
    sat = [delegate.bridge_point.unit for delegate in Delegate.objects.order_by("rank")]
    own = can_loc_invitation.unit
    assert sat == [thien_loc, thien_loc, nghen, own, own, own, own]


def test_a_point_of_another_unit_is_not_taken(
    can_loc_invitation, an, can_loc_point, nghi_xuan_communes, meeting
):
    BridgePointFactory.create(meeting=meeting, unit=nghi_xuan_communes[1])
    add(can_loc_invitation, an, Person("Lê Văn Sáu", point=nghi_xuan_communes[1].name))
    assert Delegate.objects.get().bridge_point == can_loc_point


def test_an_agency_sits_at_the_provincial_point(health_invitation, lan, provincial_point):
    add(health_invitation, lan, Person("Lê Văn Sáu", point="Sở Y tế"))
    assert Delegate.objects.get().bridge_point == provincial_point


def test_the_name_of_a_place_is_what_is_left_of_it():
    assert place_words("diem cau xa thien loc") == "thien loc"
    assert place_words("ubnd xa xuan hoi") == "xuan hoi"
    assert place_words("thien loc") == "thien loc"
    assert place_words("xa") == ""


def test_people_of_communes_do_not_count_against_the_numbers_of_the_district(
    can_loc_invitation, an, can_loc_communes, meeting, desk, district_roles
):
    BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[1])
    role = next(role for role in district_roles if not role.chairs)
    services.set_headcount(**desk, role_id=role.pk, number=1)
    here, there = Person("Lê Văn An"), Person("Lê Văn Ba", point="Thiên Lộc")
    assert not rosters.beyond_declared(can_loc_invitation, rows(here, there))
    (beyond,) = rosters.beyond_declared(can_loc_invitation, rows(here, here._replace(full_name="Lê Văn Tư")))
    assert (beyond.role, beyond.declared, beyond.named) == (role, 1, 2)


# ── Take ─────────────────────────────────────────────────────────────────────────────────────────


def test_beyond_the_number_nothing_is_written_before_somebody_says_so(can_loc_invitation, an, district_roles):
    upload = bring(can_loc_invitation, an, xlsx())
    with pytest.raises(rosters.BeyondDeclared) as asked:
        rosters.take(upload=upload, user=an, waited=AT_ONCE)
    (beyond,) = asked.value.roles
    assert (beyond.declared, beyond.named) == (None, 2)
    assert not names()
    assert rosters.take(upload=upload, user=an, waited=AT_ONCE, beyond="raise") == (2, 0)
    assert Headcount.objects.get().number == 2
    assert rosters.take(upload=upload, user=an, waited=AT_ONCE) == (0, 2)
    upload.refresh_from_db()
    assert (upload.added, upload.known) == (2, 2)


def test_a_number_that_no_hall_holds_is_not_declared(can_loc_invitation, an, district_roles, monkeypatch):
    monkeypatch.setattr(rosters, "MOST_IN_A_ROLE", 1)
    upload = bring(can_loc_invitation, an, xlsx())
    assert rosters.take(upload=upload, user=an, waited=AT_ONCE, beyond="raise").added == 2
    assert not Headcount.objects.exists()


def test_after_the_deadline_nothing_is_taken_and_no_number_raised(can_loc_invitation, an, close):
    upload = bring(can_loc_invitation, an, xlsx())
    close(timedelta(hours=1))
    with pytest.raises(services.Closed):
        rosters.take(upload=upload, user=an, waited=AT_ONCE, beyond="raise")
    assert not names()
    assert not Headcount.objects.exists()
    upload.refresh_from_db()
    assert upload.taken_at is None


def test_the_page_and_the_command_give_the_same(
    can_loc_invitation, an, nghi_xuan_invitation, cuong, tmp_path: Path, monkeypatch
):
    data = xlsx([HEADINGS, HUNG, [2, None, "Phó Bí thư"], [*LAN[:4], 987654321]])
    file = tmp_path / "ds.xlsx"
    file.write_bytes(data)
    upload = bring(nghi_xuan_invitation, cuong, data)
    out = io.StringIO()
    call_command("import_roster", can_loc_invitation.unit.slug, str(file), json=True, stdout=out)
    assert json.loads(out.getvalue()) == rosters.roster_of(upload).as_json()
    rosters.take(upload=upload, user=cuong, waited=AT_ONCE, beyond="keep")
    fields = ("full_name", "position", "organisation", "phone", "note", "role_id", "origin", "rank")
    ours, theirs = (
        list(Delegate.objects.filter(registration__invitation=one).order_by("rank").values_list(*fields))
        for one in (can_loc_invitation, nghi_xuan_invitation)
    )
    assert ours == theirs
    assert len(ours) == 2


# ── Given back ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "name"),
    [(xlsx(), "ds.xlsx"), (xls(), "ds.xls"), (csv(), "ds.csv"), (lines().encode(), "")],
    ids=["xlsx", "xls", "csv", "pasted"],
)
def test_a_list_is_coloured_in_a_child(data, name):
    sheet = "Sheet1" if name.startswith("ds.xl") else ""
    back = guarded.mark_roster(data, name, sheet=sheet, marks={"B2": ("stop", ["Thiếu họ và tên."])})
    import openpyxl

    place = openpyxl.load_workbook(io.BytesIO(back)).worksheets[0]["B2"]
    assert place.value == "Nguyễn Văn Hùng"
    assert place.comment.text == "Thiếu họ và tên."
    assert place.fill.fgColor.rgb == marked.COLOURS["stop"]


def test_text_is_never_a_formula():
    data = csv([["Họ và tên", "Ghi chú"], ["Nguyễn Văn Hùng", '=HYPERLINK("http://x")'], ["Lan", "+1"]])
    import openpyxl

    sheet = openpyxl.load_workbook(
        io.BytesIO(marked.marked(data, "ds.csv", sheet="", marks={"B2": ("look", ["=1+1"])}, kept=True))
    ).worksheets[0]
    assert sheet["B2"].value == '=HYPERLINK("http://x")'
    assert {sheet[place].data_type for place in ("B2", "B3", "A2")} == {"s"}


def test_a_computed_cell_comes_back_as_its_value():
    import openpyxl

    def compute(sheet: Any) -> None:
        sheet["F2"] = "=1+1"

    back = marked.marked(xlsx(change=compute), "ds.xlsx", sheet="Sheet1", marks={}, kept=True)
    assert openpyxl.load_workbook(io.BytesIO(back)).active["F2"].data_type != "f"


def test_a_note_in_a_merged_cell_stands_where_the_cell_is():
    rows_ = [["Họ và tên", "Đơn vị"], ["Nguyễn Văn Hùng", "Huyện ủy"], ["Trần Thị Lan", None]]
    data = xlsx(rows_, merge=["B2:B3"])
    import openpyxl

    marks = {"B3": ("look", ["Xem lại."])}
    sheet = openpyxl.load_workbook(
        io.BytesIO(marked.marked(data, "ds.xlsx", sheet="Sheet1", marks=marks, kept=True))
    ).active
    assert sheet["B2"].comment.text == "Xem lại."


def test_old_letters_come_back_in_their_fonts():
    from registrations.roster.legacy import to_tcvn3

    typed = to_tcvn3("Nguyễn Văn Hùng")
    data = xls([["Họ và tên"], [typed]], fonts={(1, 0): ".VnTime"})
    back = marked.marked(data, "ds.xls", sheet="Sheet1", marks={}, kept=True)
    assert reader.read_roster(back, "lai.xlsx").accepted[0].person.full_name == "Nguyễn Văn Hùng"
    import openpyxl

    assert openpyxl.load_workbook(io.BytesIO(back)).active["A2"].value == typed


def test_roles_of_a_list_are_the_unit_s_own(can_loc_invitation, an, district_roles: list[InvitedRole]):
    upload = bring(
        can_loc_invitation,
        an,
        csv([["Họ và tên", "Thành phần"], ["Lê Văn Sáu", str(district_roles[2])]]),
        "a.csv",
    )
    rosters.take(upload=upload, user=an, waited=AT_ONCE, beyond="keep")
    assert Delegate.objects.get().role == district_roles[2]
    assert BridgePoint.objects.get(pk=Delegate.objects.get().bridge_point_id).unit == can_loc_invitation.unit
