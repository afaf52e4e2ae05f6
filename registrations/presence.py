"""Who else has a registration open to write in it: told and never enforced; versions guard the rows.

Redis keeps it, for it may be lost: while Redis is away nobody is told anything, and nothing waits.
"""

from __future__ import annotations

import time

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from accounts.models import User

SECONDS_GONE = 50
"""Who did not ask for so long has left; pages ask every 20 seconds."""

SECONDS_TO_ANSWER = 0.5


def others_at(invitation_id: int, user: User) -> list[User]:
    """Note that ``user`` has the unit's registration open now, and return who else has."""
    key, now = f"portal:open:{invitation_id}", time.time()
    try:
        with (
            Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=SECONDS_TO_ANSWER,
                socket_connect_timeout=SECONDS_TO_ANSWER,
            ) as redis,
            redis.pipeline() as together,
        ):
            together.zadd(key, {str(user.pk): now})
            together.zremrangebyscore(key, 0, now - SECONDS_GONE)
            together.expire(key, SECONDS_GONE)
            together.zrange(key, 0, -1)
            present = {int(pk) for pk in together.execute()[-1]}
    except RedisError:
        return []
    return list(User.objects.filter(pk__in=present - {user.pk}).order_by("pk"))
