"""The report as a file: Word from a template that staff may replace, PDF, and its tables as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from accounts.templatetags.portal import moment, percent
from invitations.letters.filling import filled
from invitations.letters.pdf import pdf_by
from reports.results.paper import Content, paper, share
from reports.workbooks import template as workbook_template
from reports.workbooks.source import MOTTOES
from reports.workbooks.tables import (
    RESULT_INCIDENTS,
    RESULT_MATERIALS,
    RESULT_PLACES,
    RESULT_REASONS,
    Look,
    Marked,
    Row,
    Table,
)
from reports.workbooks.template import Template
from reports.workbooks.writing import writing

HERE = Path(__file__).parent
TYPST = HERE / "result.typ"
OWN = HERE / "result.docx"
"""Made by ``manage.py make_result_template``."""

FORMS = ("docx", "pdf", "xlsx")


def docx_of(content: Content, *, sha256: str = "", template: bytes | None = None) -> bytes:
    """Return the report as .docx. Raises ``BrokenTemplate`` for a template that cannot be filled in."""
    return filled(template or OWN.read_bytes(), paper(content, sha256=sha256))


def pdf_of(content: Content, *, sha256: str = "") -> bytes:
    """Return the report as PDF, as the portal lays it out itself."""
    return pdf_by(TYPST, paper(content, sha256=sha256))


def xlsx_of(content: Content, *, sha256: str = "", drawn_by: Template | None = None) -> bytes:
    """Return the tables of the report as a workbook, drawn by the template of workbooks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bang.xlsx"
        with writing(path, drawn_by or workbook_template.own(), _words(content)) as book:
            for table in tables(content, sha256):
                book.add(table, lambda rows: None)
        return path.read_bytes()


def tables(content: Content, sha256: str = "") -> Iterator[Table]:
    """The tables of the report: places by session, reasons of absence, incidents, materials."""
    numbers = content["numbers"]
    note = f"Số liệu lúc {moment(datetime.fromisoformat(numbers['taken_at']))}" + (
        f", SHA-256 {sha256}" if sha256 else ", bản nháp"
    )
    yield Table(RESULT_PLACES, "Có mặt", "Kết quả điểm danh", note, _places(numbers))
    yield Table(RESULT_REASONS, "Lý do vắng", "Vắng có phép theo lý do", note, _reasons(numbers))
    yield Table(RESULT_INCIDENTS, "Sự cố", "Sự cố trong hội nghị", note, _incidents(numbers))
    yield Table(RESULT_MATERIALS, "Tài liệu", "Tài liệu đã mở", note, _materials(numbers))


def _words(content: Content) -> dict[str, str]:
    head, signed = content["head"], content["signed"]
    words = paper(content)
    return {
        "cấp trên": words["parent"],
        "cơ quan": words["issuer"],
        "nơi và ngày": words["place_and_date"],
        "quốc hiệu": MOTTOES[head["form"]][0],
        "tiêu ngữ": MOTTOES[head["form"]][1],
        "hội nghị": " ".join(head["title"].split()),
        "ký thay": signed["on_behalf"].upper() or words["issuer"],
        "chức vụ ký": signed["sign_title"].upper(),
    }


def _places(numbers: Content) -> Iterator[Row]:
    """A row for each place at each session, then its sum; the whole conference last."""
    labels = [one["label"] for one in numbers["sessions"]]
    for place, line in enumerate(numbers["areas"], 1):
        for label, came in zip(labels, line["sessions"], strict=True):
            yield _place(place, line, label, came)
    if len(labels) > 1:
        for line in numbers["tiers"]:
            yield Marked((None, line["label"], "Tất cả các buổi", *_all(line)), Look.GROUP)
    whole = numbers["whole"]
    yield Marked((None, whole["label"], "Tất cả các buổi", *_all(whole)), Look.SUM)


def _place(place: int, line: Content, label: str, came: Content) -> tuple[Any, ...]:
    rate = percent(came["present"], line["declared"])
    told = (came["reported"], came["present"], came["excused"], came["absent"], rate)
    return (place, line["label"], label, line["points"], line["declared"], line["named"], *told)


def _all(line: Content) -> tuple[Any, ...]:
    sums = (
        sum(came[name] for came in line["sessions"]) for name in ("reported", "present", "excused", "absent")
    )
    return (line["points"], line["declared"], line["named"], *sums, share(line))


def _reasons(numbers: Content) -> Iterator[Row]:
    """A row for each reason, then all who had leave; reports signed before reasons were asked have none."""
    reasons = numbers.get("reasons", [])
    for place, one in enumerate(reasons, 1):
        yield (place, one["label"], one["number"])
    if reasons:
        yield Marked((None, "Tất cả các buổi", sum(one["number"] for one in reasons)), Look.SUM)


def _incidents(numbers: Content) -> Iterator[Row]:
    for place, one in enumerate(numbers["incidents"], 1):
        done = "chưa khắc phục xong" if one["open"] else one["done"]
        yield (place, one["point"], one["session"], one["kind"], one["at"], one["minutes"], done)


def _materials(numbers: Content) -> Iterator[Row]:
    for place, one in enumerate(numbers["materials"], 1):
        rate = percent(one["opened"], one["called"])
        yield (place, one["title"], one["opened"], one["called"], rate)
