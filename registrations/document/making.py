"""Makes the Word template of the registration document, in the form of the Party's documents.

The file it makes is committed beside it, so that staff find something to open; whoever wants the form
changed for good changes this script and runs ``manage.py make_document_template``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from invitations.letters.drawing import (
    CENTER,
    LEFT,
    RIGHT,
    TABLE,
    foot,
    line,
    ruled,
    set_page,
    set_styles,
    set_widths,
    sheet,
    write,
)


def make(path: Path) -> None:
    """Write the template to ``path``."""
    document = Document()
    set_page(document)
    set_styles(document)
    _head(document)
    line(document, "BÁO CÁO", CENTER, bold=True, size=Pt(16), before=Pt(18))
    line(document, "{{ subject }}", CENTER, bold=True, after=Pt(12))
    line(document, "{{ opening }}", WD_ALIGN_PARAGRAPH.JUSTIFY, indent=Mm(10))
    _numbers(document)
    _people(document)
    _communes(document)
    _signed(foot(document))
    document.save(str(path))


def _head(document: Any) -> None:
    """Organisation on the left, the Party's name on the right; no lines around them."""
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    set_widths(table, (Mm(82), Mm(83)))
    left, right = table.rows[0].cells
    write(left.paragraphs[0], "{{ parent }}", CENTER, after=Pt(0))
    line(left, "{{ issuer }}", CENTER, bold=True, after=Pt(0))
    line(left, "*", CENTER, after=Pt(0))
    line(left, "{{ number }}", CENTER)
    write(right.paragraphs[0], "ĐẢNG CỘNG SẢN VIỆT NAM", CENTER, bold=True, after=Pt(8))
    ruled(right.paragraphs[0])
    line(right, "{{ place_and_date }}", CENTER, italic=True)


def _numbers(document: Any) -> None:
    line(document, "{{ numbers_heading }}", LEFT, bold=True, before=Pt(6), keep=True)
    line(document, "{%p if own_point %}", LEFT)
    line(document, "{{ own_point }}", WD_ALIGN_PARAGRAPH.JUSTIFY)
    line(document, "{%p endif %}", LEFT)
    table = sheet(
        document,
        widths=(Mm(13), Mm(83), Mm(44), Mm(25)),
        titles=("STT", "Thành phần", "Điểm cầu", "Số lượng"),
        loop="row in numbers",
        cells=("{{ row.place }}", "{{ row.what }}", "{{ row.point }}", "{{ row.number }}"),
        aligned=(CENTER, LEFT, LEFT, RIGHT),
    )
    sums = table.add_row().cells
    said = sums[0].merge(sums[2])
    write(said.paragraphs[0], "Cộng", CENTER, bold=True, size=TABLE, after=Pt(0))
    write(sums[3].paragraphs[0], "{{ total }}", RIGHT, bold=True, size=TABLE, after=Pt(0))


def _people(document: Any) -> None:
    line(document, "{%p if people %}", LEFT)
    line(document, "{{ people_heading }}", LEFT, bold=True, before=Pt(12), keep=True)
    sheet(
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
    line(document, "{%p endif %}", LEFT)


def _communes(document: Any) -> None:
    line(document, "{%p if communes %}", LEFT)
    line(document, "{{ communes_heading }}", LEFT, bold=True, before=Pt(12), keep=True)
    sheet(
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
    line(document, "{%p endif %}", LEFT)


def _signed(right: Any) -> None:
    write(right.paragraphs[0], "{{ on_behalf }}", CENTER, bold=True)
    for _ in range(4):
        line(right, "", CENTER)
