"""A meeting with numbers that one can add up by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tier
from bridge_points.models import LineTest
from invitations.models import Meeting
from registrations.models import Registration
from tests.cast import client_of
from tests.factories import (
    BridgePointFactory,
    ChangeFactory,
    DelegateFactory,
    ExtensionFactory,
    HeadcountFactory,
    InvitationFactory,
    LineTestFactory,
    RegistrationFactory,
    SubmissionFactory,
    UnitFactory,
    UserFactory,
)
from tests.journeys.conftest import reads_well, sign_in

__all__ = ["reads_well", "sign_in"]


@pytest.fixture
def can_loc_registration(can_loc_invitation, can_loc_point, can_loc_communes, district_roles) -> Registration:
    """Can Lộc has submitted: 5 + 10 declared, 3 + 8 named, communes 30 (tested) and 40 off; one is silent."""
    registration = RegistrationFactory.create(invitation=can_loc_invitation, submitted=True)
    first, second, _ = district_roles
    HeadcountFactory.create(registration=registration, role=first, number=5)
    HeadcountFactory.create(registration=registration, role=second, number=10)
    DelegateFactory.create_batch(3, registration=registration, role=first)
    DelegateFactory.create_batch(8, registration=registration, role=second)
    meeting = can_loc_invitation.meeting
    nghen, thien_loc, _ = can_loc_communes
    tested = BridgePointFactory.create(meeting=meeting, unit=nghen, parent=can_loc_point, complete=True)
    LineTestFactory.create(
        point=tested, result=LineTest.Result.FAILED, at=timezone.now() - timedelta(hours=1)
    )
    LineTestFactory.create(point=tested)
    off = BridgePointFactory.create(meeting=meeting, unit=thien_loc, parent=can_loc_point, connects=False)
    HeadcountFactory.create(registration=registration, bridge_point=tested, role=None, number=30)
    HeadcountFactory.create(registration=registration, bridge_point=off, role=None, number=40)
    SubmissionFactory.create(registration=registration, number=1)
    return registration


@pytest.fixture
def nghi_xuan_registration(nghi_xuan_invitation, nghi_xuan_communes, district_roles, cuong) -> Registration:
    """Nghi Xuân writes a draft: 4 declared, 6 named, one commune without a technician, two silent."""
    registration = RegistrationFactory.create(
        invitation=nghi_xuan_invitation, version=3, changed_at=timezone.now()
    )
    HeadcountFactory.create(registration=registration, role=district_roles[0], number=4)
    DelegateFactory.create_batch(6, registration=registration, role=district_roles[0])
    point = BridgePointFactory.create(meeting=nghi_xuan_invitation.meeting, unit=nghi_xuan_communes[0])
    HeadcountFactory.create(registration=registration, bridge_point=point, role=None, number=25)
    for version in (1, 2):
        ChangeFactory.create(registration=registration, version=version, kind="added", what="Trần Văn A")
    ChangeFactory.create(registration=registration, version=3, kind="removed", what="Trần Văn A")
    return registration


@pytest.fixture
def filled(meeting, can_loc_registration, nghi_xuan_registration, health_invitation) -> Meeting:
    """The conference: Can Lộc submitted, Nghi Xuân drafts, Sở Y tế has opened nothing."""
    return meeting


def enlarge(meeting: Meeting, *, units: int, communes: int, delegates: int) -> None:
    """Add so many districts, each with its communes, delegates, submission, changes and an account."""
    audience = meeting.audiences.get(tier=Tier.DISTRICT)
    role = audience.roles.first()
    province = UnitFactory._meta.model.objects.get(slug="tinh-uy-ha-tinh")
    for number in range(units):
        unit = UnitFactory.create(name=f"Huyện ủy Số {number}", tier=Tier.DISTRICT, parent=province)
        UserFactory.create(unit=unit)
        invitation = InvitationFactory.create(meeting=meeting, unit=unit, audience=audience)
        registration = RegistrationFactory.create(invitation=invitation, submitted=number % 2 == 0)
        if number % 2 == 0:
            SubmissionFactory.create(registration=registration)
        else:
            ExtensionFactory.create(invitation=invitation)
        HeadcountFactory.create(registration=registration, role=role)
        DelegateFactory.create_batch(delegates, registration=registration, role=role)
        ChangeFactory.create(registration=registration)
        for _ in range(communes):
            point = BridgePointFactory.create(
                meeting=meeting, unit=UnitFactory.create(parent=unit), complete=True
            )
            LineTestFactory.create(point=point)
            HeadcountFactory.create(registration=registration, bridge_point=point, role=None)


def queries_of(user, address: str, **headers: str) -> int:
    """How many queries a page takes for ``user``."""
    browser = client_of(user)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = browser.get(address, headers=headers)
    assert response.status_code == 200
    return len(captured)
