"""The work that units were asked to do: who sees what, who says how far it is, and undoing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Unit, User
from accounts.permissions import Role
from invitations.models import AssignedUnit, Assignment, Meeting
from invitations.working import report
from tests.cast import client_of
from tests.factories import (
    AssignedUnitFactory,
    AssignmentFactory,
    MeetingFactory,
    UnitFactory,
    UserFactory,
)

PAGE = "/viec-duoc-giao/"
HTMX = {"HX-Request": "true"}
State = AssignedUnit.State


@pytest.fixture
def share(power_assignment: Assignment) -> AssignedUnit:
    """The power company's share."""
    return power_assignment.shares.get()


def mark(share: AssignedUnit, user: User, state: str, **sent: str) -> int:
    address = f"{PAGE}{share.pk}/"
    return client_of(user).post(address, {"state": state} | sent, headers=HTMX).status_code


# ── Seeing ───────────────────────────────────────────────────────────────────────────────────────


def test_each_unit_sees_its_own_work_and_not_anothers(
    share: AssignedUnit, line_assignment: Assignment, dien: User, hung: User
) -> None:
    power, telecom = client_of(dien).get(PAGE).text, client_of(hung).get(PAGE).text
    assert share.assignment.text in power
    assert share.assignment.text not in telecom
    assert line_assignment.text in telecom
    assert line_assignment.text not in power


def test_the_office_and_propaganda_see_everybodys(
    share: AssignedUnit, line_assignment: Assignment, trang: User, nguyet: User
) -> None:
    for user in (trang, nguyet):
        text = client_of(user).get(PAGE).text
        assert share.assignment.text in text
        assert line_assignment.text in text
        assert "2 việc chưa&nbsp;xong" in text


def test_a_unit_sees_the_work_of_the_units_below_it(
    meeting: Meeting, can_loc: Unit, can_loc_communes: list[Unit], an: User, cuong: User
) -> None:
    below = AssignedUnitFactory.create(
        assignment=AssignmentFactory.create(meeting=meeting, text="Việc của xã"), unit=can_loc_communes[0]
    )
    assert "Việc của xã" in client_of(an).get(PAGE).text
    assert mark(below, an, State.DONE) == 200
    assert "Việc của xã" not in client_of(cuong).get(PAGE).text
    assert mark(below, cuong, State.ASKED) == 404


def test_a_drafts_work_is_not_yet_anybodys(power: Unit, dien: User) -> None:
    draft = AssignedUnitFactory.create(unit=power)
    assert draft.assignment.meeting.is_draft
    assert "Chưa có việc nào được giao" in client_of(dien).get(PAGE).text
    assert mark(draft, dien, State.ACCEPTED) == 404


def test_a_meeting_that_is_over_is_found_by_its_name_and_marked_no_more(
    share: AssignedUnit, dien: User
) -> None:
    meeting = share.assignment.meeting
    Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.CLOSED)
    assert share.assignment.text not in client_of(dien).get(PAGE).text
    over = client_of(dien).get(PAGE, {"hoi_nghi": meeting.slug}).text
    assert share.assignment.text in over
    assert "Nhận việc" not in over
    assert mark(share, dien, State.DONE) == 403


def test_what_is_late_says_so_until_it_is_done(share: AssignedUnit, dien: User) -> None:
    Assignment.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "quá hạn" in client_of(dien).get(PAGE).text
    AssignedUnit.objects.update(state=State.DONE)
    text = client_of(dien).get(PAGE).text
    assert "quá hạn" not in text
    assert "Việc được giao đã&nbsp;xong" in text


def test_the_office_filters_by_meeting_and_state_and_the_numbers_agree(
    share: AssignedUnit, line_assignment: Assignment, telecom: Unit, trang: User
) -> None:
    other = MeetingFactory.create(published=True, short_title="Hội nghị khác")
    AssignedUnitFactory.create(
        assignment=AssignmentFactory.create(meeting=other, text="Việc ở nơi khác"),
        unit=telecom,
        state=State.DONE,
    )
    office = client_of(trang)
    here = office.get(PAGE, {"hoi_nghi": share.assignment.meeting.slug})
    assert "Việc ở nơi khác" not in here.text
    assert [view.number for view in here.context["work"].views] == [2, 2, 0, 0, 0]
    done = office.get(PAGE, {"tinh_trang": "done"})
    assert [line["share"].assignment.text for line in done.context["lines"]] == ["Việc ở nơi khác"]
    assert [view.number for view in done.context["work"].views] == [3, 2, 0, 0, 1]


# ── Marking ──────────────────────────────────────────────────────────────────────────────────────


def test_accepted_doing_done_and_back_again(share: AssignedUnit, dien: User) -> None:
    for state in (State.ACCEPTED, State.DOING, State.DONE, State.DOING, State.ACCEPTED, State.ASKED):
        assert mark(share, dien, state) == 200
        share.refresh_from_db()
        assert (share.state, share.changed_by) == (state, dien)
        assert share.changed_at is not None


def test_the_answer_is_the_row_with_the_new_counts(share: AssignedUnit, dien: User) -> None:
    sent = {"state": "done", "was": "asked"}
    text = client_of(dien).post(f"{PAGE}{share.pk}/", sent, headers=HTMX).text
    assert text.lstrip().startswith(f'<tr role="row" id="share-{share.pk}"')
    assert "Làm lại" in text
    assert 'id="work-h1" hx-swap-oob="true">Việc được giao đã&nbsp;xong' in text


def test_without_htmx_marking_leads_back_to_the_list(share: AssignedUnit, dien: User) -> None:
    response = client_of(dien).post(f"{PAGE}{share.pk}/", {"state": "accepted"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Đã ghi: đã nhận." in response.text


def test_who_saw_an_older_state_is_told_and_changes_nothing(
    share: AssignedUnit, dien: User, power: Unit
) -> None:
    colleague = UserFactory.create(role=Role.OBSERVER, unit=power)
    report(share_id=share.pk, state=State.DONE, user=colleague)
    sent = {"state": "accepted", "was": "asked"}
    response = client_of(dien).post(f"{PAGE}{share.pk}/", sent, headers=HTMX)
    assert response.status_code == 409
    assert colleague.full_name in response.text
    share.refresh_from_db()
    assert share.state == State.DONE
    with pytest.raises(ValidationError, match="vừa được ghi là “xong”"):
        report(share_id=share.pk, state=State.ACCEPTED, user=dien, was=State.ASKED)


def test_only_the_own_unit_and_the_office_mark(
    share: AssignedUnit, trang: User, nguyet: User, hung: User, an: User
) -> None:
    assert mark(share, trang, State.ACCEPTED) == 200
    assert mark(share, nguyet, State.DONE) == 403
    assert mark(share, hung, State.DONE) == 404
    assert mark(share, an, State.DONE) == 404
    share.refresh_from_db()
    assert share.state == State.ACCEPTED
    assert 'name="state"' not in client_of(nguyet).get(PAGE).text


@pytest.mark.parametrize("state", ["", "finished", "DONE"])
def test_a_state_that_does_not_exist_is_refused(share: AssignedUnit, dien: User, state: str) -> None:
    assert mark(share, dien, state) == 400


def test_marking_is_a_post(share: AssignedUnit, dien: User) -> None:
    assert client_of(dien).get(f"{PAGE}{share.pk}/").status_code == 405


@pytest.mark.parametrize("who", ["trang", "nguyet", "dien", "an"])
def test_the_list_asks_as_often_for_much_work_as_for_little(
    share: AssignedUnit, meeting: Meeting, who: str, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(who)
    browser = client_of(user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(PAGE).status_code == 200
        return len(asked)

    AssignedUnitFactory.create(assignment=share.assignment, unit=UnitFactory.create(parent=user.unit))
    few = queries()
    for _ in range(70):
        assignment = AssignmentFactory.create(meeting=meeting)
        AssignedUnitFactory.create(
            assignment=assignment, unit=UnitFactory.create(parent=user.unit), changed_by=user
        )
    assert queries() == few
    assert few <= 15
