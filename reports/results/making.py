"""Makes the Word template of the result report; the file is committed beside it, for staff to edit.

Whoever wants the form changed for good changes this script and runs ``manage.py make_result_template``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Mm, Pt

from invitations.letters.drawing import (
    CENTER,
    JUSTIFY,
    LEFT,
    RIGHT,
    foot,
    line,
    ruled,
    set_page,
    set_styles,
    set_widths,
    sheet,
    write,
)

INDENT = Mm(10)


def make(path: Path) -> None:
    """Write the template to ``path``."""
    document = Document()
    set_page(document)
    set_styles(document)
    _head(document)
    line(document, "{{ kind }}", CENTER, bold=True, size=Pt(16), before=Pt(18))
    line(document, "{{ subject }}", CENTER, bold=True, after=Pt(12))
    _when(document, "correction", "{{ correction }}", italic=True)
    line(document, "{{ opening }}", JUSTIFY, indent=INDENT)
    _loop(document, "words in summary", "- {{ words }}")
    _when(document, "compared", "- {{ compared }}")
    _tables(document)
    _loop(document, "one in materials", "- {{ one.title }}: {{ one.words }}.", heading="Tài liệu học tập")
    _texts(document)
    _signed(foot(document))
    document.save(str(path))


def _head(document: Any) -> None:
    """Organisation on the left, motto and date on the right."""
    table = document.add_table(rows=1, cols=2)
    set_widths(table, (Mm(78), Mm(87)))
    left, right = table.rows[0].cells
    write(left.paragraphs[0], "{{ parent }}", CENTER, after=Pt(0))
    line(left, "{{ issuer }}", CENTER, bold=True, after=Pt(0))
    line(left, "*", CENTER, after=Pt(0))
    line(left, "{{ number }}", CENTER)
    write(right.paragraphs[0], "{{ motto }}", CENTER, bold=True, after=Pt(4))
    ruled(right.paragraphs[0])
    _when(right, "submotto", "{{ submotto }}", side=CENTER, bold=True)
    line(right, "{{ place_and_date }}", CENTER, italic=True)


def _when(where: Any, name: str, words: str, *, side: Any = JUSTIFY, **form: Any) -> None:
    """A line that is there where the field is."""
    line(where, f"{{%p if {name} %}}", LEFT)
    line(where, words, side, **form)
    line(where, "{%p endif %}", LEFT)


def _loop(document: Any, loop: str, words: str, *, heading: str = "") -> None:
    """A line for each round, under a heading where there is one."""
    if heading:
        line(document, f"{{%p if {loop.split()[-1]} %}}", LEFT)
        line(document, heading, LEFT, bold=True, before=Pt(8), keep=True)
    line(document, f"{{%p for {loop} %}}", LEFT)
    line(document, words, JUSTIFY, indent=INDENT)
    line(document, "{%p endfor %}", LEFT)
    if heading:
        line(document, "{%p endif %}", LEFT)


def _tables(document: Any) -> None:
    line(document, "Theo buổi", LEFT, bold=True, before=Pt(8), keep=True)
    sheet(
        document,
        widths=(Mm(44), Mm(21), Mm(20), Mm(20), Mm(20), Mm(20), Mm(20)),
        titles=("Buổi", "Điểm cầu báo", "Đăng ký", "Có mặt", "Tỷ lệ", "Vắng có phép", "Vắng không"),
        loop="one in sessions",
        cells=_fields("label", "points", "declared", "present", "percent", "excused", "absent"),
        aligned=(LEFT, *(RIGHT,) * 6),
    )
    for heading, name, first in (("Theo cấp", "tiers", "Cấp"), ("Theo đơn vị", "areas", "Đơn vị")):
        line(document, heading, LEFT, bold=True, before=Pt(8), keep=True)
        sheet(
            document,
            widths=(Mm(11), Mm(48), Mm(18), Mm(20), Mm(18), Mm(30), Mm(20)),
            titles=("TT", first, "Điểm cầu", "Đăng ký", "Có tên", "Có mặt từng buổi", "Tỷ lệ"),
            loop=f"one in {name}",
            cells=_fields("place", "label", "points", "declared", "named", "present", "percent"),
            aligned=(CENTER, LEFT, *(RIGHT,) * 5),
        )
    line(document, "{%p if reasons %}", LEFT)
    line(document, "Vắng có phép theo lý do", LEFT, bold=True, before=Pt(8), keep=True)
    sheet(
        document,
        widths=(Mm(11), Mm(124), Mm(30)),
        titles=("TT", "Lý do", "Lượt vắng"),
        loop="one in reasons",
        cells=_fields("place", "label", "number"),
        aligned=(CENTER, LEFT, RIGHT),
    )
    line(document, "{%p endif %}", LEFT)
    line(document, "{%p if incidents %}", LEFT)
    line(document, "Sự cố", LEFT, bold=True, before=Pt(8), keep=True)
    sheet(
        document,
        widths=(Mm(11), Mm(34), Mm(30), Mm(30), Mm(14), Mm(46)),
        titles=("TT", "Điểm cầu", "Lúc", "Sự cố", "Phút", "Đã làm"),
        loop="one in incidents",
        cells=_fields("place", "point", "at", "kind", "minutes", "done"),
        aligned=(CENTER, LEFT, LEFT, LEFT, RIGHT, LEFT),
    )
    line(document, "{%p endif %}", LEFT)


def _fields(*names: str) -> tuple[str, ...]:
    return tuple(f"{{{{ one.{name} }}}}" for name in names)


def _texts(document: Any) -> None:
    line(document, "{%p for part in texts %}", LEFT)
    line(document, "{{ part.heading }}", LEFT, bold=True, before=Pt(8), keep=True)
    line(document, "{%p for words in part.lines %}", LEFT)
    line(document, "{{ words }}", JUSTIFY, indent=INDENT)
    line(document, "{%p endfor %}", LEFT)
    line(document, "{%p endfor %}", LEFT)


def _signed(right: Any) -> None:
    write(right.paragraphs[0], "{{ on_behalf }}", CENTER, bold=True, after=Pt(0))
    line(right, "{{ sign_title }}", CENTER, bold=True)
    for _ in range(3):
        line(right, "", CENTER)
    line(right, "{{ sign_name }}", CENTER, bold=True)
