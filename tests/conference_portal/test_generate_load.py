"""A synthetic conference has just the size asked for, and its numbers agree."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F

from accounts.models import Tier, Unit, User
from bridge_points.models import BridgePoint, LineTest
from invitations.models import Invitation, Meeting
from registrations.models import Attempt, Delegate, Headcount, Registration, Submission
from registrations.snapshot import digest
from tests.factories import DelegateFactory, MeetingFactory, RegistrationFactory, UserFactory

pytestmark = pytest.mark.django_db


def generate(points: int, delegates: int, *options: str) -> str:
    said = StringIO()
    call_command("generate_load", f"--points={points}", f"--delegates={delegates}", *options, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize(("points", "delegates"), [(2, 0), (2, 1), (3, 7), (40, 333)])
def test_it_has_just_so_many_points_and_delegates(points: int, delegates: int) -> None:
    said = generate(points, delegates)
    assert f"tai-thu-{points}-{delegates}: {points} điểm cầu, {delegates} đại biểu" in said
    assert (BridgePoint.objects.count(), Delegate.objects.count()) == (points, delegates)


def test_every_unit_has_read_confirmed_named_and_submitted() -> None:
    generate(40, 333)
    assert not Invitation.objects.filter(confirmed_at=None).exists()
    assert not Registration.objects.exclude(state=Registration.State.SUBMITTED).exists()
    for submission in Submission.objects.select_related("registration__invitation"):
        registration = submission.registration
        assert submission.sha256 == digest(submission.content)
        assert submission.named == len(submission.content["delegates"]) == registration.delegates.count()
        assert submission.declared == registration.headcounts.total()
        assert submission.decided_at <= submission.deadline
        assert registration.invitation.seen_at
        assert registration.invitation.seen_at < submission.decided_at
    assert Attempt.objects.count() == Submission.objects.count() == Invitation.objects.count()
    assert sum(Submission.objects.values_list("named", flat=True)) == 333


def test_names_stand_where_units_sit_and_communes_have_numbers() -> None:
    generate(40, 333)
    at_points = dict(Delegate.objects.values_list("bridge_point").annotate(n=Count("pk")))
    seats = BridgePoint.objects.exclude(tier=Tier.COMMUNE)
    assert set(at_points) == set(seats.values_list("pk", flat=True))
    assert max(at_points.values()) - min(at_points.values()) <= 1
    numbers = Headcount.objects.filter(role=None)
    assert numbers.count() == BridgePoint.objects.filter(tier=Tier.COMMUNE).count()
    assert all(20 <= headcount.number <= 80 for headcount in numbers)


def test_no_role_has_more_names_than_were_declared() -> None:
    generate(40, 333)
    named = Counter(Delegate.objects.values_list("registration", "bridge_point", "role"))
    declared = Headcount.objects.exclude(role=None).values_list(
        "registration", "bridge_point", "role", "number"
    )
    assert {line[:3] for line in declared} == set(named)
    assert all(named[line[:3]] <= line[3] <= named[line[:3]] * 1.05 + 1 for line in declared)


def test_each_point_belongs_to_the_unit_that_registers_it() -> None:
    generate(40, 333)
    for delegate in Delegate.objects.select_related("bridge_point__unit", "registration__invitation__unit"):
        unit = delegate.registration.invitation.unit
        assert unit.covers(delegate.bridge_point.unit) or delegate.bridge_point.tier == Tier.PROVINCE
    for point in BridgePoint.objects.exclude(tier=Tier.PROVINCE):
        assert point.venue
        assert point.chair
    assert BridgePoint.objects.exclude(technician="").exists()
    assert LineTest.objects.exists()


def test_names_are_ready_for_order_and_search() -> None:
    generate(3, 20)
    delegate = Delegate.objects.all()[0]
    stored = (delegate.sort_key, delegate.search)
    delegate.compute_keys()
    assert (delegate.sort_key, delegate.search) == stored
    assert list(delegate.registration.delegates.values_list("rank", flat=True)) == list(
        range(1, delegate.registration.delegates.count() + 1)
    )


def test_again_does_nothing() -> None:
    generate(20, 100)
    before = list(Delegate.objects.order_by("pk").values_list())
    generate(20, 100)
    assert list(Delegate.objects.order_by("pk").values_list()) == before
    assert Meeting.objects.count() == 1


def test_two_sizes_stand_side_by_side() -> None:
    generate(5, 10)
    generate(6, 10)
    assert sorted(Meeting.objects.values_list("code", "slug")) == [
        ("TT1", "tai-thu-5-10"),
        ("TT2", "tai-thu-6-10"),
    ]
    assert Delegate.objects.count() == 20


def test_clerks_of_the_load_can_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SAMPLE_PASSWORD", "mot-mat-khau-mau")
    assert "mot-mat-khau-mau" in generate(4, 4)
    assert User.objects.get(username="tai-thu-4-4-huyen-1").check_password("mot-mat-khau-mau")


# ── Filling a meeting ────────────────────────────────────────────────────────────────────────


def test_the_sample_can_be_filled() -> None:
    call_command("load_sample", stdout=StringIO())
    generate(234, 500, "--meeting", "hoc-tap-nghi-quyet-trung-uong-8")
    assert (Meeting.objects.count(), BridgePoint.objects.count(), Delegate.objects.count()) == (1, 234, 500)
    assert BridgePoint.objects.filter(tier=Tier.COMMUNE).count() == 216
    assert Unit.objects.filter(tier=Tier.BRANCH).count() == 234 - 216 - 16


def test_a_unit_that_has_begun_is_left_alone(meeting: Meeting, can_loc_invitation, an, cuong, lan) -> None:
    mine = DelegateFactory.create(registration=RegistrationFactory.create(invitation=can_loc_invitation))
    generate(9, 21, "--meeting", meeting.slug)
    assert can_loc_invitation.registration.delegates.get() == mine
    assert (BridgePoint.objects.count(), Delegate.objects.count()) == (9, 21)
    assert Registration.objects.filter(state=Registration.State.DRAFT).count() == 1


def test_a_meeting_whose_deadline_has_passed_was_answered_in_time(meeting: Meeting, an, cuong, lan) -> None:
    week = timedelta(days=7)
    Meeting.objects.update(
        registration_deadline=F("registration_deadline") - week, published_at=F("published_at") - week
    )
    Invitation.objects.update(sent_at=F("sent_at") - week)
    generate(5, 12, "--meeting", meeting.slug)
    assert Submission.objects.filter(decided_at__lte=F("deadline")).count() == 3


def test_an_address_that_is_not_there_yet_becomes_a_new_meeting() -> None:
    generate(4, 4, "--meeting", "thu-mot-lan")
    assert Meeting.objects.get().slug == "thu-mot-lan"


# ── What cannot be ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("points", "delegates"), [(1, 10), (0, 0), (5, -1)])
def test_an_impossible_size_is_refused(points: int, delegates: int) -> None:
    with pytest.raises(CommandError, match="ít nhất 2 điểm cầu"):
        generate(points, delegates)
    assert not Meeting.objects.exists()


def test_a_meeting_that_takes_no_registrations_is_refused() -> None:
    draft = MeetingFactory.create()
    with pytest.raises(CommandError, match=r"không nhận đăng ký.*Đang soạn"):
        generate(5, 5, "--meeting", draft.slug)


def test_a_clerk_who_is_there_already_registers(meeting: Meeting, an, cuong, lan) -> None:
    UserFactory.create(unit=an.unit)
    generate(5, 5, "--meeting", meeting.slug)
    submission = Submission.objects.get(registration__invitation__unit=an.unit)
    assert submission.submitted_by == an
