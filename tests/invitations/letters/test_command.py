"""``manage.py read_letter``: without a database, for a person and for a program."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from benchmarks.letters import OWN

LETTER = OWN / "samples" / "invitation-province.txt"
KEYS = {
    "kind", "number", "issuer", "issued_on", "title", "state", "duration_days", "sessions",
    "arrive_minutes_before", "audiences", "deadlines", "line_tests", "assignments", "contacts", "recipients",
    "signatory", "doubts", "unread",
}  # fmt: skip


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("read_letter", *arguments, stdout=out)
    return out.getvalue()


def test_json_is_one_object_of_the_published_shape() -> None:
    answer = json.loads(told(str(LETTER), "--json"))
    assert set(answer) == KEYS
    assert answer["kind"] == "giay_moi"
    assert {"heading", "tier", "venue", "point", "roles", "chairs"} == set(answer["audiences"][0])


def test_a_person_sees_what_to_look_at_twice() -> None:
    page = told(str(OWN / "samples" / "notice-new-date.txt"))
    assert "Cần xem lại:" in page
    assert "Ngày 27/09/2024 là thứ Sáu, giấy mời ghi thứ Năm." in page
    assert "Chưa hiểu:\n  - Địa điểm, thành phần không thay đổi" in page


def test_a_letter_comes_through_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(LETTER.read_bytes())

    monkeypatch.setattr("sys.stdin", Input())
    assert json.loads(told("-", "--json"))["arrive_minutes_before"] == 15


def test_a_bad_file_is_said_plainly(tmp_path: Path) -> None:
    empty = tmp_path / "trong.txt"
    empty.write_bytes(b"")
    with pytest.raises(CommandError, match="Tệp trống"):
        told(str(empty))
    with pytest.raises(CommandError, match="Không mở được"):
        told(str(tmp_path / "khong-co.txt"))
