"""Nobody is left of a closed meeting whose time is over, and every number is what it was."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from bridge_points.models import BridgePoint, IncidentEntry
from conference_portal import tasks
from conference_portal.purging import kinds, services
from invitations import closing, issuing, retention
from invitations.models import GONE, Closing, LetterReading, Meeting, Purge
from registrations.doubles import proposals
from registrations.earlier import earlier
from registrations.models import Attendance, Delegate, ResultTelling, RosterUpload, Submission
from reminders.models import Call, DeliveryReport, Reminder, ReminderAttempt
from reports import freezing
from reports.archive import write_archive
from reports.models import ExportJob, ResultDraft, Tally
from reports.services import ask_export
from reports.services.keeping import is_there
from reports.workbooks import Contents, write_book
from reports.workbooks.frozen import PurgedError
from tests.cast import client_of
from tests.factories import (
    AssignmentFactory,
    AttendanceEntryFactory,
    AttendanceFactory,
    AttendanceMarkFactory,
    BridgePointFactory,
    ChairFactory,
    ChangeFactory,
    ContactFactory,
    DelegateFactory,
    ExtensionFactory,
    ExtensionRequestFactory,
    HeadcountFactory,
    IncidentEntryFactory,
    IncidentFactory,
    InvitationFactory,
    InvitedRoleFactory,
    LineTestFactory,
    MeetingFactory,
    PointSignatureFactory,
    RegistrationFactory,
    SessionFactory,
    ShareFileFactory,
    SignedScanFactory,
    SubmissionFactory,
    five_pm_in,
)

pytestmark = pytest.mark.django_db

HERE, THERE = ("Zuân Vương Mật", "0999777001"), ("Quých Vương Mật", "0999777002")
"""A name and a telephone that nobody else has: of the meeting that is purged, and of the other one."""


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(services, "BATCH", 2)
    monkeypatch.setattr(services.current_app, "send_task", lambda *args, **kwargs: None)


def plant(slug: str, who: tuple[str, str], user) -> Meeting:
    """A closed meeting with ``who`` in every box in which a person may be typed."""
    name, phone = who
    said = f"Gọi {name} {phone}"
    now = timezone.now()
    meeting = MeetingFactory.create(slug=slug, published=True, registration_deadline=five_pm_in(-400))
    ContactFactory.create(meeting=meeting, name=name, phone=phone)
    session = SessionFactory.create(meeting=meeting)
    invitation = InvitationFactory.create(
        meeting=meeting, sent_at=now, contact_name=name, contact_phone=phone, contact_email=f"{phone}@x.vn",
        declined_at=now, decline_reason=said,
    )  # fmt: skip
    role = InvitedRoleFactory.create(audience=invitation.audience)
    ChairFactory.create(audience=invitation.audience, name=name, post=said)
    point = BridgePointFactory.create(
        meeting=meeting, unit=invitation.unit, chair=name, technician=name, technician_phone=phone
    )
    BridgePointFactory.create(meeting=meeting)
    registration = RegistrationFactory.create(invitation=invitation, submitted=True, return_remark=said)
    HeadcountFactory.create(registration=registration, role=role, bridge_point=point, number=9)
    people = DelegateFactory.create_batch(
        5, registration=registration, role=role, bridge_point=point,
        full_name=name, position=said, organisation=said, phone=phone, note=said,
    )  # fmt: skip
    AttendanceFactory.create(point=point, session=session, present=4, excused=1, reason=said)
    AttendanceEntryFactory.create(point=point, session=session, excused=1, reason=said)
    AttendanceMarkFactory.create(delegate=people[0], session=session, state="excused", reason=said)
    submission = SubmissionFactory.create(
        registration=registration,
        code=f"{slug}-1",
        decided_at=meeting.registration_deadline - timedelta(hours=1),
    )
    _log(registration, said, who)
    _files(invitation, submission, meeting, said, name, user)
    _messages(meeting, invitation.unit, said, who)
    _notes(meeting, invitation, point, said)
    issuing.first(meeting=meeting, user=user, now=now)
    delegate = ContentType.objects.get_for_model(Delegate)
    LogEntry.objects.create(
        user=user, content_type=delegate, object_id=str(people[0].pk), object_repr=name,
        action_flag=CHANGE, change_message=said,
    )  # fmt: skip
    Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.CLOSED)
    Closing.objects.create(meeting=meeting, what=Closing.What.CLOSED, at=now - timedelta(days=400))
    meeting.refresh_from_db()
    freezing.settle(meeting)
    return meeting


def _log(registration, said, who) -> None:
    row = {"full_name": who[0], "phone": who[1], "note": said, "role_id": 7}
    ChangeFactory.create(registration=registration, kind="added", what=said, after=row)
    ChangeFactory.create(registration=registration, kind="extended", what=said, before=said)
    ChangeFactory.create(registration=registration, kind="headcount", what="Đại biểu: 9", after=9)


def _files(invitation, submission, meeting, said, name, user) -> None:
    file = default_storage.save("rosters/x", ContentFile(said.encode()))
    RosterUpload.objects.create(
        invitation=invitation, file=file, name=f"{name}.xlsx", size=1, sha256="0", read=said,
        uploaded_at=timezone.now(),
    )  # fmt: skip
    SignedScanFactory.create(submission=submission, name=name)
    share = AssignmentFactory.create(meeting=meeting).shares.create(unit=invitation.unit, remark=said)
    share.reports.create(state=share.state, remark=said, at=timezone.now())
    ShareFileFactory.create(share=share, name=name)
    LetterReading.objects.create(
        meeting=meeting, file="letters/none", name=name, size=1, sha256="0", text=said,
        answer={"contacts": [{"name": name}]}, places={}, read_at=timezone.now(),
    )  # fmt: skip
    job = ExportJob.objects.create(
        meeting=meeting, asked_by=user, state=ExportJob.State.DONE, file=f"{uuid.uuid4().hex}.xlsx", size=1,
        sha256="0", finished_at=timezone.now(),
    )  # fmt: skip
    default_storage.save(f"exports/{job.file}", ContentFile(said.encode()))
    ExportJob.objects.create(meeting=meeting, asked_by=user)


def _messages(meeting, unit, said, who) -> None:
    now = timezone.now()
    for number in (1, 2):
        reminder = Reminder.objects.create(
            meeting=meeting, unit=unit, kind=Reminder.Kind.BEFORE, slot=now, due_at=now, state="failed",
            recipient=f"{who[1]}, {number}", recipient_name=who[0], subject=said, body=said, failure=said,
            asked_why=said, message_id=str(uuid.uuid4()),
        )  # fmt: skip
    ReminderAttempt.objects.create(
        reminder=reminder, started_at=now, ended_at=now, outcome="refused", detail=said
    )
    DeliveryReport.objects.create(reminder=reminder, at=now, detail=said)
    Call.objects.create(
        meeting=meeting, unit=unit, called_at=now, to_name=who[0], phone=who[1], note=said, result="told",
        key=uuid.uuid4(),
    )  # fmt: skip


def _notes(meeting, invitation, point, said) -> None:
    now = timezone.now()
    LineTestFactory.create(point=point, note=said)
    incident = IncidentFactory.create(
        point=point, note=said, done=said, closed_at=now, minutes_lost=3, opened_at=now
    )
    IncidentEntryFactory.create(incident=incident, text=said)
    PointSignatureFactory.create(point=point, reason=said, signed_at=now, withdrawn_at=now)
    invitation.answers.create(kind="declined", reason=said, at=now)
    ExtensionFactory.create(invitation=invitation, reason=said, until=meeting.registration_deadline)
    ExtensionRequestFactory.create(invitation=invitation, reason=said, answer=said)
    ResultTelling.objects.create(invitation=invitation, opinions=said, first_at=now, sent_at=now)
    ResultDraft.objects.create(meeting=meeting, opinions=said)


@pytest.fixture
def both(trang) -> tuple[Meeting, Meeting]:
    other = plant("khac", THERE, trang)
    retention.keep(meeting_id=other.pk, days=3650)
    return plant("cu", HERE, trang), other


def told_of(who: tuple[str, str]) -> dict[str, int]:
    """The tables of the whole database that still have a name or telephone of ``who``, with their rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            words = "zuan vuong mat" if who is HERE else "quych vuong mat"
            said = " OR ".join(["t::text LIKE %s"] * 3)
            query = f'SELECT count(*) FROM "{table}" t WHERE {said}'  # noqa: S608 (a name of our own tables)
            cursor.execute(query, [f"%{who[0]}%", f"%{who[1]}%", f"%{words}%"])
            if number := cursor.fetchone()[0]:
                found[table] = number
    return found


def sums(meeting: Meeting) -> list[object]:
    """Everything that is counted of a meeting, and the hashes of what was sent."""
    here = {"registration__invitation__meeting": meeting}
    return [
        Tally.objects.filter(**here).aggregate(Sum("declared"), Sum("named")),
        Attendance.objects.filter(point__meeting=meeting).aggregate(Sum("present")),
        list(Submission.objects.filter(**here).values_list("sha256", "declared", "named", "points")),
        list(meeting.freezes.values_list("sha256", "named")),
        Delegate.objects.filter(**here).count(),
        sorted(
            BridgePoint.objects.filter(meeting=meeting).with_state().values_list("shown_state", flat=True)
        ),
        freezing.settled(meeting, timezone.now()).is_due,
    ]


def test_nobody_is_left_and_every_number_is(both, trang, tmp_path):
    meeting, _ = both
    before, there, shown = sums(meeting), told_of(THERE), services.preview(meeting)
    roster = RosterUpload.objects.get(invitation__meeting=meeting).file.name
    planted = told_of(HERE)
    assert set(there) == set(planted), "the walk finds whoever is there: both meetings have them everywhere"
    assert len(planted) > 25
    tasks.purge_people()
    assert told_of(HERE) == {}
    assert told_of(THERE) == there, "the other meeting is kept"
    assert sums(meeting) == before
    record = Purge.objects.get()
    assert (record.meeting, record.by, record.ended_at is None) == (meeting, None, False)
    assert services.in_words(record.counts) == shown, "what was shown is what went"
    assert not default_storage.exists(roster)
    assert {job.state for job in meeting.exports.all()} == {"expired", "cancelled"}
    assert not any(is_there(job) for job in meeting.exports.all())
    submission = Submission.objects.get(registration__invitation__meeting=meeting)
    assert submission.purged_at
    assert [row["full_name"] for row in submission.content["delegates"]] == [GONE] * 5
    with pytest.raises(PurgedError):
        write_archive(meeting, tmp_path / "a.zip", progress=lambda done, total: None)
    with pytest.raises(PurgedError):
        write_book(Contents.OFFICIAL, meeting, tmp_path / "a.xlsx")
    for kind in (ExportJob.Kind.ARCHIVE, ExportJob.Kind.OFFICIAL):
        with pytest.raises(ValidationError, match="đã xóa từ"):
            ask_export(meeting=meeting, user=trang, kind=kind)
    with pytest.raises(ValidationError, match="đã xóa từ"):
        closing.reopen(meeting_id=meeting.pk, user=trang, reason="Sửa")
    with pytest.raises(ValidationError, match="đã xóa từ"):
        retention.keep(meeting_id=meeting.pk, days=400)
    assert proposals(meeting, trang) == [], "rows without people are not alike"
    invitation = submission.registration.invitation
    later = InvitationFactory.create(unit=invitation.unit, meeting__published=True)
    assert not earlier(later).exists()
    ended = record.ended_at
    tasks.purge_people()
    record.refresh_from_db()
    assert (record.ended_at, services.in_words(record.counts)) == (ended, shown), "again it does nothing"


def test_a_forgotten_column_is_found(both, monkeypatch):
    kept = tuple(kind for kind in kinds.KINDS if kind.model is not Call)
    monkeypatch.setattr(services, "KINDS", kept)
    tasks.purge_people()
    assert told_of(HERE) == {"reminders_call": 1}


def test_who_is_killed_in_the_middle_goes_on(both, monkeypatch):
    meeting, _ = both
    shown, count, calls = services.preview(meeting), services._count, []

    def killed_now_and_then(*args):
        """After a batch is emptied and before that is written down."""
        calls.append(args)
        if len(calls) % 9 == 0:
            raise KeyboardInterrupt
        count(*args)

    monkeypatch.setattr(services, "_count", killed_now_and_then)
    kills = 0
    while Purge.objects.filter(ended_at__isnull=False).first() is None:
        try:
            tasks.purge_people()
        except KeyboardInterrupt:
            kills += 1
            assert kills > 1 or told_of(HERE), "it is not over"
    assert kills > 2
    assert told_of(HERE) == {}
    assert services.in_words(Purge.objects.get().counts) == shown, "nothing twice, nothing left out"


def test_only_what_is_closed_and_not_before_its_time(both, meeting, draft_meeting):
    old, _ = both
    Closing.objects.filter(meeting=old).update(at=timezone.now() - timedelta(days=364))
    Closing.objects.create(meeting=meeting, what="closed", at=timezone.now() - timedelta(days=999))
    tasks.purge_people()
    assert not Purge.objects.exists(), "closed 364 days ago, published, kept for ten years"
    for state in set(Meeting.State) - {Meeting.State.CLOSED}:
        Meeting.objects.filter(pk=meeting.pk).update(state=state)
        tasks.purge_people()
        with pytest.raises(ValidationError, match="đã đóng"):
            services.begin(meeting_id=meeting.pk, user=None)
    retention.keep(meeting_id=old.pk, days=363)
    assert services.purge_all() == 1
    assert services.begin(meeting_id=old.pk, user=None).ended_at is not None


def test_what_is_only_added_is_altered_by_nobody_else(both):
    meeting, _ = both
    services.begin(meeting_id=meeting.pk, user=None)
    services.purge(meeting_id=meeting.pk)
    for rows in (IncidentEntry.objects.all(), ReminderAttempt.objects.all(), DeliveryReport.objects.all()):
        box = "text" if rows.model is IncidentEntry else "detail"
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**{box: "sửa"})


def test_the_office_sees_puts_off_and_deletes(both, trang, django_assert_max_num_queries):
    meeting, _ = both
    browser, address = client_of(trang), reverse("meeting_purge", args=[meeting.slug])
    with django_assert_max_num_queries(15):
        page = browser.get(address)
    assert "hết hạn giữ từ" in page.text
    assert "gói lưu trữ" in page.text
    keep = reverse("meeting_keep", args=[meeting.slug])
    refused = browser.post(keep, {"days": "5"})
    assert (refused.status_code, "từ 30 đến 3650 ngày" in refused.text) == (422, True)
    assert browser.post(keep, {"days": "800"}).status_code == 302
    assert "Dữ liệu cá nhân giữ đến" in browser.get(address).text
    wrong = browser.post(address, {"code": "KHONG"})
    assert (wrong.status_code, f"Gõ đúng mã {meeting.code}" in wrong.text) == (422, True)
    assert not Purge.objects.exists()
    assert browser.post(address, {"code": meeting.code.lower()}).status_code == 302
    assert "Đang xóa dữ liệu cá nhân" in browser.get(address).text
    assert browser.post(keep, {"days": "900"}).status_code == 409
    tasks.purge_people()
    with django_assert_max_num_queries(15):
        page = browser.get(address)
    assert f"Đồng chí {trang} cho xóa" in page.text
    assert HERE[0] not in page.text
    submission = Submission.objects.get(registration__invitation__meeting=meeting)
    unit = submission.registration.invitation.unit.slug
    receipt = browser.get(reverse("receipt", args=[meeting.slug, unit, submission.number])).text
    assert "trong bản này đã xóa lúc" in receipt
    assert "trong các bản gửi đã xóa từ" in browser.get(reverse("freezes", args=[meeting.slug])).text


def test_a_draft_has_nothing_to_delete(draft_meeting, trang):
    browser, address = client_of(trang), reverse("meeting_purge", args=[draft_meeting.slug])
    assert "chưa đóng nên chưa xóa" in browser.get(address).text
    assert browser.post(address, {"code": draft_meeting.code}).status_code == 409
