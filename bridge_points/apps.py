"""The app of bridge points and their lines."""

from django.apps import AppConfig


class BridgePointsConfig(AppConfig):
    """Where it takes place."""

    name = "bridge_points"
    verbose_name = "Điểm cầu"
