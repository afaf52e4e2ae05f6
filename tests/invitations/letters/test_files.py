"""Files of every kind, good and bad."""

import io
import time
import unicodedata
import zipfile

import pypdf
import pytest
import typst

from invitations.letters import LetterError, read_file, to_json
from invitations.letters.files import raw
from invitations.letters.guarded import SECONDS
from invitations.letters.text import tidied
from invitations.letters.vocabulary import TCVN3

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TEXT = "GIẤY MỜI\nDự Hội nghị sơ kết\n1. Thời gian: 8 giờ ngày 12/3/2024 (thứ Ba).\n2. Địa điểm: Phòng họp A."


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str, **parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return file.getvalue()


def pdf(pages: int = 1, *, secret: str = "") -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if secret:
        writer.encrypt(secret, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def pdf_of(line: str) -> bytes:
    """A page with one line of Latin letters."""
    stream = f"BT /F1 12 Tf 72 700 Td ({line}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + end % (table, len(out))


def test_a_word_file_reads_like_its_text() -> None:
    body = "".join(paragraph(line) for line in TEXT.split("\n"))
    assert to_json(read_file(docx(body), "a.docx")) == to_json(read_file(TEXT.encode(), "a.txt"))


def test_a_letterhead_in_a_table_is_read_cell_by_cell() -> None:
    cells = [
        ["SỞ Y TẾ", "Số: 12/GM-SYT"],
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Hà Nam, ngày 05 tháng 3 năm 2024"],
    ]
    row = "".join(f"<w:tc>{''.join(map(paragraph, cell))}</w:tc>" for cell in cells)
    body = f"<w:tbl><w:tr>{row}</w:tr></w:tbl>" + "".join(map(paragraph, TEXT.split("\n")))
    answer = to_json(read_file(docx(body), "a.docx"))
    assert (answer["issuer"], answer["number"], answer["issued_on"]) == ("Sở Y tế", "12/GM-SYT", "2024-03-05")


def test_automatic_lists_and_footnotes_of_word_are_there() -> None:
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/>'
        '<w:lvlText w:val="-"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    note = paragraph("Chạy thử đường truyền: 15 giờ ngày 11/3/2024.")
    notes = f'<w:footnotes {W}><w:footnote w:id="1">{note}</w:footnote></w:footnotes>'

    def item(text: str, level: int) -> str:
        return paragraph(
            text, f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        )

    body = (
        item("Thời gian: 8 giờ ngày 12/3/2024", 0)
        + item("Thành phần:", 0)
        + item("Lãnh đạo sở", 1)
        + item("Các phòng", 1)
        + '<w:p><w:r><w:t>Đường truyền</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
    )
    content = docx(body, numbering=numbering, footnotes=notes)
    assert raw(content).text.startswith("1. Thời gian: 8 giờ ngày 12/3/2024\n2. Thành phần:\n- Lãnh đạo sở")
    answer = to_json(read_file(content))
    assert [role["text"] for role in answer["audiences"][0]["roles"]][:2] == ["Lãnh đạo sở", "Các phòng"]
    assert answer["line_tests"] == ["2024-03-11T15:00"]


def test_a_pdf_with_text_is_read() -> None:
    assert "Lien he 0900.000.300" in raw(pdf_of("Giay moi hop giao ban tuan nay. Lien he 0900.000.300")).text


BOMB = docx("", bomb="<a>" + " " * (31 * 2**20) + "</a>")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.txt", "trống"),
        (b"  \n ", "a.txt", "trống"),
        (pdf(), "a.pdf", "ảnh chụp"),
        (pdf(secret="x"), "a.pdf", "mật khẩu"),
        (b"%PDF-1.7 broken", "a.pdf", "hỏng"),
        (b"PK\x03\x04broken", "a.docx", "hỏng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", "đời cũ"),
        (b"{\\rtf1 x}", "a.rtf", "RTF"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a.txt", "không phải văn bản"),
        (b"ten,so", "a.csv", "Chỉ nhận"),
        (b"text", "a.docx", "hỏng"),
        (BOMB, "a.docx", "quá lớn"),
        ("MẬT\nGIẤY MỜI".encode(), "a.txt", "mật"),
        ("SỞ Y TẾ   \nTuyệt mật\nGIẤY MỜI".encode(), "a.txt", "Tuyệt mật"),
        ("SỞ Y TẾ            TỐI MẬT\nGIẤY MỜI".encode(), "a.txt", "TỐI MẬT"),
    ],
)
def test_a_bad_file_says_what_to_do(content: bytes, name: str, says: str) -> None:
    with pytest.raises(LetterError, match=says):
        read_file(content, name)


def test_of_a_very_long_text_the_letter_in_front_is_read_and_the_cut_is_said() -> None:
    answer = to_json(read_file(f"{TEXT}\n{'Đây là phụ lục dài. ' * 20_000}".encode(), "a.txt"))
    assert answer["sessions"][0]["date"] == "2024-03-12"
    assert any("rất dài" in doubt["why"] for doubt in answer["doubts"])


@pytest.mark.parametrize(
    "again", ["đồng chí ", "a, ", "(", "ngày 1/2 ", "trước 8h ngày 1/2, ", "0 ", "a|", "SĐT: ", "8h "]
)
def test_no_text_keeps_the_reader_busy(again: str) -> None:
    began = time.process_time()
    read_file((again * (20_000 // len(again))).encode(), "a.txt")
    assert time.process_time() - began < 15


def test_a_word_file_with_entities_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(LetterError, match="không an toàn"):
        read_file(file.getvalue(), "a.docx")


def test_a_zip_that_is_no_word_file_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(LetterError, match="không phải văn bản Word"):
        read_file(file.getvalue(), "a.docx")


def test_the_word_secret_in_a_sentence_refuses_nothing() -> None:
    assert to_json(read_file(f"{TEXT}\n3. Bảo đảm bí mật tài liệu.".encode()))["kind"] == "giay_moi"


def test_text_in_tcvn3_is_converted_and_said_so() -> None:
    back = {ord(new): old for old, new in ((chr(code), chr(to)) for code, to in TCVN3.items())}
    typed = (TEXT.lower() + "\nđề nghị các đồng chí dự đúng giờ").translate(back)
    answer = to_json(read_file(typed.encode("latin-1"), "a.txt"))
    assert answer["sessions"][0]["date"] == "2024-03-12"
    assert any("TCVN3" in doubt["why"] for doubt in answer["doubts"])


BACK = {ord(new): old for old, new in ((chr(code), chr(to)) for code, to in TCVN3.items())}


def run(text: str, font: str) -> str:
    fonts = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr>'
    return f'<w:r>{fonts}<w:t xml:space="preserve">{text}</w:t></w:r>'


def test_a_word_file_in_the_old_fonts_is_converted_run_by_run_and_said_so() -> None:
    """Beside them Unicode stays what it is; a font that ends with H shows capitals."""
    head = run("Giấy mời".lower().translate(BACK), ".VnTimeH")
    title = run("Dự Hội nghị sơ kết".translate(BACK), ".VnTime")
    time_of = run("1. Thời gian: ".translate(BACK), ".VnArial") + run("8 giờ ngày 12/3/2024", "Arial")
    content = docx("".join(f"<w:p>{each}</w:p>" for each in (head, title, time_of)))
    assert raw(content).text.split("\n") == [
        "GIẤY MỜI",
        "Dự Hội nghị sơ kết",
        "1. Thời gian: 8 giờ ngày 12/3/2024",
    ]
    answer = to_json(read_file(content, "cu.docx"))
    assert answer["sessions"][0]["date"] == "2024-03-12"
    assert any("TCVN3" in doubt["why"] for doubt in answer["doubts"])


def test_a_stamp_of_secrecy_in_the_head_of_a_page_is_seen() -> None:
    header = f"<w:hdr {W}>{paragraph('TỐI MẬT')}</w:hdr>"
    with pytest.raises(LetterError, match="TỐI MẬT"):
        read_file(docx(paragraph("GIẤY MỜI"), header1=header), "a.docx")
    other = f"<w:hdr {W}>{paragraph('Trang 2')}</w:hdr>"
    assert raw(docx(paragraph("GIẤY MỜI"), header1=other)).text == "GIẤY MỜI"


@pytest.fixture(scope="module")
def plan() -> bytes:
    """A plan of 300 pages as a person would export it: a letter's head, and annexes without end."""
    head = "\n\n".join(
        [
            "ỦY BAN NHÂN DÂN TỈNH NAM SƠN",
            "Số: 15/KH-UBND",
            "KẾ HOẠCH",
            "Tổ chức Hội nghị trực tuyến tổng kết năm 2024",
            "1. Thời gian: 8 giờ ngày 12/12/2024 (thứ Năm).",
            "2. Địa điểm: Hội trường tỉnh.",
        ]
    )
    page = "#pagebreak()\n" + "Chỉ tiêu phát triển giao cho các đơn vị, số liệu từng tháng. " * 40
    return typst.compile(f'#set page(paper: "a4")\n{head}\n{page * 299}'.encode())


def test_of_a_plan_of_300_pages_the_first_are_read_and_the_rest_is_named(plan: bytes) -> None:
    began = time.process_time()
    answer = to_json(read_file(plan, "ke-hoach.pdf"))
    assert time.process_time() - began < SECONDS, "within what the child may use"
    assert answer["title"] == "Hội nghị trực tuyến tổng kết năm 2024"
    assert answer["sessions"][0]["date"] == "2024-12-12"
    told = [doubt["why"] for doubt in answer["doubts"] if doubt["field"] == "text"]
    assert told[0] == "Tệp có 300 trang; chỉ đọc 40 trang đầu."


def test_decomposed_letters_become_composed() -> None:

    assert to_json(read_file(unicodedata.normalize("NFD", TEXT).encode())) == to_json(
        read_file(TEXT.encode())
    )


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_notepads_encodings_are_read(codec: str) -> None:
    assert to_json(read_file(TEXT.encode(codec), "a.txt")) == to_json(read_file(TEXT.encode()))


def test_two_columns_become_lines_and_broken_lines_are_joined() -> None:
    raw = (
        "ĐẢNG BỘ TỈNH N                    ĐẢNG CỘNG SẢN VIỆT NAM\n"
        "ĐẢNG ỦY KHỐI                      N, ngày 15 tháng 4 năm 2024\n\n"
        "Ban Thường vụ kính mời các đồng chí dự hội nghị trực tuyến học\n"
        "tập nghị quyết của Trung ương.\n"
    )
    assert tidied(raw).text == (
        "ĐẢNG BỘ TỈNH N\nĐẢNG ỦY KHỐI\n\nĐẢNG CỘNG SẢN VIỆT NAM\nN, ngày 15 tháng 4 năm 2024\n\n"
        "Ban Thường vụ kính mời các đồng chí dự hội nghị trực tuyến học tập nghị quyết của Trung ương."
    )
