"""The tree of units: paths, moves, order, addresses, search, periods."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.models import Tier, Unit
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


def paths() -> dict[str, str]:
    return dict(Unit.objects.values_list("name", "path"))


@pytest.fixture
def tree() -> dict[str, Unit]:
    """Tỉnh → Huyện A (Xã A1 → Thôn A1a, Xã A2), Huyện B."""
    province = UnitFactory.create(name="Tỉnh", tier=Tier.PROVINCE)
    a = UnitFactory.create(name="Huyện A", parent=province, tier=Tier.DISTRICT)
    b = UnitFactory.create(name="Huyện B", parent=province, tier=Tier.DISTRICT)
    a1 = UnitFactory.create(name="Xã A1", parent=a)
    a2 = UnitFactory.create(name="Xã A2", parent=a)
    a1a = UnitFactory.create(name="Thôn A1a", parent=a1, tier=Tier.BRANCH)
    return {unit.name: unit for unit in (province, a, b, a1, a2, a1a)}


# ── Paths ────────────────────────────────────────────────────────────────────────────────────


def test_a_path_holds_the_keys_from_the_root(tree: dict[str, Unit]) -> None:
    keys = [str(tree[name].pk) for name in ("Tỉnh", "Huyện A", "Xã A1", "Thôn A1a")]
    assert tree["Thôn A1a"].path == ".".join(keys) + "."
    assert paths()["Thôn A1a"] == tree["Thôn A1a"].path


def test_a_branch_is_what_is_under_a_unit(tree: dict[str, Unit]) -> None:
    under = Unit.objects.under(tree["Huyện A"])
    assert {unit.name for unit in under} == {"Huyện A", "Xã A1", "Xã A2", "Thôn A1a"}
    assert {unit.name for unit in Unit.objects.below(tree["Huyện A"])} == {"Xã A1", "Xã A2", "Thôn A1a"}
    assert tree["Huyện A"].covers(tree["Thôn A1a"])
    assert not tree["Huyện B"].covers(tree["Thôn A1a"])
    assert not tree["Xã A1"].covers(tree["Huyện A"])


def test_a_key_that_begins_with_another_key_is_another_branch(tree: dict[str, Unit]) -> None:
    first = tree["Tỉnh"]
    Unit.objects.bulk_create([Unit(pk=first.pk * 10, name="Tỉnh khác", slug="tinh-khac", tier=Tier.PROVINCE)])
    other = Unit.objects.get(pk=first.pk * 10)
    other.save()
    assert not first.covers(other)
    assert other not in Unit.objects.under(first)


def test_moving_a_unit_moves_all_below_it(tree: dict[str, Unit]) -> None:
    commune = Unit.objects.get(pk=tree["Xã A1"].pk)
    commune.parent = tree["Huyện B"]
    commune.save()
    assert paths()["Xã A1"] == f"{tree['Huyện B'].path}{commune.pk}."
    assert paths()["Thôn A1a"] == f"{commune.path}{tree['Thôn A1a'].pk}."
    assert {unit.name for unit in Unit.objects.below(tree["Huyện A"])} == {"Xã A2"}


def test_a_district_that_leaves_the_tree_keeps_its_communes(tree: dict[str, Unit]) -> None:
    district = Unit.objects.get(pk=tree["Huyện A"].pk)
    district.parent = None
    district.save()
    assert paths()["Thôn A1a"] == f"{district.pk}.{tree['Xã A1'].pk}.{tree['Thôn A1a'].pk}."
    assert paths()["Huyện B"] == tree["Huyện B"].path


@pytest.mark.parametrize("name", ["Huyện A", "Thôn A1a"])
def test_no_unit_goes_below_itself(tree: dict[str, Unit], name: str) -> None:
    district = Unit.objects.get(pk=tree["Huyện A"].pk)
    district.parent = Unit.objects.get(pk=tree[name].pk)
    before = paths()
    with pytest.raises(ValidationError) as refusal:
        district.save()
    assert refusal.value.message_dict == {"parent": ["Không chọn chính đơn vị này hoặc đơn vị ở dưới nó."]}
    assert paths() == before


def test_many_units_are_planted_at_once(tree: dict[str, Unit], django_assert_max_num_queries: object) -> None:
    assert callable(django_assert_max_num_queries)
    new = [
        Unit(name=f"Xã {number}", slug=f"xa-{number}", parent=tree[parent], tier=Tier.COMMUNE)
        for number in range(20)
        for parent in ("Huyện A", "Huyện B")
        if (number % 2 == 0) == (parent == "Huyện A")
    ]
    with django_assert_max_num_queries(6):
        Unit.objects.plant(new)
    assert Unit.objects.below(tree["Huyện B"]).count() == 10
    assert all(unit.path == paths()[unit.name] == f"{unit.parent.path}{unit.pk}." for unit in new)
    assert Unit.objects.search("xa 19").get() == new[19]


# ── Order, search ────────────────────────────────────────────────────────────────────────────


def test_units_stand_by_position_then_as_in_a_dictionary() -> None:
    for name in ("Xã Sơn Kim 10", "Xã Đức Lĩnh", "Xã Sơn Kim 2", "Xã Ân Phú", "Xã An Dũng"):
        UnitFactory.create(name=name, position=1000)
    UnitFactory.create(name="Tỉnh ủy", position=1)
    assert [unit.name for unit in Unit.objects.all()] == [
        "Tỉnh ủy",
        "Xã An Dũng",
        "Xã Ân Phú",
        "Xã Đức Lĩnh",
        "Xã Sơn Kim 2",
        "Xã Sơn Kim 10",
    ]


@pytest.mark.parametrize(
    "typed", ["Đức Thọ", "duc tho", "ĐỨC THỌ", "Đu\u031b\u0301c Tho\u0323", "18229", "tt. duc"]
)
def test_a_unit_is_found_with_or_without_marks(typed: str) -> None:
    unit = UnitFactory.create(name="Thị trấn Đức Thọ", short_name="TT. Đức Thọ", code="18229")
    UnitFactory.create(name="Xã Đức Lạng", code="18304")
    assert list(Unit.objects.search(typed)) == [unit]


def test_tables_use_the_short_name() -> None:
    unit = UnitFactory.build(name="Đảng ủy Khối Các cơ quan và doanh nghiệp tỉnh", short_name="Đảng ủy Khối")
    assert (str(unit), unit.called) == ("Đảng ủy Khối Các cơ quan và doanh nghiệp tỉnh", "Đảng ủy Khối")
    assert UnitFactory.build(name="Sở Y tế").called == "Sở Y tế"


# ── Addresses, periods ───────────────────────────────────────────────────────────────────────


def test_units_of_one_name_get_addresses_of_their_own() -> None:
    units = [
        UnitFactory.create(name=name) for name in ("Phường Trần Phú", "Phường Trần Phú", "Phường Tràn Phú")
    ]
    assert [unit.slug for unit in units] == ["phuong-tran-phu", "phuong-tran-phu-2", "phuong-tran-phu-3"]


def test_a_name_without_letters_or_without_end_gets_an_address_too() -> None:
    assert UnitFactory.create(name="***").slug == "don-vi"
    assert len(UnitFactory.create(name="Chi bộ " + "rất dài " * 20).slug) <= 120


def test_an_address_once_given_stays() -> None:
    unit = UnitFactory.create(name="Xã Kỳ Thọ")
    unit.name = "Xã Kỳ Đồng"
    unit.save()
    assert unit.slug == "xa-ky-tho"


def test_a_code_stands_for_one_unit_in_one_period() -> None:
    UnitFactory.create(name="Xã Thạch Hạ", code="18100", valid_from=date(2020, 1, 1))
    UnitFactory.create(name="Phường Trần Phú", code="18100", valid_from=date(2025, 7, 1))
    with pytest.raises(IntegrityError, match="unit_code_once_per_period"):
        UnitFactory.create(name="Xã khác", code="18100", valid_from=date(2025, 7, 1))


def test_a_code_without_a_period_stands_alone_too() -> None:
    UnitFactory.create(code="18100")
    with pytest.raises(IntegrityError, match="unit_code_once_per_period"):
        UnitFactory.create(code="18100")


def test_units_without_a_code_are_many() -> None:
    assert len(UnitFactory.create_batch(2, code="")) == 2


def test_a_period_runs_forward() -> None:
    unit = UnitFactory.build(valid_from=date(2025, 7, 1), valid_until=date(2025, 6, 30))
    with pytest.raises(ValidationError, match="Ngày kết thúc phải sau ngày bắt đầu"):
        unit.full_clean()
