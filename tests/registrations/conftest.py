"""A unit at work: what the clerk of Can Lộc types, as the services take it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.clock import database_now
from accounts.models import User
from invitations.models import Invitation, InvitedRole, Meeting
from registrations import services
from registrations.models import Delegate, Registration

AT_ONCE = timedelta(0)


def row(name: str, role: InvitedRole, **values: Any) -> dict[str, Any]:
    """One delegate as a form gives it."""
    return {"key": uuid.uuid4(), "full_name": name, "role": role, **values}


@pytest.fixture
def desk(can_loc_invitation: Invitation, an: User) -> dict[str, Any]:
    """Who writes, for whom, without delay: what every service asks."""
    return {"invitation_id": can_loc_invitation.pk, "user": an, "waited": AT_ONCE}


@pytest.fixture
def draft(desk: dict[str, Any], district_roles: list[InvitedRole]) -> Registration:
    """Can Lộc has declared 45 and named two; nothing is submitted."""
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=45)
    services.add_delegates(
        **desk,
        rows=[
            row("Nguyễn Hữu Khang", district_roles[1], position="Bí thư", phone="0900000301"),
            row("Trần Đình Phúc", district_roles[1], position="Phó Bí thư"),
        ],
    )
    return Registration.objects.get(invitation_id=desk["invitation_id"])


@pytest.fixture
def khang(draft: Registration) -> Delegate:
    return draft.delegates.get(full_name="Nguyễn Hữu Khang")


def press_submit(desk: dict[str, Any], registration: Registration, **changed: Any) -> services.Outcome:
    """Press "Gửi" on the version that is there now."""
    registration.refresh_from_db()
    return services.submit(**({**desk, "form_uuid": uuid.uuid4(), "version": registration.version} | changed))


@pytest.fixture
def submitted(desk: dict[str, Any], draft: Registration) -> Registration:
    """Can Lộc has submitted once."""
    assert press_submit(desk, draft).submission is not None
    draft.refresh_from_db()
    return draft


@pytest.fixture
def close(meeting: Meeting) -> Callable[[timedelta], datetime]:
    """Put the deadline so far behind the database's clock."""

    def put(behind: timedelta = timedelta(seconds=1)) -> datetime:
        meeting.registration_deadline = database_now() - behind
        meeting.save(update_fields=["registration_deadline"])
        return meeting.registration_deadline

    return put


def post_named(
    client: Client, address: str, field: str, name: str, content: bytes, content_type: str
) -> HttpResponse:
    """Send a file under just this name: Django's test client would tidy it first."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    body = f"{head}Content-Type: {content_type}\r\n\r\n".encode() + content + b"\r\n--x--\r\n"
    return client.post(address, body, content_type="multipart/form-data; boundary=x")
