"""A composed question: what Django would have found, asked with SQL that was composed once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.composed import Composed, Given, somebody
from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from invitations.models import Invitation
from tests.cast import client_of
from tests.together import at_once

pytestmark = pytest.mark.django_db

BELOW = {"pk": Given("pk"), "path": Given("path")}


@pytest.fixture
def communes():
    """Counts how often it is built."""
    built = []

    def build(*tiers):
        built.append(tiers)
        return Unit.objects.communes_of(Unit(**BELOW)).filter(tier__in=tiers or list(Tier))

    question = Composed(build)
    question.built = built
    return question


def below(unit):
    return {"pk": unit.pk, "path": unit.path}


def test_it_finds_what_the_queryset_finds_with_each_value(
    communes, can_loc, nghi_xuan, can_loc_communes, nghi_xuan_communes
):
    for unit in (can_loc, nghi_xuan, can_loc_communes[0]):
        assert communes.ask(**below(unit)) == list(Unit.objects.communes_of(unit))
    assert communes.built == [()]


def test_each_shape_is_composed_by_itself(communes, can_loc, can_loc_communes):
    assert len(communes.ask(Tier.COMMUNE, **below(can_loc))) == len(can_loc_communes)
    assert communes.ask(Tier.BRANCH, **below(can_loc)) == []
    assert communes.first(Tier.BRANCH, **below(can_loc)) is None
    assert communes.first(Tier.COMMUNE, **below(can_loc)) in can_loc_communes
    assert communes.built == [(Tier.COMMUNE,), (Tier.BRANCH,)]


def test_a_path_is_taken_as_it_stands(communes, can_loc):
    """What is a sign of its own in a pattern is a letter here: nobody sees more by a name."""
    for path in ("%", "_%", "\\", "'; --"):
        assert communes.ask(pk=0, path=path) == []


def test_related_rows_annotations_and_plain_values_come_as_ever(meeting, an, django_assert_num_queries):
    question = Composed(
        lambda: Invitation.objects.select_related("unit", "meeting").filter(unit__slug=Given("slug"))
    )
    with django_assert_num_queries(1):
        (found,) = question.ask(slug=an.unit.slug)
        assert (found.unit, found.meeting) == (an.unit, meeting)
    names = Composed(lambda: Unit.objects.filter(pk=Given("pk")).values_list("name", "tier"))
    assert names.ask(pk=an.unit_id) == [(an.unit.name, an.unit.tier)]


def test_whoever_asks_sees_what_is_theirs(meeting, an, cuong, trang, nguyet, hung):
    question = Composed(
        lambda role, in_a_unit: Invitation.objects.visible_to(somebody(role, in_a_unit=in_a_unit))
    )
    nobody = User(role=Role.CLERK)
    for user in (an, cuong, trang, nguyet, hung, nobody):
        assert question.seen_by(user) == list(Invitation.objects.visible_to(user)), user.role


def test_where_nothing_can_be_found_nothing_is_asked():
    question = Composed(lambda: Unit.objects.none())
    with CaptureQueriesContext(connection) as asked:
        assert question.ask() == []
    assert not asked.captured_queries


def test_a_value_that_is_not_given_is_named(communes):
    with pytest.raises(KeyError, match="path"):
        communes.ask(pk=1)


@pytest.mark.django_db(transaction=True)
def test_threads_ask_at_once_each_on_its_own_line(communes, can_loc, nghi_xuan, can_loc_communes):
    communes.ask(**below(can_loc))
    own = {unit.pk: list(Unit.objects.communes_of(unit)) for unit in (can_loc, nghi_xuan)}

    def ask_often(unit):
        for _ in range(50):
            assert communes.ask(**below(unit)) == own[unit.pk]

    assert at_once(lambda: ask_often(can_loc), lambda: ask_often(nghi_xuan)) == [None, None]


def test_who_was_shut_out_meanwhile_is_signed_out(an):
    browser = client_of(an)
    assert browser.get("/viec-can-lam/").status_code == 200
    an.is_active = False
    an.save()
    assert browser.get("/viec-can-lam/").status_code == 302
