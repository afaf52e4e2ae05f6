"""What can be asked for on the page of files, each with the kinds of file that make sense of it."""

from __future__ import annotations

from typing import NamedTuple

from reports.models import ExportJob

Kind, Form = ExportJob.Kind, ExportJob.Form


class Choice(NamedTuple):
    """A kind of list, as a kind of file."""

    kind: ExportJob.Kind
    form: ExportJob.Form


class Offer(NamedTuple):
    """A kind of list on the page: what it holds, and its files."""

    kind: ExportJob.Kind
    what: str
    forms: tuple[ExportJob.Form, ...]

    @property
    def of_freeze(self) -> bool:
        """It is there once the list is frozen."""
        return self.kind in ExportJob.OF_FREEZE


_FROZEN = "Như lúc hết hạn, theo bản gửi có biên nhận; mỗi bổ sung một trang tính."
_AMENDED = "Bản chốt gần nhất: danh sách chính thức đã sửa theo các bổ sung."

ALL = (Form.XLSX, Form.CSV, Form.PDF)

_OFFERS = (
    Offer(Kind.DELEGATES, "Mọi đại biểu trong một danh sách, số lượng, điểm cầu cấp xã.", ALL),
    Offer(Kind.OFFICIAL, _FROZEN, ALL),
    Offer(Kind.AMENDED, _AMENDED, ALL),
    Offer(Kind.BY_UNIT, "Mỗi huyện, sở, ngành một trang tính.", (Form.XLSX, Form.PDF)),
    Offer(Kind.BY_POINT, "Mỗi điểm cầu một trang tính.", (Form.XLSX, Form.PDF)),
    Offer(Kind.BY_ROLE, "Mỗi thành phần mời một trang tính.", (Form.XLSX, Form.PDF)),
    Offer(Kind.CHANGES, "Dòng thêm, bỏ, sửa so với bản đồng chí tải gần nhất, có tô màu.", ALL),
    Offer(Kind.NUMBERS, "Số khai, có tên, thiếu tên theo đơn vị, thành phần, cấp.", ALL),
    Offer(Kind.POINTS, "Nơi họp, cán bộ kỹ thuật, lần thử; không có tên đại biểu.", ALL),
    Offer(Kind.CONTACTS, "Cán bộ, số điện thoại, thư điện tử của từng đơn vị.", ALL),
    Offer(Kind.SILENT_UNITS, "Đơn vị còn nợ đăng ký, hạn và người liên hệ.", ALL),
)


def choices() -> tuple[Offer, ...]:
    """Return all that is offered, what is asked for most first."""
    return _OFFERS
