"""What is known of every file that somebody brought and that is kept."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models


class KeptFile(models.Model):
    """A file beside some row: the model adds the row, and ``file`` with the folder it lies in.

    It lies under a name nobody can guess and nobody chose: what the person called it is only shown.
    """

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField("Tên tệp", max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        """As its owner calls it."""
        return self.name
