"""The units of Hà Tĩnh as they stood in December 2023."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from accounts.models import Tier, Unit
from accounts.vietnamese import slug

COMMUNES_FILE = Path(__file__).with_name("ha_tinh_communes_2023.csv")
"""The 216 communes with the codes of the General Statistics Office."""

COMMUNES_FROM, COMMUNES_UNTIL = date(2020, 1, 1), date(2025, 6, 30)
"""From the mergers of communes in the province until there were no districts any more."""

ROOT = "tinh-uy-ha-tinh"


class Committee(NamedTuple):
    """A party committee directly under the provincial one; ``district`` as the communes' file names it."""

    name: str
    district: str = ""
    short_name: str = ""
    address: str = ""

    @property
    def slug(self) -> str:
        """Its name in addresses, and of its clerk's account."""
        return self.address or slug(self.name)


DISTRICTS = [
    Committee("Thành ủy Hà Tĩnh", "Thành phố Hà Tĩnh"),
    Committee("Thị ủy Hồng Lĩnh", "Thị xã Hồng Lĩnh"),
    Committee("Thị ủy Kỳ Anh", "Thị xã Kỳ Anh"),
    Committee("Huyện ủy Hương Sơn", "Huyện Hương Sơn"),
    Committee("Huyện ủy Đức Thọ", "Huyện Đức Thọ"),
    Committee("Huyện ủy Vũ Quang", "Huyện Vũ Quang"),
    Committee("Huyện ủy Nghi Xuân", "Huyện Nghi Xuân"),
    Committee("Huyện ủy Can Lộc", "Huyện Can Lộc"),
    Committee("Huyện ủy Hương Khê", "Huyện Hương Khê"),
    Committee("Huyện ủy Thạch Hà", "Huyện Thạch Hà"),
    Committee("Huyện ủy Cẩm Xuyên", "Huyện Cẩm Xuyên"),
    Committee("Huyện ủy Kỳ Anh", "Huyện Kỳ Anh"),
    Committee("Huyện ủy Lộc Hà", "Huyện Lộc Hà"),
]
BLOCK = Committee(
    "Đảng ủy Khối Các cơ quan và doanh nghiệp tỉnh",
    short_name="Đảng ủy Khối CQ và DN tỉnh",
    address="dang-uy-khoi",
)
POLICE = Committee("Đảng ủy Công an tỉnh")
ARMY = Committee("Đảng ủy Quân sự tỉnh")
BORDER_GUARD = Committee("Đảng ủy Bộ đội Biên phòng tỉnh", short_name="Đảng ủy BĐ Biên phòng tỉnh")
AFFILIATED = [BLOCK, POLICE, ARMY, BORDER_GUARD]

PARTY_OFFICE, PROPAGANDA = "Văn phòng Tỉnh ủy", "Ban Tuyên giáo Tỉnh ủy"
PEOPLES_COMMITTEE_OFFICE = "Văn phòng Ủy ban nhân dân tỉnh"
AGENCIES = [
    PARTY_OFFICE,
    "Ban Tổ chức Tỉnh ủy",
    PROPAGANDA,
    "Ủy ban Kiểm tra Tỉnh ủy",
    "Ban Dân vận Tỉnh ủy",
    "Ban Nội chính Tỉnh ủy",
    "Văn phòng Đoàn ĐBQH và HĐND tỉnh",
    PEOPLES_COMMITTEE_OFFICE,
    "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh",
    "Liên đoàn Lao động tỉnh",
    "Hội Nông dân tỉnh",
    "Hội Liên hiệp Phụ nữ tỉnh",
    "Hội Cựu chiến binh tỉnh",
    "Tỉnh đoàn Hà Tĩnh",
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Kế hoạch và Đầu tư",
    "Sở Tài chính",
    "Sở Công Thương",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở Giao thông vận tải",
    "Sở Xây dựng",
    "Sở Tài nguyên và Môi trường",
    "Sở Thông tin và Truyền thông",
    "Sở Lao động - Thương binh và Xã hội",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Khoa học và Công nghệ",
    "Sở Giáo dục và Đào tạo",
    "Sở Y tế",
    "Sở Ngoại vụ",
    "Thanh tra tỉnh",
    "Ban Quản lý Khu kinh tế tỉnh",
]
"""Bodies of the province whose people sit in the provincial hall."""

TELECOM, POWER = "Viễn thông Hà Tĩnh", "Điện lực Hà Tĩnh"
NEWSPAPER, BROADCASTER = "Báo Hà Tĩnh", "Đài Phát thanh - Truyền hình tỉnh"
SERVICES = [TELECOM, POWER, NEWSPAPER, BROADCASTER]
"""Bodies that serve the conference and are not called to it."""


def culture_centre(district: Committee) -> str:
    """Return the name of a district's centre of culture and communication."""
    return f"Trung tâm Văn hóa - Truyền thông {district.district[0].lower()}{district.district[1:]}"


def plant_units() -> dict[str, Unit]:
    """Make the units that are not there yet; return those of the letter by slug, without the communes.

    The culture centres stand below their district's committee, as units that serve: they have no
    account, so it is the committee's clerk who sees what the letter asks of them and answers it.
    """
    root = _plant([Unit(name="Tỉnh ủy Hà Tĩnh", slug=ROOT, tier=Tier.PROVINCE, position=1)])[ROOT]
    units = _plant(
        [
            *_committees(root, DISTRICTS, Tier.DISTRICT, 10),
            *_committees(root, AFFILIATED, Tier.AFFILIATED, 30),
            *(
                Unit(parent=root, name=name, slug=slug(name), tier=tier, position=first + place)
                for names, tier, first in ((AGENCIES, Tier.PROVINCE, 100), (SERVICES, Tier.OTHER, 200))
                for place, name in enumerate(names)
            ),
        ]
    )
    communes = _communes_by_district()
    for committee in DISTRICTS:
        parent, centre = units[committee.slug], culture_centre(committee)
        below = [
            Unit(
                parent=parent,
                name=name,
                slug=slug(name),
                tier=Tier.COMMUNE,
                code=code,
                valid_from=COMMUNES_FROM,
                valid_until=COMMUNES_UNTIL,
            )
            for code, name in communes[committee.district]
        ]
        below.append(Unit(parent=parent, name=centre, slug=slug(centre), tier=Tier.OTHER, position=2000))
        units[slug(centre)] = _plant(below)[slug(centre)]
    return {ROOT: root, **units}


def _committees(root: Unit, committees: Iterable[Committee], tier: Tier, first: int) -> Iterable[Unit]:
    return (
        Unit(
            parent=root,
            name=committee.name,
            short_name=committee.short_name,
            slug=committee.slug,
            tier=tier,
            position=place,
        )
        for place, committee in enumerate(committees, start=first)
    )


def _communes_by_district() -> dict[str, list[tuple[str, str]]]:
    communes = defaultdict(list)
    with COMMUNES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            communes[row["district"]].append((row["code"], row["name"]))
    return communes


def _plant(wanted: list[Unit]) -> dict[str, Unit]:
    """Make those of ``wanted`` whose slug is not there; return all of them as they are, by slug."""
    known = Unit.objects.in_bulk([unit.slug for unit in wanted], field_name="slug")
    new = [unit for unit in wanted if unit.slug not in known]
    Unit.objects.plant(new)
    return {**known, **{unit.slug: unit for unit in new}}
