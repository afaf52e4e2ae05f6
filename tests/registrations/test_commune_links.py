"""A commune answers by its signed link; its district takes the answer, corrects it or leaves it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation, ValidationError
from django.test import Client
from django.urls import reverse

from bridge_points.models import BridgePoint
from registrations import services
from registrations.models import Change, CommuneAnswer, CommuneLink, Headcount, Registration
from registrations.services import commune_links, commune_table
from registrations.services.commune_links import Said
from tests.cast import client_of
from tests.factories import UnitFactory
from tests.registrations.conftest import AT_ONCE

pytestmark = pytest.mark.django_db

STATES = CommuneAnswer.State
VALUES = {
    "venue": "Hội trường UBND xã",
    "chair": "Phan Văn Hợi",
    "technician": "Bùi Văn Lâm",
    "technician_phone": "0900000310",
}
SAID = Said(connects=True, values=VALUES, expected=64)
TYPED = VALUES | {"connects": "yes", "expected": "64"}


@pytest.fixture
def commune(can_loc_communes):
    return can_loc_communes[1]


@pytest.fixture
def link(desk, commune):
    (made,) = commune_links.make_links(**desk, communes=[commune])
    return made


@pytest.fixture
def page(link):
    return reverse("commune_link", args=[commune_links.token_of(link)])


@pytest.fixture
def desk_page(meeting, can_loc):
    return reverse("registration_communes", args=[meeting.slug, can_loc.slug])


def send(link, said=SAID, **changed):
    return commune_links.answer_by_link(
        **({"link_id": link.pk, "form_uuid": uuid.uuid4(), "said": said, "waited": AT_ONCE} | changed)
    )


def accept(desk, answer, **changed):
    return commune_links.accept_answer(**desk, answer_id=answer.pk, **({"version": 0} | changed))


def expected_at(point):
    return Headcount.objects.values_list("number", flat=True).get(bridge_point=point, role=None)


# ── The link ─────────────────────────────────────────────────────────────────────────────────────


def test_links_for_all_silent_communes_are_made_once(desk, can_loc_communes):
    services.connect_commune(**desk, commune=can_loc_communes[0], connects=False)
    assert {link.unit for link in commune_links.make_links_for_silent(**desk)} == set(can_loc_communes[1:])
    assert commune_links.make_links_for_silent(**desk) == []
    assert CommuneLink.objects.count() == 2


def test_a_revoked_commune_gets_a_new_link_only_by_name(desk, link, commune):
    commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
    assert commune not in {new.unit for new in commune_links.make_links_for_silent(**desk)}
    new = commune_links.renew_link(**desk, link_id=link.pk)
    assert new.pk != link.pk
    assert CommuneLink.objects.standing().filter(unit=commune).get() == new


def test_no_link_is_made_for_a_commune_of_another_unit(desk, nghi_xuan_communes):
    with pytest.raises(ValidationError):
        commune_links.make_links(**desk, communes=nghi_xuan_communes)
    assert not CommuneLink.objects.exists()


def test_no_link_is_made_after_the_deadline_and_one_can_still_be_revoked(desk, link, can_loc_communes, close):
    close()
    with pytest.raises(services.Closed):
        commune_links.make_links(**desk, communes=can_loc_communes)
    commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
    assert not CommuneLink.objects.standing().exists()


def test_only_a_token_that_was_signed_opens_a_link(client, link, page):
    token = commune_links.token_of(link)
    key, signature = token.split(".")
    other = signing.b64_encode(uuid.uuid4().bytes).decode()
    forged = [
        f"{other}.{signature}",
        f"{key}.{signature[:-2]}AA",
        key,
        f"{token}A",
        signing.Signer(salt="another", sep=".").sign(key),
        commune_links._signer().sign(other),
        commune_links._signer().sign("kein-schlüssel"),
    ]
    for wrong in forged:
        assert client.get(reverse("commune_link", args=[wrong])).status_code == 404, wrong
    assert client.get(page).status_code == 200


def test_a_preview_in_a_chat_program_opens_nothing(client, link, page):
    client.head(page)
    assert "commune_opened.js" in client.get(page).content.decode()
    link.refresh_from_db()
    assert link.opened_at is None


def test_the_first_opening_is_remembered_and_no_later_one(client, link, page):
    assert client.post(page, {"da-mo": "1"}).status_code == 204
    link.refresh_from_db()
    first = link.opened_at
    client.post(page, {"da-mo": "1"})
    link.refresh_from_db()
    assert first == link.opened_at is not None
    assert not link.answers.exists()
    assert "commune_opened.js" not in client.get(page).content.decode()


# ── The commune ──────────────────────────────────────────────────────────────────────────────────


def test_a_commune_answers_without_an_account(page, link):
    client = Client(enforce_csrf_checks=True)
    form = client.get(page).content.decode()
    key = re.search(r'name="form_uuid" value="([^"]+)"', form)[1]
    answer = client.post(page, TYPED | {"form_uuid": key}, follow=True)
    found = CommuneAnswer.objects.get()
    assert answer.redirect_chain == [(page, 302)]
    assert (found.link, found.state, found.connects, found.expected) == (link, STATES.WAITING, True, 64)
    assert found.values == VALUES
    text = answer.content.decode()
    assert "Đã gửi, chờ Huyện ủy Can Lộc xem" in text
    assert re.search(r"Cổng nhận lúc \d\d:\d\d:\d\d", text)
    assert "Hội trường UBND xã" in text
    assert not Registration.objects.filter(version__gt=0).exists()


def test_nothing_of_others_is_on_the_page_and_nothing_leaves_it(
    client, page, desk, draft, can_loc_communes, an
):
    services.save_commune_point(
        **desk, commune=can_loc_communes[0], values=VALUES | {"chair": "Lê Thị Kín"}, expected=5, version=0
    )
    answer = client.get(page)
    text = answer.content.decode()
    others = [can_loc_communes[0].name, can_loc_communes[2].name, "Lê Thị Kín", "Nguyễn Hữu Khang", str(an)]
    assert not [name for name in others if name in text]
    assert "mainnav" not in text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_same_form_is_the_same_answer_even_after_the_deadline(link, close):
    form = uuid.uuid4()
    first = send(link, form_uuid=form)
    close()
    assert send(link, form_uuid=form) == first
    assert CommuneAnswer.objects.count() == 1


def test_a_later_answer_takes_the_place_of_the_one_that_waits(link):
    first = send(link)
    second = send(link, SAID._replace(expected=70))
    first.refresh_from_db()
    assert (first.state, second.state) == (STATES.REPLACED, STATES.WAITING)
    assert first.decided_by is None


def test_what_arrived_in_time_is_taken_and_what_came_later_is_not(link, close):
    close(timedelta(seconds=30))
    with pytest.raises(services.Closed):
        send(link, waited=timedelta(seconds=29))
    assert send(link, waited=timedelta(seconds=31)).state == STATES.WAITING


def test_what_is_too_late_is_refused_clearly_and_stays_on_the_page(client, page, close):
    close()
    answer = client.post(page, TYPED | {"form_uuid": uuid.uuid4()})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Đã hết hạn, chưa gửi được" in text
    for typed in (*list(VALUES.values())[:3], "0900.000.310", 'value="64"'):
        assert typed in text
    assert CommuneAnswer.objects.get().state == STATES.LATE


def test_what_came_too_late_is_recorded_and_shown_and_never_written(client, page, close, an, desk_page):
    close()
    client.post(page, TYPED | {"form_uuid": uuid.uuid4()})
    late = CommuneAnswer.objects.get()
    shown = client_of(an).get(desk_page + "tra-loi/").content.decode()
    assert "Đến sau hạn" in shown
    assert "Phan Văn Hợi" in shown
    assert "Chờ" not in client.get(page).content.decode()
    client_of(an).post(f"{desk_page}tra-loi/{late.pk}/", {"verb": "accept", "version": 0})
    late.refresh_from_db()
    assert late.state == STATES.LATE


def test_the_same_form_counts_when_it_is_sent_again_after_an_extension(desk, link, close, trang):
    form = uuid.uuid4()
    deadline = close()
    with pytest.raises(services.Closed):
        send(link, form_uuid=form)
    services.extend(
        invitation_id=desk["invitation_id"],
        until=deadline + timedelta(hours=1),
        reason="Mất điện",
        user=trang,
    )
    answer = send(link, SAID._replace(expected=65), form_uuid=form)
    assert (answer.state, answer.expected) == (STATES.WAITING, 65)
    assert CommuneAnswer.objects.count() == 1


def test_an_answer_that_waits_is_not_hidden_by_one_that_came_too_late(link, close, an, desk_page):
    send(link)
    close()
    with pytest.raises(services.Closed):
        send(link, SAID._replace(expected=99))
    shown = client_of(an).get(desk_page + "tra-loi/").content.decode()
    assert "1 bản trả lời chờ xem" in shown
    assert "Đến sau hạn" in shown


def test_a_wrong_box_is_named_and_nothing_typed_is_lost(client, page):
    answer = client.post(
        page, TYPED | {"technician_phone": "0900.000.31", "expected": "sáu", "form_uuid": uuid.uuid4()}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    for said in ("Mới có 9 chữ số, cần 10", "Chỉ điền chữ số", "0900.000.31", "sáu", "Phan Văn Hợi"):
        assert said in text


def test_a_revoked_link_says_so_and_whom_to_call(client, desk, link, page, can_loc):
    can_loc.phone = "0900000999"
    can_loc.save()
    commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
    for answer in (client.get(page), client.post(page, TYPED | {"form_uuid": uuid.uuid4()})):
        assert answer.status_code == 410
        assert "Đường dẫn đã bị thu hồi" in answer.content.decode()
        assert "0900.000.999" in answer.content.decode()
    assert not CommuneAnswer.objects.exists()


def test_the_form_of_one_link_is_not_taken_by_another(desk, link, can_loc_communes, client):
    (other,) = commune_links.make_links(**desk, communes=[can_loc_communes[2]])
    form = uuid.uuid4()
    send(link, form_uuid=form)
    with pytest.raises(SuspiciousOperation):
        send(other, form_uuid=form)
    page = reverse("commune_link", args=[commune_links.token_of(other)])
    assert client.post(page, TYPED | {"form_uuid": form}).status_code == 400


def test_a_machine_that_sends_for_ever_is_told_to_wait(client, link, page, monkeypatch):
    monkeypatch.setattr(commune_links, "MOST_ANSWERS", 2)
    statuses = [client.post(page, TYPED | {"form_uuid": uuid.uuid4()}).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


# ── The district ─────────────────────────────────────────────────────────────────────────────────


def test_an_accepted_answer_is_written_as_the_districts_own_row_is(desk, link, commune):
    answer = accept(desk, send(link))
    point = BridgePoint.objects.get(unit=commune)
    assert {name: getattr(point, name) for name in VALUES} == VALUES
    assert point.connects
    assert expected_at(point) == 64
    assert (answer.state, answer.decided_by) == (STATES.ACCEPTED, desk["user"])
    registration = Registration.objects.get()
    kinds = list(registration.changes.values_list("kind", flat=True))
    assert sorted(kinds) == [Change.Kind.HEADCOUNT, Change.Kind.POINT]
    assert registration.version == 2


def test_a_corrected_answer_keeps_what_the_commune_sent(desk, link, commune):
    sent = send(link)
    answer = accept(desk, sent, corrected=SAID._replace(expected=60))
    answer.refresh_from_db()
    assert answer.state == STATES.CORRECTED
    assert (answer.expected, answer.values) == (64, VALUES)
    assert expected_at(BridgePoint.objects.get(unit=commune)) == 60


def test_a_commune_that_does_not_connect_keeps_what_the_district_typed(desk, link, commune):
    point = services.save_commune_point(**desk, commune=commune, values=VALUES, expected=9, version=0)
    accept(desk, send(link, Said(False, dict.fromkeys(VALUES, ""), None)), version=point.version)
    point.refresh_from_db()
    assert (point.connects, point.venue, expected_at(point)) == (False, VALUES["venue"], 9)


def test_a_declined_answer_changes_nothing_and_is_decided_once(desk, link):
    answer = send(link)
    who = {"invitation_id": desk["invitation_id"], "user": desk["user"], "answer_id": answer.pk}
    commune_links.decline_answer(**who)
    with pytest.raises(commune_links.Decided):
        commune_links.decline_answer(**who)
    with pytest.raises(commune_links.Decided):
        accept(desk, answer)
    assert not BridgePoint.objects.filter(unit=link.unit).exists()


def test_an_answer_that_waits_is_left_unused_when_its_link_is_revoked(desk, link):
    answer = send(link)
    commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
    answer.refresh_from_db()
    assert answer.state == STATES.DECLINED
    with pytest.raises(commune_links.Revoked):
        send(link)


def test_nothing_is_accepted_after_the_deadline(desk, link, close):
    answer = send(link)
    close()
    with pytest.raises(services.Closed):
        accept(desk, answer)
    answer.refresh_from_db()
    assert answer.state == STATES.WAITING


def test_an_answer_is_not_written_over_a_row_that_was_changed_meanwhile(desk, link, commune, desk_page, an):
    answer = send(link)
    services.save_commune_point(**desk, commune=commune, values=VALUES, expected=1, version=0)
    with pytest.raises(services.Stale):
        accept(desk, answer, version=0)
    shown = client_of(an).post(f"{desk_page}tra-loi/{answer.pk}/", {"verb": "accept", "version": 0})
    assert shown.status_code == 409
    assert "vừa sửa điểm cầu này" in shown.content.decode()
    assert expected_at(BridgePoint.objects.get(unit=commune)) == 1


def test_the_answer_of_another_unit_cannot_be_decided(desk, link, nghi_xuan_invitation, cuong):
    answer = send(link)
    other = {"invitation_id": nghi_xuan_invitation.pk, "user": cuong}
    with pytest.raises(ObjectDoesNotExist):
        commune_links.accept_answer(**other, waited=AT_ONCE, answer_id=answer.pk, version=0)
    with pytest.raises(ObjectDoesNotExist):
        commune_links.revoke_link(**other, link_id=link.pk)


def test_a_link_touches_its_own_meeting_only(desk, link, commune, can_loc, district_audience):
    from tests.factories import InvitationFactory, MeetingFactory

    other = InvitationFactory.create(meeting=MeetingFactory.create(published=True), unit=can_loc)
    accept(desk, send(link))
    assert not BridgePoint.objects.filter(meeting=other.meeting).exists()
    assert not Registration.objects.filter(invitation=other).exists()
    assert CommuneLink.objects.filter(invitation=other).count() == 0


def test_the_commune_sees_what_its_district_made_of_it(client, desk, link, page):
    accept(desk, send(link), corrected=SAID._replace(expected=60))
    text = client.get(page).content.decode()
    assert "Huyện ủy Can Lộc đã nhận" in text
    assert "Huyện ủy Can Lộc ghi: 60" in text


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────


def test_the_clerk_makes_links_and_sees_their_states(desk_page, an, commune, can_loc_communes):
    client = client_of(an)
    made = client.post(desk_page + "tao/", follow=True).content.decode()
    assert made.count("Đã tạo, chưa mở") == 3
    link = CommuneLink.objects.get(unit=commune)
    shown = client.get(f"{desk_page}duong-dan/{link.pk}/").content.decode()
    assert commune_links.token_of(link) in shown
    assert "<svg" in shown
    assert "Kính gửi Xã Thiên Lộc" in shown
    slips = client.get(desk_page + "ma-qr/").content.decode()
    assert slips.count('class="slip"') == 3


def test_who_only_reads_sees_states_and_never_a_link(desk_page, trang, nguyet, link):
    for user in (trang, nguyet):
        client = client_of(user)
        text = client.get(desk_page).content.decode()
        assert "Đã tạo, chưa mở" in text
        assert commune_links.token_of(link) not in text
        assert "<form" not in text.split("<main")[1].split("</main>")[0]
        assert client.get(f"{desk_page}duong-dan/{link.pk}/").status_code == 403
        assert client.get(desk_page + "ma-qr/").status_code == 403


def test_answers_that_wait_are_told_on_the_first_page_and_beside_the_registration(
    an, desk, link, meeting, can_loc, desk_page
):
    send(link)
    client = client_of(an)
    for address in (reverse("todo"), reverse("registration_notices", args=[meeting.slug, can_loc.slug])):
        assert "1 xã đã trả lời qua đường dẫn" in client.get(address).content.decode()
    shown = client.get(desk_page + "tra-loi/").content.decode()
    assert "0900.000.310" in shown
    assert "Nhận" in shown


@pytest.mark.parametrize(
    ("form", "state", "number"),
    [
        ({"verb": "accept", "version": 0}, STATES.ACCEPTED, 64),
        (TYPED | {"verb": "correct", "version": 0, "expected": "61"}, STATES.CORRECTED, 61),
        ({"verb": "decline"}, STATES.DECLINED, None),
    ],
)
def test_the_clerk_decides_on_the_page(an, link, desk_page, form, state, number):
    answer = send(link)
    client_of(an).post(f"{desk_page}tra-loi/{answer.pk}/", form)
    answer.refresh_from_db()
    assert answer.state == state
    assert Headcount.objects.filter(role=None).values_list("number", flat=True).first() == number


def test_a_wrong_correction_is_named_and_nothing_is_lost(an, link, desk_page):
    answer = send(link)
    wrong = TYPED | {"verb": "correct", "version": 0, "technician_phone": "12"}
    shown = client_of(an).post(f"{desk_page}tra-loi/{answer.pk}/", wrong)
    assert shown.status_code == 422
    assert "Mới có 2 chữ số" in shown.content.decode()
    assert "Hội trường UBND xã" in shown.content.decode()


def test_all_communes_are_ticked_and_unticked_at_once(an, desk, desk_page, can_loc_communes):
    services.save_commune_point(**desk, commune=can_loc_communes[0], values=VALUES, expected=9, version=0)
    client = client_of(an)
    client.post(desk_page + "ket-noi/", {"connects": "yes"})
    points = BridgePoint.objects.filter(unit__in=can_loc_communes)
    assert points.filter(connects=True).count() == 3
    version = Registration.objects.get().version
    assert commune_table.connect_communes(**desk, connects=True) == []
    assert Registration.objects.get().version == version
    client.post(desk_page + "ket-noi/", {"connects": "no"})
    assert points.filter(connects=False).count() == 3
    assert points.get(unit=can_loc_communes[0]).venue == VALUES["venue"]


def test_after_the_deadline_the_pages_are_there_to_read(an, link, desk_page, close):
    answer = send(link)
    close()
    client = client_of(an)
    assert "Tạo đường dẫn" not in client.get(desk_page).content.decode()
    assert "Sửa rồi nhận" not in client.get(desk_page + "tra-loi/").content.decode()
    assert client.post(desk_page + "tao/").status_code == 302
    client.post(f"{desk_page}tra-loi/{answer.pk}/", {"verb": "accept", "version": 0})
    answer.refresh_from_db()
    assert answer.state == STATES.WAITING


def test_the_pages_cost_the_same_queries_however_many_communes(
    an, desk, desk_page, page, link, can_loc, client, django_assert_max_num_queries
):
    send(link)
    clerk = client_of(an)
    addresses = [(clerk, desk_page), (clerk, desk_page + "tra-loi/"), (clerk, desk_page + "ma-qr/")]

    def spent():
        counts = []
        for who, address in [*addresses, (client, page)]:
            with django_assert_max_num_queries(15) as queries:
                assert who.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    spent()
    small = spent()
    communes = UnitFactory.create_batch(20, parent=can_loc)
    for more in commune_links.make_links(**desk, communes=communes):
        send(more)
    assert spent() == small
