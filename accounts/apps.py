"""The app of units, users and rights."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who asks."""

    name = "accounts"
    verbose_name = "Đơn vị và tài khoản"
