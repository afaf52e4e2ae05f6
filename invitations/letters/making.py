"""Makes the Word templates of the letter: the Party's layout and the state's.

The files it makes are committed beside it and are what staff download to change; what the portal itself is
to write otherwise is changed here, and ``manage.py make_letter_templates`` makes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from docx import Document
from docx.shared import Mm, Pt

from invitations.letters.drawing import (
    BODY,
    CENTER,
    JUSTIFY,
    LEFT,
    RIGHT,
    TABLE,
    field,
    line,
    rule,
    ruled,
    set_styles,
    set_widths,
    sheet,
    whole,
    write,
)
from invitations.models.meeting import Meeting

INDENT = Mm(10)
CLOSE = Pt(3)


def make(path: Path, form: str) -> None:
    """Write the template of one layout to ``path``."""
    look = LOOKS[Meeting.Form(form)]
    document = Document()
    _set_page(document)
    set_styles(document)
    look.head(document)
    line(document, "{{ kind }}", CENTER, bold=True, size=look.kind, before=Pt(16), after=CLOSE)
    line(document, "{{ subject }}", CENTER, bold=True, after=Pt(0))
    look.under_subject(document)
    _body(document)
    _foot(document, look)
    _form_annex(document)
    _units_annex(document)
    document.save(str(path))


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(9)
    section.different_first_page_header_footer = True
    draft: dict[str, Any] = {"bold": True, "size": Pt(10), "red": True}
    write(section.first_page_header.paragraphs[0], "{{ draft_words }}", RIGHT, **draft)
    number = section.header.paragraphs[0]
    write(number, "", CENTER)
    field(number, "PAGE", Pt(13))
    line(section.header, "{{ draft_words }}", RIGHT, **draft)


def _head(document: Any, widths: tuple[int, int]) -> tuple[Any, Any]:
    """Two cells without rules: the organisation left, motto and date right."""
    table = document.add_table(rows=1, cols=2)
    set_widths(table, widths)
    left, right = table.rows[0].cells
    write(left.paragraphs[0], "{%p if parent %}", CENTER)
    return left, right


def _party_head(document: Any) -> None:
    left, right = _head(document, (Mm(70), Mm(90)))
    line(left, "{{ parent }}", CENTER, after=Pt(0))
    line(left, "{%p endif %}", CENTER)
    line(left, "{{ issuer }}", CENTER, bold=True, after=Pt(0))
    line(left, "*", CENTER, after=Pt(0))
    line(left, "{{ number }}", CENTER)
    write(right.paragraphs[0], "{{ motto }}", CENTER, bold=True, size=Pt(15), after=Pt(8))
    ruled(right.paragraphs[0])
    line(right, "{{ place_and_date }}", CENTER, italic=True)


def _state_head(document: Any) -> None:
    left, right = _head(document, (Mm(64), Mm(96)))
    line(left, "{{ parent }}", CENTER, size=Pt(12), after=Pt(0))
    line(left, "{%p endif %}", CENTER)
    line(left, "{{ issuer }}", CENTER, bold=True, size=Pt(12), after=Pt(0))
    rule(left, Mm(20))
    line(left, "{{ number }}", CENTER, size=Pt(13))
    write(right.paragraphs[0], "{{ motto }}", CENTER, bold=True, size=Pt(12), after=Pt(0))
    line(right, "Độc lập - Tự do - Hạnh phúc", CENTER, bold=True, size=Pt(13), after=Pt(0))
    rule(right, Mm(19))
    line(right, "{{ place_and_date }}", CENTER, italic=True, size=Pt(13))


def _body(document: Any) -> None:
    line(document, "{%p if to %}", LEFT)
    line(document, "Kính gửi: {{ to }}", CENTER, before=Pt(6))
    line(document, "{%p endif %}", LEFT)
    line(document, "{{ opening }}", JUSTIFY, indent=INDENT, before=Pt(6))
    _section(document, "time")
    line(document, "{%p if audiences %}", LEFT)
    line(document, "{{ people_heading }}", LEFT, bold=True, before=Pt(6), keep=True)
    line(document, "{%p for audience in audiences %}", LEFT)
    line(document, "{{ audience.heading }}", JUSTIFY, bold=True, indent=INDENT, keep=True)
    line(document, "{%p for words in audience.lines %}", LEFT)
    line(document, "{{ words }}", JUSTIFY, indent=INDENT)
    line(document, "{%p endfor %}", LEFT)
    line(document, "{%p endfor %}", LEFT)
    line(document, "{%p endif %}", LEFT)
    for part in ("requests", "deadlines", "contacts"):
        _section(document, part)
    line(document, "{{ closing }}", JUSTIFY, indent=INDENT, before=Pt(6))


def _section(document: Any, part: str) -> None:
    line(document, f"{{%p if {part} %}}", LEFT)
    line(document, f"{{{{ {part}_heading }}}}", LEFT, bold=True, before=Pt(6), keep=True)
    line(document, f"{{%p for words in {part} %}}", LEFT)
    line(document, "{{ words }}", JUSTIFY, indent=INDENT)
    line(document, "{%p endfor %}", LEFT)
    line(document, "{%p endif %}", LEFT)


def _foot(document: Any, look: Look) -> None:
    """Who gets it on the left, who signs on the right; the two stay on one page."""
    line(document, "", LEFT, after=Pt(0))
    table = document.add_table(rows=1, cols=2)
    set_widths(table, (Mm(78), Mm(82)))
    whole(table.rows[0])
    left, right = table.rows[0].cells
    look.recipients(left.paragraphs[0])
    line(left, "{%p for recipient in recipients %}", LEFT)
    line(left, "- {{ recipient }}", LEFT, size=look.recipient, after=Pt(0))
    line(left, "{%p endfor %}", LEFT)
    write(right.paragraphs[0], "{{ on_behalf }}", CENTER, bold=True, after=Pt(0))
    line(right, "{{ sign_title }}", CENTER, bold=True)
    for _ in range(4):
        line(right, "", CENTER)
    line(right, "{{ sign_name }}", CENTER, bold=True)
    _last_line(document)


def _party_recipients(paragraph: Any) -> None:
    write(paragraph, "Nơi nhận:", LEFT, size=BODY, after=Pt(0))
    ruled(paragraph)


def _state_recipients(paragraph: Any) -> None:
    write(paragraph, "Nơi nhận:", LEFT, bold=True, italic=True, size=TABLE, after=Pt(0))


def _annex(document: Any, name: str, title: str) -> None:
    line(document, f"{{{{ {name} }}}}", CENTER, bold=True, after=Pt(0))
    document.paragraphs[-1].paragraph_format.page_break_before = True
    line(document, f"{{{{ {title} }}}}", CENTER, bold=True, after=Pt(0))
    line(document, "(Kèm theo {{ kind_words }})", CENTER, italic=True, after=Pt(10))


def _form_annex(document: Any) -> None:
    line(document, "{%p if form_annex %}", LEFT)
    _annex(document, "form_annex", "form_title")
    line(document, "Đơn vị: {{ form_unit }}", LEFT)
    for label in ("Nơi đặt điểm cầu", "Chủ trì điểm cầu", "Cán bộ kỹ thuật, điện thoại"):
        line(document, f"{label}: " + "…" * 24, LEFT)
    line(document, "Số lượng đại biểu", LEFT, bold=True, before=Pt(6), keep=True)
    sheet(
        document,
        widths=(Mm(13), Mm(89), Mm(24), Mm(34)),
        titles=("STT", "Thành phần", "Số lượng", "Ghi chú"),
        loop="row in form_roles",
        cells=("{{ row.place }}", "{{ row.role }}", "", ""),
        aligned=(CENTER, LEFT, RIGHT, LEFT),
    )
    line(document, "Danh sách đại biểu", LEFT, bold=True, before=Pt(10), keep=True)
    sheet(
        document,
        widths=(Mm(13), Mm(48), Mm(66), Mm(33)),
        titles=("STT", "Họ và tên", "Chức vụ, đơn vị công tác", "Điện thoại"),
        loop="row in form_people",
        cells=("{{ row }}", "", "", ""),
        aligned=(CENTER, LEFT, LEFT, LEFT),
    )
    line(document, "{{ form_due }}", LEFT, italic=True, before=Pt(6))
    line(document, "{%p endif %}", LEFT)


def _units_annex(document: Any) -> None:
    line(document, "{%p if units_annex %}", LEFT)
    _annex(document, "units_annex", "units_title")
    sheet(
        document,
        widths=(Mm(13), Mm(70), Mm(77)),
        titles=("STT", "Đơn vị", "Nhóm điểm cầu"),
        loop="row in units",
        cells=("{{ row.place }}", "{{ row.name }}", "{{ row.audience }}"),
        aligned=(CENTER, LEFT, LEFT),
    )
    _last_line(document)
    line(document, "{%p endif %}", LEFT)


def _last_line(document: Any) -> None:
    """A paragraph of no height: Word wants one behind a table that ends a document."""
    line(document, "", LEFT, after=Pt(0))
    document.paragraphs[-1].paragraph_format.line_spacing = Pt(1)


class Look(NamedTuple):
    """Where the two layouts differ."""

    head: Callable[[Any], None]
    kind: int
    under_subject: Callable[[Any], None]
    recipients: Callable[[Any], None]
    recipient: int


LOOKS = {
    Meeting.Form.PARTY: Look(
        head=_party_head,
        kind=Pt(16),
        under_subject=lambda document: line(document, "-----", CENTER),
        recipients=_party_recipients,
        recipient=TABLE,
    ),
    Meeting.Form.STATE: Look(
        head=_state_head,
        kind=Pt(14),
        under_subject=lambda document: rule(document, Mm(62)),
        recipients=_state_recipients,
        recipient=Pt(11),
    ),
}
