"""Looks into a Word template that somebody brings, at arm's length: which fields are wrong, which missing.

The child knows nothing of the portal but the words that it fills in; a template that wants too much memory
or never ends takes nothing with it.
"""

from __future__ import annotations

import difflib
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.guarded import OverdueError, answer, ask, limit, question

MEMORY = 768 * 1024 * 1024
SECONDS = 9
PATIENCE = 30
MOST_UNPACKED = 40 * 2**20

FIELDS = {
    "parent": "cơ quan cấp trên",
    "issuer": "cơ quan ban hành",
    "motto": "tiêu đề bên phải (ĐẢNG CỘNG SẢN VIỆT NAM hoặc quốc hiệu)",
    "number": "số, ký hiệu",
    "place_and_date": "nơi và ngày ban hành",
    "kind": "loại văn bản (GIẤY MỜI)",
    "subject": "trích yếu: dự hội nghị gì",
    "to": "đơn vị nhận, khi giấy mời gửi riêng một đơn vị",
    "opening": "lời mở đầu",
    "time_heading": "tiêu đề mục thời gian",
    "time": "các dòng về thời gian",
    "people_heading": "tiêu đề mục địa điểm, thành phần",
    "audiences": "các nhóm điểm cầu; mỗi nhóm có .heading và .lines",
    "requests_heading": "tiêu đề mục đề nghị",
    "requests": "các dòng đề nghị",
    "deadlines_heading": "tiêu đề mục thời hạn",
    "deadlines": "các dòng thời hạn và giờ chạy thử",
    "contacts_heading": "tiêu đề mục liên hệ",
    "contacts": "các dòng đầu mối liên hệ",
    "closing": "lời kết",
    "recipients": "các dòng nơi nhận",
    "on_behalf": "ký thay (T/L BAN THƯỜNG VỤ)",
    "sign_title": "chức vụ người ký",
    "sign_name": "tên người ký",
    "draft_words": "chữ “bản nháp” khi xem trước",
    "draft": "đúng khi là bản xem trước",
    "form": "thể thức: party hoặc state",
    "kind_words": "tên gọi giấy mời trong phụ lục",
    "form_annex": "tên phụ lục mẫu đăng ký; trống khi không có",
    "form_title": "tiêu đề mẫu đăng ký",
    "form_unit": "đơn vị trong mẫu đăng ký",
    "form_roles": "thành phần trong mẫu đăng ký; mỗi dòng có .place và .role",
    "form_people": "số thứ tự các dòng tên trong mẫu đăng ký",
    "form_due": "hạn gửi ở cuối mẫu đăng ký",
    "units_annex": "tên phụ lục danh sách đơn vị; trống khi không có",
    "units_title": "tiêu đề danh sách đơn vị",
    "units": "đơn vị được mời; mỗi dòng có .place, .name và .audience",
}
"""What a template may name, and what it is, for people."""

REQUIRED = (
    "issuer",
    "number",
    "place_and_date",
    "subject",
    "opening",
    "time",
    "audiences",
    "requests",
    "deadlines",
    "contacts",
    "recipients",
    "sign_name",
)
"""Without these the letter would be silent about something that the meeting says."""

NOT_WORD = "Không mở được như văn bản Word. Mở tệp bằng Word, lưu lại thành .docx rồi tải lên."
NOT_FILLED = (
    "Điền thử vào mẫu không được: một lệnh đặt sai chỗ. "
    "{%p … %} phải đứng riêng một đoạn, {%tr … %} riêng một dòng bảng."
)
TOO_MUCH = "Mẫu quá lớn, hoặc có vòng lặp không dừng. Bỏ bớt hình và vòng lặp rồi tải lên lại."


def problems_of(
    data: bytes,
    words: dict[str, Any],
    *,
    fields: Mapping[str, str] = FIELDS,
    required: Sequence[str] = REQUIRED,
) -> list[str]:
    """Say what is wrong with a template, in Vietnamese, each naming its field; none where it can be used.

    ``words`` is the paper of a letter in which no part is empty; another document brings its own fields.
    """
    asked = {"words": words, "fields": dict(fields), "required": list(required)}
    try:
        said = ask("invitations.letters.template_check", asked, data, patience=PATIENCE)
    except OverdueError:
        return [TOO_MUCH]
    found: list[str] = json.loads(said.data) if said.is_whole else [TOO_MUCH]
    return found


def main() -> None:
    """Be the child: words and a template on standard input; problems on standard output."""
    limit(memory=MEMORY, seconds=SECONDS)
    asked = question()
    answer(list(_problems(sys.stdin.buffer.read(), **asked)))


def _problems(
    data: bytes, words: dict[str, Any], fields: Mapping[str, str], required: Sequence[str]
) -> Iterator[str]:
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.exceptions import SecurityError, UndefinedError
    from jinja2.sandbox import SandboxedEnvironment

    try:
        if why := _unsafe(data):
            yield why
            return
        document = DocxTemplate(io.BytesIO(data))
        environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        named = document.get_undeclared_template_variables(environment)
    except TemplateError as error:
        yield _miswritten(error)
        return
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, AttributeError, OSError):
        yield NOT_WORD
        return
    yield from _of_fields(named, fields, required)
    if named - fields.keys():
        return
    try:
        document = DocxTemplate(io.BytesIO(data))
        document.render(words, jinja_env=environment, autoescape=True)
        document.save(io.BytesIO())
    except SecurityError:
        yield "Mẫu có lệnh không được phép. Chỉ dùng các trường trong bảng, {% if %} và {% for %}."
    except UndefinedError as error:
        yield _undefined(error)
    except TemplateError as error:
        yield _miswritten(error)
    except (TypeError, ValueError, SyntaxError, KeyError, AttributeError, ArithmeticError):
        yield NOT_FILLED


NOT_FILLED = (
    "Điền thử vào mẫu không được: một lệnh đặt sai chỗ."
    " {%p … %} phải đứng riêng một đoạn, {%tr … %} riêng một dòng bảng."
)


def _unsafe(data: bytes) -> str:
    """Declarations that only an attacker writes, and what would be fetched when the letter is opened."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            return TOO_MUCH
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            content = archive.read(entry)
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                return NOT_WORD
            if entry.filename.endswith(".rels") and re.search(
                rb'<Relationship\b(?![^>]*hyperlink")[^>]*TargetMode="External"', content
            ):
                return "Mẫu lấy hình hoặc mẫu khác từ ngoài tệp. Chèn hẳn vào tệp, rồi tải lên lại."
    return ""


def _of_fields(named: set[str], fields: Mapping[str, str], required: Sequence[str]) -> Iterator[str]:
    for name in sorted(named - fields.keys()):
        near = difflib.get_close_matches(name, fields, n=1)
        meant = f" Gần giống: {{{{ {near[0]} }}}} ({fields[near[0]]})." if near else ""
        yield f"Không có trường {{{{ {name} }}}}.{meant}"
    for name in required:
        if name not in named:
            yield f"Thiếu trường {{{{ {name} }}}} ({fields[name]})."


def _undefined(error: Exception) -> str:
    found = re.search(r"has no attribute '(\w+)'|'(\w+)' is undefined", str(error))
    name = (found[1] or found[2]) if found else "…"
    return f"Không có “.{name}” trong một dòng lặp. Xem bảng trường: nhóm có .heading và .lines."


def _miswritten(error: Exception) -> str:
    """Say where a field or a command is written wrongly, without the marks of the file's own language."""
    lines = getattr(error, "docx_context", None) or []
    around = " ".join(re.sub(r"<[^>]*>", "", str(line)) for line in lines)
    near = next((found[0] for found in re.finditer(r"\{[{%].{0,60}", around)), "")
    unknown = re.search(r"unknown tag '(\w+)'", str(error))
    what = f"Không có lệnh “{unknown[1]}”." if unknown else "Một trường hoặc lệnh viết sai."
    where = f" Gần chỗ “{near.strip()}”." if near else ""
    return f"{what}{where} Kiểm tra đủ cặp {{{{ }}}}, {{% %}}, và mỗi if, for có endif, endfor."
