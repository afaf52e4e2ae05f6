"""Where a conference takes place: bridge points, and how far each is."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, CharField, Exists, F, Func, Max, Min, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from accounts.fields import LineField, PhoneField, spaced
from accounts.models import Tier, Unit
from accounts.permissions import Right, Role, may
from accounts.vietnamese import folded
from bridge_points.models.line import CALL_LASTS, LineState, LineTest
from invitations.models import AssignedUnit, Assignment, Meeting

if TYPE_CHECKING:
    from accounts.models import User


def area_at(steps: int, path: str = "unit__path") -> Func:
    """The path of the unit that stands ``steps`` steps down the tree, at or above a point's own unit.

    As a regular expression the same took 0.03 ms a row (measured), and a list asks for it four times.
    """
    parts = " || '.' || ".join(f"split_part(%(expressions)s, '.', {step})" for step in range(1, steps + 1))
    return Func(F(path), template=f"(rtrim({parts}, '.') || '.')", output_field=CharField())


AREA = area_at(2)
"""The first two steps of the path of a point's unit: the province and the committee right below it."""


OF_AREA = "(SELECT area.%s FROM accounts_unit area WHERE area.path = %%(expressions)s)"
"""A column of the committee whose path is given."""


def _of_last_test(column: str, kind: models.Field[Any, Any]) -> RawSQL:
    """A column of a point's last line test. Written out: Django takes longer to compose it than to ask it."""
    made = (
        f"(SELECT made.{column} FROM bridge_points_linetest made"  # noqa: S608 (columns, named here)
        " WHERE made.point_id = bridge_points_bridgepoint.id ORDER BY made.at DESC, made.id DESC LIMIT 1)"
    )
    return RawSQL(made, (), output_field=kind)  # noqa: S611 (no input in it)


class PointState(models.TextChoices):
    """How far a bridge point is; the value names its cell on the board (a square that fills)."""

    NONE = "none", "chưa đăng ký"
    REGISTERED = "reg", "đã đăng ký, thiếu cán bộ kỹ thuật"
    CONTACT = "contact", "có cán bộ kỹ thuật"
    TESTED = "tested", "đã thử đường truyền"
    FAILED = "fail", "thử chưa đạt"
    OFF = "off", "không kết nối"


def state_of(*, connects: bool, last_result: str | None, has_technician: bool) -> PointState:
    """How far a point is: the result of its last line test, if any, tells more than who can be called."""
    if not connects:
        return PointState.OFF
    if last_result:
        return PointState.TESTED if last_result == LineTest.Result.GOOD else PointState.FAILED
    return PointState.CONTACT if has_technician else PointState.REGISTERED


class BridgePointQuerySet(models.QuerySet["BridgePoint"]):
    """Which bridge points."""

    def visible_to(self, user: User) -> BridgePointQuerySet:
        """For a clerk the points of the own branch of the tree; for the others all of what is published."""
        if not may(user, Right.LIST_POINTS):
            return self.none()
        if may(user, Right.EDIT_MEETING):
            return self
        published = self.exclude(meeting__state=Meeting.State.DRAFT)
        if may(user, Right.REGISTER):
            return published.filter(unit__path__startswith=user.unit.path) if user.unit else self.none()
        return published

    def steps_to_areas(self) -> int:
        """How far down the tree the units stand right below what all these points stand below; one query.

        In a province that is its committees, in a nation its provinces, whatever stands above them.
        """
        ends = self.order_by().aggregate(first=Min("unit__path"), last=Max("unit__path"))
        first, last = ((ends[end] or "").rstrip(".").split(".") for end in ("first", "last"))
        same = (one == other for one, other in zip(first, last, strict=False))
        return max(2, len(list(takewhile(bool, same))) + 1)

    def connected(self) -> BridgePointQuerySet:
        """Points that take part."""
        return self.filter(connects=True)

    def powered_by(self, user: User) -> BridgePointQuerySet:
        """Points where the unit of ``user`` was asked to keep the power: in the branch that it serves."""
        if user.unit is None:
            return self.none()
        served = user.unit.parent.path if user.unit.parent else user.unit.path
        asked = AssignedUnit.objects.filter(
            unit=user.unit, assignment__kind=Assignment.Kind.POWER, assignment__meeting=OuterRef("meeting")
        )
        return self.filter(Exists(asked), unit__path__startswith=served)

    def checked_by(self, user: User) -> BridgePointQuerySet:
        """Points whose list of checks ``user`` may open: an observer those whose power is the own work."""
        visible = self.visible_to(user)
        return visible.powered_by(user) if user.role == Role.OBSERVER else visible

    def with_line_state(self) -> BridgePointQuerySet:
        """Each with its ``line``, its last test, and ``line_state``; a call that is too old is none."""
        held = Now() - Value(CALL_LASTS)
        return (
            self.select_related("line__calling_by")
            .with_last_test()
            .annotate(
                line_state=Case(
                    When(line__calling_since__gt=held, then=Value(LineState.CALLING)),
                    When(
                        Q(last_result__isnull=False, line__ready_at__isnull=False),
                        then=Value(LineState.RETEST),
                    ),
                    When(line__retest_at__isnull=False, then=Value(LineState.RETEST)),
                    When(last_result__isnull=False, then=F("last_result")),
                    default=Value(LineState.NOT_CALLED),
                    output_field=CharField(),
                )
            )
        )

    def in_queue(self) -> BridgePointQuerySet:
        """In the order in which telecom calls them: as it has set it, else in that of the tree."""
        found = self.in_tree_order()
        return found.order_by(F("line__position").asc(nulls_last=True), *found.query.order_by)

    def with_last_result(self) -> BridgePointQuerySet:
        """Each with ``last_result``, the result of its last line test, or None: all that ``state`` asks."""
        return self.annotate(last_result=_of_last_test("result", CharField()))

    def with_last_test(self) -> BridgePointQuerySet:
        """Each also with ``last_test_at``, when that test was made."""
        return self.with_last_result().annotate(last_test_at=_of_last_test("at", models.DateTimeField()))

    def with_state(self) -> BridgePointQuerySet:
        """Each with ``shown_state``: what ``BridgePoint.state`` says, to count and to filter by."""
        return self.alias(tested_as=_of_last_test("result", CharField())).annotate(
            shown_state=Case(
                When(connects=False, then=Value(PointState.OFF)),
                When(tested_as=LineTest.Result.GOOD, then=Value(PointState.TESTED)),
                When(tested_as__isnull=False, then=Value(PointState.FAILED)),
                When(~Q(technician="") & ~Q(technician_phone=""), then=Value(PointState.CONTACT)),
                default=Value(PointState.REGISTERED),
                output_field=CharField(),
            )
        )

    def in_tree_order(self) -> BridgePointQuerySet:
        """In the order of the tree: a committee's own point, then those below it, then the next one's.

        Each with ``area``, the path of that committee: the unit right below the root.
        """
        return (
            self.annotate(area=AREA)
            .annotate(
                area_position=Func(AREA, template=OF_AREA % "position", output_field=models.IntegerField()),
                area_key=Func(AREA, template=OF_AREA % "sort_key", output_field=CharField(db_collation="C")),
                below_area=Case(When(unit__path=AREA, then=Value(0)), default=Value(1)),
            )
            .order_by(
                "area_position",
                "area_key",
                "area",
                "below_area",
                "unit__position",
                "unit__sort_key",
                "pk",
            )
        )

    def search(self, text: str) -> BridgePointQuerySet:
        """Points whose unit's name holds ``text``, marks or no marks."""
        return self.filter(unit__search__contains=folded(text))


class BridgePoint(models.Model):
    """One video site (*điểm cầu*) of one meeting, at one unit."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="bridge_points")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="bridge_points", verbose_name="Đơn vị"
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="Điểm cầu cấp trên",
    )
    tier = models.CharField("Cấp điểm cầu", max_length=12, choices=Tier)
    venue = LineField("Nơi họp", max_length=300, blank=True)
    chair = LineField("Chủ trì", max_length=200, blank=True)
    technician = LineField("Cán bộ kỹ thuật", max_length=120, blank=True)
    technician_phone = PhoneField("Điện thoại kỹ thuật")
    connects = models.BooleanField("Kết nối", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = BridgePointQuerySet.as_manager()

    class Meta:
        verbose_name = "điểm cầu"
        verbose_name_plural = "điểm cầu"
        ordering = ["unit__position", "unit__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "unit"],
                name="one_point_per_unit",
                violation_error_message="Đơn vị này đã có điểm cầu trong hội nghị.",
            ),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="point_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        """The point by its unit."""
        return f"Điểm cầu {self.unit.called}"

    @property
    def has_technician(self) -> bool:
        """Somebody can be called about the line."""
        return bool(self.technician and self.technician_phone)

    @property
    def in_words(self) -> str:
        """The point on one line, to set beside another version of it."""
        parts = (self.venue, self.chair, self.technician, spaced(self.technician_phone))
        return " · ".join(part for part in parts if part)

    @property
    def missing(self) -> list[str]:
        """What is still to be filled in, in the words of the form."""
        wanted = {
            "nơi họp": self.venue,
            "chủ trì": self.chair,
            "cán bộ kỹ thuật": self.technician,
            "điện thoại kỹ thuật": self.technician_phone,
        }
        return [name for name, value in wanted.items() if not value]

    @property
    def state(self) -> PointState:
        """How far this point is. Uses ``last_result`` of ``with_last_result()`` where it was asked for."""
        result = getattr(self, "last_result", None)
        return state_of(connects=self.connects, last_result=result, has_technician=self.has_technician)
