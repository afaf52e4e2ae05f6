"""The Celery application: it finds every app's ``tasks.py``."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")

app = Celery("conference_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def get_ready(**_: Any) -> None:
    """Load, before a worker's children are forked, what the first message would otherwise wait for.

    An address in a message asks for all views: 1.2 s (measured). The children share what is loaded, and
    their garbage collector passes over it.
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 (a property that loads)
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
