"""Whom a step reaches at a unit and by which way: pure functions over addresses.

A step names levels: the contact that the unit named (else its mailbox, else its clerks), its leader, the
level above. Where a level cannot be reached the next one takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from reminders.channels.phones import NO_MOBILE, is_mobile
from reminders.models import Level, Reminder

Channel = Reminder.Channel

LADDER = (Level.CONTACT, Level.LEADER, Level.ABOVE)
"""Who takes the place of whom."""

STAND_INS = {str(level): LADDER[place:] for place, level in enumerate(LADDER)}
"""Each level and those that may take its place, in their order."""

MOST_ADDRESSES = 1000
"""Letters that a recipient may have in the outbox."""

NO_ADDRESS = "Đơn vị chưa có địa chỉ thư điện tử"
NO_WAY = "Đơn vị chưa có địa chỉ hay số máy cho các cách gửi của mốc này"
NOT_AN_ADDRESS = "Địa chỉ thư điện tử không đúng, đề nghị sửa"


class Person(NamedTuple):
    """Who stands for a level: a name, addresses, telephones, and the unit on whose pages they read."""

    name: str
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    slug: str = ""


class Reach(NamedTuple):
    """One message: to whom, how; ``failure`` says why this address cannot be used."""

    level: str
    channel: str
    recipient: str
    name: str
    failure: str = ""


def ways_to(person: Person, level: str, channels: Sequence[str]) -> Iterator[Reach]:
    """Give the ways to a person in the order of ``channels``; what has no address at all is left out.

    An address that is none comes too, as failed: somebody must mend it.
    """
    for channel in channels:
        way = _way(person, level, channel)
        if way is not None:
            yield way


def _way(person: Person, level: str, channel: str) -> Reach | None:
    match channel:
        case Channel.MAIL:
            good = [mail for mail in dict.fromkeys(person.mails) if is_address(mail)]
            recipient = ", ".join(good or dict.fromkeys(person.mails))
            failure = "" if good else NOT_AN_ADDRESS
        case Channel.SMS | Channel.ZALO:
            mobile = [phone for phone in person.phones if _is_mobile(phone)]
            recipient, failure = (mobile[0], "") if mobile else ("".join(person.phones[:1]), NO_MOBILE)
        case Channel.PORTAL:
            recipient, failure = person.slug, ""
        case _:
            recipient, failure = "".join(person.phones[:1]), ""
    if not recipient:
        return None
    return Reach(level, channel, recipient[:MOST_ADDRESSES], person.name, failure)


def reach(
    levels: Sequence[str],
    people: Mapping[str, Person],
    channels: Sequence[str],
    red: Collection[str] = (),
) -> list[Reach]:
    """Return the messages of a step to a unit, one for each level that it names or whose place is taken.

    The first way that works is taken; a red one only where there is no other, and then the message waits.
    ``channels`` are those that are set up. Failed addresses come before the way that is taken.
    """
    found: list[Reach] = []
    taken: set[str] = set()
    for level in levels:
        for stand_in in STAND_INS[level]:
            if stand_in in taken or (stand_in != level and stand_in in levels) or stand_in not in people:
                continue
            taken.add(stand_in)
            failed, chosen = choose(ways_to(people[stand_in], stand_in, channels), red)
            found += failed
            if chosen is not None:
                found.append(chosen)
                break
    return _once(found)


def choose(ways: Iterable[Reach], red: Collection[str] = ()) -> tuple[list[Reach], Reach | None]:
    """Return the first way that works and is not red, else the first that works, else None; and before it
    those that failed ahead of it. No further way is looked at than that.
    """
    failed: list[Reach] = []
    spare: tuple[list[Reach], Reach | None] | None = None
    for way in ways:
        if way.failure:
            failed.append(way)
        elif way.channel not in red:
            return failed, way
        elif spare is None:
            spare = [*failed], way
    return spare or (failed, None)


def _once(found: Sequence[Reach]) -> list[Reach]:
    """Nobody gets the same message twice: a contact who is also the leader gets one."""
    if len(found) < 2:
        return list(found)
    return list({(one.channel, one.recipient): one for one in reversed(found)}.values())[::-1]


def is_address(mail: str) -> bool:
    """Say whether ``mail`` can be an address at all."""
    mailbox, at, domain = mail.rpartition("@")
    if at and _PLAIN_MAILBOX.fullmatch(mailbox):
        return _is_good(f"x@{domain}")
    return _is_good(mail)


_PLAIN_MAILBOX = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
"""How nearly all are written: then only the domain is left to look at, and thousands share one."""


@lru_cache(maxsize=4096)
def _is_good(mail: str) -> bool:
    try:
        validate_email(mail)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=4096)
def _is_mobile(number: str) -> bool:
    return is_mobile(number)
