"""Telecom's guide, done on a phone: a line is tested, the list signed, an incident opened and closed."""

from accounts.clock import database_now
from bridge_points.calling import report_ready
from bridge_points.models import CheckItem, CheckPart, Incident, LineTest, PointCheck
from tests.browser import PHONE
from tests.factories import BridgePointFactory, LineTestFactory
from tests.journeys.album import GUIDES, holds

GUIDE = GUIDES / "vien-thong.md"
NO_WORDS_OF_A_PAGE = ["đậm", "giữ lại", "Bản in"]
"""Bold in the guide without being on a page of a phone at that moment."""


def test_the_guide_shows_what_telecom_finds(
    open_page, sign_in, reads_well, album, meeting, can_loc_communes, can_loc_point, hung
):
    for commune in can_loc_communes:
        point = BridgePointFactory.create(meeting=meeting, unit=commune, complete=True)
    LineTestFactory.create(point=point, result=LineTest.Result.FAILED, tested_by=hung, note="Không ai nghe")
    report_ready(point_id=point.pk)
    for item in (CheckItem.LINE, CheckItem.SPARE_LINE, CheckItem.HALL):
        PointCheck.objects.create(point=point, item=item, at=database_now(), by=hung)
    phone = open_page(PHONE)
    sign_in(phone, hung)

    phone.get_by_role("link", name="Thử đường truyền").click()
    phone.get_by_role("heading", name="Còn 6 trên 6 điểm cầu").wait_for()
    reads_well(phone)
    album.take(phone, "vt-hang-cho")
    phone.get_by_role("button", name="Gọi Xã Vượng Lộc, đã sẵn sàng").click()
    phone.get_by_role("heading", name="Xã Vượng Lộc: đang gọi từ").wait_for()
    reads_well(phone)
    album.take(phone, "vt-goi")

    phone.get_by_role("link", name="Phiếu kiểm tra").click()
    tick = phone.get_by_role("button", name="Đạt: Cán bộ kỹ thuật có mặt trước 60 phút")
    tick.wait_for()
    album.read(phone)
    tick.click()
    phone.get_by_role("button", name="Bỏ dấu: Cán bộ kỹ thuật").wait_for()
    album.read(phone)
    phone.get_by_role("button", name="Ký phần viễn thông").click()
    phone.get_by_role("button", name="Rút chữ ký").wait_for()
    reads_well(phone)
    album.take(phone, "vt-phieu")
    assert point.signatures.get().part == CheckPart.TELECOM

    phone.goto(f"/hoi-nghi/{meeting.slug}/thu-duong-truyen/{point.unit.slug}/")
    phone.get_by_label("Ghi chú").fill("Đổi cổng, hình rõ")
    phone.get_by_label("Ghi chú").press("Enter")  # names no result
    phone.get_by_role("button", name="Hình và tiếng tốt").click()
    phone.get_by_role("heading", name="Còn 5 trên 6 điểm cầu").wait_for()
    assert point.line_tests.first().phone_at is not None

    phone.get_by_role("link", name="Sự cố", exact=True).click()
    phone.get_by_role("link", name="Báo sự cố").click()
    phone.get_by_role("link", name="Xã Vượng Lộc").click()
    reads_well(phone)
    album.take(phone, "vt-bao")
    phone.get_by_role("button", name="Mất đường truyền").click()
    phone.get_by_role("button", name="Tôi xử lý").wait_for()
    album.read(phone)
    phone.get_by_role("button", name="Tôi xử lý").click()
    phone.get_by_text("xử lý từ").wait_for()
    reads_well(phone)
    album.take(phone, "vt-su-co")
    phone.get_by_label("Đã làm gì").fill("Chuyển sang đường dự phòng")
    phone.get_by_label("Số phút mất").fill("6")
    phone.get_by_role("button", name="Khép sự cố").click()
    phone.get_by_text("Mất 6 phút.").wait_for()
    phone.get_by_role("link", name="Sự cố", exact=True).first.click()
    phone.get_by_role("heading", name="Không còn sự cố nào đang mở").wait_for()
    reads_well(phone)
    assert Incident.objects.get().done == "Chuyển sang đường dự phòng"
    holds(GUIDE, album, no_words_of_a_page=NO_WORDS_OF_A_PAGE)
