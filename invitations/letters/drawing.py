"""Draws Word documents with python-docx: lines, tables without rules, sheets with them, fields.

Shared by the makers of the templates that staff edit in Word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY
BODY, TABLE, SMALL = Pt(14), Pt(12), Pt(8)


def set_styles(document: Any) -> None:
    """Times New Roman 14 in every script, single spaced."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", BODY
    for script in ("w:eastAsia", "w:cs"):
        normal.element.rPr.rFonts.set(qn(script), "Times New Roman")
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def set_page(document: Any) -> None:
    """A4 upright; above it the words of a draft, below it the portal's line and the page's number."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    write(section.header.paragraphs[0], "{{ draft_words }}", RIGHT, bold=True, size=Pt(10), red=True)
    footer = section.footer.paragraphs[0]
    write(footer, "{{ footer }} · Trang ", LEFT, size=SMALL)
    field(footer, "PAGE")


def foot(document: Any) -> Any:
    """Who gets it on the left; the cell on the right, for who signs, is returned. Both stay on one page."""
    line(document, "", LEFT, after=Pt(0))
    table = document.add_table(rows=1, cols=2)
    set_widths(table, (Mm(82), Mm(83)))
    whole(table.rows[0])
    left, right = table.rows[0].cells
    write(left.paragraphs[0], "Nơi nhận:", LEFT, size=TABLE, after=Pt(0))
    ruled(left.paragraphs[0])
    line(left, "{%p for recipient in recipients %}", LEFT)
    line(left, "- {{ recipient }}{% if loop.last %}.{% else %},{% endif %}", LEFT, size=TABLE, after=Pt(0))
    line(left, "{%p endfor %}", LEFT)
    return right


def sheet(
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
    set_widths(table, widths)
    head, begin, row, end = table.rows
    for cell, title in zip(head.cells, titles, strict=True):
        write(cell.paragraphs[0], title, CENTER, bold=True, size=TABLE, after=Pt(0))
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    whole(head)
    write(begin.cells[0].paragraphs[0], f"{{%tr for {loop} %}}", LEFT)
    for cell, words, side in zip(row.cells, cells, aligned, strict=True):
        write(cell.paragraphs[0], words, side, size=TABLE, after=Pt(0))
    whole(row)
    write(end.cells[0].paragraphs[0], "{%tr endfor %}", LEFT)
    return table


def line(where: Any, words: str, side: WD_ALIGN_PARAGRAPH, **form: Any) -> None:
    """Add a paragraph to a document or a cell; ``form`` as ``write`` has it."""
    write(where.add_paragraph(), words, side, **form)


def write(
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
    """Write ``words`` into an empty paragraph."""
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size = bold, italic, size
    if red:
        run.font.color.rgb = RGBColor(0x98, 0x1B, 0x1E)
    form = paragraph.paragraph_format
    paragraph.alignment, form.keep_with_next = side, keep
    form.space_before, form.first_line_indent = before, indent
    if after is not None:
        form.space_after = after


def set_widths(table: Any, widths: Sequence[int]) -> None:
    """Give the columns of a table widths to keep: Word reads them at the cells, LibreOffice at the grid."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def whole(row: Any) -> None:
    """Never tear a row between two pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def ruled(paragraph: Any) -> None:
    """A line under the words, as wide as they are: the underline of the run."""
    paragraph.runs[0].underline = True


def field(paragraph: Any, code: str, size: int = SMALL) -> None:
    """A field that Word fills in: the page's number."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = paragraph.add_run()
        run.font.size = size
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def rule(where: Any, inset: int) -> None:
    """Add a line of its own, shorter than the cell by ``inset`` on either side."""
    paragraph = where.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = inset
    form.space_after = Pt(4)
    form.line_spacing = Pt(3)
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )
