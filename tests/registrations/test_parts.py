"""A long list of people comes with its page as a first part, and then part by part until all stand there."""

import re
from html import unescape

import pytest
from django.urls import reverse

from registrations import services
from registrations.overview import AT_ONCE
from tests.cast import client_of
from tests.registrations.conftest import row

pytestmark = pytest.mark.django_db
ROW = re.compile(r'id="d-(\d+)"')
PLACE = re.compile(r'class="quiet gone">(\d+)<')
NEXT = re.compile(r'hx-get="(\?sau=[^"]+)"')
MORE = AT_ONCE + 5
"""People added to the two of the draft: a whole part follows the first, and one of seven."""


@pytest.fixture
def address(meeting, can_loc):
    return reverse("registration", args=[meeting.slug, can_loc.slug])


@pytest.fixture
def many(desk, draft, district_roles):
    """Name so many people more, and say in which order all of them stand."""

    def name(number):
        there = draft.delegates.count()
        names = [f"Nguyễn Văn {place}" for place in range(there, there + number)]
        services.add_delegates(**desk, rows=[row(name, district_roles[1]) for name in names])
        return list(draft.delegates.values_list("pk", flat=True))

    return name


def _rows(page):
    return [int(pk) for pk in ROW.findall(page)]


def _part(client, address, page):
    """What the page asks for next."""
    return client.get(address + unescape(NEXT.search(page)[1]), headers={"HX-Request": "true"})


def _all(client, address, page):
    """The page's rows with all that it asks for, part by part."""
    rows, places = _rows(page), PLACE.findall(page)
    while NEXT.search(page):
        page = _part(client, address, page).content.decode()
        rows, places = rows + _rows(page), places + PLACE.findall(page)
    return rows, places


def test_up_to_a_part_the_list_comes_whole(address, an, many):
    order = many(AT_ONCE - 2)
    page = client_of(an).get(address).content.decode()
    assert _rows(page) == order
    assert not NEXT.search(page)
    assert "parts.js" not in page


@pytest.mark.parametrize("who", ["an", "trang"])
def test_a_longer_list_comes_in_parts_each_person_once_and_numbered(who, address, request, many):
    order, client = many(AT_ONCE + MORE), client_of(request.getfixturevalue(who))
    page = client.get(address).content.decode()
    assert _rows(page) == order[:AT_ONCE]
    assert str(len(order)) in page  # the counts are those of the whole list
    rows, places = _all(client, address, page)
    assert rows == order
    assert places == [str(place) for place in range(1, len(order) + 1)]
    assert ('aria-label="Sửa' in _part(client, address, page).content.decode()) is (who == "an")


def test_without_scripts_a_link_leads_to_all_of_them(address, an, many):
    order, client = many(AT_ONCE), client_of(an)
    page = client.get(address).content.decode()
    link = unescape(re.search(r'href="(\?xem[^"]+)"', page)[1])
    assert link.endswith(f"#d-{order[AT_ONCE - 1]}")
    whole = client.get(address + link.partition("#")[0]).content.decode()
    assert _rows(whole) == order
    assert "is-new" in whole


def test_what_is_removed_or_added_meanwhile_moves_nobody_out_of_a_part(
    address, an, many, desk, draft, district_roles
):
    order, client = many(AT_ONCE + 10), client_of(an)
    page = client.get(address).content.decode()
    for gone in (order[0], order[AT_ONCE - 1], order[-1]):  # the rows that name the parts, too
        services.remove_delegate(**desk, delegate_id=gone)
    services.add_delegates(**desk, rows=[row("Võ Quang Huyến", district_roles[0])])
    rows, _ = _all(client, address, page)
    assert rows == order[:-1]  # the page keeps what it showed; who was added there is not there twice
    assert draft.delegates.count() == len(order) - 2


def test_a_part_is_only_read_after_the_deadline(address, an, many, close):
    many(AT_ONCE)
    client = client_of(an)
    page = client.get(address).content.decode()
    close()
    part = _part(client, address, page)
    assert _rows(part.content.decode())
    assert "hx-post" not in part.content.decode()


def test_a_part_is_for_those_who_see_the_page(address, an, cuong, many):
    many(AT_ONCE)
    page = client_of(an).get(address).content.decode()
    assert _part(client_of(cuong), address, page).status_code == 404


@pytest.mark.parametrize("named", ["?sau=", "?sau=1-1", "?sau=1-1&den=x", "?sau=-1-1&den=2-2"])
def test_a_part_that_names_no_rows_is_not_there(named, address, an, draft):
    assert client_of(an).get(address + named, headers={"HX-Request": "true"}).status_code == 404


def test_a_part_costs_the_same_queries_however_many_rows(address, an, many, django_assert_max_num_queries):
    many(AT_ONCE)
    client = client_of(an)
    page = client.get(address).content.decode()
    with django_assert_max_num_queries(10) as small:
        _part(client, address, page)
    many(MORE)
    page = client.get(address).content.decode()
    with django_assert_max_num_queries(10) as large:
        _part(client, address, page)
    assert len(small) == len(large)


def test_all_of_a_long_list_is_submitted_from_the_page_that_shows_a_part(address, an, many, draft):
    order, client = many(AT_ONCE + 1), client_of(an)
    page = client.get(address).content.decode()
    names = ("form_uuid", "version")
    facts = page[page.index('id="submit-facts"') :]
    form = {name: re.search(f'name="{name}" value="([^"]+)"', facts)[1] for name in names}
    client.post(address + "gui/", form | {"beyond": "on"})
    assert len(draft.submissions.get().content["delegates"]) == len(order)


def test_the_state_at_the_head_follows_a_saved_row(address, an, can_loc_invitation, district_roles, desk):
    client = client_of(an)
    before = client.get(address).content.decode()
    saved = client.post(address + f"so-luong/{district_roles[1].pk}/", {"number": 4}).content.decode()
    head = re.compile(r'id="head-states"([^>]*)>(.*?)</div>', re.DOTALL)
    assert "hx-swap-oob" in head.search(saved)[1]
    assert "Đang soạn" in head.search(saved)[2]
    assert "Đang soạn" not in head.search(before)[2]
