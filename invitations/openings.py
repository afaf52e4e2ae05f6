"""Which unit has opened which study material: the sheet for the report, and one unit's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from invitations.models import Invitation, Material, MaterialOpening, Meeting

if TYPE_CHECKING:
    from accounts.composed import Given
    from accounts.models import Unit, User


def up_from(path: str) -> Iterable[str]:
    """The path of a unit, then of the unit above it, and so on: "1.5.23." → "1.5.23.", "1.5.", "1."."""
    steps = path.rstrip(".").split(".")
    return (".".join(steps[:number]) + "." for number in range(len(steps), 0, -1))


class Cell(NamedTuple):
    """One unit and one material: whether it is for the unit, its own opening, how many below it opened it."""

    material: Material
    addressed: bool
    opening: MaterialOpening | None
    below: int
    is_open: bool
    """It is released and not withdrawn."""

    @property
    def lacks(self) -> bool:
        """It is for the unit and open, and nobody there has opened it."""
        return self.addressed and self.is_open and self.opening is None


class Row(NamedTuple):
    """One called unit with all materials."""

    unit: Unit
    cells: list[Cell]

    @property
    def lacks(self) -> int:
        """How many materials that are for it the unit has not opened."""
        return sum(cell.lacks for cell in self.cells)


class Total(NamedTuple):
    """One material: how many called units it is for, and how many of them have opened it."""

    material: Material
    called: int
    opened: int


@dataclass(frozen=True)
class Sheet:
    """Materials, the called units, and who opened what: read once, all sums from the same rows."""

    materials: list[Material]
    rows: list[Row]
    by_path: dict[int, dict[str, MaterialOpening]]
    """The openings of each material by the path of the unit."""

    @property
    def totals(self) -> list[Total]:
        """Each material with its sums."""
        columns = [[row.cells[place] for row in self.rows] for place in range(len(self.materials))]
        return [
            Total(
                material,
                sum(cell.addressed for cell in column),
                sum(cell.addressed and cell.opening is not None for cell in column),
            )
            for material, column in zip(self.materials, columns, strict=True)
        ]

    @property
    def lacking(self) -> int:
        """How many units have not opened all that is for them."""
        return sum(row.lacks > 0 for row in self.rows)

    def nearest(self, material: Material, path: str) -> MaterialOpening | None:
        """The opening of the unit with ``path``, or of the nearest one above, with which it studies."""
        opened = self.by_path.get(material.pk, {})
        return next((opened[step] for step in up_from(path) if step in opened), None)


def sheet_of(meeting: Meeting, materials: list[Material], now: datetime) -> Sheet:
    """Read who of the called units opened ``materials``, whose audiences were prefetched: two queries."""
    openings = MaterialOpening.objects.filter(material__meeting=meeting).select_related("unit", "first_by")
    by_path: dict[int, dict[str, MaterialOpening]] = defaultdict(dict)
    for opening in openings:
        by_path[opening.material_id][opening.unit.path] = opening
    invitations = Invitation.objects.filter(meeting=meeting).sent().select_related("unit")
    rows = [
        Row(
            invitation.unit,
            [_cell(material, invitation, by_path[material.pk], now) for material in materials],
        )
        for invitation in invitations
    ]
    return Sheet(materials, rows, by_path)


def with_totals(materials: QuerySet[Material]) -> QuerySet[Any]:
    """The same sums without the rows: ``called`` and ``opened_by_called`` of each; one query."""
    addressed = (
        Invitation.objects.filter(meeting=OuterRef("meeting"), audience__materials=OuterRef("pk"))
        .sent()
        .order_by()
        .values("meeting")
    )
    opened = addressed.filter(
        Exists(MaterialOpening.objects.filter(material=OuterRef(OuterRef("pk")), unit=OuterRef("unit")))
    )
    return materials.annotate(
        called=Coalesce(Subquery(addressed.annotate(sum=Count("pk")).values("sum")), 0),
        opened_by_called=Coalesce(Subquery(opened.annotate(sum=Count("pk")).values("sum")), 0),
    )


def _cell(
    material: Material, invitation: Invitation, opened: dict[str, MaterialOpening], now: datetime
) -> Cell:
    addressed = invitation.audience_id in {audience.pk for audience in material.audiences.all()}
    path = invitation.unit.path
    below = sum(other.startswith(path) and other != path for other in opened)
    is_open = material.withdrawn_at is None and material.released_at <= now
    return Cell(material, addressed, opened.get(path), below, is_open)


class Line(NamedTuple):
    """One material as a unit reads it: whether it is released, and the unit's own opening."""

    material: Material
    released: bool
    opening: MaterialOpening | None


def lines_of(meeting: Meeting, user: User, now: datetime) -> list[Line]:
    """List what is announced to a unit's clerk, with what the own unit opened."""
    materials = Material.objects.filter(meeting=meeting).announced_to(user)
    own = MaterialOpening.objects.filter(material__meeting=meeting, unit=user.unit_id)
    opened = {opening.material_id: opening for opening in own.select_related("first_by")}
    return [Line(material, material.released_at <= now, opened.get(material.pk)) for material in materials]


UNOPENED = """
    ARRAY(
        SELECT title FROM invitations_material material
        JOIN invitations_material_audiences given ON given.material_id = material.id
        WHERE given.audience_id = invitations_invitation.audience_id
          AND material.withdrawn_at IS NULL AND material.released_at <= %s
          AND NOT EXISTS (
            SELECT FROM invitations_materialopening opened
            WHERE opened.material_id = material.id AND opened.unit_id = invitations_invitation.unit_id
          )
        ORDER BY material.released_at DESC, material.id DESC
    )
"""
"""Written out: the first page of each clerk asks it, and Django takes 2 ms to compose it (measured)."""


def with_unopened(invitations: QuerySet[Invitation], now: datetime | Given) -> QuerySet[Invitation]:
    """Add ``unopened`` to each of ``invitations``, in the same query.

    That are the titles of what is released to the unit and nobody there has opened, the newest first.
    """
    titles = ArrayField(CharField())
    return invitations.annotate(unopened=RawSQL(UNOPENED, (now,), output_field=titles))  # noqa: S611 (no input in it)
