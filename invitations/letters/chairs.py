"""Who chairs: by name, by post, in brackets behind a line."""

from __future__ import annotations

import re
from dataclasses import replace

from invitations.letters.invited import Audience, Chair, Role
from invitations.letters.passages import Passage
from invitations.letters.vocabulary import (
    CHAIR_CLAUSE,
    CHAIRS,
    CHAIRS_IT,
    DEGREE,
    HONORIFIC,
    NAME_AT,
    OPEN_ENDED,
    POINT,
    POSTS,
    words,
)

CHAIR_BRACKET = re.compile(rf"\s*\(\s*{CHAIRS}[^)]*\)", re.IGNORECASE)
CHAIR_TAIL = re.compile(rf"\s*[,–:-]\s*{CHAIRS}(?: hội nghị| cuộc họp| tại .*)?\W*$", re.IGNORECASE)
_CHAIRING = re.compile(
    rf"\s*[\[(]\s*(?:kính )?(?:mời |do )?"
    rf"(?P<whom>(?:{HONORIFIC}\s)?{POSTS.pattern}[^()]{{0,120}}?|(?:{HONORIFIC}\s)[^()]{{2,120}}?)"
    rf"\s*{CHAIRS}(?: hội nghị| cuộc họp| tại [^()]*)?\s*[\])]",
)
"""A person in brackets who chairs the line before: "(mời đồng chí Trưởng Ban Tuyên giáo chủ trì)"."""
POST_CHAIRS = re.compile(
    rf"\s*{POSTS.pattern}[^,;:.()]{{0,80}}?(?P<tail>\s+{CHAIRS}(?: hội nghị| cuộc họp)?)\W*$"
)
A_GROUP = words(r"các|những|thường trực|lãnh đạo|đại diện|thủ trưởng|tập thể|ban thường vụ")
_POINT = re.compile(POINT, re.IGNORECASE)


def person_in(passage: Passage) -> Chair | None:
    """Read name and post: "Phó Chủ tịch Lê Văn Mẫu - Trưởng Ban Chỉ đạo"; a post alone has no name."""
    honorific = re.match(rf"\s*(?:{HONORIFIC})\s*:?\s*", passage.key, re.IGNORECASE)
    whom = passage.after(honorific) if honorific else passage
    match = NAME_AT.search(whom.text.rstrip() + " ,")
    if match:
        before, after = whom.before(match), whom.after(match)
        said = [part for part in (before, after) if part.words]
        posts = [part.words for part in said if not DEGREE.fullmatch(part.words)]
        rank = next((part.text.strip(" ,") for part in said if DEGREE.fullmatch(part.words)), None)
        post = ", ".join(re.sub(r"^(?:là|chức vụ:?)\s+", "", each) for each in posts) or None
        return Chair(whom.group(match, "name").words, post, None, passage.span, rank)
    if (
        honorific
        and not A_GROUP.match(passage.key.strip())
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


def chairing(passage: Passage) -> tuple[Passage, list[Chair]]:
    """Take a person in brackets who chairs out of a heading or a role."""
    match = _CHAIRING.search(passage.key)
    if match is None or A_GROUP.match(match["whom"].strip()):
        return passage, []
    whom = passage.group(match, "whom")
    person = person_in(whom) or Chair(None, whom.words, None, whom.span)
    rest = passage.before(match)
    return (
        (rest, [replace(person, span=whom.span)])
        if rest.words and not passage.after(match).words
        else (passage, [])
    )
