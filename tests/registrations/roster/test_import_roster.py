"""``manage.py import_roster`` prints what the page will show and doubles nothing."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.clock import database_now
from accounts.models import User
from invitations.models import Invitation, InvitedRole, Meeting
from registrations.models import Delegate
from registrations.roster.takeover import role_called
from tests.registrations.roster.files import HEADINGS, HUNG, LAN, csv, xlsx


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "danh sach.xlsx"
    file.write_bytes(xlsx([HEADINGS, HUNG, [2, None, "Phó Bí thư"], [*LAN[:4], 987654321]]))
    return file


def run(unit: str, file: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_roster", unit, str(file), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def names() -> list[str]:
    return list(Delegate.objects.order_by("rank").values_list("full_name", flat=True))


def test_json_has_the_shape_of_the_design(can_loc_invitation: Invitation, an: User, sheet: Path) -> None:
    slug = can_loc_invitation.unit.slug
    printed = json.loads(run(slug, sheet, dry_run=True, json=True))
    assert printed["columns"] == {
        "full_name": "B",
        "position": "C",
        "organisation": "D",
        "phone": "E",
        "note": "F",
    }
    first, second = printed["accepted"]
    assert (
        first
        | {
            "row": 2,
            "full_name": "Nguyễn Văn Hùng",
            "position": "Bí thư",
            "organisation": "Huyện ủy Can Lộc",
            "phone": "0912345678",
            "note": "đi xe riêng",
            "changes": [],
        }
        == first
    )
    assert (second["row"], second["phone"]) == (4, "0987654321")
    assert second["changes"] == ["thêm số 0 ở đầu số điện thoại"]
    assert printed["refused"] == [{"row": 3, "reasons": ["Thiếu họ và tên. Điền vào ô B3."]}]
    assert printed["skipped"] == [1]
    assert not names()


def test_the_good_rows_are_taken_once(can_loc_invitation: Invitation, an: User, sheet: Path) -> None:
    slug = can_loc_invitation.unit.slug
    assert "Đã thêm 2, có sẵn 0." in run(slug, sheet)
    assert "Đã thêm 0, có sẵn 2." in run(slug, sheet)
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan"]
    change = Delegate.objects.earliest("rank").registration.changes.latest("version")
    assert change.by == an


def test_a_corrected_file_adds_only_what_was_corrected(
    can_loc_invitation: Invitation, an: User, sheet: Path
) -> None:
    slug = can_loc_invitation.unit.slug
    run(slug, sheet)
    sheet.write_bytes(
        xlsx([HEADINGS, ["1", "NGUYỄN VĂN HÙNG", *HUNG[2:]], [2, "Lê Thị Hoa", "Phó Bí thư"], LAN])
    )
    assert "Đã thêm 1, có sẵn 2." in run(slug, sheet)
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan", "Lê Thị Hoa"]


def test_whoever_was_typed_by_hand_is_not_added_again(
    can_loc_invitation: Invitation, an: User, sheet: Path, desk: dict[str, Any], draft: Any
) -> None:
    Delegate.objects.create(
        registration=draft,
        bridge_point=draft.delegates.first().bridge_point,
        full_name="Nguyễn Văn Hùng",
        position="Bí thư",
        phone="0912345678",
        rank=9,
    )
    assert "Đã thêm 1, có sẵn 1." in run(can_loc_invitation.unit.slug, sheet)


def test_roles_are_matched_and_else_the_first_that_does_not_chair(
    can_loc_invitation: Invitation, an: User, tmp_path: Path, district_roles: list[InvitedRole]
) -> None:
    last = district_roles[-1]
    file = tmp_path / "ds.csv"
    file.write_bytes(csv([["Họ và tên", "Thành phần"], ["Nguyễn Văn Hùng", str(last)], ["Trần Thị Lan", ""]]))
    run(can_loc_invitation.unit.slug, file)
    hung, lan = Delegate.objects.order_by("rank")
    assert hung.role == last
    assert lan.role is not None
    assert not lan.role.chairs
    assert lan.role == next(role for role in district_roles if not role.chairs)


def test_a_role_is_known_by_its_initials(district_roles: list[InvitedRole]) -> None:
    speaker = InvitedRole(text="Báo cáo viên cấp huyện", short_text="Báo cáo viên")
    listener = InvitedRole(text="Cán bộ chủ chốt")
    assert role_called("BCV", [listener, speaker]) is speaker
    assert role_called("báo cáo viên cấp huyện", [listener, speaker]) is speaker
    assert role_called("Khách", [listener, speaker]) is listener
    assert role_called("", []) is None


def test_a_unit_that_is_not_called_is_named(meeting: Meeting, sheet: Path) -> None:
    with pytest.raises(CommandError, match="khong-co"):
        run("khong-co", sheet)
    assert "Nguyễn Văn Hùng" in run("khong-co", sheet, dry_run=True, json=True)


def test_after_the_deadline_nothing_is_written(can_loc_invitation: Invitation, an: User, sheet: Path) -> None:
    Meeting.objects.update(registration_deadline=database_now() - timedelta(hours=1))
    with pytest.raises(CommandError, match="quá hạn"):
        run(can_loc_invitation.unit.slug, sheet)
    assert not names()


def test_a_bad_file_is_one_sentence(can_loc_invitation: Invitation, tmp_path: Path) -> None:
    file = tmp_path / "ds.xls"
    file.write_bytes(b"<html>")
    with pytest.raises(CommandError, match="trang web"):
        run(can_loc_invitation.unit.slug, file)
    with pytest.raises(CommandError, match="Không mở được"):
        run(can_loc_invitation.unit.slug, tmp_path / "khong-co.xlsx")
