"""Choosing units as boxes to tick, tier by tier: the field and the widget of two forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import Tier, Unit


class UnitBoxes(forms.SelectMultiple):
    """Units as boxes to tick, tier by tier; those of ``fixed`` are shown with a reason and cannot change."""

    use_fieldset = True

    def __init__(self, *, open_tier: str = "") -> None:
        super().__init__()
        self.open_tier = open_tier
        self.fixed: dict[int, str] = {}
        self.notes: dict[int, str] = {}

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The legend names the whole group; each box has a label of its own."""
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the boxes from the project's templates."""
        chosen = {str(pk) for pk in value or ()}
        groups: dict[str, list[dict[str, Any]]] = {tier: [] for tier in Tier.values}
        for key, _label in self.choices:
            unit: Unit = key.instance  # type: ignore[union-attr]
            box = {
                "unit": unit,
                "chosen": str(unit.pk) in chosen,
                "fixed": self.fixed.get(unit.pk, ""),
                "note": self.notes.get(unit.pk, ""),
            }
            groups[unit.tier].append(box)
        context = {
            "name": name,
            "id": (attrs or {}).get("id", name),
            "groups": [self._group(tier, boxes) for tier, boxes in groups.items() if boxes],
        }
        return render_to_string("invitations/unit_boxes.html", context)

    def _group(self, tier: str, boxes: list[dict[str, Any]]) -> dict[str, Any]:
        chosen = sum(box["chosen"] for box in boxes)
        free = sum(not box["fixed"] for box in boxes)
        return {
            "label": Tier(tier).label,
            "boxes": boxes,
            "chosen": chosen,
            "free": free,
            "open": bool(chosen) or tier == self.open_tier,
        }


class UnitsField(forms.ModelMultipleChoiceField[Unit]):
    """Units that exist today, and those that were chosen while they did."""

    widget: UnitBoxes

    def __init__(self, *, label: str, open_tier: str = "", required: bool = False) -> None:
        super().__init__(
            Unit.objects.none(),
            label=label,
            required=required,
            widget=UnitBoxes(open_tier=open_tier),
            error_messages={
                "invalid_choice": "Có đơn vị không còn chọn được. Xem lại các ô đã đánh dấu.",
                "invalid_pk_value": "Có đơn vị không còn chọn được. Xem lại các ô đã đánh dấu.",
            },
        )

    def offer(self, *, also: Iterable[int], fixed: dict[int, str]) -> None:
        """Offer the units of today, with ``also`` those already chosen; ``fixed`` ones cannot be ticked."""
        today = timezone.localdate()
        current = (Q(valid_from__isnull=True) | Q(valid_from__lte=today)) & (
            Q(valid_until__isnull=True) | Q(valid_until__gte=today)
        )
        units: QuerySet[Unit] = Unit.objects.filter(current | Q(pk__in=list(also)))
        self.queryset = units.select_related("parent")
        self.widget.fixed = fixed
