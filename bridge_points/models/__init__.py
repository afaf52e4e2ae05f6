"""Where a conference takes place: points, the tests of their lines, what was looked at, what went wrong."""

from bridge_points.models.check import CheckItem, CheckPart, PointCheck, PointSignature
from bridge_points.models.incident import Incident, IncidentEntry
from bridge_points.models.line import CALL_LASTS, LineState, LineTest, PointLine
from bridge_points.models.point import AREA, BridgePoint, BridgePointQuerySet, PointState, area_at, state_of

__all__ = [
    "AREA",
    "CALL_LASTS",
    "BridgePoint",
    "BridgePointQuerySet",
    "CheckItem",
    "CheckPart",
    "Incident",
    "IncidentEntry",
    "LineState",
    "LineTest",
    "PointCheck",
    "PointLine",
    "PointSignature",
    "PointState",
    "area_at",
    "state_of",
]
