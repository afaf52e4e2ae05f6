"""The app of the board and the workbooks."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What is known."""

    name = "reports"
    verbose_name = "Tổng hợp"
