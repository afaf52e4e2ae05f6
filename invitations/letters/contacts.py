"""Whom to call about what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.phones import read_phone
from invitations.letters.passages import FOOTNOTE_MARKS, Line, Passage, Span
from invitations.letters.vocabulary import (
    BEFORE_PHONE,
    DEGREE,
    HONORIFIC,
    LOWER,
    NAME,
    ORGANISATION,
    POSTS,
    SENT,
    SURNAMES,
    UPPER,
)

_PHONE = re.compile(r"(?<![\d.])(?:\(?\+?84\)?|\(?0\d{0,3}\)?)(?:[\s.\-]?\d){6,10}(?!\d)")
_PERSON = re.compile(rf"(?:(?:{HONORIFIC})\s*:?\s*(?:{DEGREE.pattern})?|(?<!\w){DEGREE.pattern}){NAME}")
_AFTER_ORGANISATION = re.compile(rf"[,;()]|\s[-–]\s(?![{UPPER}])|\s[-–]\s(?={POSTS.pattern})")
"""No end of "Phòng Chuyển đổi số - Cơ yếu"."""
_BEHIND_PHONE = re.compile(
    rf"\s*(?:[-–,]\s*(?:{HONORIFIC})\s+(?P<person>[{UPPER}][{LOWER}]+(?:\s[{UPPER}][{LOWER}]+){{0,3}})"
    r"|\((?P<office>[^()\d]{4,80})\))"
)
"""Who has a number, where it is said after it: "0912 345 678 - đ/c Thảo", "… (Văn phòng Tỉnh đoàn)"."""
_NO_PHONE = re.compile(
    r"(?<!\w)(?:ID|Id|id|Passcode|pass|mật khẩu|phòng họp số|số tài khoản|mã)(?: \w+)?\s*[:=]?\s*[\d ]*$"
)
"""Before the number of a meeting on the net."""
_ABOUT = re.compile(
    r"(?:xin |đề nghị |vui lòng |cần )?(?:liên hệ|trao đổi|đầu mối(?=\s*(?:liên hệ|tiếp nhận|:|là)))"
    r"(?: với| qua| trực tiếp)?",
    re.IGNORECASE,
)
_OF_OFFICE = re.compile(
    r"(?:liên hệ|về|qua|với|tại|:)\s+(?:với |qua |về )?(?P<who>[^.;:\d(]+?)\s*[,(–-]?\s*(?:qua|với|gặp)?\s*$"
)


@dataclass(frozen=True)
class Contact:
    """A person or an office with one telephone number."""

    name: str | None
    organisation: str | None
    phone: str
    about: str | None
    span: Span
    doubt: str = ""
    rank: str | None = None
    """Before the name: "Đại tá"."""
    position: str | None = None
    """Post and office in the letter's words: "Phó Trưởng phòng Tổng hợp, Văn phòng Tỉnh ủy"."""


def contacts(passage: Passage, about: str | None) -> Iterator[Contact]:
    """Read who in a passage has a telephone number; ``about`` is what its heading or anchor says."""
    name = organisation = rank = position = None
    last_end = 0
    for match in _PHONE.finditer(passage.key):
        digits = re.sub(r"\D", "", match.group())
        if not 9 <= len(digits) <= 12 or _NO_PHONE.search(passage.key, 0, match.start()):
            continue
        marker = BEFORE_PHONE.search(passage.key, max(last_end, match.start() - 60), match.start())
        between = passage.part(last_end, marker.start() if marker else match.start())
        read_name, read_organisation, start = _who(between)
        if read_name or read_organisation:
            name, organisation = read_name, read_organisation
            rank, position = _described(between, name, organisation)
        elif behind := _BEHIND_PHONE.match(passage.text, match.end()):
            office = _organisation(passage.group(behind, "office")) if behind["office"] else None
            if behind["person"] or office:
                name, organisation = behind["person"], office
                rank = position = None
        begin = last_end + start if (read_name or read_organisation) else match.start()
        last_end = match.end()
        number, doubt = _number(match.group())
        said = _about(passage.part(0, match.start())) or about
        span = Span(passage.start + begin, passage.start + match.end())
        yield Contact(name, organisation, number, said, span, doubt, rank, position)


def _number(text: str) -> tuple[str, str]:
    try:
        phone = read_phone(text)
    except ValueError as reason:
        digits = re.sub(r"\D", "", text)
        return ("0" + digits[2:] if text.strip(" (").startswith(("+84", "84")) else digits), str(reason)
    return phone.number, phone.note


def _who(passage: Passage) -> tuple[str | None, str | None, int]:
    people = list(_PERSON.finditer(passage.text))
    people = [match for match in people if match["name"].split()[0] in SURNAMES] or people
    if not people:
        short = re.search(
            rf"(?:{HONORIFIC})\s+(?P<name>[{UPPER}][{LOWER}]+)\s*(?:\([^()]*\))?[\s,(–:-]*$", passage.text
        )
        bare = short or re.search(rf"(?:^|[,;:(–-]\s*){NAME}(?=\s*(?:[,;(–-]|$))", passage.text)
        if short:
            person: re.Match[str] | None = short
        elif bare and bare["name"].split()[0] in SURNAMES and not ORGANISATION.match(bare["name"]):
            person = bare
        else:
            person = None
    else:
        person = people[-1]
    if person is None:
        calls = [each.end() for each in _ABOUT.finditer(passage.key)]
        begin = max(passage.key.rfind(sign) for sign in ";.:(") + 1
        organisation = _organisation(passage.part(max(begin, *calls)) if calls else passage.part(begin))
        if organisation is None:
            return None, None, 0
        return None, organisation, max(passage.text.find(organisation), 0)
    after = passage.part(person.end("name"))
    found = next((name for part in after.split(_AFTER_ORGANISATION) if (name := _organisation(part))), None)
    if found is None:
        before = passage.part(0, person.start())
        lead = _OF_OFFICE.search(before.key)
        found = _organisation(before.group(lead, "who")) if lead else None
    return " ".join(person["name"].split()), found, person.start()


def _described(passage: Passage, name: str | None, organisation: str | None) -> tuple[str | None, str | None]:
    """The rank before a name, and post and office behind it in the letter's own words."""
    at = passage.text.rfind(name) if name else -1
    if name is None or at < 0:
        return None, None
    rank = re.search(rf"(?<!\w)({DEGREE.pattern})$", passage.text[:at])
    behind = passage.part(at + len(name))
    behind = behind.part(len(behind.text) - len(behind.text.lstrip(" ,–-(")))
    stop = re.search(r"[;()]|\.\s", behind.key)
    behind = behind.before(stop) if stop else behind
    if not POSTS.match(behind.key):
        return rank[1].strip() if rank else None, None
    known = organisation is not None and organisation in behind.text
    ends = behind.text.find(organisation or "") + len(organisation or "") if known else None
    return rank[1].strip() if rank else None, behind.part(0, ends).words or None


def _organisation(passage: Passage) -> str | None:
    """None in "Phó Chánh Văn phòng"; in "chuyên viên Văn phòng Tỉnh ủy" it is the latter."""
    text = passage.part(len(passage.text) - len(passage.text.lstrip(" ,–-")))
    post = POSTS.match(text.key)
    if post:
        text = text.after(post)
        text = text.part(len(text.text) - len(text.text.lstrip()))
    match = ORGANISATION.match(text.text)
    return (
        text.words
        if match and len(text.words) > len(match.group()) - 1 and not SENT.match(text.key)
        else None
    )


def _about(passage: Passage) -> str | None:
    """What stands before "liên hệ" in the same sentence."""
    sentences = passage.sentences()
    if not sentences:
        return None
    last = sentences[-1]
    match = _ABOUT.search(last.key)
    if not match:
        return None
    named = re.match(r"\s*(?:về )?(?P<about>[^:;,.\d]{3,40}):", last.key[match.end() :])
    if named and match.group().lower().endswith("liên hệ") and not re.search(HONORIFIC, named["about"]):
        return last.after(match).group(named, "about").words
    said = last.before(match).words
    if re.search(r"(?:trước|chậm nhất|hạn)\s[^.;]*\d", said):
        return None
    said = re.sub(
        r"^(?:mọi )?(?:thông tin|chi tiết|vướng mắc|thắc mắc)(?: chi tiết)?(?: về)?\s*(?:xin|,)?\s*"
        r"|^(?:khi|nếu) .*(?=,).*",
        "",
        said,
        flags=re.IGNORECASE,
    )
    return said.strip(" ,:") or None


def anchored(mark: str, lines: Sequence[Line]) -> Passage | None:
    """The sentence that a footnote explains."""
    for line in lines:
        place = line.body.text.find(mark)
        if place >= 0 and mark in FOOTNOTE_MARKS:
            for sentence in line.body.sentences():
                if sentence.start <= line.body.start + place < sentence.end:
                    return sentence
    return None
