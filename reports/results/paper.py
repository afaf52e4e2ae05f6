"""What stands in the result report, as plain words: Word and PDF set it and neither decides anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from accounts.templatetags.portal import moment, percent
from reports.workbooks.source import MOTTOES

Content = dict[str, Any]
Paper = dict[str, Any]

TEXTS = {
    "atmosphere": "Không khí, nền nếp",
    "opinions": "Ý kiến, thảo luận",
    "proposals": "Đề xuất, kiến nghị",
}
"""The written parts, in their order."""

FIELDS = {
    "parent": "cơ quan cấp trên",
    "issuer": "cơ quan báo cáo",
    "motto": "ĐẢNG CỘNG SẢN VIỆT NAM, hoặc quốc hiệu",
    "submotto": "Độc lập - Tự do - Hạnh phúc; trống khi theo thể thức của Đảng",
    "number": "số, ký hiệu",
    "place_and_date": "nơi và ngày ký",
    "kind": "BÁO CÁO",
    "subject": "trích yếu: kết quả hội nghị gì",
    "opening": "câu mở đầu, có giờ lấy số liệu",
    "summary": "các dòng tóm tắt số liệu",
    "sessions": "các buổi; mỗi dòng có .label, .points, .declared, .present, .percent, .excused, .absent",
    "tiers": "các cấp điểm cầu; mỗi dòng có .label, .points, .declared, .named, .present, .percent",
    "areas": "các đơn vị; mỗi dòng có .place, .label, .points, .declared, .named, .present, .percent",
    "reasons": "lý do vắng có phép; mỗi dòng có .place, .label, .number",
    "incidents": "sự cố; mỗi dòng có .place, .point, .session, .kind, .at, .minutes, .done",
    "materials": "tài liệu; mỗi dòng có .title, .words",
    "texts": "phần viết; mỗi phần có .heading và .lines",
    "compared": "dòng so với hội nghị trước; trống khi không có",
    "correction": "dòng nói sửa báo cáo nào, vì sao; trống ở lần đầu",
    "recipients": "các dòng nơi nhận",
    "on_behalf": "ký thay",
    "sign_title": "chức vụ người ký",
    "sign_name": "tên người ký",
    "draft": "đúng khi chưa chốt",
    "draft_words": "chữ “bản nháp” khi chưa chốt",
    "footer": "dòng chân trang có mã SHA-256",
}
"""What a template may name, and what it is, for people."""

REQUIRED = (
    "issuer",
    "number",
    "place_and_date",
    "subject",
    "opening",
    "summary",
    "sessions",
    "areas",
    "incidents",
    "texts",
    "sign_name",
    "footer",
)
"""Without these the report would be silent about something that it has to say."""


def paper(content: Content, *, sha256: str = "") -> Paper:
    """Return the words of the report that ``content`` holds; a draft where there is no hash."""
    numbers, head, signed = content["numbers"], content["head"], content["signed"]
    whole, sessions = numbers["whole"], numbers["sessions"]
    taken = moment(datetime.fromisoformat(numbers["taken_at"]))
    return {
        "parent": head["parent"].upper(),
        "issuer": head["issuer"].upper(),
        "motto": MOTTOES[head["form"]][0],
        "submotto": MOTTOES[head["form"]][1],
        "number": f"Số {signed['number']}" if signed["number"] else "Số         -BC/…",
        "place_and_date": _place_and_date(head["place"], signed["dated_on"]),
        "kind": "BÁO CÁO",
        "subject": f"kết quả {head['title'][:1].lower()}{head['title'][1:]}",
        "opening": f"{_letter(head)}{head['issuer']} báo cáo kết quả như sau (số liệu lúc {taken}):",
        "summary": list(_summary(numbers)),
        "sessions": [
            {
                "label": label["label"],
                "points": f"{counted(came['reported'])}/{counted(whole['points'])}",
                "declared": counted(whole["declared"]),
                **_came(came, whole["declared"]),
            }
            for label, came in zip(sessions, whole["sessions"], strict=True)
        ],
        "tiers": [_line(one, place) for place, one in enumerate(numbers["tiers"], 1)],
        "areas": [_line(one, place) for place, one in enumerate(numbers["areas"], 1)],
        "reasons": [_reason(one, place) for place, one in enumerate(numbers.get("reasons", []), 1)],
        "incidents": [_incident(one, place) for place, one in enumerate(numbers["incidents"], 1)],
        "materials": [_material(one) for one in numbers["materials"]],
        "texts": list(_texts(content["texts"])),
        "compared": _compared(numbers),
        "correction": _correction(signed),
        "recipients": head["recipients"],
        "on_behalf": signed["on_behalf"].upper(),
        "sign_title": signed["sign_title"].upper(),
        "sign_name": signed["sign_name"],
        "draft": not sha256,
        "draft_words": "" if sha256 else "BẢN NHÁP, CHƯA CHỐT",
        "footer": f"Số liệu lúc {taken} · SHA-256 {sha256}" if sha256 else f"Bản nháp, số liệu lúc {taken}",
    }


def counted(number: int) -> str:
    """A number as Vietnamese write it: 1.441.200."""
    return f"{number:,}".replace(",", ".")


def present_of(line: Content) -> tuple[int, int]:
    """How many came over all sessions, and how many were declared for them."""
    return sum(came["present"] for came in line["sessions"]), line["declared"] * len(line["sessions"])


def share(line: Content) -> str:
    """The share of those declared who came, over all sessions: "99,16%"; "" where none is declared."""
    return percent(*present_of(line))


def minutes_lost(numbers: Content) -> int:
    """All minutes that incidents cost."""
    return sum(one["minutes"] for one in numbers["incidents"])


def _letter(head: Content) -> str:
    if not head["letter"]:
        return ""
    return f"Thực hiện Giấy mời số {head['letter']}{head['letter_date']}, "


def _place_and_date(place: str, dated_on: str) -> str:
    day = date.fromisoformat(dated_on) if dated_on else None
    said = f"ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else "ngày … tháng … năm …"
    return f"{place}, {said}" if place else said.capitalize()


def _summary(numbers: Content) -> Iterable[str]:
    """What is told in sentences."""
    whole = numbers["whole"]
    tiers = ", ".join(f"{counted(one['points'])} {_small(one['label'])}" for one in numbers["tiers"])
    yield f"Điểm cầu: {counted(whole['points'])}" + (f" ({tiers})." if tiers else ".")
    yield f"Đại biểu đăng ký: {counted(whole['declared'])}, trong đó {counted(whole['named'])} có tên."
    came, declared = present_of(whole)
    sessions = len(whole["sessions"])
    if sessions:
        said = f", đạt {share(whole)} số đăng ký" if declared else ""
        yield f"Lượt đại biểu có mặt qua {sessions} buổi: {counted(came)}{said}."
        excused, absent = (sum(one[name] for one in whole["sessions"]) for name in ("excused", "absent"))
        yield f"Lượt vắng: {counted(excused)} có phép, {counted(absent)} không phép."
    found = numbers["incidents"]
    if found:
        still = sum(one["open"] for one in found)
        yield f"Sự cố: {len(found)}, mất {counted(minutes_lost(numbers))} phút" + (
            f"; {still} sự cố chưa khắc phục xong." if still else "; đã khắc phục xong."
        )
    else:
        yield "Không có sự cố."


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def _came(came: Content, declared: int) -> dict[str, str]:
    return {
        "present": counted(came["present"]),
        "percent": percent(came["present"], declared),
        "excused": counted(came["excused"]),
        "absent": counted(came["absent"]),
    }


def _line(line: Content, place: int) -> dict[str, str]:
    return {
        "place": str(place),
        "label": line["label"],
        "points": counted(line["points"]),
        "declared": counted(line["declared"]),
        "named": counted(line["named"]),
        "present": " / ".join(counted(came["present"]) for came in line["sessions"]),
        "percent": share(line),
    }


def _reason(one: Content, place: int) -> dict[str, str]:
    return {"place": str(place), "label": one["label"], "number": counted(one["number"])}


def _incident(one: Content, place: int) -> dict[str, str]:
    done = "chưa khắc phục xong" if one["open"] else one["done"]
    told = {name: one[name] for name in ("point", "session", "kind", "at")}
    return {"place": str(place), **told, "minutes": counted(one["minutes"]), "done": done}


def _material(one: Content) -> dict[str, str]:
    called, opened = one["called"], one["opened"]
    rate = f" ({percent(opened, called)})" if called else ""
    return {
        "title": one["title"],
        "words": f"{counted(opened)}/{counted(called)} đơn vị được gửi đã mở{rate}",
    }


def _texts(texts: Content) -> Iterable[dict[str, Any]]:
    for name, heading in TEXTS.items():
        lines = [line for line in texts[name].splitlines() if line.strip()]
        if lines:
            yield {"heading": heading, "lines": lines}


def _compared(numbers: Content) -> str:
    """The same sums of the meeting before, in one sentence."""
    then, now = numbers["earlier"], numbers["whole"]
    if then is None:
        return ""
    parts = [
        f"điểm cầu {counted(then['points'])} → {counted(now['points'])}",
        f"đăng ký {counted(then['declared'])} → {counted(now['declared'])}",
    ]
    if share(then) and share(now):
        parts.append(f"có mặt {share(then)} → {share(now)}")
    parts.append(f"sự cố {then['incidents']} → {len(numbers['incidents'])}")
    return f"So với hội nghị {then['label']}: {', '.join(parts)}."


def _correction(signed: Content) -> str:
    if signed["version"] <= 1:
        return ""
    return f"Báo cáo này thay bản số {signed['replaces']}. Lý do sửa: {signed['reason']}"
