"""A list of units by page: seen before it is taken, and the same as the command says."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Unit, User
from tests.cast import client_of

LIST = """\
Tên đơn vị;Cấp;Trực thuộc;Điện thoại
Xã Tân Lộc;xã;Huyện ủy Can Lộc;0239.3855.123
Xã Không Đâu;xã;Huyện ủy Không Có;
Xã Thuần Thiện;làng;Huyện ủy Can Lộc;
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    return reverse("units_import")


@pytest.fixture
def office(trang: User, can_loc: Unit) -> Client:
    return client_of(trang)


def file(text: str = LIST, name: str = "don-vi.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def said_by_the_command(tmp_path: Path) -> list[str]:
    """What ``import_units`` prints for the same list; it is taken back."""
    path, printed = tmp_path / "don-vi.csv", StringIO()
    path.write_text(LIST, encoding="utf-8")
    with transaction.atomic():
        call_command("import_units", path, stdout=printed)
        transaction.set_rollback(True)
    return printed.getvalue().splitlines()


def sealed(page: str) -> str:
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_page_says_what_the_command_says(office: Client, address: str, tmp_path: Path) -> None:
    lines = said_by_the_command(tmp_path)
    assert len(lines) == 3
    preview = office.post(address, {"file": file()}).content.decode()
    assert all(escape(line) in preview for line in lines)
    taken = office.post(address, {"rows": sealed(preview)}).content.decode()
    assert all(escape(line) in taken for line in lines)
    assert Unit.objects.get(name="Xã Tân Lộc").phone == "02393855123"


def test_a_preview_writes_nothing(office: Client, address: str) -> None:
    office.post(address, {"file": file()})
    assert not Unit.objects.filter(name="Xã Tân Lộc").exists()


def test_taken_twice_nothing_is_doubled(office: Client, address: str) -> None:
    rows = sealed(office.post(address, {"file": file()}).content.decode())
    office.post(address, {"rows": rows})
    again = office.post(address, {"rows": rows}).content.decode()
    assert "giữ nguyên 1" in again
    assert Unit.objects.filter(name="Xã Tân Lộc").count() == 1


def test_a_preview_that_was_altered_is_refused(office: Client, address: str) -> None:
    rows = sealed(office.post(address, {"file": file()}).content.decode())
    answer = office.post(address, {"rows": rows[:-2] + "xx"})
    assert answer.status_code == 422
    assert "Chọn tệp lần nữa" in answer.content.decode()
    assert not Unit.objects.filter(name="Xã Tân Lộc").exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Chọn tệp danh sách đơn vị."),
        ({"file": file("", "don-vi.csv")}, "Không thấy cột tên đơn vị"),
        ({"file": file("x", "don-vi.pdf")}, "Chỉ đọc tệp .csv và .xlsx"),
        ({"file": file("x", "don-vi.xlsx")}, "không đọc được hoặc đã hỏng"),
        ({"file": file(), "valid_from": "31/02/2025"}, "ngày"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(
    office: Client, address: str, form: dict[str, object], said: str
) -> None:
    answer = office.post(address, form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
