"""One factory per model. What a test does not name is realistic, valid and invented."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import (
    BridgePoint,
    Incident,
    IncidentEntry,
    LineTest,
    PointCheck,
    PointLine,
    PointSignature,
)
from conference_portal.sample import names
from invitations.models import (
    ArrivingFile,
    AssignedUnit,
    Assignment,
    Audience,
    Chair,
    Contact,
    Deadline,
    Invitation,
    InvitedRole,
    Material,
    MaterialOpening,
    Meeting,
    Session,
    ShareFile,
    ShareReport,
)
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
from registrations.snapshot import digest
from reports.models import ResultVersion
from reports.result_templates import EXAMPLE

PASSWORD = "tre-xanh-ben-song-La"
"""Everybody's password in tests."""


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)


def person(number: int) -> str:
    """The same name for the same number in every run."""
    return names.person(Random(number))


def five_pm_in(days: int) -> datetime:
    """17:00 in Hà Tĩnh, so many days from today."""
    day = timezone.localdate() + timedelta(days=days)
    return datetime.combine(day, time(17), tzinfo=timezone.get_default_timezone())


# ── accounts ─────────────────────────────────────────────────────────────────────────────────


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"Đảng ủy xã Số {n}")
    tier = Tier.COMMUNE
    position = factory.Sequence(lambda n: 1000 + n)


class UserFactory(DjangoModelFactory[User]):
    """A clerk; of a new committee where no unit is named."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"can-bo-{n}")
    full_name = factory.Sequence(person)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.vn")
    phone = factory.Sequence(names.phone)
    password = factory.LazyFunction(hashed_password)
    role = Role.CLERK
    unit = factory.Maybe(
        factory.LazyAttribute(lambda user: user.role == Role.CLERK),
        factory.SubFactory(UnitFactory, tier=Tier.DISTRICT),
        None,
    )


# ── invitations ──────────────────────────────────────────────────────────────────────────────


class MeetingFactory(DjangoModelFactory[Meeting]):
    """A draft; ``published=True`` for one whose letter went out."""

    class Meta:
        model = Meeting

    class Params:
        published = factory.Trait(
            state=Meeting.State.PUBLISHED, published_at=factory.LazyFunction(timezone.now)
        )

    slug = factory.Sequence(lambda n: f"hoi-nghi-{n}")
    code = factory.Sequence(lambda n: f"HN{n}")
    title = factory.Sequence(lambda n: f"Hội nghị trực tuyến toàn tỉnh học tập nghị quyết lần thứ {n}")
    short_title = factory.Sequence(lambda n: f"Học tập nghị quyết lần thứ {n}")
    issuer_parent = "Tỉnh ủy Hà Tĩnh"
    issuer = "Văn phòng"
    place = "Hà Tĩnh"
    arrive_minutes_before = 15
    registration_deadline = factory.LazyFunction(lambda: five_pm_in(3))


class SessionFactory(DjangoModelFactory[Session]):
    class Meta:
        model = Session

    meeting = factory.SubFactory(MeetingFactory)
    date = factory.Sequence(lambda n: date(2023, 12, 4) + timedelta(days=n))
    part = Session.PartOfDay.MORNING
    starts_at = time(8)


class AudienceFactory(DjangoModelFactory[Audience]):
    class Meta:
        model = Audience

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    heading = "Tại điểm cầu các huyện, thành, thị ủy"
    tier = Tier.DISTRICT


class InvitedRoleFactory(DjangoModelFactory[InvitedRole]):
    class Meta:
        model = InvitedRole

    audience = factory.SubFactory(AudienceFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    text = factory.Sequence(lambda n: f"Ủy viên ban chấp hành khóa {n}")
    short_text = ""


class ChairFactory(DjangoModelFactory[Chair]):
    class Meta:
        model = Chair

    audience = factory.SubFactory(AudienceFactory)
    name = factory.Sequence(person)
    post = "Bí thư"


class DeadlineFactory(DjangoModelFactory[Deadline]):
    class Meta:
        model = Deadline

    meeting = factory.SubFactory(MeetingFactory)
    at = factory.LazyAttribute(lambda deadline: deadline.meeting.registration_deadline)
    what = "Số lượng đại biểu"
    to = "Ban Tuyên giáo Tỉnh ủy"


class AssignmentFactory(DjangoModelFactory[Assignment]):
    class Meta:
        model = Assignment

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    addressee = "Viễn thông Hà Tĩnh"
    text = "Giữ đường truyền thông suốt tại các điểm cầu."
    kind = Assignment.Kind.LINE


class AssignedUnitFactory(DjangoModelFactory[AssignedUnit]):
    class Meta:
        model = AssignedUnit

    assignment = factory.SubFactory(AssignmentFactory)
    unit = factory.SubFactory(UnitFactory, tier=Tier.OTHER)


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    meeting = factory.SubFactory(MeetingFactory)
    name = factory.Sequence(person)
    organisation = "Viễn thông Hà Tĩnh"
    phone = factory.Sequence(names.phone)
    about = "Kết nối đường truyền"


class InvitationFactory(DjangoModelFactory[Invitation]):
    """A unit called by a published meeting; ``sent_at=None`` for one on the list of a draft."""

    class Meta:
        model = Invitation

    meeting = factory.SubFactory(MeetingFactory, published=True)
    unit = factory.SubFactory(UnitFactory, tier=Tier.DISTRICT)
    audience = factory.SubFactory(AudienceFactory, meeting=factory.SelfAttribute("..meeting"))
    sent_at = factory.LazyAttribute(lambda invitation: invitation.meeting.published_at)


class MaterialFactory(DjangoModelFactory[Material]):
    """A material of which the file is no longer there: publish one if you open it."""

    class Meta:
        model = Material

    meeting = factory.SubFactory(MeetingFactory, published=True)
    position = factory.Sequence(lambda n: n % 30_000)
    title = factory.Sequence(lambda n: f"Tài liệu học tập số {n}")
    file = factory.LazyFunction(lambda: f"materials/{uuid.uuid4().hex}")
    name = factory.Sequence(lambda n: f"tai-lieu-{n}.pdf")
    content_type = "application/pdf"
    size = 1000
    sha256 = "0" * 64
    released_at = factory.LazyFunction(timezone.now)
    uploaded_at = factory.SelfAttribute("released_at")


class MaterialOpeningFactory(DjangoModelFactory[MaterialOpening]):
    class Meta:
        model = MaterialOpening

    material = factory.SubFactory(MaterialFactory)
    unit = factory.SubFactory(UnitFactory, tier=Tier.DISTRICT)
    first_at = factory.LazyFunction(timezone.now)
    last_at = factory.SelfAttribute("first_at")


class ArrivingFileFactory(DjangoModelFactory[ArrivingFile]):
    """One that has begun, of which nothing is there: begin one by ``arriving.begin`` if you send pieces."""

    class Meta:
        model = ArrivingFile

    meeting = factory.SubFactory(MeetingFactory, published=True)
    file = factory.LazyFunction(lambda: f"materials/{uuid.uuid4().hex}")
    name = factory.Sequence(lambda n: f"phim-{n}.mp4")
    size = 10_000
    begun_at = factory.LazyFunction(timezone.now)
    begun_by = factory.SubFactory(UserFactory)


class ShareReportFactory(DjangoModelFactory[ShareReport]):
    class Meta:
        model = ShareReport

    share = factory.SubFactory(AssignedUnitFactory)
    state = AssignedUnit.State.DOING
    at = factory.LazyFunction(timezone.now)


class ShareFileFactory(DjangoModelFactory[ShareFile]):
    """A photo of which the file is no longer there."""

    class Meta:
        model = ShareFile

    share = factory.SubFactory(AssignedUnitFactory)
    file = factory.LazyFunction(lambda: f"assignments/{uuid.uuid4().hex}")
    name = factory.Sequence(lambda n: f"anh-{n}.jpg")
    content_type = "image/jpeg"
    size = 1000
    sha256 = "0" * 64
    uploaded_at = factory.LazyFunction(timezone.now)


# ── bridge_points ────────────────────────────────────────────────────────────────────────────


class BridgePointFactory(DjangoModelFactory[BridgePoint]):
    class Meta:
        model = BridgePoint

    class Params:
        complete = factory.Trait(
            venue="Hội trường tầng 2, trụ sở Đảng ủy",
            chair=factory.Sequence(person),
            technician=factory.Sequence(lambda n: person(n + 1)),
            technician_phone=factory.Sequence(names.phone),
        )

    meeting = factory.SubFactory(MeetingFactory, published=True)
    unit = factory.SubFactory(UnitFactory, tier=Tier.DISTRICT)
    tier = factory.SelfAttribute("unit.tier")


class LineTestFactory(DjangoModelFactory[LineTest]):
    class Meta:
        model = LineTest

    point = factory.SubFactory(BridgePointFactory)
    at = factory.LazyFunction(timezone.now)
    result = LineTest.Result.GOOD


class PointLineFactory(DjangoModelFactory[PointLine]):
    class Meta:
        model = PointLine

    point = factory.SubFactory(BridgePointFactory)


class IncidentFactory(DjangoModelFactory[Incident]):
    class Meta:
        model = Incident

    point = factory.SubFactory(BridgePointFactory)
    kind = Incident.Kind.LINE
    source = Incident.Source.POINT
    opened_at = factory.LazyFunction(timezone.now)


class IncidentEntryFactory(DjangoModelFactory[IncidentEntry]):
    class Meta:
        model = IncidentEntry

    incident = factory.SubFactory(IncidentFactory)
    what = IncidentEntry.What.OPENED
    at = factory.LazyFunction(timezone.now)


class PointCheckFactory(DjangoModelFactory[PointCheck]):
    class Meta:
        model = PointCheck

    point = factory.SubFactory(BridgePointFactory)
    item = "hoi-truong"
    at = factory.LazyFunction(timezone.now)


class PointSignatureFactory(DjangoModelFactory[PointSignature]):
    class Meta:
        model = PointSignature

    point = factory.SubFactory(BridgePointFactory)
    part = "vien-thong"
    signed_at = factory.LazyFunction(timezone.now)


# ── registrations ────────────────────────────────────────────────────────────────────────────


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
    class Meta:
        model = Submission

    registration = factory.SubFactory(RegistrationFactory, submitted=True)
    number = factory.Sequence(lambda n: n + 1)
    code = factory.Sequence(lambda n: f"HT23-{n:06d}")
    form_uuid = factory.LazyFunction(uuid.uuid4)
    version = 1
    content: Any = factory.LazyFunction(lambda: {"delegates": []})
    sha256 = "0" * 64
    declared = 10
    named = 0
    points = 0
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


class ResultVersionFactory(DjangoModelFactory[ResultVersion]):
    """A signed report with the numbers of the template's example."""

    class Meta:
        model = ResultVersion

    meeting = factory.SubFactory(MeetingFactory, published=True)
    version = 1
    number = "128-BC/TU"
    dated_on = date(2026, 12, 6)
    sign_name = "Trần Minh Quân"
    content = EXAMPLE
    sha256 = digest(EXAMPLE)
    signed_by = factory.SubFactory(UserFactory)
