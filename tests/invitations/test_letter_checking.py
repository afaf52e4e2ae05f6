"""A reading laid out as rows, and the units that it means."""

import pytest

from accounts.models import Tier
from benchmarks.letters import OWN
from invitations.checking import services
from invitations.checking.forms import bound
from invitations.checking.sheet import sheet_of
from invitations.checking.units import UnitTree
from invitations.letters import places_of, read_text, to_json
from invitations.models import LetterReading
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db

SAMPLES = OWN / "samples"
LETTER = (SAMPLES / "invitation-province.txt").read_text()


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.txt")), ids=lambda path: path.stem)
def test_every_sample_is_laid_out_whole(sample):
    read = read_text(sample.read_text())
    reading = LetterReading(text=read.text, answer=to_json(read), places=places_of(read))
    sheet = sheet_of(reading)
    assert "".join(piece.text for piece in sheet.pieces) == read.text
    starts = {piece.start for piece in sheet.pieces}
    shown = 0
    for row in (row for group in sheet.groups for row in group.rows):
        shown += len(row.row.doubts)
        for start, end in filter(None, (row.row.place, *row.row.places.values())):
            assert start in starts
            assert start < end <= len(read.text)
        typed = bound(row.row, row.typed())
        for name, whys in typed.errors.items():
            empty = row.typed().get(name) in ("", None)
            assert empty or row.row.doubts, f"{row.row.path}.{name}: {row.typed()[name]!r} {whys}"
    shown += sum(len(group.doubts) for group in sheet.groups)
    assert shown >= len(read.doubts), "every doubt of the reader is on the page"


# ── The units that are meant ─────────────────────────────────────────────────────────────────


def test_units_are_found_by_name_by_tier_and_by_likeness(can_loc, nghi_xuan, telecom, power, newspaper):
    tree = UnitTree.of_today()

    def sure(text: str) -> set[str]:
        return {unit.name for unit in tree.match(text).sure}

    assert sure("Viễn thông tỉnh") == {"Viễn thông Hà Tĩnh"}
    assert sure("Điện lực Hà Tĩnh") == {"Điện lực Hà Tĩnh"}
    assert sure("Thường trực các huyện, thành, thị ủy") == {can_loc.name, nghi_xuan.name}
    assert sure("Viễn thông Hà Tĩnh, Điện lực Hà Tĩnh") == {telecom.name, power.name}
    assert sure("Sở Giao thông Vận tải") == set()
    press = "Báo Hà Tĩnh, trung tâm văn hóa - truyền thông các huyện, thành phố, thị xã"
    assert sure(press) == {newspaper.name}


def test_no_unit_is_called_under_two_headings(can_loc, nghi_xuan, trang):
    sheet = sheet_of(services.bring_text(user=trang, text=LETTER))
    rows = {row.row.path: row.row for row in sheet.group("audiences").rows}
    assert rows["audiences[1]"].values["to_units"] == [str(can_loc.pk), str(nghi_xuan.pk)]
    assert rows["audiences[4]"].units == [], "communes are called through their district"


def test_several_alike_are_offered_and_none_is_chosen(province):
    for name in ("Đảng ủy Công an tỉnh", "Phòng Công an thị xã"):
        UnitFactory.create(name=name, parent=province, tier=Tier.AFFILIATED)
    match = UnitTree.of_today().match("Công an")
    assert match.sure == []
    assert len(match.perhaps) == 2
