"""Makes the Word template of the registration document, in the form of the Party's documents.

The file it makes is committed beside it, so that staff find something to open; whoever wants the form
changed for good changes this script and runs ``manage.py make_document_template``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
BODY, TABLE, SMALL = Pt(14), Pt(12), Pt(8)


def make(path: Path) -> None:
    """Write the template to ``path``."""
    document = Document()
    _set_page(document)
    _set_styles(document)
    _head(document)
    _line(document, "BÁO CÁO", CENTER, bold=True, size=Pt(16), before=Pt(18))
    _line(document, "{{ subject }}", CENTER, bold=True, after=Pt(12))
    _line(document, "{{ opening }}", WD_ALIGN_PARAGRAPH.JUSTIFY, indent=Mm(10))
    _numbers(document)
    _people(document)
    _communes(document)
    _foot(document)
    document.save(str(path))


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    _write(section.header.paragraphs[0], "{{ draft_words }}", RIGHT, bold=True, size=Pt(10), red=True)
    footer = section.footer.paragraphs[0]
    _write(footer, "{{ footer }} · Trang ", LEFT, size=SMALL)
    _field(footer, "PAGE")


def _set_styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", BODY
    for script in ("w:eastAsia", "w:cs"):
        normal.element.rPr.rFonts.set(qn(script), "Times New Roman")
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _head(document: Any) -> None:
    """Organisation on the left, the Party's name on the right; no lines around them."""
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _widths(table, (Mm(82), Mm(83)))
    left, right = table.rows[0].cells
    _write(left.paragraphs[0], "{{ parent }}", CENTER, after=Pt(0))
    _line(left, "{{ issuer }}", CENTER, bold=True, after=Pt(0))
    _line(left, "*", CENTER, after=Pt(0))
    _line(left, "{{ number }}", CENTER)
    _write(right.paragraphs[0], "ĐẢNG CỘNG SẢN VIỆT NAM", CENTER, bold=True, after=Pt(8))
    _ruled(right.paragraphs[0])
    _line(right, "{{ place_and_date }}", CENTER, italic=True)


def _numbers(document: Any) -> None:
    _line(document, "{{ numbers_heading }}", LEFT, bold=True, before=Pt(6), keep=True)
    _line(document, "{%p if own_point %}", LEFT)
    _line(document, "{{ own_point }}", WD_ALIGN_PARAGRAPH.JUSTIFY)
    _line(document, "{%p endif %}", LEFT)
    table = _sheet(
        document,
        widths=(Mm(13), Mm(83), Mm(44), Mm(25)),
        titles=("STT", "Thành phần", "Điểm cầu", "Số lượng"),
        loop="row in numbers",
        cells=("{{ row.place }}", "{{ row.what }}", "{{ row.point }}", "{{ row.number }}"),
        aligned=(CENTER, LEFT, LEFT, RIGHT),
    )
    sums = table.add_row().cells
    said = sums[0].merge(sums[2])
    _write(said.paragraphs[0], "Cộng", CENTER, bold=True, size=TABLE, after=Pt(0))
    _write(sums[3].paragraphs[0], "{{ total }}", RIGHT, bold=True, size=TABLE, after=Pt(0))


def _people(document: Any) -> None:
    _line(document, "{%p if people %}", LEFT)
    _line(document, "{{ people_heading }}", LEFT, bold=True, before=Pt(12), keep=True)
    _sheet(
        document,
        widths=(Mm(13), Mm(42), Mm(50), Mm(30), Mm(30)),
        titles=("STT", "Họ và tên", "Chức vụ, đơn vị công tác", "Thành phần", "Điện thoại"),
        loop="row in people",
        cells=(
            "{{ row.place }}",
            "{{ row.name }}",
            "{{ row.post }}{% if row.note %} ({{ row.note }}){% endif %}",
            "{{ row.role }}",
            "{{ row.phone }}",
        ),
        aligned=(CENTER, LEFT, LEFT, LEFT, LEFT),
    )
    _line(document, "{%p endif %}", LEFT)


def _communes(document: Any) -> None:
    _line(document, "{%p if communes %}", LEFT)
    _line(document, "{{ communes_heading }}", LEFT, bold=True, before=Pt(12), keep=True)
    _sheet(
        document,
        widths=(Mm(13), Mm(31), Mm(38), Mm(30), Mm(34), Mm(19)),
        titles=("STT", "Điểm cầu", "Nơi họp", "Chủ trì", "Cán bộ kỹ thuật", "Dự kiến"),
        loop="row in communes",
        cells=(
            "{{ row.place }}",
            "{{ row.name }}",
            "{{ row.venue }}",
            "{{ row.chair }}",
            "{{ row.technician }}",
            "{{ row.expected }}",
        ),
        aligned=(CENTER, LEFT, LEFT, LEFT, LEFT, RIGHT),
    )
    _line(document, "{%p endif %}", LEFT)


def _foot(document: Any) -> None:
    """Who gets it on the left, who signs on the right; the two stay on one page."""
    _line(document, "", LEFT, after=Pt(0))
    table = document.add_table(rows=1, cols=2)
    _widths(table, (Mm(82), Mm(83)))
    _whole(table.rows[0])
    left, right = table.rows[0].cells
    _write(left.paragraphs[0], "Nơi nhận:", LEFT, size=TABLE, after=Pt(0))
    _ruled(left.paragraphs[0])
    _line(left, "{%p for recipient in recipients %}", LEFT)
    _line(left, "- {{ recipient }}{% if loop.last %}.{% else %},{% endif %}", LEFT, size=TABLE, after=Pt(0))
    _line(left, "{%p endfor %}", LEFT)
    _write(right.paragraphs[0], "{{ on_behalf }}", CENTER, bold=True)
    for _ in range(4):
        _line(right, "", CENTER)


def _sheet(
    document: Any,
    *,
    widths: Sequence[int],
    titles: Sequence[str],
    loop: str,
    cells: Sequence[str],
    aligned: Sequence[WD_ALIGN_PARAGRAPH],
) -> Any:
    """A ruled table: titles repeated on each page, one row for each round of ``loop``, rows never torn."""
    table = document.add_table(rows=4, cols=len(titles))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _widths(table, widths)
    head, begin, row, end = table.rows
    for cell, title in zip(head.cells, titles, strict=True):
        _write(cell.paragraphs[0], title, CENTER, bold=True, size=TABLE, after=Pt(0))
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _whole(head)
    _write(begin.cells[0].paragraphs[0], f"{{%tr for {loop} %}}", LEFT)
    for cell, words, side in zip(row.cells, cells, aligned, strict=True):
        _write(cell.paragraphs[0], words, side, size=TABLE, after=Pt(0))
    _whole(row)
    _write(end.cells[0].paragraphs[0], "{%tr endfor %}", LEFT)
    return table


def _line(where: Any, words: str, side: WD_ALIGN_PARAGRAPH, **form: Any) -> None:
    _write(where.add_paragraph(), words, side, **form)


def _write(
    paragraph: Any,
    words: str,
    side: WD_ALIGN_PARAGRAPH,
    *,
    bold: bool = False,
    italic: bool = False,
    red: bool = False,
    keep: bool = False,
    size: int | None = None,
    before: int | None = None,
    after: int | None = None,
    indent: int | None = None,
) -> None:
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size = bold, italic, size
    if red:
        run.font.color.rgb = RGBColor(0x98, 0x1B, 0x1E)
    form = paragraph.paragraph_format
    paragraph.alignment, form.keep_with_next = side, keep
    form.space_before, form.first_line_indent = before, indent
    if after is not None:
        form.space_after = after


def _widths(table: Any, widths: Sequence[int]) -> None:
    table.autofit = False
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _ruled(paragraph: Any) -> None:
    """A line under the words, as wide as they are: the underline of the run."""
    paragraph.runs[0].underline = True


def _field(paragraph: Any, code: str) -> None:
    """A field that Word fills in: the page's number."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = paragraph.add_run()
        run.font.size = SMALL
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
