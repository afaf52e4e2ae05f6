"""What leaves the desk as a file: who took it and when is written down beside the changes.

``reports`` records its own downloads; this app may not know of it.
"""

from __future__ import annotations

from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from invitations.models import Invitation
from registrations.models import Change
from registrations.services import locking


@transaction.atomic
def given(*, invitation: Invitation, user: User, what: str) -> None:
    """Write down that ``user`` took ``what``, a workbook with names, out of the portal."""
    registration = locking.registration_of(invitation)
    locking.log(registration, Change.Kind.DOWNLOADED, what[:300], database_now(), user)
