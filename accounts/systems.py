"""Other software that reads from the portal: each has an account with a role, and a key to it.

A system has an account like anybody, so that scope, rights and records are asked and kept as for people.
The account is never active: nobody signs in with it, nobody writes to it, no list of people shows it. The key
is shown once; the row keeps its hash. A key is 256 random bits, which nobody finds by trying: one round of
SHA-256 is enough, and lets a key be looked up.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.clock import database_now
from accounts.fields import LineField
from accounts.permissions import Role
from accounts.vietnamese import slug

if TYPE_CHECKING:
    from accounts.models import Unit, User

BEGINS = "hn_"
"""How a key begins: who finds one in a file or a log knows what it opens."""

BYTES = 32
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a key was used last: not every reading is a write."""


class SystemKeyQuerySet(models.QuerySet["SystemKey"]):
    """Which keys."""

    def standing(self) -> SystemKeyQuerySet:
        """Those that open something."""
        return self.filter(revoked_at__isnull=True)


class SystemKey(models.Model):
    """The key of one system; a revoked one opens nothing, and stays as a record."""

    name = LineField("Tên phần mềm", max_length=80)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="system", verbose_name="Tài khoản"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    ends = models.CharField("Bốn ký tự cuối", max_length=4, editable=False)
    made_at = models.DateTimeField("Cấp lúc")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="Người cấp"
    )
    used_at = models.DateTimeField("Dùng gần nhất", null=True, blank=True)
    revoked_at = models.DateTimeField("Thu hồi lúc", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SystemKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "khóa của phần mềm"
        verbose_name_plural = "khóa của phần mềm"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(revoked_at__isnull=True), name="one_key_of_a_system"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="a_revoked_key_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        """Whose."""
        return self.name


@transaction.atomic
def make_key(*, name: str, role: Role, unit: Unit | None, user: User) -> tuple[SystemKey, str]:
    """Make an account for a system and a key to it; return both, the key for the only time.

    Raises ``IntegrityError`` where a system of this name has a key that stands.
    """
    from accounts.models import User as Account

    key = BEGINS + secrets.token_urlsafe(BYTES)
    account = Account(
        username=f"phan-mem-{slug(name)[:60]}-{secrets.token_hex(4)}",
        full_name=f"Phần mềm {name}",
        role=role,
        unit=unit,
        is_active=False,
    )
    account.set_unusable_password()
    account.save()
    made = SystemKey.objects.create(
        name=name, user=account, digest=_digest(key), ends=key[-4:], made_at=database_now(), made_by=user
    )
    return made, key


def revoke_key(*, key_id: int, user: User) -> bool:
    """Let a key open nothing from now on; says whether it did before."""
    standing = SystemKey.objects.standing().filter(pk=key_id)
    return bool(standing.update(revoked_at=Now(), revoked_by=user))


def whose(key: str) -> User | None:
    """Return the account that ``key`` opens, and note that it was used; None where it opens nothing."""
    found = SystemKey.objects.standing().select_related("user__unit").filter(digest=_digest(key)).first()
    if found is None:
        return None
    long_ago = Q(used_at=None) | Q(used_at__lt=Now() - NOTED_EVERY)
    SystemKey.objects.filter(long_ago, pk=found.pk).update(used_at=Now())
    return found.user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
