"""What a reading consists of on the page: groups of rows, each with its values, its place and its doubts."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accounts.models import Unit

Place = tuple[int, int]


class Group(NamedTuple):
    """What is looked at together."""

    name: str
    address: str
    label: str
    none: str
    """What stands there when the letter says nothing of it."""


GROUPS = (
    Group("facts", "hoi-nghi", "Hội nghị", ""),
    Group("sessions", "thoi-gian", "Thời gian", "Không thấy buổi họp nào trong văn bản."),
    Group("audiences", "thanh-phan", "Địa điểm, thành phần", "Không thấy nhóm thành phần nào."),
    Group("chairs", "chu-tri", "Người chủ trì nêu tên", "Văn bản không nêu tên người chủ trì."),
    Group("deadlines", "thoi-han", "Thời hạn", "Không thấy thời hạn nào."),
    Group("line_tests", "chay-thu", "Chạy thử đường truyền", "Không thấy giờ chạy thử."),
    Group("assignments", "de-nghi", "Đề nghị", "Không thấy việc nào được đề nghị."),
    Group("contacts", "lien-he", "Đầu mối liên hệ", "Không thấy số điện thoại nào."),
    Group("recipients", "noi-nhan", "Nơi nhận", ""),
    Group("signatory", "nguoi-ky", "Người ký", ""),
    Group("unread", "chua-hieu", "Chưa hiểu", "Mọi câu đều đã được đọc."),
)
BY_ADDRESS = {group.address: group for group in GROUPS}


class Doubt(NamedTuple):
    """Why to look twice at a value; ``field`` is "" where it is about the whole row or group."""

    field: str
    why: str
    holds: bool = False
    """It is about the value as it stands now: another value alone does not answer it."""

    @property
    def key(self) -> str:
        """Its name in a form, the same each time the reading is laid out."""
        return f"{zlib.crc32(f'{self.field}: {self.why}'.encode()):08x}"


@dataclass
class Row:
    """One thing that the letter says, as the values of a form."""

    path: str
    """As in the printed object: "audiences[0].roles[1]"."""
    group: str
    kind: str
    label: str
    values: dict[str, Any]
    place: Place | None = None
    places: dict[str, Place] = field(default_factory=dict)
    """Of single values, where they stand elsewhere than their row."""
    doubts: list[Doubt] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    """Those that may be meant."""
    parent: str = ""
    """The audience that a role or a chair belongs to."""
    may_be_left: bool = True
    added: bool = False
    """By a person, not by the reader."""

    @property
    def prefix(self) -> str:
        """Its name in the page's forms."""
        return re.sub(r"\W+", "-", self.path).strip("-")


class Laid(NamedTuple):
    """A whole reading as rows, and the doubts that are about a group."""

    rows: list[Row]
    doubts: dict[str, list[Doubt]]
