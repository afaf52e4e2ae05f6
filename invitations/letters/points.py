"""Bridge points and their places: in a heading, in another part of the letter; what tier each has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from invitations.letters.invited import Audience, Invited
from invitations.letters.layout import Block
from invitations.letters.passages import Found, Passage
from invitations.letters.vocabulary import DIALS_IN, OPEN_ENDED, POINT, TIERS, VENUE, one_spelling, words

_POINT = re.compile(POINT, re.IGNORECASE)
_NEXT_PLACE = re.compile(
    rf";\s*|\.\s+(?=(?:tại )?(?:các )?{POINT}[^:.;]{{0,60}}:)"
    rf"|(?<=\))(?:,|\s+và)\s+(?=[^();]{{3,80}}\(\s*(?:tại )?{POINT})"
    rf"|\s+và\s+(?=(?:trực tuyến )?(?:tại )?(?:các |\d+ )?{POINT})",
    re.IGNORECASE,
)
_COLON = re.compile(r":(?!\d)")
_AT = re.compile(r"(?<=\w)\)?,?\s+(?:tổ chức |đặt |họp )?tại\s+", re.IGNORECASE)


def cut_at_colon(passage: Passage) -> tuple[Passage, Passage | None]:
    """Split "Điểm cầu tỉnh: Hội trường" into heading and value; no colon of an hour or an address."""
    match = _COLON.search(passage.key)
    if not match:
        return passage, None
    return passage.before(match), passage.after(match) or None


def placed(head: Passage) -> Audience:
    """Read a heading: "Điểm cầu tỉnh tại Hội trường tầng 1" has a point and a venue."""
    audience = Audience(Found(head.words, head.span))
    match = _POINT.search(head.key)
    if match is None:
        at = re.search(r"(?:^|\s)tại\s+", head.key, re.IGNORECASE)
        where = head.after(at) if at else head
        ends = re.search(r",?\s*(?:bao )?gồm(?: có)?\W*$", where.key)
        where = where.before(ends) if ends else where
        if VENUE.match(where.key.lstrip()) and at:
            audience.venue = Found(where.words, where.span)
        return audience
    point = head.part(match.start())
    bracket = re.search(r"\(\s*(?P<venue>(?:tại )?[^)]+)\)", point.key)
    if bracket and VENUE.match(re.sub("^tại ", "", bracket["venue"])):
        inside = point.group(bracket, "venue")
        audience.venue = venue_of(inside)
        point = point.before(bracket)
    at = re.search(rf"{POINT}\s+tại\s+", point.key, re.IGNORECASE)
    if at and at.start() == 0:
        where = point.after(at)
        if VENUE.match(where.key):
            audience.venue = venue_of(where)
        else:
            audience.point = Found(where.words, where.span)
        return audience
    at = _AT.search(point.key)
    dash = re.search(r"\s[-–]\s+(?=\S)", point.key)
    if at and VENUE.match(point.key[at.end() :]):
        audience.venue, point = venue_of(point.after(at)), point.before(at)
    elif dash and VENUE.match(point.key[dash.end() :]):
        audience.venue, point = venue_of(point.after(dash)), point.before(dash)
    before = head.before(match)
    if audience.venue is None and VENUE.match(before.key.strip(" (")) and before.words:
        audience.venue = Found(re.sub(r"\s*\($", "", before.words).strip(" (,"), before.span)
        point = point.part(0, point.key.find(")")) if ")" in point.key and "(" not in point.key else point
    counted = re.match(rf"{POINT}\s+(?=\d)", point.key, re.IGNORECASE)
    point = point.after(counted) if counted else point
    audience.point = Found(point.words, point.span)
    return audience


def venue_of(passage: Passage) -> Found[str] | None:
    """Read a place without "tại" and "tổ chức tại" in front."""
    match = re.match(r"\s*(?:(?:tổ chức |đặt )?tại\s+)?", passage.key, re.IGNORECASE)
    passage = passage.after(match) if match else passage
    return Found(passage.words, passage.span) if passage.words else None


# Places that another part of the letter tells


def read_places(block: Block, invited: Invited) -> list[Audience]:
    """Read a block about places: each with its point where it names one."""
    places = []
    parts: list[Passage] = []
    if block.value:
        parts.extend(block.value.outside_brackets(_NEXT_PLACE))
    for line in block.lines:
        parts.extend(line.body.outside_brackets(_NEXT_PLACE))
    for part in parts:
        place = _place(part)
        if place:
            places.append(place)
    if block.label:
        invited.read.append(block.label.span)
    return places


def _place(part: Passage) -> Audience | None:
    if not part.words:
        return None
    head, value = cut_at_colon(part)
    if value and re.match(rf"\s*(?:các )?{POINT}", value.key, re.IGNORECASE):
        return _place(value)
    if value and (_POINT.search(head.key) or len(head.words) < 60):
        audience = placed(head)
        if not OPEN_ENDED.search(value.key) and not re.match(r"\s*do\s", value.key, re.IGNORECASE):
            audience.venue = venue_of(value)
        audience.point = audience.point or audience.heading
        return audience
    if _POINT.search(part.key):
        return placed(part)
    online = DIALS_IN.fullmatch(part.key.strip(" ."))
    if online and not VENUE.match(part.key.strip()):
        text = part.part(len(part.text) - len(part.text.lstrip()))
        who, venue = text.group(online, "who"), text.group(online, "venue")
        return Audience(Found(who.words, who.span), venue=venue_of(venue), point=Found(who.words, who.span))
    venue_found = venue_of(part)
    return Audience(Found(part.words, part.span), venue=venue_found) if venue_found else None


_SAID_NEXT = (
    r"vào|lúc|hồi|từ|bắt đầu|thời gian|ngày|để|với|nhằm|kính mời|trân trọng|thành phần|nội dung|do đồng chí"
    r"|\d{1,2} ?(?:giờ|h)"
)
_IN_PASSING = re.compile(
    rf"(?P<point>{POINT}[^,;:.]{{0,40}}?\s+)?(?:(?:được )?(?:tổ chức|đặt|diễn ra|họp)\s+)?"
    rf"(?<!\w)tại\s+(?P<venue>{VENUE.pattern}.*?)"
    rf"(?=\s*(?:[;:]|\.(?:\s|$)|,?\s+(?:{_SAID_NEXT})(?!\w)|$))",
    re.IGNORECASE,
)
_NOT_THE_PLACE = re.compile(
    r"gửi|nộp|liên hệ|nhận tài liệu|đăng ký|ăn nghỉ|nghỉ tại|đón tiếp|tập trung tại|chạy thử|ban hành",
    re.IGNORECASE,
)
"""What is done at another place than the meeting's."""


def place_in(sentence: Passage) -> Audience | None:
    """Read where a sentence that calls a meeting says it is held; None where it names no place."""
    match = _IN_PASSING.search(sentence.key)
    if match is None or _NOT_THE_PLACE.search(sentence.key[: match.start("venue")]):
        return None
    venue = sentence.group(match, "venue")
    point = sentence.group(match, "point") if match["point"] else None
    found = Found(venue.words, venue.span)
    named = Found(point.words, point.span) if point else None
    return Audience(named or found, venue=found, point=named)


def merge_places(invited: Invited, places: Sequence[Audience], label: Found[str] | None) -> None:
    """Give each place to the point it names, else to the only one of its tier, else to the only audience."""
    twins = {id(place): _twin(place, invited.audiences) for place in places}
    for place in places:
        if place.point:
            twin = twins[id(place)] or _of_its_tier(place, places, invited.audiences, twins)
            if twin:
                twin.venue = twin.venue or place.venue
                twin.point = twin.point or place.point
                invited.read.append(place.heading.span)
            else:
                invited.audiences.append(place)
            continue
        if place.venue is None:
            continue
        alike = _only_of_tier(tier_in(place.venue.value), places, invited.audiences)
        if not invited.audiences and label:
            invited.audiences.append(replace(place, heading=label))
        elif alike and len(invited.audiences) > 1 and VENUE.match(place.venue.value):
            alike.venue = place.venue
        elif len(invited.audiences) == 1 and invited.audiences[0].venue is None:
            invited.audiences[0].venue = place.venue
        elif (
            not re.search(r"\svà\s", place.heading.value)
            and invited.audiences
            and invited.audiences[0].venue is None
        ):
            invited.audiences[0].venue = place.venue
            invited.unplaced.append(Passage("", *place.venue.span))
        else:
            invited.unplaced.append(Passage("", *place.heading.span))


def _twin(place: Audience, audiences: Sequence[Audience]) -> Audience | None:
    return next((each for each in audiences if _same_point(each, place)), None)


def _only_of_tier(
    tier: str | None, places: Sequence[Audience], audiences: Sequence[Audience]
) -> Audience | None:
    """The only point of a tier without a place, for the only place that names the tier."""
    rivals = [one for one in places if one.venue and not one.point and tier_in(one.venue.value) == tier]
    alike = [one for one in audiences if tier_in((one.point or one.heading).value) == tier]
    return alike[0] if tier and len(rivals) == len(alike) == 1 and alike[0].venue is None else None


def _of_its_tier(
    place: Audience,
    places: Sequence[Audience],
    audiences: Sequence[Audience],
    twins: Mapping[int, Audience | None],
) -> Audience | None:
    """The only point of a place's tier, where "cơ sở" and "xã, thị trấn" are two words for one."""

    def tier(one: Audience) -> str | None:
        return tier_in((one.point or one.heading).value)

    def is_point(one: Audience) -> bool:
        return bool(_POINT.search(one.heading.value))

    own = tier(place)
    given = {id(twin) for twin in twins.values() if twin}
    rivals = [one for one in places if one.point and twins.get(id(one)) is None and tier(one) == own]
    alike = [one for one in audiences if is_point(one) and tier(one) == own]
    if own is None or not is_point(place) or len(rivals) != 1 or len(alike) != 1:
        return None
    return alike[0] if id(alike[0]) not in given and alike[0].venue is None else None


_FILLER = frozenset(["tại", "điểm", "đầu", "cầu", "các", "dự", "của", "và"])


def _same_point(audience: Audience, place: Audience) -> bool:
    if place.point is None:
        return False
    mine = _content_words((audience.point or audience.heading).value)
    others = _content_words(place.point.value)
    return bool(mine and others) and (mine <= others or others <= mine)


def _content_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", text.lower())) - _FILLER


# Tiers

_TIERS = tuple((tier, words(pattern)) for tier, pattern in TIERS)


def tier_in(text: str) -> str | None:
    """What tier a heading names: the first word that tells one decides."""
    key = re.sub(
        r"hành chính|tài chính|chính trị|chính quyền|cơ sở vật chất",
        "",
        one_spelling(text),
        flags=re.IGNORECASE,
    )
    hits = [
        (match.start(), rank, tier)
        for rank, (tier, pattern) in enumerate(_TIERS)
        if (match := pattern.search(key)) is not None
    ]
    return min(hits)[2] if hits else None


def settle_tiers(audiences: Sequence[Audience], issuer: str | None) -> None:
    """Give every audience a tier: by its point or heading, else by its people, its venue, the issuer."""
    for audience in audiences:
        own = tier_in(audience.point.value) if audience.point else None
        own = own or tier_in(audience.heading.value)
        if own:
            audience.tier = own
            continue
        hints = [
            *(role.text for role in audience.roles[:2]),
            audience.venue.value if audience.venue else "",
            issuer or "",
        ]
        guess = next((tier for hint in hints if (tier := tier_in(hint))), None)
        audience.tier = guess or "other"
        audience.tier_is_sure = False
