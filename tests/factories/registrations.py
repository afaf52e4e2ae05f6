"""Registrations: numbers, people, submissions, extensions, attendance."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bridge_points.models import BridgePoint
from conference_portal.sample import names
from registrations.models import (
    Attempt,
    Attendance,
    AttendanceEntry,
    AttendanceMark,
    Change,
    Delegate,
    Extension,
    ExtensionRequest,
    Headcount,
    Registration,
    SamePerson,
    SignedScan,
    Submission,
)
from registrations.services import own_point
from registrations.snapshot import digest, take_snapshot
from tests.factories.bridge_points import BridgePointFactory
from tests.factories.invitations import InvitationFactory, InvitedRoleFactory, SessionFactory
from tests.factories.values import person


class RegistrationFactory(DjangoModelFactory[Registration]):
    """A draft; ``submitted=True`` for one that stands (without a ``Submission``: make one if you look)."""

    class Meta:
        model = Registration

    class Params:
        submitted = factory.Trait(
            state=Registration.State.SUBMITTED,
            version=1,
            submitted_version=1,
            submitted_at=factory.LazyFunction(timezone.now),
        )

    invitation = factory.SubFactory(InvitationFactory)


def point_of(registration: Registration) -> BridgePoint:
    """Where the people of the unit that registers sit: its own point, or the provincial hall."""
    return own_point(registration.invitation)


class HeadcountFactory(DjangoModelFactory[Headcount]):
    class Meta:
        model = Headcount

    registration = factory.SubFactory(RegistrationFactory)
    bridge_point = factory.LazyAttribute(lambda headcount: point_of(headcount.registration))
    role = factory.SubFactory(
        InvitedRoleFactory, audience=factory.SelfAttribute("..registration.invitation.audience")
    )
    number = 10


class DelegateFactory(DjangoModelFactory[Delegate]):
    class Meta:
        model = Delegate

    registration = factory.SubFactory(RegistrationFactory)
    bridge_point = factory.LazyAttribute(lambda delegate: point_of(delegate.registration))
    full_name = factory.Sequence(person)
    position = factory.Sequence(lambda n: names.POSTS[n % len(names.POSTS)])
    organisation = factory.LazyAttribute(lambda delegate: delegate.registration.invitation.unit.name)
    phone = factory.Sequence(names.phone)
    rank = factory.Sequence(lambda n: n + 1)


class SubmissionFactory(DjangoModelFactory[Submission]):
    """What the registration holds at this moment, as the portal would keep it; say what is to differ."""

    class Meta:
        model = Submission

    class Params:
        held = factory.LazyAttribute(
            lambda submission: take_snapshot(submission.registration, submission.registration.invitation)
        )

    registration = factory.SubFactory(RegistrationFactory, submitted=True)
    number = factory.Sequence(lambda n: n + 1)
    code = factory.Sequence(lambda n: f"HT23-{n:06d}")
    form_uuid = factory.LazyFunction(uuid.uuid4)
    version = 1
    content: Any = factory.LazyAttribute(lambda submission: submission.held[0])
    sha256 = factory.LazyAttribute(lambda submission: digest(submission.content))
    declared = factory.LazyAttribute(lambda submission: submission.held[1].declared)
    named = factory.LazyAttribute(lambda submission: submission.held[1].named)
    points = factory.LazyAttribute(lambda submission: submission.held[1].points)
    arrived_at = factory.LazyFunction(timezone.now)
    decided_at = factory.SelfAttribute("arrived_at")
    deadline = factory.SelfAttribute("registration.invitation.meeting.registration_deadline")


class SignedScanFactory(DjangoModelFactory[SignedScan]):
    """A scan of which the file is no longer there: make one by ``services.scanning`` if you open it."""

    class Meta:
        model = SignedScan

    submission = factory.SubFactory(SubmissionFactory)
    file = factory.LazyFunction(lambda: f"scans/{uuid.uuid4().hex}")
    name = factory.Sequence(lambda n: f"ban-ky-{n}.pdf")
    content_type = "application/pdf"
    size = 1000
    sha256 = "0" * 64
    uploaded_at = factory.LazyFunction(timezone.now)


class AttemptFactory(DjangoModelFactory[Attempt]):
    class Meta:
        model = Attempt

    invitation = factory.SubFactory(InvitationFactory)
    result = Attempt.Result.LATE
    form_uuid = factory.LazyFunction(uuid.uuid4)
    arrived_at = factory.LazyFunction(timezone.now)
    decided_at = factory.SelfAttribute("arrived_at")
    deadline = factory.SelfAttribute("invitation.meeting.registration_deadline")


class ExtensionFactory(DjangoModelFactory[Extension]):
    class Meta:
        model = Extension

    invitation = factory.SubFactory(InvitationFactory)
    until = factory.LazyAttribute(
        lambda extension: extension.invitation.meeting.registration_deadline + timedelta(days=1)
    )
    reason = "Mất điện toàn huyện từ sáng."
    granted_at = factory.LazyFunction(timezone.now)


class ExtensionRequestFactory(DjangoModelFactory[ExtensionRequest]):
    """One that waits for the office."""

    class Meta:
        model = ExtensionRequest

    invitation = factory.SubFactory(InvitationFactory)
    reason = "Còn ba xã chưa báo cán bộ kỹ thuật, xin đến 20 giờ."
    asked_at = factory.LazyFunction(timezone.now)


class SamePersonFactory(DjangoModelFactory[SamePerson]):
    """Two rows of one registration that are one person in two posts."""

    class Meta:
        model = SamePerson

    first = factory.SubFactory(DelegateFactory)
    second = factory.LazyAttribute(
        lambda pair: DelegateFactory.create(
            registration=pair.first.registration, full_name=pair.first.full_name
        )
    )
    kind = SamePerson.Kind.TWO_POSTS
    decided_at = factory.LazyFunction(timezone.now)


class ChangeFactory(DjangoModelFactory[Change]):
    class Meta:
        model = Change

    registration = factory.SubFactory(RegistrationFactory)
    version = 1
    at = factory.LazyFunction(timezone.now)
    kind = Change.Kind.HEADCOUNT
    what = "Ủy viên ban chấp hành: 10"


class AttendanceFactory(DjangoModelFactory[Attendance]):
    """The numbers that count; without the ``AttendanceEntry`` by which they came."""

    class Meta:
        model = Attendance

    point = factory.SubFactory(BridgePointFactory)
    session = factory.SubFactory(SessionFactory, meeting=factory.SelfAttribute("..point.meeting"))
    present = 10
    excused = 0
    absent = 0
    made_at = factory.LazyFunction(timezone.now)
    arrived_at = factory.SelfAttribute("made_at")
    device = factory.LazyFunction(uuid.uuid4)


class AttendanceEntryFactory(DjangoModelFactory[AttendanceEntry]):
    class Meta:
        model = AttendanceEntry

    point = factory.SubFactory(BridgePointFactory)
    session = factory.SubFactory(SessionFactory, meeting=factory.SelfAttribute("..point.meeting"))
    key = factory.LazyFunction(uuid.uuid4)
    device = factory.LazyFunction(uuid.uuid4)
    age = 0.0
    made_at = factory.LazyFunction(timezone.now)
    arrived_at = factory.SelfAttribute("made_at")
    present = 10
    excused = 0
    absent = 0
    applied = True


class AttendanceMarkFactory(DjangoModelFactory[AttendanceMark]):
    class Meta:
        model = AttendanceMark

    delegate = factory.SubFactory(DelegateFactory)
    point = factory.SelfAttribute("delegate.bridge_point")
    session = factory.SubFactory(SessionFactory, meeting=factory.SelfAttribute("..point.meeting"))
    key = factory.LazyFunction(uuid.uuid4)
    device = factory.LazyFunction(uuid.uuid4)
    age = 0.0
    made_at = factory.LazyFunction(timezone.now)
    arrived_at = factory.SelfAttribute("made_at")
    state = AttendanceMark.State.PRESENT
