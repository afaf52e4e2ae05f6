"""Word templates of the letter: replaced by good ones, never by others, and taken back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from invitations import letter_templates
from invitations.letters import template_check
from invitations.letters.writing import OWN
from invitations.models import LetterTemplate, Meeting
from tests.cast import client_of
from tests.invitations.letters.test_writing import word_text

PARTY = Meeting.Form.PARTY
PAGE = "/hoi-nghi/mau-giay-moi/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def edited(change: Callable[[str], str], form: Meeting.Form = PARTY) -> bytes:
    """The portal's own template with ``change`` made to every run of words."""
    document = Document(io.BytesIO(OWN[form].read_bytes()))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = change(run.text)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def put(old: str, new: str) -> bytes:
    return edited(lambda text: text.replace(old, new))


GREETED = put("{{ closing }}", "Rất hân hạnh được đón tiếp. {{ closing }}")


@pytest.mark.parametrize("form", Meeting.Form)
def test_the_portals_own_templates_pass_the_check(form):
    assert letter_templates.problems_with("mau.docx", OWN[form].read_bytes(), form) == []


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (put("{{ subject }}", "{{ subjct }}"), "{{ subjct }}. Gần giống: {{ subject }}"),
        (put("{{ opening }}", "Kính mời"), "Thiếu trường {{ opening }} (lời mở đầu)"),
        (put("audience.heading", "audience.headng"), "“.headng”"),
        (put("{%p endif %}", ""), "if, for có endif, endfor"),
        (put("{%p for words in time", "{%p forr words in time"), "Không có lệnh “forr”"),
        (put("{{ closing }}", "{{ closing.__class__.__mro__ }}"), "lệnh không được phép"),
    ],
    ids=["misspelt", "missing", "misspelt in a row", "not ended", "unknown command", "forbidden"],
)
def test_what_is_wrong_in_a_template_is_named(data, named):
    assert any(named in problem for problem in letter_templates.problems_with("mau.docx", data, PARTY))


def test_a_template_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(template_check, "PATIENCE", 2)
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{{ closing }}"
    (problem,) = letter_templates.problems_with("mau.docx", put("{{ closing }}", loop), PARTY)
    assert "vòng lặp" in problem


def _with_part(name: str, content: bytes) -> bytes:
    made = io.BytesIO(OWN[PARTY].read_bytes())
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("mau.docm", OWN[PARTY].read_bytes(), "macro"),
        ("mau.docx", _with_part("word/vbaProject.bin", b"x"), "macro"),
        ("mau.docx", b"khong phai Word", "Không mở được như văn bản Word"),
        ("mau.docx", OWN[PARTY].read_bytes()[:9000], "hỏng"),
        ("mau.docx", _with_part("word/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"), "Không mở được"),
        (
            "mau.docx",
            _with_part("word/_rels/x.xml.rels", b'<Relationship Type="image" TargetMode="External"/>'),
            "từ ngoài tệp",
        ),
    ],
    ids=["docm", "macro", "text", "cut off", "doctype", "external"],
)
def test_what_is_no_plain_word_file_is_refused(name, data, why):
    (problem,) = letter_templates.problems_with(name, data, PARTY)
    assert why in problem


@pytest.mark.django_db
def test_a_replaced_template_writes_the_letters_until_it_is_withdrawn(meeting, trang):
    client = client_of(trang)
    upload = SimpleUploadedFile("Mẫu năm 2026.docx", GREETED)
    assert client.post(f"{PAGE}dang/", {"file": upload}).status_code == 302
    page = client.get(PAGE).content.decode()
    assert "Mẫu năm 2026.docx" in page
    letter = f"/hoi-nghi/{meeting.slug}/van-ban/giay-moi.docx"
    assert "Rất hân hạnh" in word_text(client.get(letter).content)
    assert "Rất hân hạnh" not in word_text(client.get(f"{letter}?the-thuc=nha-nuoc").content)
    tried = word_text(client.get(f"{PAGE}dang/thu/").content)
    assert "Rất hân hạnh" in tried
    assert meeting.title in tried
    assert client.get(f"{PAGE}dang/").content == GREETED
    known = LetterTemplate.objects.get().pk
    assert client.post(f"{PAGE}dang/bo/", {"mau": known}).status_code == 302
    assert "Rất hân hạnh" not in word_text(client.get(letter).content)
    assert client.post(f"{PAGE}dang/bo/", {"mau": known}).status_code == 409


@pytest.mark.django_db
def test_withdrawing_goes_back_to_the_earlier_template(trang):
    for greeting in ("Lần một. ", "Lần hai. "):
        data = put("{{ closing }}", greeting + "{{ closing }}")
        newest = letter_templates.replace(form=PARTY, name="mau.docx", data=data, user=trang)
    letter_templates.withdraw(form=PARTY, template_id=newest.pk)
    assert "Lần một." in word_text(letter_templates.template_of(PARTY))
    with pytest.raises(ValidationError, match="không còn đang dùng"):
        letter_templates.withdraw(form=PARTY, template_id=newest.pk)


@pytest.mark.django_db
def test_a_refused_template_leaves_the_old_one_and_the_page_says_what_is_wrong(trang):
    client = client_of(trang)
    upload = SimpleUploadedFile("mau.docx", put("{{ closing }}", "{{ ten_nguoi_ky }}"))
    response = client.post(f"{PAGE}dang/", {"file": upload})
    page = response.content.decode()
    assert response.status_code == 422
    assert "mẫu cũ vẫn được dùng" in page
    assert "ten_nguoi_ky" in page
    assert not LetterTemplate.objects.exists()
    empty = client.post(f"{PAGE}dang/")
    assert empty.status_code == 422
    assert "Chưa chọn tệp" in empty.content.decode()
    hidden = SimpleUploadedFile("mau\u202excod.docx", GREETED)
    assert "viết ngược chiều" in client.post(f"{PAGE}dang/", {"file": hidden}).content.decode()


@pytest.mark.django_db
def test_a_template_whose_file_is_gone_gives_way_to_the_portals_own(trang):
    template = letter_templates.replace(form=PARTY, name="mau.docx", data=GREETED, user=trang)
    template.file.storage.delete(template.file.name)
    assert letter_templates.template_of(PARTY) == OWN[PARTY].read_bytes()


@pytest.mark.django_db
def test_a_broken_template_leads_back_to_the_letters_page(meeting, trang, monkeypatch):
    monkeypatch.setattr(letter_templates, "template_of", lambda form: put("{%p endif %}", ""))
    client = client_of(trang)
    response = client.get(f"/hoi-nghi/{meeting.slug}/van-ban/giay-moi.docx", follow=True)
    assert "Mẫu Word đang dùng bị hỏng" in response.content.decode()
    assert client.get(f"{PAGE}dang/thu/").status_code == 409
