"""What goes wrong at a point while people sit there (*sự cố*), minute by minute until it is closed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.fields import LineField
from accounts.permissions import Right, Role, may
from bridge_points.models.point import BridgePoint
from invitations.models import Session

if TYPE_CHECKING:
    from accounts.models import User


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Which incidents."""

    def visible_to(self, user: User) -> IncidentQuerySet:
        """Those at the points that ``user`` sees; for the power company those of power where it serves."""
        if not may(user, Right.LIST_POINTS):
            return self.none()
        if user.role == Role.OBSERVER:
            served = BridgePoint.objects.visible_to(user).powered_by(user)
            return self.filter(kind=Incident.Kind.POWER, point__in=served)
        return self.filter(point__in=BridgePoint.objects.visible_to(user))

    def open(self) -> IncidentQuerySet:
        """Those that are not closed."""
        return self.filter(closed_at__isnull=True)


class Incident(models.Model):
    """One incident at one point: opened, acted on, closed with what was done.

    ``key`` is made with the form: two taps are one incident. All hours are PostgreSQL's; ``phone_at``
    is what the telephone that reported it took for the hour, only noted.
    """

    class Kind(models.TextChoices):
        """What is wrong."""

        LINE = "duong-truyen", "Mất đường truyền"
        SOUND = "am-thanh", "Không có tiếng"
        POWER = "mat-dien", "Mất điện"
        OTHER = "khac", "Sự cố khác"
        SILENT = "im-lang", "Điểm cầu mất liên lạc"

    class Source(models.TextChoices):
        """Who reported it."""

        POINT = "diem-cau", "Điểm cầu"
        COMMUNE = "xa", "Xã, bằng đường dẫn"
        TELECOM = "vien-thong", "Viễn thông"
        OFFICE = "van-phong", "Văn phòng"

    REPORTED = (Kind.LINE, Kind.SOUND, Kind.POWER, Kind.OTHER)
    """What anybody may report; that a point is silent is said by those who hear nothing of it."""

    point = models.ForeignKey(BridgePoint, on_delete=models.PROTECT, related_name="incidents")
    session = models.ForeignKey(
        Session, on_delete=models.SET_NULL, null=True, related_name="incidents", verbose_name="Buổi"
    )
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField("Sự cố", max_length=14, choices=Kind)
    note = LineField("Mô tả", max_length=300, blank=True)
    source = models.CharField("Ai báo", max_length=12, choices=Source)
    opened_at = models.DateTimeField("Báo lúc")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    phone_at = models.DateTimeField(null=True, editable=False)
    handled_since = models.DateTimeField("Xử lý từ", null=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField("Xong lúc", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    done = LineField("Đã làm gì", max_length=300, blank=True)
    minutes_lost = models.PositiveSmallIntegerField("Số phút mất", null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "sự cố"
        verbose_name_plural = "sự cố"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["point", "kind"],
                condition=Q(closed_at__isnull=True) & ~Q(kind="khac"),
                name="one_open_incident_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, done="", minutes_lost__isnull=True)
                | (Q(closed_at__gte=F("opened_at"), minutes_lost__isnull=False) & ~Q(done="")),
                name="closed_says_what_was_done",
            ),
            models.CheckConstraint(
                condition=Q(minutes_lost__isnull=True) | Q(minutes_lost__lte=1440),
                name="no_more_than_a_day_is_lost",
            ),
        ]
        indexes = [
            models.Index(fields=["point"], condition=Q(closed_at__isnull=True), name="open_incidents"),
        ]

    def __str__(self) -> str:
        """What is wrong."""
        return self.get_kind_display()

    def get_absolute_url(self) -> str:
        """The page of the incident."""
        return reverse("incident", args=[self.point.meeting.slug, self.key])

    @property
    def is_open(self) -> bool:
        """Nobody has closed it."""
        return self.closed_at is None

    def minutes(self, now: datetime) -> int:
        """The minutes lost: as they were closed, or begun since it was reported."""
        if self.minutes_lost is not None:
            return self.minutes_lost
        return max(0, -int(-(now - self.opened_at).total_seconds() // 60))


class IncidentEntry(models.Model):
    """One line of what happened with an incident, in the order of PostgreSQL's clock; none is changed."""

    class What(models.TextChoices):
        """What was done."""

        OPENED = "opened", "Báo sự cố"
        AGAIN = "again", "Báo lại"
        TAKEN = "taken", "Nhận xử lý"
        NOTED = "noted", "Ghi diễn biến"
        CLOSED = "closed", "Đã khắc phục"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="entries")
    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField("Lúc")
    text = LineField("Nội dung", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = "diễn biến sự cố"
        verbose_name_plural = "diễn biến sự cố"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        """What was done."""
        return self.get_what_display()
