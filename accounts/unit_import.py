"""Takes the rows of a unit list into the tree: what is new is made, what is there is brought up to date."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from accounts.models import Tier, Unit
from accounts.phones import read_phone
from accounts.unit_list import UnitRow
from accounts.vietnamese import folded

TIERS = {
    **{folded(tier.value): tier for tier in Tier},
    **{folded(tier.label): tier for tier in Tier},
    "tinh": Tier.PROVINCE,
    "cap huyen": Tier.DISTRICT,
    "huyen": Tier.DISTRICT,
    "dang uy truc thuoc tinh": Tier.AFFILIATED,
    "cap xa": Tier.COMMUNE,
    "xa": Tier.COMMUNE,
    "phuong": Tier.COMMUNE,
    "thi tran": Tier.COMMUNE,
    "dac khu": Tier.COMMUNE,
    "chi bo": Tier.BRANCH,
    "dang bo": Tier.BRANCH,
    "khac": Tier.OTHER,
}
"""What a cell of the column "Cấp" may say, without marks."""

TIER_OF_NAMES = [
    (re.compile(r"(xa|phuong|thi tran|dac khu) "), Tier.COMMUNE),
    (re.compile(r"(huyen uy|thanh uy|thi uy|quan uy|huyen|thanh pho|thi xa|quan) "), Tier.DISTRICT),
    (re.compile(r"(chi bo|dang bo) "), Tier.BRANCH),
    (re.compile(r"tinh uy "), Tier.PROVINCE),
]
"""How a name begins that leaves no doubt, where the list has no tier."""

PARTY_NAMES = [
    (re.compile(r"^huyen (?!uy )"), "huyen uy "),
    (re.compile(r"^thanh pho "), "thanh uy "),
    (re.compile(r"^thi xa "), "thi uy "),
    (re.compile(r"^quan (?!uy )"), "quan uy "),
]
"""A list of the administration names the district; in the tree stands its party committee."""


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken, and why."""

    number: int
    reasons: list[str]


@dataclass
class Outcome:
    """What became of a list, by the rows' numbers."""

    made: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@transaction.atomic
def import_units(rows: Sequence[UnitRow]) -> Outcome:
    """Make or update a unit for each good row, all in one transaction; say of each bad row why not.

    A row finds its unit by its slug; or by its code and the day from which that is valid; or, with
    neither, by its name below its parent. A code without a day finds only a unit of the same name: codes
    are given out again. An empty cell changes nothing. A parent may stand anywhere in the list, named by
    slug, code or name; without one, a new unit stands below the only root.
    """
    return _Import(rows).run()


def preview_units(rows: Sequence[UnitRow]) -> Outcome:
    """Say what would become of each row, and change nothing."""
    with transaction.atomic():
        outcome = import_units(rows)
        transaction.set_rollback(True)
    return outcome


def report(rows: Sequence[UnitRow], outcome: Outcome) -> list[str]:
    """Say for each refused row why, then how many rows were taken: what command and page both print."""
    lines = [f"Dòng {refusal.number}: {' '.join(refusal.reasons)}" for refusal in outcome.refused]
    return [
        *lines,
        f"{len(rows)} dòng: thêm {len(outcome.made)}, sửa {len(outcome.changed)}, "
        f"giữ nguyên {len(outcome.unchanged)}, từ chối {len(outcome.refused)}.",
    ]


class _Import:
    """One list on its way into the tree."""

    def __init__(self, rows: Sequence[UnitRow]) -> None:
        self.rows = rows
        self.outcome = Outcome()
        self.taken: dict[int, int] = {}
        self._read_tree()

    def run(self) -> Outcome:
        """Take rows whose parent is there, again and again, until nothing moves."""
        waiting = list(self.rows)
        while waiting:
            listed = Counter(key for row in waiting for key in _keys(row))
            later = [row for row in waiting if self._waits(row, listed)]
            if len(later) == len(waiting):
                later = []  # each waits for another: a circle, or a parent that is itself
            held = {row.number for row in later}
            for row in waiting:
                if row.number not in held:
                    self._take(row)
            waiting = later
        self.outcome.refused.sort(key=lambda refusal: refusal.number)
        return self.outcome

    def _read_tree(self) -> None:
        self.by_slug: dict[str, Unit] = {}
        self.by_code: dict[str, list[Unit]] = defaultdict(list)
        self.by_name: dict[str, list[Unit]] = defaultdict(list)
        for unit in Unit.objects.select_related("parent"):
            self._know(unit)

    def _know(self, unit: Unit) -> None:
        self.by_slug[unit.slug] = unit
        if unit.code:
            self.by_code[unit.code].append(unit)
        self.by_name[folded(unit.name)].append(unit)

    def _waits(self, row: UnitRow, listed: Counter[str]) -> bool:
        """Its parent is not in the tree yet and stands elsewhere in the list."""
        if not row["parent"] or self._named(row["parent"]):
            return False
        own = _keys(row)
        return any(listed[key] > (key in own) for key in _meanings(row["parent"]))

    def _take(self, row: UnitRow) -> None:
        try:
            with transaction.atomic():
                unit, before = self._unit_of(row)
                numbers = self._save(unit, before)
        except ValidationError as error:
            self.outcome.refused.append(Refusal(row.number, _reasons(error)))
        else:
            numbers.append(row.number)
            self.taken[unit.pk] = row.number

    def _save(self, unit: Unit, before: dict[str, Any]) -> list[int]:
        """Save what is new or different; return the list of such rows."""
        new = unit.pk is None
        if not new and _values(unit) == before:
            return self.outcome.unchanged
        try:
            unit.full_clean()
        except ValidationError:
            for name, value in before.items():
                setattr(unit, name, value)
            raise
        unit.save()
        if new:
            self._know(unit)
            return self.outcome.made
        if any(before[name] != getattr(unit, name) for name in ("name", "code", "slug", "parent_id")):
            self._read_tree()
        return self.outcome.changed

    def _unit_of(self, row: UnitRow) -> tuple[Unit, dict[str, Any]]:
        """Return the row's unit with its new values, not yet saved, and the values it had."""
        values, reasons = _read(row)
        parent, reason = self._parent(row)
        if reason:
            reasons.append(reason)
        if reasons:
            raise ValidationError(reasons)
        unit = self._find(row, values, parent)
        if unit is not None and unit.pk in self.taken:
            raise ValidationError(f"Đơn vị này đã có ở dòng {self.taken[unit.pk]}.")
        if unit is None:
            unit = Unit(parent=parent or self._only_root(), tier=_tier_of(row["name"]))
            if not (values.get("tier") or unit.tier):
                raise ValidationError("Không đoán được cấp từ tên đơn vị. Điền cột Cấp.")
            if unit.parent is None and values.get("tier", unit.tier) != Tier.PROVINCE:
                raise ValidationError("Thiếu đơn vị cấp trên. Điền cột Trực thuộc.")
        before = _values(unit)
        for name, value in values.items():
            setattr(unit, name, value)
        if parent is not None:
            unit.parent = parent
        return unit, before

    def _find(self, row: UnitRow, values: dict[str, Any], parent: Unit | None) -> Unit | None:
        if row["slug"]:
            return self.by_slug.get(row["slug"])
        name = folded(row["name"])
        if code := values.get("code"):
            same_code = self.by_code.get(code, [])
            if "valid_from" in values:
                return next((unit for unit in same_code if unit.valid_from == values["valid_from"]), None)
            same_name = [unit for unit in same_code if folded(unit.name) == name]
            return max(same_name, key=lambda unit: unit.valid_from or date.min, default=None)
        below = [
            unit
            for unit in self.by_name.get(name, [])
            if (parent is None or unit.parent_id == parent.pk)
            and ("valid_from" not in values or unit.valid_from == values["valid_from"])
        ]
        if len(below) > 1:
            raise ValidationError(f"Có {len(below)} đơn vị tên “{row['name']}”. Điền mã để biết đơn vị nào.")
        return below[0] if below else None

    def _parent(self, row: UnitRow) -> tuple[Unit | None, str]:
        wanted = row["parent"]
        if not wanted:
            return None, ""
        found = self._named(wanted)
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"Có {len(found)} đơn vị cấp trên “{wanted}”. Dùng mã trên địa chỉ của đơn vị ấy."
        return None, f"Không có đơn vị cấp trên “{wanted}”. Thêm đơn vị ấy trước, hoặc sửa tên."

    def _named(self, wanted: str) -> list[Unit]:
        """Units that ``wanted`` means: by slug, by code, by name, by the name of the district."""
        if unit := self.by_slug.get(wanted):
            return [unit]
        if units := self.by_code.get(wanted):
            return units
        return next((units for name in _meanings(wanted) if (units := self.by_name.get(name))), [])

    def _only_root(self) -> Unit | None:
        roots = [unit for unit in self.by_slug.values() if unit.parent_id is None]
        return roots[0] if len(roots) == 1 else None


def _keys(row: UnitRow) -> set[str]:
    """What another row may call this one."""
    return {folded(row[column]) for column in ("slug", "code", "name")} - {""}


def _meanings(name: str) -> list[str]:
    """The name without marks, and that of the party committee where it names a district."""
    plain = folded(name)
    return [plain, *(form.sub(party, plain) for form, party in PARTY_NAMES if form.search(plain))]


# ── Cells ────────────────────────────────────────────────────────────────────────────────────


def _read(row: UnitRow) -> tuple[dict[str, Any], list[str]]:
    """Return the values of the cells that are filled in, and what is wrong with the others."""
    values: dict[str, Any] = {}
    reasons = []
    if not row["name"]:
        reasons.append("Thiếu tên đơn vị.")
    for column, cell in row.cells.items():
        if column == "parent":
            continue
        try:
            values[column] = _READERS[column](cell)
        except ValueError as error:
            reasons.append(str(error))
    code = values.get("code", "")
    if code.isdigit() and values.get("tier", _tier_of(row["name"])) == Tier.COMMUNE:
        values["code"] = code.zfill(5)  # Excel loses the 0 in front
    return values, reasons


def _tier(cell: str) -> Tier:
    tier = TIERS.get(folded(cell))
    if tier is None:
        allowed = ", ".join(str(tier.label) for tier in Tier)
        raise ValueError(f"Không có cấp “{cell}”. Điền một trong: {allowed}.")
    return tier


def _tier_of(name: str) -> Tier | str:
    """The tier that a name itself tells, or ""."""
    return next((tier for form, tier in TIER_OF_NAMES if form.match(folded(name))), "")


def _date(cell: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 (a day, not a moment)
        except ValueError:
            continue
    raise ValueError(f"Không hiểu ngày “{cell}”. Viết ngày/tháng/năm, ví dụ 01/07/2025.")


def _number(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", cell):
        raise ValueError(f"Thứ tự “{cell}” không phải số. Điền số nguyên từ 0.")
    return int(cell)


def _slug(cell: str) -> str:
    try:
        validate_slug(cell)
    except ValidationError:
        raise ValueError(f"Mã trên địa chỉ “{cell}” chỉ được gồm chữ không dấu, số và gạch nối.") from None
    return cell


def _phone(cell: str) -> str:
    return read_phone(cell).number


_READERS: dict[str, Callable[[str], Any]] = {
    "name": str,
    "short_name": str,
    "slug": _slug,
    "tier": _tier,
    "code": str,
    "valid_from": _date,
    "valid_until": _date,
    "email": str,
    "phone": _phone,
    "leader_name": str,
    "leader_phone": _phone,
    "leader_email": str,
    "position": _number,
}


def _values(unit: Unit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in (*_READERS, "parent_id")}


def _reasons(error: ValidationError) -> list[str]:
    """Sentences for a person, with the name of the field where the sentence does not say it."""
    if not hasattr(error, "error_dict"):
        return error.messages
    reasons = []
    for name, messages in error.message_dict.items():
        label = "" if name == "__all__" else f"{Unit._meta.get_field(name).verbose_name}: "  # type: ignore[union-attr]
        reasons += [f"{label}{message}" for message in messages]
    return reasons
