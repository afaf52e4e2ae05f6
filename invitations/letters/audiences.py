"""Who is invited where: headings with their bridge points, venues, roles in order, and who chairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from invitations.letters.layout import POINT_HEADING, Block, label_of
from invitations.letters.passages import PLAIN, Found, Line, Passage, Span
from invitations.letters.vocabulary import (
    CHAIR_CLAUSE,
    CHAIRS,
    CHAIRS_IT,
    DEGREE,
    DIALS_IN,
    HONORIFIC,
    NAME_AT,
    OPEN_ENDED,
    POINT,
    POSTS,
    TIERS,
    VENUE,
    Topic,
    words,
)


@dataclass(frozen=True)
class Role:
    """One line of who is invited."""

    text: str
    chairs: bool
    open_ended: bool
    span: Span


@dataclass(frozen=True)
class Chair:
    """A person who chairs a point."""

    name: str | None
    post: str | None
    point: str | None
    span: Span


@dataclass
class Audience:
    """A heading with the people under it, at one bridge point."""

    heading: Found[str]
    tier: str = "other"
    tier_is_sure: bool = True
    venue: Found[str] | None = None
    point: Found[str] | None = None
    roles: list[Role] = field(default_factory=list)
    chairs: list[Chair] = field(default_factory=list)


@dataclass
class Invited:
    """What the blocks about people and places say."""

    audiences: list[Audience] = field(default_factory=list)
    requests: list[Passage] = field(default_factory=list)
    """Paragraphs among the people that ask somebody to do something."""
    unplaced: list[Passage] = field(default_factory=list)
    """Places that belong to no point for certain."""
    read: list[Span] = field(default_factory=list)


_POINT = re.compile(POINT, re.IGNORECASE)
_CHAIR_BRACKET = re.compile(rf"\s*\(\s*{CHAIRS}[^)]*\)", re.IGNORECASE)
_CHAIR_TAIL = re.compile(rf"\s*[,–:-]\s*{CHAIRS}(?: hội nghị| cuộc họp| tại .*)?\W*$", re.IGNORECASE)
_CHAIRING = re.compile(
    rf"\s*[\[(]\s*(?:kính )?(?:mời |do )?"
    rf"(?P<whom>(?:{HONORIFIC}\s)?{POSTS.pattern}[^()]{{0,120}}?|(?:{HONORIFIC}\s)[^()]{{2,120}}?)"
    rf"\s*{CHAIRS}(?: hội nghị| cuộc họp| tại [^()]*)?\s*[\])]",
)
"""A person in brackets who chairs the line before: "(mời đồng chí Trưởng Ban Tuyên giáo chủ trì)"."""
_POST_CHAIRS = re.compile(
    rf"\s*{POSTS.pattern}[^,;:.()]{{0,80}}?(?P<tail>\s+{CHAIRS}(?: hội nghị| cuộc họp)?)\W*$"
)
_GROUP = words(r"các|những|thường trực|lãnh đạo|đại diện|thủ trưởng|tập thể|ban thường vụ")
_THEN_WHO = re.compile(r"[.;]\s*thành phần(?: tham dự| dự| gồm)*\s*:\s*", re.IGNORECASE)
"""Behind the place, in the same line."""
_SEAT = words(r"ubnd|hđnd|đảng ủy|huyện ủy|tỉnh ủy|các (?:xã|huyện|sở|đơn vị|trường|địa phương|phòng)")
"""Whose house a place is, where it has no name of its own: "Tại UBND các xã:"."""
_BLANK = re.compile(rf"\s*(?:{HONORIFIC}|[Qq]uý (?:ông|bà|vị|đại biểu|cơ quan))?\s*:?[\s.…_]*")
"""Where a name is written in by hand: "Đồng chí: ........"."""
_SEMICOLON = re.compile(r";\s*")
_NEXT_PLACE = re.compile(
    rf";\s*|\.\s+(?=(?:tại )?(?:các )?{POINT}[^:.;]{{0,60}}:)"
    rf"|(?<=\))(?:,|\s+và)\s+(?=[^();]{{3,80}}\(\s*(?:tại )?{POINT})"
    rf"|\s+và\s+(?=(?:trực tuyến )?(?:tại )?(?:các |\d+ )?{POINT})",
    re.IGNORECASE,
)
_COLON = re.compile(r":(?!\d)")
_AT = re.compile(r"(?<=\w)\)?,?\s+(?:tổ chức |đặt |họp )?tại\s+", re.IGNORECASE)
_LEAD_IN = re.compile(
    r"(?:(?:trân trọng )?kính mời|thành phần|đại biểu|gồm|bao gồm|mời)(?:[^:]{0,40})?:\s*$", re.IGNORECASE
)


def read_people(block: Block, invited: Invited, work: re.Pattern[str], unit_of: object = None) -> None:
    """Read a block that names people (and perhaps their places) into ``invited``."""
    reader = _People(block, invited)
    if block.value:
        reader.content(block.value, listed=False)
    for line, below in zip(block.lines, [*block.lines, None][1:], strict=False):
        reader.line(line, below)
    reader.close()


class _People:
    """Reads one block line by line, remembering under which heading it stands."""

    def __init__(self, block: Block, invited: Invited) -> None:
        self.block = block
        self.invited = invited
        self.outer: list[tuple[float, Audience]] = []
        self.at: Audience | None = None

    def line(self, line: Line, below: Line | None) -> None:
        """Take one line: a heading, a lead-in, a chair, a place, a role, or a paragraph."""
        label = label_of(line)
        if _is_heading(line, label is not None) or _heads_list(line, below):
            self.heading(line)
        elif label and Topic.CHAIR in label.topics and label.value:
            self.chair(label.value)
        elif label and label.topics == {Topic.PLACE} and label.value:
            self.audience().venue = _venue(label.value)
        elif label and Topic.PEOPLE in label.topics:
            if label.value:
                self.content(label.value, listed=False)
            else:
                self.invited.read.append(line.body.span)
        elif _LEAD_IN.match(line.key):
            self.invited.read.append(line.body.span)
        else:
            self.content(line.body, listed=bool(line.mark))

    def heading(self, line: Line) -> None:
        """Open an audience; the points above it in rank lend it their name."""
        while self.outer and self.outer[-1][0] >= line.rank:
            self.outer.pop()
        head, value = _cut_at_colon(line.body)
        head, chairs = _chairing(head)
        audience = placed(head)
        audience.chairs += chairs
        if audience.point is None and self.outer:
            audience.point = self.outer[-1][1].point
        for _, above in self.outer:
            if above in self.invited.audiences and not (above.roles or above.chairs or above.venue):
                self.invited.audiences.remove(above)
                self.invited.read.append(above.heading.span)
        self.outer.append((line.rank, audience))
        self.at = audience
        self.invited.audiences.append(audience)
        if not value:
            return
        who = _THEN_WHO.search(value.key)
        if who and VENUE.match(value.key.lstrip()):
            audience.venue = _venue(value.before(who))
            self.content(value.after(who), listed=False)
            return
        at = re.match(r"\s*(?:(?:đặt |tổ chức )?tại\s+)?", value.key, re.IGNORECASE)
        if VENUE.match(value.key, at.end() if at else 0) or Topic.PEOPLE not in self.block.topics:
            audience.venue = _venue(value)
        else:
            self.content(value, listed=False)

    def audience(self) -> Audience:
        """The audience under whose heading we are; the block's own label where there is none yet."""
        if self.at is None:
            label = self.block.label
            head = label or (self.block.lines[0].body if self.block.lines else None)
            named = label is not None and _POINT.search(label.key)
            empty = Audience(Found(head.words, head.span) if head else Found("", Span(0, 0)))
            self.at = placed(label) if label is not None and named else empty
            self.invited.audiences.append(self.at)
        return self.at

    def content(self, passage: Passage, *, listed: bool) -> None:
        """Take a list item as one role; a paragraph sentence by sentence, its semicolons as ends of roles."""
        if listed:
            self.role(passage)
            return
        gathered = re.match(r"\s*(?:bao )?gồm(?: có)?\s*:?\s*", passage.key, re.IGNORECASE)
        passage = passage.after(gathered) if gathered else passage
        for sentence in passage.sentences():
            if self.is_request(sentence):
                self.invited.requests.append(sentence)
                continue
            for part in sentence.outside_brackets(_SEMICOLON):
                if CHAIR_CLAUSE.search(part.key) and not _CHAIR_BRACKET.search(part.key):
                    self.chair_clause(part)
                else:
                    self.role(part, listed=False)

    def is_request(self, sentence: Passage) -> bool:
        """Whether a paragraph among the people asks somebody for work, and goes on to with what."""
        from invitations.letters.requests import asks_firmly

        first, *more = sentence.outside_brackets(_SEMICOLON)
        if not more or not asks_firmly(first) or OPEN_ENDED.search(sentence.key):
            return False
        chairs = (
            CHAIR_CLAUSE.search(sentence.key),
            _CHAIR_TAIL.search(first.key),
            _POST_CHAIRS.match(first.key),
        )
        return not any(chairs)

    def role(self, passage: Passage, *, listed: bool = True) -> None:
        """Take one role; a person who chairs is no role but a chair."""
        from invitations.letters.requests import asks_firmly

        if not passage.words or _BLANK.fullmatch(passage.key):
            return
        passage, persons = _chairing(passage)
        if persons:
            self.audience().chairs += persons
        bracket = _CHAIR_BRACKET.search(passage.key)
        tail = None if bracket else _CHAIR_TAIL.search(passage.key)
        alone = None if bracket or tail else _POST_CHAIRS.match(passage.key)
        chairs = bool(bracket or tail or alone)
        if chairs or (CHAIR_CLAUSE.search(passage.key) and NAME_AT.search(passage.text)):
            cut = bracket or tail
            person = person_in(passage.before(cut) if cut else passage)
            if person and not _GROUP.match(passage.key.strip()):
                point = _POINT.search(passage.key, bracket.start()) if bracket else None
                where = passage.part(point.start()).words.rstrip(")") if point else None
                self.audience().chairs.append(replace(person, point=where, span=passage.span))
                return
            if not chairs:
                self.chair_clause(passage)
                return
        if not listed and not chairs and asks_firmly(passage) and not OPEN_ENDED.search(passage.key):
            self.invited.requests.append(passage)
            return
        text = passage.text
        cut = bracket or tail
        if cut:
            text = text[: cut.start()] + text[cut.end() :]
        elif alone:
            text = text[: alone.start("tail")]
        end = _deadline_bracket(passage)
        if end is not None:
            text = passage.text[:end]
        value = Passage.whole(text).words
        if value:
            self.audience().roles.append(
                Role(value, chairs, bool(OPEN_ENDED.search(passage.key)), passage.span)
            )

    def chair(self, value: Passage) -> None:
        """Take what stands beside "Chủ trì:": persons, or a group, which is a role."""
        for part in value.outside_brackets(
            re.compile(r";\s*|\s+và (?=(?:các )?đồng chí)|(?<=[^.])\.\s+(?=Đồng chí)")
        ):
            add_chair(self.audience(), part)

    def chair_clause(self, passage: Passage) -> None:
        """Take "Đồng chí X, chức vụ chủ trì điểm cầu Y"."""
        chair = chair_in(passage)
        if chair:
            self.audience().chairs.append(chair)

    def close(self) -> None:
        """Mark the block's label as read."""
        if self.block.label:
            self.invited.read.append(self.block.label.span)


def _chairing(passage: Passage) -> tuple[Passage, list[Chair]]:
    """Take a person in brackets who chairs out of a heading or a role."""
    match = _CHAIRING.search(passage.key)
    if match is None or _GROUP.match(match["whom"].strip()):
        return passage, []
    whom = passage.group(match, "whom")
    person = person_in(whom) or Chair(None, whom.words, None, whom.span)
    rest = passage.before(match)
    return (
        (rest, [replace(person, span=whom.span)])
        if rest.words and not passage.after(match).words
        else (passage, [])
    )


def _is_heading(line: Line, labelled: bool) -> bool:
    key = line.key.rstrip()
    if POINT_HEADING.match(key):
        return (
            bool(line.mark)
            or key.endswith(":")
            or len(key) < 120
            or bool(re.match(r"[^:;.]{3,70}:(?!\d)", key))
        )
    if CHAIR_CLAUSE.search(key) or labelled:
        return False
    if not line.mark:
        return key.endswith(":") and bool(_POINT.search(key)) and not _LEAD_IN.match(key)
    if key.endswith(":"):
        return True
    head = re.match(r"[^:;.]{3,80}:(?=\s)", key)
    at = re.match(r"tại\s+(?=[^:;.]{3,80}:\s)", key, re.IGNORECASE)
    if at and (VENUE.match(key, at.end()) or _SEAT.match(key, at.end())):
        return True
    return bool(head and _POINT.search(head.group())) or bool(
        re.match(r"(?:ở |cấp |đại biểu )?(?:cấp )?(?:trung ương|tỉnh|huyện|xã)\s*:", key, re.IGNORECASE)
    )


def _heads_list(line: Line, below: Line | None) -> bool:
    """Whether "1.2. Đại biểu Công an tỉnh" stands over a list of its own."""
    key = line.key.rstrip()
    return (
        below is not None
        and line.rank < below.rank < PLAIN
        and bool(re.match(r"\d+\.\d", line.mark))
        and len(key) < 120
        and not key.endswith((";", ",", "."))
    )


def _cut_at_colon(passage: Passage) -> tuple[Passage, Passage | None]:
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
        audience.venue = _venue(inside)
        point = point.before(bracket)
    at = re.search(rf"{POINT}\s+tại\s+", point.key, re.IGNORECASE)
    if at and at.start() == 0:
        where = point.after(at)
        if VENUE.match(where.key):
            audience.venue = _venue(where)
        else:
            audience.point = Found(where.words, where.span)
        return audience
    at = _AT.search(point.key)
    dash = re.search(r"\s[-–]\s+(?=\S)", point.key)
    if at and VENUE.match(point.key[at.end() :]):
        audience.venue, point = _venue(point.after(at)), point.before(at)
    elif dash and VENUE.match(point.key[dash.end() :]):
        audience.venue, point = _venue(point.after(dash)), point.before(dash)
    before = head.before(match)
    if audience.venue is None and VENUE.match(before.key.strip(" (")) and before.words:
        audience.venue = Found(re.sub(r"\s*\($", "", before.words).strip(" (,"), before.span)
        point = point.part(0, point.key.find(")")) if ")" in point.key and "(" not in point.key else point
    counted = re.match(rf"{POINT}\s+(?=\d)", point.key, re.IGNORECASE)
    point = point.after(counted) if counted else point
    audience.point = Found(point.words, point.span)
    return audience


def _venue(passage: Passage) -> Found[str] | None:
    match = re.match(r"\s*(?:(?:tổ chức |đặt )?tại\s+)?", passage.key, re.IGNORECASE)
    passage = passage.after(match) if match else passage
    return Found(passage.words, passage.span) if passage.words else None


# Who chairs -----------------------------------------------------------------------------------------------


def person_in(passage: Passage) -> Chair | None:
    """Read name and post: "Phó Chủ tịch Lê Văn Mẫu - Trưởng Ban Chỉ đạo"; a post alone has no name."""
    honorific = re.match(rf"\s*(?:{HONORIFIC})\s*:?\s*", passage.key, re.IGNORECASE)
    whom = passage.after(honorific) if honorific else passage
    match = NAME_AT.search(whom.text.rstrip() + " ,")
    if match:
        before, after = whom.before(match), whom.after(match)
        posts = [part.words for part in (before, after) if part.words and not DEGREE.fullmatch(part.words)]
        post = ", ".join(re.sub(r"^(?:là|chức vụ:?)\s+", "", each) for each in posts) or None
        return Chair(whom.group(match, "name").words, post, None, passage.span)
    if (
        honorific
        and not _GROUP.match(passage.key.strip())
        and not re.match(r"các", passage.key.strip(), re.IGNORECASE)
        and POSTS.match(whom.key)
    ):
        return Chair(None, whom.words, None, passage.span)
    return None


def chair_in(passage: Passage) -> Chair | None:
    """Read a clause in which a person chairs."""
    match = CHAIR_CLAUSE.search(passage.key)
    if not match:
        post = CHAIRS_IT.search(passage.key)
        return Chair(None, passage.group(post, "whom").words, None, passage.span) if post else None
    person = person_in(passage.group(match, "whom"))
    if person is None:
        return None
    where = passage.group(match, "point")
    point = _POINT.search(where.key)
    return replace(person, point=where.part(point.start()).words if point else None, span=passage.span)


def add_chair(audience: Audience, passage: Passage) -> None:
    """Add a person as a chair, a group as a role that chairs."""
    person = person_in(passage)
    if person and (person.name or person.post):
        audience.chairs.append(person)
    elif passage.words:
        audience.roles.append(Role(passage.words, True, bool(OPEN_ENDED.search(passage.key)), passage.span))


# Places that another part of the letter tells --------------------------------------------------------------


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
    head, value = _cut_at_colon(part)
    if value and re.match(rf"\s*(?:các )?{POINT}", value.key, re.IGNORECASE):
        return _place(value)
    if value and (_POINT.search(head.key) or len(head.words) < 60):
        audience = placed(head)
        if not OPEN_ENDED.search(value.key) and not re.match(r"\s*do\s", value.key, re.IGNORECASE):
            audience.venue = _venue(value)
        audience.point = audience.point or audience.heading
        return audience
    if _POINT.search(part.key):
        return placed(part)
    online = DIALS_IN.fullmatch(part.key.strip(" ."))
    if online and not VENUE.match(part.key.strip()):
        text = part.part(len(part.text) - len(part.text.lstrip()))
        who, venue = text.group(online, "who"), text.group(online, "venue")
        return Audience(Found(who.words, who.span), venue=_venue(venue), point=Found(who.words, who.span))
    venue_found = _venue(part)
    return Audience(Found(part.words, part.span), venue=venue_found) if venue_found else None


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


# Tiers ----------------------------------------------------------------------------------------------------

_TIERS = tuple((tier, words(pattern)) for tier, pattern in TIERS)


def tier_in(text: str) -> str | None:
    """What tier a heading names: the first word that tells one decides."""
    from invitations.letters.vocabulary import one_spelling

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


def _deadline_bracket(passage: Passage) -> int | None:
    """Where a bracket begins that only says by when something is to be sent."""
    from invitations.letters.vocabulary import BY_WHEN

    for match in re.finditer(r"\s*\(([^()]*)\)\s*\.?\s*$", passage.key):
        if BY_WHEN.search(match[1]) and re.search(r"\d", match[1]):
            return match.start()
    return None
