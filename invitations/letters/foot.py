"""The foot of a letter and its addressees: who receives it, who signs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from invitations.letters.casing import is_capitals
from invitations.letters.layout import Block
from invitations.letters.passages import Found, Line, Passage, Span
from invitations.letters.vocabulary import (
    ANNEX,
    LEARNED_OR_RANKED,
    NAME,
    POST_IN_CAPITALS,
    POSTS,
    SIGNED,
    SIGNING,
    SURNAMES,
    UPPER,
    Topic,
)

_NAME = re.compile(rf"(?:(?:{LEARNED_OR_RANKED})\.?\s*)*{NAME}\s*$")
_CAPITAL_NAME = re.compile(rf"[{UPPER}]+(?:\s+[{UPPER}]+){{1,4}}\s*$")


@dataclass
class Signatory:
    """Who signs, for whom, in which post."""

    on_behalf: Found[str] | None = None
    title: Found[str] | None = None
    name: Found[str] | None = None
    rank: Found[str] | None = None
    """Before the name: "Đại tá"."""
    read: list[Span] = field(default_factory=list)


def foot_begins(lines: Sequence[Line]) -> int:
    """The line with which the foot begins: "Nơi nhận:" or the signature, whichever is first."""
    for place, line in enumerate(lines):
        if re.match(r"nơi nhận", line.key, re.IGNORECASE):
            return _signature_before(lines, place)
    for place in range(len(lines) - 1, max(len(lines) - 12, -1), -1):
        if SIGNING.match(lines[place].body.text) and is_capitals(lines[place].body.text):
            return place
    return _signature_before(lines, len(lines))


def annex_begins(lines: Sequence[Line], foot: int) -> int:
    """The line with which the annexes behind the foot begin; the number of lines where there are none."""
    places = (
        place for place in range(foot + 1, len(lines)) if ANNEX.fullmatch(lines[place].key.strip(" .:"))
    )
    return next(places, len(lines))


def _signature_before(lines: Sequence[Line], end: int) -> int:
    """Where a signature right before ``end`` begins: capitals that are a post, and a name under them."""
    start = end
    for place in range(end - 1, max(end - 7, 0), -1):
        text = lines[place].body.text
        if lines[place].mark or len(text) > 60 or text.rstrip().endswith((".", ";", ":")):
            break
        if is_capitals(text) and (SIGNING.match(text) or POSTS.match(text.title()) or _is_post(text)):
            start = place
        elif not (is_capitals(text) or SIGNED.search(text) or _NAME.fullmatch(text.strip())):
            break
    return start


def _is_post(text: str) -> bool:
    return bool(POST_IN_CAPITALS.match(text.strip()))


def addressees(blocks: Sequence[Block]) -> list[Found[str]]:
    """The lines under "Kính gửi", or under "… điện:"."""
    out: list[Found[str]] = []
    for block in blocks:
        if (
            Topic.RECIPIENTS in block.topics
            and block.label
            and not block.label.key.lower().startswith("nơi nhận")
        ):
            out.extend(_entries(block.value, block.lines))
    return out


def copies(lines: Sequence[Line]) -> tuple[list[Found[str]], list[Line]]:
    """The lines under "Nơi nhận", and the lines of the foot that are none of them."""
    out: list[Found[str]] = []
    rest: list[Line] = []
    inside = listed = False
    punctuated = any(line.mark and line.body.text.rstrip().endswith((",", ";")) for line in lines)
    for before, line in zip((None, *lines), lines, strict=False):
        match = re.match(r"nơi nhận\s*:?\s*", line.key, re.IGNORECASE)
        if match and not inside:
            inside = True
            out.extend(_entries(line.body.after(match) or None, []))
        elif inside and line.mark and line.mark[:1] in "-–—+*•":
            listed = True
            out.extend(_entries(None, [line]))
        elif before and listed and out and not line.mark and _continues(line, before, punctuated):
            last = out[-1]
            out[-1] = Found(f"{last.value} {line.body.words}", Span(last.span.start, line.body.span.end))
        elif (
            inside
            and not listed
            and not is_capitals(line.body.text)
            and line.body.text.rstrip().endswith((",", ";", "."))
        ):
            out.extend(_entries(None, [line]))
        else:
            rest.append(line)
    return out, rest


def _continues(line: Line, before: Line, punctuated: bool) -> bool:
    """Whether a recipient goes on in this line: in small letters, or it was not closed as others are."""
    text = line.body.text.strip()
    if text[:1].islower():
        return True
    signs = is_capitals(text) or SIGNED.search(text) or SIGNING.match(text) or _NAME.fullmatch(text)
    is_open = not before.body.text.rstrip().endswith((",", ";", "."))
    closes = text.endswith((",", ";", "."))
    return is_open and not signs and (closes or (punctuated and not line.after_gap))


def _entries(value: Passage | None, lines: Sequence[Line]) -> list[Found[str]]:
    passages = [*([value] if value else []), *(line.body for line in lines)]
    parts = [part for passage in passages for part in passage.outside_brackets(re.compile(r";\s*(?=\S)"))]
    return [Found(part.words, part.span) for part in parts if part.words]


def signatory(lines: Sequence[Line]) -> Signatory:
    """Read the signature among the lines of the foot."""
    out = Signatory()
    behalf: list[Line] = []
    titles: list[Line] = []
    for line in lines:
        text = line.body.text.strip()
        if SIGNED.fullmatch(text.strip(" ./")):
            out.read.append(line.whole.span)
        elif SIGNING.match(text) and is_capitals(text) and not out.name:
            behalf.append(line)
        elif is_capitals(text) and (behalf or _is_post(text)) and not out.name:
            if (
                titles
                and _CAPITAL_NAME.fullmatch(text)
                and text.split()[0].capitalize() in SURNAMES
                and not _is_post(text)
            ):
                out.name = Found(line.body.words, line.body.span)
            elif behalf and not titles and not _is_post(text):
                behalf.append(line)
            else:
                titles.append(line)
        elif (behalf or titles) and not out.name:
            match = _NAME.fullmatch(text)
            if match and match["name"].split()[0] in SURNAMES:
                out.name = Found(match["name"].strip(), line.body.span)
                before = text[: match.start("name")].strip()
                out.rank = Found(before, line.body.span) if before else None
    out.on_behalf = _together(behalf)
    out.title = _together(titles)
    return out


def _together(lines: Sequence[Line]) -> Found[str] | None:
    if not lines:
        return None
    passage = Passage(lines[0].body.source, lines[0].body.start, lines[-1].body.end)
    return Found(" ".join(line.body.words for line in lines), passage.span)
