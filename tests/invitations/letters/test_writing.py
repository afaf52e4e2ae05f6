"""A letter written in Word and as PDF, in both layouts: what stands there, and that values stay as typed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from invitations.letters.content import Content
from invitations.letters.paper import paper
from invitations.letters.writing import BrokenTemplate, docx_of, pdf_of

ODD = "Lê “A” & <b>B</b> 'c' {{ d }} {% e %} #import $x$ *f* _g_ \\h ~ @i"


def content(**more: Any) -> Content:
    """A small letter; ``more`` replaces what it says."""
    return {
        "version": 1,
        "state": "called",
        "title": "Hội nghị học tập nghị quyết",
        "short_title": "Học tập nghị quyết",
        "opening": "",
        "issuer_parent": "Tỉnh ủy Hà Tĩnh",
        "issuer": "Văn phòng",
        "number": "127-GM/VPTU",
        "place": "Hà Tĩnh",
        "issued_on": "2023-11-24",
        "duration_days": None,
        "sessions": [{"date": "2023-12-04", "part": "morning", "starts_at": "08:00", "ends_at": None}],
        "arrive_minutes_before": 15,
        "audiences": [
            {
                "pk": 1,
                "heading": "Điểm cầu tỉnh",
                "tier": "province",
                "venue": "Hội trường tầng 1",
                "note": "",
                "roles": [{"text": "Thường trực Tỉnh ủy", "chairs": True, "open_ended": False}],
                "chairs": [],
            }
        ],
        "registration_deadline": "2023-12-01T17:00",
        "deadlines": [],
        "line_test_at": None,
        "assignments": [],
        "contacts": [],
        "recipients": ["Như thành phần mời", "Lưu Văn phòng"],
        "signatory": {"on_behalf": "T/L Ban Thường vụ", "title": "Chánh Văn phòng", "name": "Nguyễn An"},
        "units": [{"slug": "so-noi-vu", "name": "Sở Nội vụ", "audience": 1}],
        "to": "",
        **more,
    }


def word_text(file: bytes) -> str:
    """All paragraphs, those of tables too, in the order of the document."""
    document = Document(io.BytesIO(file))
    paragraphs = document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    from docx.text.paragraph import Paragraph

    return "\n".join(Paragraph(each, document).text for each in paragraphs)


def pdf_text(file: bytes) -> str:
    """All lines but the numbers of pages."""
    lines = (line for page in PdfReader(io.BytesIO(file)).pages for line in page.extract_text().split("\n"))
    return "\n".join(line for line in lines if not line.strip().isdigit())


def squeezed(text: str) -> str:
    """Without white space: where a line ends is the page's business."""
    return "".join(text.split())


def odd() -> Content:
    """Signs that Word, Jinja, XML and Typst each understand in their own way, in every kind of value."""
    role = {"text": f"Vai {ODD}", "chairs": False, "open_ended": False}
    chair = {"name": f"Chủ {ODD}", "post": f"Chức {ODD}", "point": f"Điểm {ODD}", "unit": ""}
    return content(
        title=f"Hội nghị {ODD}\ndòng hai",
        opening=f"Mở {ODD}\nrồi xuống dòng",
        place=f"Nơi {ODD}",
        audiences=[
            {
                "pk": 1,
                "heading": f"Nhóm {ODD}",
                "tier": "province",
                "venue": f"Phòng {ODD}",
                "note": f"Ghi {ODD}",
                "roles": [role],
                "chairs": [chair],
            }
        ],
        deadlines=[{"at": "2023-12-01T17:00", "what": f"Danh sách {ODD}", "to": f"Đến {ODD}"}],
        assignments=[
            {
                "addressee": f"Bên {ODD}",
                "text": f"Làm {ODD}\nviệc hai",
                "kind": "other",
                "due_at": None,
                "units": [],
            }
        ],
        contacts=[
            {"name": f"Tên {ODD}", "organisation": f"Cơ {ODD}", "phone": "0912345678", "about": f"Về {ODD}"}
        ],
        recipients=[f"Nhận {ODD}"],
        signatory={"on_behalf": "T/L", "title": "Chánh", "name": f"Ký {ODD}"},
    )


WORDS = (
    "Hội nghị", "Mở", "Nơi", "Nhóm", "Phòng", "Ghi", "Vai", "Chủ", "Chức", "Danh sách", "Đến", "Bên", "Cơ",
    "Tên", "Về", "Nhận", "Ký",
)  # fmt: skip


@pytest.mark.parametrize("form", ["party", "state"])
def test_signs_of_markup_appear_as_typed_in_word(form: str) -> None:
    text = word_text(docx_of(odd(), form))
    assert [word for word in WORDS if f"{word} {ODD}" not in text] == []
    assert f"{ODD}\ndòng hai" in text
    assert f"{ODD}\nrồi xuống dòng" in text
    assert f"{ODD}\nviệc hai" in text


@pytest.mark.parametrize("form", ["party", "state"])
def test_signs_of_markup_appear_as_typed_in_pdf(form: str) -> None:
    text = pdf_text(pdf_of(odd(), form))
    assert [word for word in WORDS if squeezed(f"{word} {ODD}") not in squeezed(text)] == []
    lines = [line.strip() for line in text.split("\n")]
    assert {"dòng hai", "rồi xuống dòng", "việc hai."} <= set(lines)


def test_what_no_document_may_hold_is_left_out() -> None:
    letter = content(opening="Trước\x00\x07\ufffe\ud83dsau\x1b")
    assert "Trước sau" in " ".join(word_text(docx_of(letter)).split())
    assert "Trước sau" in " ".join(pdf_text(pdf_of(letter)).split())


def test_the_partys_layout_has_its_parts() -> None:
    letter = content()
    for text in (word_text(docx_of(letter)), pdf_text(pdf_of(letter))):
        for words in (
            "TỈNH ỦY HÀ TĨNH",
            "VĂN PHÒNG",
            "ĐẢNG CỘNG SẢN VIỆT NAM",
            "Số 127-GM/VPTU",
            "Hà Tĩnh, ngày 24 tháng 11 năm 2023",
            "dự Hội nghị học tập nghị quyết",
            "Nơi nhận:",
            "- Như thành phần mời,",
            "T/L BAN THƯỜNG VỤ",
            "CHÁNH VĂN PHÒNG",
            "Phụ lục 1",
            "Danh sách đơn vị được mời",
        ):
            assert words in text


def test_the_states_layout_has_its_parts() -> None:
    letter = content()
    for text in (word_text(docx_of(letter, "state")), pdf_text(pdf_of(letter, "state"))):
        for words in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Số: 127-GM/VPTU",
            "- Như thành phần mời;",
            "Trân trọng kính mời./.",
            "Nơi nhận:",
        ):
            assert words in text
        assert "ĐẢNG CỘNG SẢN" not in text


def test_word_and_pdf_say_the_same_words() -> None:
    letter = content()
    word = squeezed(word_text(docx_of(letter)))
    pdf = squeezed(pdf_text(pdf_of(letter)))
    said = paper(letter)
    for words in (*said["time"], *(each["heading"] for each in said["audiences"]), said["closing"]):
        assert squeezed(words) in word
        assert squeezed(words) in pdf


def test_a_units_letter_addresses_it_and_asks_for_its_own_numbers() -> None:
    text = word_text(docx_of(content(to="Sở Nội vụ")))
    assert "Kính gửi: Sở Nội vụ" in text
    assert "Đơn vị: Sở Nội vụ" in text
    assert "Danh sách đơn vị được mời" not in text
    assert text.count("Thường trực Tỉnh ủy") == 2  # in the letter, and in the form to fill in


def test_a_draft_says_so_on_every_page() -> None:
    pages = PdfReader(io.BytesIO(pdf_of(content(), draft=True))).pages
    assert all("BẢN NHÁP" in page.extract_text() for page in pages)
    document = Document(io.BytesIO(docx_of(content(), draft=True)))
    section = document.sections[0]
    heads = (section.header.paragraphs, section.first_page_header.paragraphs)
    assert all(any("BẢN NHÁP" in each.text for each in paragraphs) for paragraphs in heads)


@pytest.mark.parametrize(("state", "word"), [("postponed", "hoãn"), ("cancelled", "hủy")])
def test_a_meeting_that_does_not_take_place_gets_a_notice(state: str, word: str) -> None:
    text = word_text(docx_of(content(state=state)))
    assert "THÔNG BÁO" in text
    assert f"Văn phòng thông báo {word} Hội nghị học tập nghị quyết (Giấy mời số 127-GM/VPTU)." in text
    assert "Thời gian:" not in text
    assert "Phụ lục" not in text


def test_a_template_that_is_no_word_file_is_broken() -> None:
    with pytest.raises(BrokenTemplate):
        docx_of(content(), template=b"PK no zip")


PARAGRAPH = [
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "pBdr",
    "shd",
    "tabs",
    "spacing",
    "ind",
    "contextualSpacing",
    "jc",
    "rPr",
]
"""In which order WordprocessingML wants the properties of a paragraph (ECMA-376, part 1, 17.3.1.26)."""


@pytest.mark.parametrize("form", ["party", "state"])
def test_word_finds_the_parts_of_the_file_in_its_order(form: str) -> None:
    document = Document(io.BytesIO(docx_of(content(), form)))
    for properties in document.element.body.iter(qn("w:pPr")):
        places = [PARAGRAPH.index(each.tag.partition("}")[2]) for each in properties]
        assert places == sorted(places)
    assert [each.tag for each in document.element.body][-2:] == [qn("w:p"), qn("w:sectPr")]
    for cell in document.element.body.iter(qn("w:tc")):
        assert cell[-1].tag == qn("w:p")
