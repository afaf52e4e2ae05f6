"""The registration as a document to sign: the same content in Word and PDF, text stays text."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import docx
import pytest
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from registrations import services
from registrations.document import as_docx, as_pdf, paper
from registrations.document.word import TEMPLATE
from registrations.models import Submission
from tests.cast import client_of
from tests.paper import A4, lost, pages_of, printed
from tests.registrations.conftest import press_submit, row

pytestmark = pytest.mark.django_db

NASTY = 'Nguyễn Thị Ửng & <b>Ặc</b> #import "x" =HYPERLINK(1) {{ 7*7 }} {% if %} $x$ *y* _z_ \\ @e'
LETTERS = "ẮẰẲẴẶẤẦẨẪẬẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰÝỲỶỸỴĐ ắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựýỳỷỹỵđ"


@pytest.fixture
def full(desk, draft, district_roles, can_loc_communes):
    """A registration with everything: numbers, nasty names, an own point, two communes of which one left."""
    services.add_delegates(
        **desk,
        rows=[
            row(NASTY, district_roles[1], position="Ủy viên", note="vắng chiều"),
            row("Đặng Thị Ỷ", district_roles[1], organisation=LETTERS),
        ],
    )
    values = {"venue": "Hội trường tầng 2", "chair": "Phan Văn Hợi", "technician": "Bùi Văn Lâm"}
    values |= {"technician_phone": "0900000310", "connects": True}
    for commune in can_loc_communes[:2]:
        services.save_commune_point(**desk, commune=commune, values=values, expected=1064, version=0)
    services.connect_commune(**desk, commune=can_loc_communes[1], connects=False)
    return draft


@pytest.fixture
def submission(desk, full) -> Submission:
    sent = press_submit(desk, full, beyond=True).submission
    assert sent is not None
    return sent


@pytest.fixture
def address(meeting, can_loc):
    return reverse("registration", args=[meeting.slug, can_loc.slug])


def words_of(content: bytes) -> str:
    """All that a document says, Word or PDF, spaces and line breaks as one."""
    if content.startswith(b"%PDF"):
        said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        word = docx.Document(io.BytesIO(content))
        section = word.sections[0]
        paragraphs = [*section.header.paragraphs, *word.paragraphs, *section.footer.paragraphs]
        cells = [cell.text for table in word.tables for line in table.rows for cell in line.cells]
        said = " ".join([*(paragraph.text for paragraph in paragraphs), *cells])
    return re.sub(r"\s+", " ", said)


def same(text: str) -> str:
    """Without spaces: a PDF breaks a line where a cell is narrow."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("form", ["docx", "pdf"])
@pytest.mark.parametrize("who", ["an", "trang", "nguyet"])
def test_the_document_has_all_that_was_submitted(form, who, request, address, submission, can_loc_communes):
    answer = client_of(request.getfixturevalue(who)).get(f"{address}bien-nhan/1/van-ban.{form}")
    words = same(words_of(answer.content))
    for said in (
        "TỈNH ỦY HÀ TĨNH",
        "HUYỆN ỦY CAN LỘC",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "-BC/HU",
        "Can Lộc, ngày",
        "BÁO CÁO",
        "đăng ký điểm cầu và đại biểu dự Hội nghị trực tuyến toàn quốc",
        "I. Số lượng đại biểu",
        "II. Danh sách đại biểu",
        "III. Điểm cầu cấp xã",
        "Nguyễn Hữu Khang",
        "0900.000.301",
        "1.064",
        "1.109",
        can_loc_communes[0].called,
        "T/M BAN THƯỜNG VỤ",
        "Nơi nhận:",
        submission.code,
        submission.sha256,
    ):
        assert same(said) in words, said
    assert same(can_loc_communes[1].called) not in words
    assert same("BẢN NHÁP") not in words


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_what_looks_like_markup_stays_text(form, address, an, submission):
    answer = client_of(an).get(f"{address}bien-nhan/1/van-ban.{form}")
    words = same(words_of(answer.content))
    assert same(NASTY) in words
    assert "vắngchiều" in words


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_every_vietnamese_letter_is_there(form, address, an, submission):
    answer = client_of(an).get(f"{address}bien-nhan/1/van-ban.{form}")
    assert same(LETTERS) in same(words_of(answer.content))


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_draft_says_that_it_is_one(form, address, an, full):
    answer = client_of(an).get(f"{address}ban-nhap.{form}")
    words = same(words_of(answer.content))
    assert same("BẢN NHÁP, CHƯA GỬI") in words
    assert same("Đặng Thị Ỷ") in words
    assert "SHA-256" not in words


def test_word_and_pdf_say_the_same(address, an, submission):
    client = client_of(an)
    word, pdf = (
        words_of(client.get(f"{address}bien-nhan/1/van-ban.{form}").content) for form in ("docx", "pdf")
    )
    missing = {said for said in word.split() if said not in same(pdf)} - {"Trang"}
    assert not missing


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_it_comes_as_an_attachment_with_a_name_in_both_spellings(form, address, an, submission):
    answer = client_of(an).get(f"{address}bien-nhan/1/van-ban.{form}")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f'filename="dang-ky-cua-huyen-uy-can-loc-lan-1.{form}"' in answer["Content-Disposition"]
    assert "filename*=UTF-8''%C4%90%C4%83ng%20k%C3%BD" in answer["Content-Disposition"]


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_unit_that_declared_nothing_has_no_draft_to_sign(form, address, an):
    assert client_of(an).get(f"{address}ban-nhap.{form}").status_code == 404


@pytest.mark.parametrize("path", ["bien-nhan/1/van-ban.pdf", "ban-nhap.docx"])
def test_another_units_clerk_finds_no_document(path, address, cuong, submission):
    assert client_of(cuong).get(address + path).status_code == 404


def test_pages_lead_to_the_documents(address, an, full, desk):
    client = client_of(an)
    assert f"{address}ban-nhap.docx" in client.get(address).content.decode()
    press_submit(desk, full, beyond=True)
    assert f"{address}bien-nhan/1/#van-ban" in client.get(address).content.decode()
    receipt = client.get(f"{address}bien-nhan/1/").content.decode()
    assert f"{address}bien-nhan/1/van-ban.docx" in receipt
    assert f"{address}bien-nhan/1/van-ban.pdf" in receipt


def test_an_agency_signs_through_its_head_and_sits_in_the_provincial_hall(
    meeting, lan, health, health_invitation
):
    role = health_invitation.audience.roles.last()
    services.set_headcount(
        invitation_id=health_invitation.pk, user=lan, waited=timedelta(0), role_id=role.pk, number=3
    )
    address = reverse("registration_pdf", args=[meeting.slug, health.slug])
    words = words_of(client_of(lan).get(address).content)
    assert "THỦ TRƯỞNG ĐƠN VỊ" in words
    assert "Điểm cầu tỉnh" in words
    assert "T/M BAN THƯỜNG VỤ" not in words


def test_the_sheets_are_a4_and_carry_their_own_letters(can_loc_invitation, submission):
    words = paper(
        invitation=can_loc_invitation,
        content=submission.content,
        submission=submission,
        now=submission.decided_at,
    )
    page = PdfReader(io.BytesIO(as_pdf(words))).pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "Libertinus" in described["/FontName"]
        assert "/FontFile3" in described or "/FontFile2" in described
    section = docx.Document(io.BytesIO(as_docx(words))).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


@pytest.mark.paper
def test_libreoffice_prints_what_word_holds(can_loc_invitation, submission, tmp_path):
    words = paper(
        invitation=can_loc_invitation,
        content=submission.content,
        submission=submission,
        now=submission.decided_at,
    )
    file = tmp_path / "registration.docx"
    file.write_bytes(as_docx(words))
    assert not lost(file.read_bytes(), pages_of(*printed([file], tmp_path), A4))


def test_500_people_are_set_on_pages_with_their_titles_repeated(can_loc_invitation, submission):
    person = submission.content["delegates"][0]
    submission.content["delegates"] = [person | {"full_name": f"Lê Văn Số {n}"} for n in range(500)]
    words = paper(
        invitation=can_loc_invitation,
        content=submission.content,
        submission=submission,
        now=submission.decided_at,
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(words))).pages]
    assert len(pages) > 10
    assert all("Họ và tên" in page for page in pages[1:10])
    assert all(submission.sha256 in page for page in pages)
    assert words_of(as_docx(words)).count("Lê Văn Số") == 500


def test_a_template_that_staff_put_in_place_is_used(settings, tmp_path, address, an, submission):
    settings.PORTAL_VAR = tmp_path
    edited = tmp_path / "templates" / TEMPLATE.name
    edited.parent.mkdir()
    word = docx.Document(str(TEMPLATE))
    word.add_paragraph("Mẫu của Huyện: {{ subject }}")
    word.save(str(edited))
    answer = client_of(an).get(f"{address}bien-nhan/1/van-ban.docx")
    assert "Mẫu của Huyện: đăng ký điểm cầu" in words_of(answer.content)


def test_a_template_that_staff_broke_is_told_and_nothing_breaks(settings, tmp_path, address, an, submission):
    settings.PORTAL_VAR = tmp_path
    edited = tmp_path / "templates" / TEMPLATE.name
    edited.parent.mkdir()
    word = docx.Document(str(TEMPLATE))
    word.add_paragraph("{{ subject ")
    word.save(str(edited))
    page = client_of(an).get(f"{address}bien-nhan/1/van-ban.docx", follow=True).content.decode()
    assert "Mẫu văn bản Word đang hỏng" in page
    edited.write_bytes(b"not a document")
    page = client_of(an).get(f"{address}bien-nhan/1/van-ban.docx", follow=True).content.decode()
    assert "Mẫu văn bản Word đang hỏng" in page


def test_a_template_cannot_reach_out_of_its_words(settings, tmp_path, address, an, submission):
    settings.PORTAL_VAR = tmp_path
    edited = tmp_path / "templates" / TEMPLATE.name
    edited.parent.mkdir()
    word = docx.Document(str(TEMPLATE))
    word.add_paragraph("{{ subject.__class__.__mro__ }}")
    word.save(str(edited))
    answer = client_of(an).get(f"{address}bien-nhan/1/van-ban.docx", follow=True)
    assert "class" not in words_of(answer.content) if answer.content[:2] == b"PK" else True


def test_the_committed_template_is_what_the_command_makes(tmp_path):
    made = tmp_path / "made.docx"
    call_command("make_document_template", out=made, stdout=io.StringIO())

    def parts(path):
        with zipfile.ZipFile(path) as packed:
            return {name: packed.read(name) for name in packed.namelist() if name.startswith("word/")}

    assert parts(made) == parts(TEMPLATE)


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_document_costs_the_same_queries_however_many_rows(
    form, address, an, submission, desk, district_roles, django_assert_max_num_queries
):
    client = client_of(an)

    def cost():
        with django_assert_max_num_queries(15) as spent:
            client.get(f"{address}ban-nhap.{form}")
        return len(spent)

    small = cost()
    services.add_delegates(**desk, rows=[row(f"Lê Văn Số {n}", district_roles[1]) for n in range(30)])
    assert cost() == small
