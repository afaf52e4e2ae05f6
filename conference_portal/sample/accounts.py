"""The sample's accounts and their common password."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random
from typing import NamedTuple

from django.contrib.auth.hashers import check_password, identify_hasher, make_password

from accounts.models import Unit, User
from accounts.permissions import Role
from accounts.vietnamese import slug
from conference_portal.sample import names, units

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody mistakes for another when reading it off a screen."""


class NamedAccount(NamedTuple):
    """An account with a name of its own; all others are clerks, named by their unit's slug."""

    username: str
    label: str
    role: Role
    unit: str


NAMED = [
    NamedAccount("vanphong", "Văn phòng", Role.OFFICE, units.PARTY_OFFICE),
    NamedAccount("tuyengiao", "Tuyên giáo", Role.PROPAGANDA, units.PROPAGANDA),
    NamedAccount("vienthong", "Viễn thông", Role.TELECOM, units.TELECOM),
    NamedAccount("dienluc", "Điện lực", Role.OBSERVER, units.POWER),
    NamedAccount("baochi", "Báo chí", Role.OBSERVER, units.NEWSPAPER),
    NamedAccount("truyenhinh", "Phát thanh, truyền hình", Role.OBSERVER, units.BROADCASTER),
]

UNSET = "!set-by-the-sample"
"""In place of a hash: nobody signs in with it."""


class Password(NamedTuple):
    """The common password, and the accounts whose owners have chosen another."""

    text: str
    not_for: list[str]


def make(made: Mapping[str, Unit], *, clerks_of: Iterable[str]) -> None:
    """Make the accounts that are not there yet, with no usable password: ``share_password`` gives it."""
    wanted = [(account.username, account.role, made[slug(account.unit)]) for account in NAMED]
    wanted += [(unit, Role.CLERK, made[unit]) for unit in clerks_of]
    known = set(
        User.objects.filter(username__in=[username for username, *_ in wanted]).values_list("username")
    )
    User.objects.bulk_create(
        User(
            username=username,
            role=role,
            unit=unit,
            full_name=names.person(Random(username)),  # noqa: S311 (a name, not a secret)
            email=f"{username}@example.vn",
            phone=names.phone(100 + number),
            password=UNSET,
        )
        for number, (username, role, unit) in enumerate(wanted)
        if (username,) not in known
    )


def share_password(clerks_of: Iterable[str]) -> Password:
    """Give the sample's accounts one password: ``PORTAL_SAMPLE_PASSWORD``, or one drawn now.

    They share one hash, which is computed once and marks them: an account with a hash of its own has an
    owner who chose a password, and keeps it. A password that is still the same is not hashed again, so
    nobody is signed out by a restart.
    """
    usernames = [account.username for account in NAMED] + list(clerks_of)
    hashes = dict(User.objects.filter(username__in=usernames).values_list("username", "password"))
    shared = [encoded for encoded, times in Counter(hashes.values()).items() if times > 1 or encoded == UNSET]
    password = os.environ.get("PORTAL_SAMPLE_PASSWORD", "")
    if not (password and len(shared) == 1 and _still_holds(password, shared[0])):
        password = password or drawn()
        User.objects.filter(username__in=usernames, password__in=shared).update(
            password=make_password(password)
        )
    return Password(password, sorted(name for name, encoded in hashes.items() if encoded not in shared))


def _still_holds(password: str, encoded: str) -> bool:
    return check_password(password, encoded) and not identify_hasher(encoded).must_update(encoded)


def drawn() -> str:
    """Return a new password of sixty bits, easy to type: "k7wq-m3xn-p9ra"."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
