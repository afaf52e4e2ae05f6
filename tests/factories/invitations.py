"""Meetings, with all that a letter says, and who is called."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Tier
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
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.values import five_pm_in, person


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
