"""What stands in the document, as plain words: both makers set it and neither decides anything.

The form is that of the Party's documents (Hướng dẫn 36-HD/VPTW, 2018): organisation above left with the
issuing body in bold, "ĐẢNG CỘNG SẢN VIỆT NAM" above right, number, place and date, title, body, signature
and "Nơi nhận".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.fields import spaced
from accounts.models import Tier
from accounts.vietnamese import counted
from invitations.models import Invitation
from registrations.comparison import PROVINCIAL, point_names
from registrations.differences import totals
from registrations.models import Submission

Paper = dict[str, Any]
"""Words, lists of words, and ``draft``: what the templates ``registration.docx`` and ``.typ`` name."""

SIGNS = {
    "Huyện ủy": "HU",
    "Thành ủy": "ThU",
    "Thị ủy": "TXU",
    "Đảng ủy": "ĐU",
}
"""The letters behind the number, by what the name of the committee begins with; others fill them in."""

BLANK = " " * 8
"""Room for a number written by hand."""


def paper(
    *, invitation: Invitation, content: Mapping[str, Any], submission: Submission | None, now: datetime
) -> Paper:
    """Return the words of the document of one registration.

    In: the snapshot document and the submission it belongs to, or None for a draft as it is ``now``.
    """
    meeting, unit = invitation.meeting, invitation.unit
    names = point_names(content)
    communes = [p for p in content["points"] if p["unit"] != unit.slug and p["connects"]]
    own = next((p for p in content["points"] if p["unit"] == unit.slug), None)
    letter = f"Giấy mời số {meeting.number}" if meeting.number else "Giấy mời"
    dated = f" ngày {meeting.issued_on:%d/%m/%Y}" if meeting.issued_on else ""
    return {
        "draft": submission is None,
        "draft_words": "" if submission else "BẢN NHÁP, CHƯA GỬI",
        "parent": (unit.parent.name if unit.parent else settings.PORTAL_ORG).upper(),
        "issuer": unit.name.upper(),
        "number": _number(unit.name),
        "place_and_date": _place_and_date(invitation, submission.decided_at if submission else now),
        "subject": f"đăng ký điểm cầu và đại biểu dự {meeting.title}",
        "opening": f"Thực hiện {letter}{dated}, {unit.name} đăng ký như sau:",
        "own_point": _own_point(own),
        "numbers": _numbers(content, names),
        "total": counted(totals(content).declared),
        "people": list(_people(content)),
        "communes": list(_communes(content, communes)),
        **_headings(bool(content["delegates"]), bool(communes)),
        "on_behalf": "T/M BAN THƯỜNG VỤ" if _is_committee(invitation) else "THỦ TRƯỞNG ĐƠN VỊ",
        "recipients": _recipients(invitation),
        "footer": _footer(submission, now),
    }


def _is_committee(invitation: Invitation) -> bool:
    """A committee signs through its standing board; an agency through its head."""
    return invitation.unit.tier in (Tier.DISTRICT, Tier.AFFILIATED)


def _number(name: str) -> str:
    sign = next((sign for begins, sign in SIGNS.items() if name.startswith(begins)), "……")
    return f"Số{BLANK}-BC/{sign}"


def _place_and_date(invitation: Invitation, at: datetime) -> str:
    unit, day = invitation.unit, timezone.localtime(at)
    place = unit.short_name if unit.short_name and _is_committee(invitation) else invitation.meeting.place
    date = f"ngày {day:%d} tháng {day:%m} năm {day:%Y}"
    return f"{place}, {date}" if place else date.capitalize()


def _headings(people: bool, communes: bool) -> dict[str, str]:
    """Number the parts that are there: I, II, III."""
    parts = {"numbers_heading": "Số lượng đại biểu"}
    parts |= {"people_heading": "Danh sách đại biểu"} if people else {}
    parts |= {"communes_heading": "Điểm cầu cấp xã"} if communes else {}
    roman = ("I", "II", "III")
    return {name: f"{mark}. {title}" for mark, (name, title) in zip(roman, parts.items(), strict=False)}


def _own_point(point: Mapping[str, Any] | None) -> str:
    """One line about the unit's own point; nothing where it sits in the provincial hall."""
    if point is None:
        return ""
    told = {
        "nơi họp": point["venue"],
        "chủ trì": _dear(point["chair"]),
        "cán bộ kỹ thuật": _dear(_with_phone(point["technician"], point["technician_phone"])),
    }
    words = "; ".join(f"{what} {value}" for what, value in told.items() if value)
    return f"Điểm cầu {point['name']}: {words}." if words else ""


def _dear(name: str) -> str:
    return f"đồng chí {name}" if name else ""


def _with_phone(name: str, phone: str) -> str:
    return f"{name}, điện thoại {spaced(phone)}" if name and phone else name or spaced(phone)


def _numbers(content: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, str]]:
    """The numbers of the unit's own people by role, then one line for all communes together."""
    off = {point["unit"] for point in content["points"] if not point["connects"]}
    rows = [row for row in content["headcounts"] if row["point"] not in off]
    lines = [
        (row["role"], names.get(row["point"], PROVINCIAL), row["number"]) for row in rows if row["role_id"]
    ]
    expected = [row["number"] for row in rows if not row["role_id"]]
    if expected:
        lines.append(("Đại biểu tại các điểm cầu cấp xã", f"{len(expected)} điểm", sum(expected)))
    return [
        {"place": str(place), "what": what, "point": point, "number": counted(number)}
        for place, (what, point, number) in enumerate(lines, 1)
    ]


def _people(content: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for place, person in enumerate(content["delegates"], 1):
        yield {
            "place": str(place),
            "name": person["full_name"],
            "post": ", ".join(part for part in (person["position"], person["organisation"]) if part),
            "role": person["role"],
            "phone": spaced(person["phone"]),
            "note": person["note"],
        }


def _communes(content: Mapping[str, Any], points: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    expected = {row["point"]: row["number"] for row in content["headcounts"] if not row["role_id"]}
    for place, point in enumerate(points, 1):
        yield {
            "place": str(place),
            "name": point["name"],
            "venue": point["venue"],
            "chair": point["chair"],
            "technician": ", ".join(
                part for part in (point["technician"], spaced(point["technician_phone"])) if part
            ),
            "expected": counted(expected[point["unit"]]) if point["unit"] in expected else "",
        }


def _recipients(invitation: Invitation) -> list[str]:
    asked = invitation.meeting.deadlines.exclude(to="").values_list("to", flat=True)
    return [*dict.fromkeys([settings.PORTAL_HELP_NAME, *asked]), f"Lưu {invitation.unit.name}"]


def _footer(submission: Submission | None, now: datetime) -> str:
    if submission is None:
        return f"Bản nháp lập lúc {timezone.localtime(now):%H:%M, %d/%m/%Y}, chưa gửi"
    return f"Biên nhận {submission.code}, lần {submission.number} · SHA-256 {submission.sha256}"
