"""What stands in a letter, as plain words: the makers of Word and PDF set them and decide nothing.

The words are those of real letters, chosen so that the portal's own reader understands them again. The
layout is that of the Party's documents (Hướng dẫn 36-HD/VPTW, 2018) or, as ``state``, that of Nghị định
30/2020/NĐ-CP (mẫu 1.6); what differs in the words of the two is in ``FORMS``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from accounts.fields import spaced
from accounts.vietnamese import nfc
from invitations import wording
from invitations.letters.content import Content, form_of
from invitations.letters.layout import POINT_HEADING
from invitations.letters.passages import Passage
from invitations.letters.requests import asked_of
from invitations.letters.vocabulary import (
    DUE_THINGS,
    EVENT,
    ON_THE_PORTAL,
    OPEN_ENDED,
    ORGANISATION,
    VENUE,
    one_spelling,
    registered_by,
)
from invitations.models.meeting import Meeting, Session

Paper = dict[str, Any]
"""Words, lists of words and rows of words: what the Word templates and the Typst files name."""

BLANK = " " * 8
"""Room for a number written by hand."""


class Form(NamedTuple):
    """Where the words of the two layouts differ."""

    motto: str
    number: str
    no_number: str
    after_recipient: str
    end: str


FORMS = {
    Meeting.Form.PARTY: Form("ĐẢNG CỘNG SẢN VIỆT NAM", "Số {}", f"Số{BLANK}-GM/…", ",", "."),
    Meeting.Form.STATE: Form("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: {}", f"Số:{BLANK}/GM-…", ";", "./."),
}

PARTS = ("time", "people", "requests", "deadlines", "contacts")
TITLES = {
    "time": "Thời gian",
    "people": "Địa điểm, thành phần",
    "requests": "Đề nghị",
    "deadlines": "Thời hạn",
    "contacts": "Liên hệ",
}


def paper(content: Content, form: str | None = None, *, draft: bool = False) -> Paper:
    """Return the words of the letter that ``content`` holds, in its own layout or in another ``form``."""
    content = _clean(content)
    form = Meeting.Form(form or form_of(content))
    of_form = FORMS[form]
    called = content["state"] == "called"
    parts = {
        "time": list(_time(content)) if called else [],
        "people": [],
        "requests": [_request(each) for each in content["assignments"]] if called else [],
        "deadlines": list(_deadlines(content)) if called else [],
        "contacts": [_contact(each) for each in content["contacts"]],
    }
    numbers = _numbers(content, parts)
    signed = content["signatory"]
    return {
        "form": str(form),
        "draft": draft,
        "draft_words": "BẢN NHÁP, CHƯA PHÁT HÀNH" if draft else "",
        "motto": of_form.motto,
        "parent": content["issuer_parent"].upper(),
        "issuer": content["issuer"].upper(),
        "number": of_form.number.format(content["number"]) if content["number"] else of_form.no_number,
        "place_and_date": _place_and_date(content),
        "kind": _KINDS[content["state"]],
        "kind_words": _kind_words(content),
        "subject": _subject(content),
        "to": content["to"],
        "opening": _opening(content),
        **{f"{part}_heading": _heading(part, numbers) for part in PARTS},
        **parts,
        "audiences": list(_audiences(content, numbers["people"])) if numbers["people"] else [],
        "closing": _closing(content, of_form),
        "recipients": _punctuated(content["recipients"], of_form.after_recipient),
        "on_behalf": signed["on_behalf"].upper(),
        "sign_title": signed["title"].upper(),
        "sign_name": signed["name"],
        **_annexes(content),
    }


# Head -----------------------------------------------------------------------------------------------------

_KINDS = {"called": "GIẤY MỜI", "postponed": "THÔNG BÁO", "cancelled": "THÔNG BÁO"}
_OFF = {"postponed": "hoãn", "cancelled": "hủy"}


def _place_and_date(content: Content) -> str:
    day = date.fromisoformat(content["issued_on"]) if content["issued_on"] else None
    said = f"ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else "ngày … tháng … năm …"
    return f"{content['place']}, {said}" if content["place"] else said.capitalize()


def _kind_words(content: Content) -> str:
    """What an annex calls its letter."""
    kind = _KINDS[content["state"]].capitalize()
    number = f" số {content['number']}" if content["number"] else ""
    dated = f" ngày {date.fromisoformat(content['issued_on']):%d/%m/%Y}" if content["issued_on"] else ""
    return f"{kind}{number}{dated}"


def _subject(content: Content) -> str:
    title = content["title"]
    if content["state"] != "called":
        return f"{_OFF[content['state']]} {title}"
    return f"dự {title}" if EVENT.match(one_spelling(title)) else title


def _opening(content: Content) -> str:
    title, issuer = content["title"], content["issuer"]
    if content["state"] != "called":
        letter = f" (Giấy mời số {content['number']})" if content["number"] else ""
        why = f" Lý do: {unclosed(content['reason'])}." if content.get("reason") else ""
        later = " Thời gian tổ chức sẽ thông báo sau." if content["state"] == "postponed" else ""
        return f"{issuer} thông báo {_OFF[content['state']]} {title}{letter}.{why}{later}"
    if content["opening"]:
        return str(content["opening"])
    whom = content["to"] or "các đồng chí"
    return f"{issuer} trân trọng kính mời {whom} dự {title}, cụ thể như sau:"


# When -----------------------------------------------------------------------------------------------------


def _time(content: Content) -> Iterator[str]:
    """The days in one line where that says it all; else each session in a line of its own."""
    sessions = [_session(each) for each in content["sessions"]]
    days = content["duration_days"]
    if sessions and _is_regular(sessions):
        length = Decimal(str(days)) if days is not None else None
        yield f"{wording.days_of(sessions, length)}."
        if hours := wording.hours_of(sessions):
            yield f"{hours}."
    elif sessions:
        if days is not None:
            yield f"{wording.number_of(Decimal(str(days)))} ngày."
        yield from (f"- {_in_full(session)}." for session in sessions)
    else:
        yield "Sẽ thông báo sau."
    if minutes := content["arrive_minutes_before"]:
        yield f"(Đề nghị đại biểu có mặt trước {minutes} phút để ổn định tổ chức)."


def _session(each: Content) -> Session:
    return Session(
        date=date.fromisoformat(each["date"]),
        part=each["part"],
        starts_at=_hour(each["starts_at"]),
        ends_at=_hour(each["ends_at"]),
    )


def _hour(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _is_regular(sessions: Sequence[Session]) -> bool:
    """Whether days and hours can be told apart: every day alike, the last one perhaps shorter."""
    if len(sessions) == 1:
        return True
    by_day: dict[date, dict[str, tuple[time | None, time | None]]] = {}
    for each in sessions:
        by_day.setdefault(each.date, {})[each.part] = (each.starts_at, each.ends_at)
    days = [by_day[day] for day in sorted(by_day)]
    whole = [{"morning", "afternoon"}] * (len(days) - 1)
    if [set(day) for day in days[:-1]] != whole or set(days[-1]) not in (
        {"morning"},
        {"morning", "afternoon"},
    ):
        return False
    return all(hours == days[0][part] and hours[0] for day in days for part, hours in day.items())


def _in_full(session: Session) -> str:
    part = Session.PartOfDay(session.part).label
    day = f"{part} ngày {session.date:%d} tháng {session.date:%m} năm {session.date:%Y}"
    begins = f", từ {wording.hour(session.starts_at)}" if session.starts_at else ""
    ends = f" đến {wording.hour(session.ends_at)}" if session.starts_at and session.ends_at else ""
    return f"{day}{begins}{ends}"


# Who and where --------------------------------------------------------------------------------------------


def _audiences(content: Content, number: int) -> Iterator[Paper]:
    for place, each in enumerate(content["audiences"], 1):
        heading, venue = unclosed(each["heading"]), unclosed(each["venue"])
        known = not venue or venue in heading
        beside = bool(POINT_HEADING.match(one_spelling(heading)) and VENUE.match(one_spelling(venue)))
        lines = [] if known or beside else [f"- Địa điểm: {venue}."]
        lines += [_role(role) for role in each["roles"]]
        lines += [_chair(chair) for chair in each["chairs"]]
        if each["note"]:
            lines.append(f"({_note(each['note'])}).")
        yield {
            "heading": f"{number}.{place}. {heading}:" + (f" {venue}." if beside and not known else ""),
            "lines": lines,
        }


def _note(text: str) -> str:
    """In the words by which the reader tells a note from one more role."""
    text = unclosed(text)
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = unclosed(text[1:-1])
    return text if text.lower().startswith("ghi chú:") else f"Ghi chú: {text}"


def _role(role: Content) -> str:
    text = unclosed(role["text"])
    if role["open_ended"] and not OPEN_ENDED.search(one_spelling(text)):
        text += " (do cấp ủy quyết định)"
    return f"- {text} (mời chủ trì)." if role["chairs"] else f"- {text}."


def _chair(chair: Content) -> str:
    post = f", {unclosed(chair['post'])}" if chair["post"] else ""
    point = f" {of_point(unclosed(chair['point']))}" if chair["point"] else ""
    return f"Kính mời: Đồng chí {chair['name']}{post} chủ trì{point}."


def running(text: str) -> str:
    """Begin small after the name that stands before: "Chuẩn bị hội trường" → "chuẩn bị hội trường"."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def of_point(text: str) -> str:
    """Say "điểm cầu" once, whether it was typed or not: "Thành ủy Hà Tĩnh" → "điểm cầu Thành ủy Hà Tĩnh"."""
    return text[:1].lower() + text[1:] if text.lower().startswith("điểm cầu") else f"điểm cầu {text}"


# What is asked --------------------------------------------------------------------------------------------


def _request(each: Content) -> str:
    """Who and what run on where a reader can tell them apart, else a colon stands between them."""
    whom, text = unclosed(each["addressee"]), unclosed(each["text"])
    on = running(text)
    found = asked_of(Passage.whole(f"{whom} {on}"))
    said = f"{whom} {on}" if found and found[0].words == whom else f"{whom}: {text}"
    if each["due_at"] and f"{_moment(each['due_at']):%d/%m/%Y}" not in text:
        said += f"; hoàn thành {_before(each['due_at'])}"
    return f"- {said}."


def _deadlines(content: Content) -> Iterator[str]:
    due = content["registration_deadline"]
    said = registered_by([(each["at"], each["what"]) for each in content["deadlines"]])
    if due and (said is None or content["deadlines"][said]["at"] != due):
        yield f"- {ON_THE_PORTAL} {_before(due)}."
    for each in content["deadlines"]:
        what, to = unclosed(each["what"]), unclosed(each["to"])
        names_it = bool(DUE_THINGS.search(one_spelling(what)))
        sent = f" gửi {to}" if to else "" if names_it else " gửi"
        yield f"- {what}{sent} {_before(each['at'])}."
    if content["line_test_at"]:
        at = _moment(content["line_test_at"])
        yield f"- Chạy thử đường truyền từ {wording.hour(at.time())} ngày {at:%d/%m/%Y}."


def _before(at: str) -> str:
    moment = _moment(at)
    return f"trước {wording.hour(moment.time())} ngày {moment:%d/%m/%Y}"


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _contact(each: Content) -> str:
    office = bool(ORGANISATION.match(each["name"]))
    about = f"{unclosed(each['about'])}: liên hệ" if each["about"] else "Liên hệ" if office else ""
    about += "" if office else " đồng chí" if about else "Đồng chí"
    body = f", {unclosed(each['organisation'])}" if each["organisation"] else ""
    phone = f", điện thoại {spaced(each['phone'])}" if each["phone"] else ""
    return f"- {about} {each['name']}{body}{phone}."


# Foot and annexes -----------------------------------------------------------------------------------------


def _closing(content: Content, form: Form) -> str:
    return f"Trân trọng kính mời{form.end}" if content["state"] == "called" else f"Trân trọng{form.end}"


def _punctuated(lines: Sequence[str], mark: str) -> list[str]:
    bare = [unclosed(each) for each in lines]
    return [f"{each}{'.' if place == len(bare) else mark}" for place, each in enumerate(bare, 1)]


def _annexes(content: Content) -> Paper:
    """The form to fill in, for who is called; and, in the letter for all, who is called."""
    called = content["state"] == "called" and bool(content["units"])
    names = {each["pk"]: unclosed(each["heading"]) for each in content["audiences"]}
    own = content["audiences"] if content["to"] else []
    roles = [unclosed(role["text"]) for each in own for role in each["roles"]]
    form = "Phụ lục 1" if called and not content["to"] else "Phụ lục"
    return {
        "form_annex": form if called else "",
        "form_title": "Mẫu đăng ký điểm cầu và đại biểu",
        "form_unit": content["to"] or "…" * 20,
        "form_roles": [
            {"place": str(place), "role": role} for place, role in enumerate(roles or [""] * 5, 1)
        ],
        "form_people": [str(place) for place in range(1, 9)],
        "form_due": _due(content),
        "units_annex": "Phụ lục 2" if called and not content["to"] else "",
        "units_title": "Danh sách đơn vị được mời",
        "units": [
            {"place": str(place), "name": each["name"], "audience": names.get(each["audience"], "")}
            for place, each in enumerate(content["units"] if not content["to"] else [], 1)
        ],
    }


def _due(content: Content) -> str:
    at = content["registration_deadline"]
    return f"Gửi {_before(at)}, trên cổng đăng ký hội nghị." if at else ""


# Words ----------------------------------------------------------------------------------------------------


def _numbers(content: Content, parts: Paper) -> dict[str, int]:
    """Number the parts that have something to say."""
    there = {**parts, "people": content["audiences"] if content["state"] == "called" else []}
    numbered = [part for part in PARTS if there[part]]
    return {part: numbered.index(part) + 1 if part in numbered else 0 for part in PARTS}


def _heading(part: str, numbers: dict[str, int]) -> str:
    return f"{numbers[part]}. {TITLES[part]}:" if numbers[part] else ""


def unclosed(text: str) -> str:
    """Leave out what closes a line, so that the letter closes it: "Lưu Văn phòng." → "Lưu Văn phòng"."""
    return text.rstrip(" .,;:")


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _clean(value: Any) -> Any:
    """The same content with every text composed and without what no document may hold."""
    if isinstance(value, str):
        return _CONTROL.sub(" ", nfc(value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value
