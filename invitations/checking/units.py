"""Which units of the tree a letter means by a name, or by a group like "các huyện, thành, thị ủy"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from accounts.models import COMMUNE_TIERS, Tier, Unit
from accounts.vietnamese import folded, line

GROUPS = (
    (Tier.DISTRICT, re.compile(r"\bhuyen(?: uy)?,? thanh(?: uy)?,?(?: va)? thi uy\b")),
    (Tier.AFFILIATED, re.compile(r"\b(?:cac )?dang uy truc thuoc\b")),
)
"""Words for all units of a tier, folded; "các huyện, thành phố, thị xã" are governments, no committees."""

_BEFORE = re.compile(
    r"^(?:(?:de nghi|tai|cac|dong chi|diem cau|thuong truc|lanh dao|ban thuong vu|ban chi huy) )+"
)
_AFTER = re.compile(r" (?:tinh|thanh pho)$")
_FEWEST_LETTERS = 5
"""What is shorter is in too many names to mean one."""


@dataclass
class Match:
    """The units that may be meant."""

    sure: list[Unit] = field(default_factory=list)
    """Their name, or their whole tier, stands there."""
    perhaps: list[Unit] = field(default_factory=list)
    """Their name is like one that stands there."""
    further: list[Unit] = field(default_factory=list)
    """Nothing names them; they may be meant by "các ban, sở, ngành"."""

    @property
    def offered(self) -> list[Unit]:
        """All."""
        return [*self.sure, *self.perhaps, *self.further]


class UnitTree:
    """The units of today that can be called; communes are called through the unit above them."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = list(units)
        root = next((unit for unit in self.units if unit.parent_id is None), None)
        self.province = re.sub(r"^(?:tinh|thanh) uy ", "", _plain(root.name)) if root else ""
        self.keys = {
            unit.pk: {self._key(name) for name in (unit.name, unit.short_name) if name} for unit in self.units
        }

    @classmethod
    def of_today(cls) -> UnitTree:
        """Read them, with one query."""
        today = timezone.localdate()
        return cls(
            Unit.objects.filter(
                Q(valid_from__isnull=True) | Q(valid_from__lte=today),
                Q(valid_until__isnull=True) | Q(valid_until__gte=today),
            ).exclude(tier__in=COMMUNE_TIERS)
        )

    def match(self, text: str) -> Match:
        """Find whom a letter means by ``text``: whole tiers, names, and names alike."""
        match, text = Match(), line(text)
        for tier, pattern in GROUPS:
            if found := pattern.search(folded(text)):
                match.sure += [unit for unit in self.units if unit.tier == tier]
                text = f"{text[: found.start()]},{text[found.end() :]}"  # folding keeps the length
        names = [text, *re.split(r"[,;]| và ", text)]
        for name in names:
            named = self._named(name)
            match.sure += named if len(named) == 1 else []
            match.perhaps += named if len(named) > 1 else []
            if named and name == text:
                break
        if not match.offered:
            for name in names:
                match.perhaps += self._alike(name)
        sure = {unit.pk: unit for unit in match.sure}
        perhaps = {unit.pk: unit for unit in match.perhaps if unit.pk not in sure}
        return Match(list(sure.values()), list(perhaps.values()))

    def named_in(self, text: str) -> list[Unit]:
        """Return the units whose whole name stands somewhere in a line; the root is in too many."""
        text = f" {_plain(text)} "
        return [
            unit
            for unit in self.units
            if unit.parent_id
            and any(
                len(name) >= _FEWEST_LETTERS and f" {name} " in text
                for name in (_plain(unit.name), _plain(unit.short_name), *self.keys[unit.pk])
            )
        ]

    def one_of(self, units: Sequence[Unit], text: str) -> Unit | None:
        """Return the only one of ``units`` that ``text`` names, if there is just one."""
        text = _plain(text)
        named = [unit for unit in units if any(key and key in text for key in self.keys.get(unit.pk, ()))]
        return named[0] if len(named) == 1 else None

    def _key(self, name: str) -> str:
        """A name without what letters add to or leave out of it."""
        key = _BEFORE.sub("", _plain(name))
        if self.province and key != self.province:
            key = key.removesuffix(f" {self.province}")
        return _AFTER.sub("", key)

    def _named(self, name: str) -> list[Unit]:
        plain = _plain(name)
        if not plain:
            return []
        exact = [unit for unit in self.units if plain in (_plain(unit.name), _plain(unit.short_name))]
        key = self._key(name)
        if exact or not key:
            return exact
        return [unit for unit in self.units if key in self.keys[unit.pk]]

    def _alike(self, name: str) -> list[Unit]:
        key = self._key(name)
        if len(key) < _FEWEST_LETTERS:
            return []
        return [
            unit
            for unit in self.units
            if any(
                f" {key} " in f" {own} " or (len(own) >= _FEWEST_LETTERS and f" {own} " in f" {key} ")
                for own in self.keys[unit.pk]
            )
        ]


def _plain(text: str) -> str:
    """Small letters without marks and punctuation; "và" and a dash are the same."""
    words = re.sub(r"[^a-z0-9]+", " ", folded(text)).split()
    return " ".join(word for word in words if word != "va")
