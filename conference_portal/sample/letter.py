"""What the letter of the Hà Tĩnh Party Committee for 4 and 5 December 2023 says, as rows to be saved.

Names of bodies, hours, places and the named chairs are facts of the public letter; sentences are in our
own words; telephone numbers are made up. The letter we have shows neither its number nor its date of
issue: both stay empty.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.models import Tier
from accounts.vietnamese import slug
from conference_portal.sample import units
from invitations.models import (
    Assignment,
    Audience,
    Chair,
    Contact,
    Deadline,
    InvitedRole,
    Meeting,
    Session,
)

SLUG = "hoc-tap-nghi-quyet-trung-uong-8"

HA_TINH = ZoneInfo("Asia/Ho_Chi_Minh")
DEADLINE = datetime(2023, 12, 1, 17, tzinfo=HA_TINH)
LINE_TEST = datetime(2023, 12, 3, 15, tzinfo=HA_TINH)

HALL = "Hội trường tầng 1, Văn phòng Ủy ban nhân dân tỉnh"
WIDEN = "Cấp ủy căn cứ cơ sở vật chất và tình hình thực tế để triệu tập đại biểu phù hợp và mở thêm điểm cầu."


class Heading(NamedTuple):
    """An audience with its roles and named chairs, and the slugs of the units called under it.

    A named chair comes with the slug of the unit whose point it is.
    """

    audience: Audience
    roles: list[InvitedRole]
    chairs: list[tuple[Chair, str]]
    called: list[str]


def meeting() -> Meeting:
    """The conference as a whole."""
    return Meeting(
        slug=SLUG,
        code="HT23",
        title=(
            "Hội nghị trực tiếp kết hợp trực tuyến toàn quốc nghiên cứu, học tập, quán triệt Nghị quyết "
            "Hội nghị lần thứ tám Ban Chấp hành Trung ương Đảng khóa XIII"
        ),
        short_title="Học tập Nghị quyết Trung ương 8 khóa XIII",
        opening=(
            "Hội nghị toàn quốc do Bộ Chính trị, Ban Bí thư tổ chức, vừa trực tiếp vừa trực tuyến. "
            "Tại Hà Tĩnh, Ban Chấp hành Đảng bộ tỉnh kết nối đường truyền đến các điểm cầu của tỉnh."
        ),
        issuer="Tỉnh ủy Hà Tĩnh",
        place="Hà Tĩnh",
        sign_on_behalf="T/L Ban Thường vụ",
        sign_title="Chánh Văn phòng",
        sign_name="Nguyễn Như Dũng",
        recipients="\n".join(
            [
                "Như thành phần mời",
                "Thường trực Tỉnh ủy (báo cáo)",
                "Lãnh đạo Ban Tuyên giáo Tỉnh ủy",
                "Văn phòng Tỉnh ủy",
                "Văn phòng Đoàn ĐBQH và HĐND tỉnh",
                "Văn phòng Ủy ban nhân dân tỉnh",
                "Các huyện, thành, thị ủy, đảng ủy trực thuộc",
                "Viễn thông Hà Tĩnh, Điện lực Hà Tĩnh",
                "Báo Hà Tĩnh, Đài Phát thanh và Truyền hình tỉnh",
                "Trung tâm Công báo - Thông tin - Tin học tỉnh",
                "Các phòng thuộc Văn phòng Tỉnh ủy",
                "Lưu Văn phòng Tỉnh ủy",
            ]
        ),
        duration_days=Decimal("1.5"),
        arrive_minutes_before=15,
        registration_deadline=DEADLINE,
        line_test_at=LINE_TEST,
    )


def sessions() -> list[Session]:
    """A day and a half: mornings from 08:00, the afternoon from 14:00."""
    morning, afternoon = Session.PartOfDay.MORNING, Session.PartOfDay.AFTERNOON
    return [
        Session(date=date(2023, 12, 4), part=morning, starts_at=time(8)),
        Session(date=date(2023, 12, 4), part=afternoon, starts_at=time(14)),
        Session(date=date(2023, 12, 5), part=morning, starts_at=time(8)),
    ]


def headings() -> list[Heading]:
    """Who is invited where, heading by heading.

    A line of the letter that names several sorts of people is one role for each, where units declare a
    number for each; the board, the registration and the workbook show the short text.
    """
    return [_province(), _districts(), _block(), _police(), _communes()]


def _province() -> Heading:
    return Heading(
        Audience(heading="Điểm cầu tỉnh", tier=Tier.PROVINCE, venue=HALL),
        [
            InvitedRole(text="Thường trực Tỉnh ủy", short_text="Thường trực Tỉnh ủy", chairs=True),
            InvitedRole(text="Ủy viên Ban Thường vụ Tỉnh ủy", short_text="Ủy viên Ban Thường vụ Tỉnh ủy"),
            InvitedRole(
                text=(
                    "Phó Chủ tịch Hội đồng nhân dân, Phó Chủ tịch Ủy ban nhân dân, "
                    "Phó Trưởng đoàn đại biểu Quốc hội tỉnh"
                ),
                short_text="Phó Chủ tịch HĐND, UBND; Phó Trưởng đoàn ĐBQH",
            ),
            InvitedRole(
                text=(
                    "Ủy viên Ban Chấp hành Đảng bộ tỉnh đang công tác ở sở, ban, ngành, đoàn thể cấp tỉnh; "
                    "đại biểu Quốc hội công tác trong tỉnh"
                ),
                short_text="Tỉnh ủy viên ở cơ quan tỉnh; đại biểu Quốc hội",
            ),
            InvitedRole(
                text=(
                    "Lãnh đạo các ban Đảng, Ủy ban Kiểm tra, Văn phòng Tỉnh ủy; "
                    "Ủy viên Ủy ban Kiểm tra Tỉnh ủy"
                ),
                short_text="Lãnh đạo ban Đảng, UBKT, Văn phòng Tỉnh ủy",
            ),
            InvitedRole(
                text=(
                    "Cấp trưởng, cấp phó các sở, ban, ngành, đoàn thể cấp tỉnh và tương đương; "
                    "báo cáo viên Tỉnh ủy công tác tại đó"
                ),
                short_text="Trưởng, phó sở, ban, ngành; báo cáo viên Tỉnh ủy",
            ),
            InvitedRole(
                text=(
                    "Ủy viên Ban Thường vụ, Ủy viên Ủy ban Kiểm tra của Đảng ủy Quân sự tỉnh "
                    "và Đảng ủy Bộ đội Biên phòng tỉnh"
                ),
                short_text="Ban Thường vụ, UBKT Đảng ủy Quân sự, Biên phòng",
            ),
            InvitedRole(
                text=(
                    "Trưởng phòng chuyên môn của các ban Đảng, Ủy ban Kiểm tra, Văn phòng Tỉnh ủy, "
                    "Văn phòng Đoàn ĐBQH và HĐND tỉnh, Văn phòng Ủy ban nhân dân tỉnh"
                ),
                short_text="Trưởng phòng ban Đảng và các văn phòng",
            ),
        ],
        [],
        [units.ARMY.slug, units.BORDER_GUARD.slug, *map(slug, units.AGENCIES)],
    )


def _districts() -> Heading:
    return Heading(
        Audience(heading="Tại điểm cầu các huyện, thành, thị ủy", tier=Tier.DISTRICT, note=WIDEN),
        [
            InvitedRole(
                text="Ủy viên Ban Chấp hành Đảng bộ tỉnh đang công tác ở huyện, thành, thị ủy",
                short_text="Tỉnh ủy viên ở huyện, thành, thị ủy",
                chairs=True,
            ),
            InvitedRole(
                text="Ủy viên ban chấp hành đảng bộ huyện, thành phố, thị xã",
                short_text="Ủy viên ban chấp hành đảng bộ",
            ),
            InvitedRole(
                text="Cấp trưởng, cấp phó các phòng, ban, ngành, đoàn thể của huyện, thành phố, thị xã",
                short_text="Trưởng, phó phòng, ban, ngành, đoàn thể",
            ),
            InvitedRole(text="Báo cáo viên của huyện, thành, thị ủy", short_text="Báo cáo viên"),
            InvitedRole(
                text="Thành phần khác theo quyết định của cấp ủy",
                short_text="Thành phần khác do cấp ủy quyết định",
                open_ended=True,
            ),
        ],
        [
            (
                Chair(
                    name="Dương Tất Thắng",
                    post="Ủy viên Ban Thường vụ Tỉnh ủy, Bí thư Thành ủy",
                    point="Thành ủy Hà Tĩnh",
                ),
                units.DISTRICTS[0].slug,
            )
        ],
        [committee.slug for committee in units.DISTRICTS],
    )


def _block() -> Heading:
    return Heading(
        Audience(
            heading="Tại điểm cầu Đảng ủy Khối Các cơ quan và doanh nghiệp tỉnh",
            tier=Tier.AFFILIATED,
            note=WIDEN,
        ),
        [
            InvitedRole(text="Ủy viên Ban Thường vụ Đảng ủy Khối", short_text="Ủy viên Ban Thường vụ"),
            InvitedRole(text="Cấp trưởng, cấp phó các ban, đoàn thể", short_text="Trưởng, phó ban, đoàn thể"),
            InvitedRole(text="Báo cáo viên của Đảng ủy Khối", short_text="Báo cáo viên"),
        ],
        [
            (
                Chair(
                    name="Đặng Ngọc Sơn",
                    post="Tỉnh ủy viên, Bí thư Đảng ủy Khối Các cơ quan và doanh nghiệp tỉnh",
                    point="Đảng ủy Khối",
                ),
                units.BLOCK.slug,
            )
        ],
        [units.BLOCK.slug],
    )


def _police() -> Heading:
    return Heading(
        Audience(heading="Tại điểm cầu Công an tỉnh", tier=Tier.AFFILIATED, note=WIDEN),
        [
            InvitedRole(
                text="Ủy viên Ban Chấp hành Đảng bộ Công an tỉnh", short_text="Ủy viên Ban Chấp hành"
            ),
            InvitedRole(
                text="Cấp trưởng, cấp phó các phòng, ban, đoàn thể",
                short_text="Trưởng, phó phòng, ban, đoàn thể",
            ),
            InvitedRole(text="Báo cáo viên của Đảng ủy Công an tỉnh", short_text="Báo cáo viên"),
        ],
        [
            (
                Chair(
                    name="Nguyễn Hồng Phong",
                    post="Ủy viên Ban Thường vụ Tỉnh ủy, Giám đốc Công an tỉnh",
                    point="Công an tỉnh",
                ),
                units.POLICE.slug,
            )
        ],
        [units.POLICE.slug],
    )


def _communes() -> Heading:
    """Communes are called through their committees, which register them: nobody is invited here."""
    return Heading(
        Audience(
            heading=(
                "Điểm cầu tại các xã, phường, thị trấn, các đảng bộ, chi bộ trực thuộc huyện, thành, thị ủy, "
                "đảng ủy trực thuộc"
            ),
            tier=Tier.COMMUNE,
            note=(
                "Huyện, thành, thị ủy, đảng ủy trực thuộc đăng ký các điểm cầu đến cấp xã, "
                "gửi văn bản kèm danh sách trước hạn."
            ),
        ),
        [
            InvitedRole(
                text="Thành phần do cấp ủy địa phương quyết định, mở rộng tối đa",
                short_text="Thành phần do cấp ủy địa phương quyết định",
                open_ended=True,
            )
        ],
        [],
        [],
    )


def deadlines() -> list[Deadline]:
    """The two things that are due by the same hour."""
    return [
        Deadline(
            at=DEADLINE,
            what="Văn bản đăng ký và danh sách các đơn vị kết nối điểm cầu cấp xã",
            to=f"{units.PEOPLES_COMMITTEE_OFFICE}, {units.PROPAGANDA}, Viễn thông tỉnh",
        ),
        Deadline(at=DEADLINE, what="Số lượng đại biểu", to=units.PROPAGANDA),
    ]


def contacts() -> list[Contact]:
    """Whom to call about the lines and about the numbers."""
    line = "Kết nối, chạy thử đường truyền"
    return [
        Contact(
            name="Nguyễn Quang Huy",
            organisation="Tổng Công ty Dịch vụ Viễn thông",
            phone="0900000201",
            about=line,
        ),
        Contact(
            name="Phạm Văn Thịnh",
            organisation="Văn phòng Ban Tuyên giáo Trung ương",
            phone="0900000202",
            about=line,
        ),
        Contact(name="Đặng Văn Hùng", organisation=units.TELECOM, phone="0900000203", about=line),
        Contact(
            name="Nguyễn Thị Thanh Lý",
            organisation=units.PROPAGANDA,
            phone="0900000204",
            about="Số lượng đại biểu (điện thoại, Zalo)",
        ),
    ]


def assignments() -> list[tuple[Assignment, list[str]]]:
    """Section 3: what is asked, each with the slugs of the units meant."""
    kind = Assignment.Kind
    return [
        (
            Assignment(
                addressee=units.PROPAGANDA,
                text=(
                    "Chuẩn bị tài liệu học tập tại điểm cầu tỉnh theo kế hoạch của Trung ương; lập danh sách "
                    "chung đại biểu các điểm cầu trong tỉnh; báo cáo kết quả với Ban Tuyên giáo Trung ương."
                ),
                kind=kind.MATERIALS,
            ),
            [slug(units.PROPAGANDA)],
        ),
        (
            Assignment(
                addressee=units.PEOPLES_COMMITTEE_OFFICE,
                text=(
                    "Lo các điều kiện tại điểm cầu tỉnh: hội trường, maket, nước uống, ăn giữa ca; cùng Viễn "
                    "thông tỉnh và các đơn vị liên quan giữ đường truyền thông suốt, ổn định."
                ),
                kind=kind.HALL,
            ),
            [slug(units.PEOPLES_COMMITTEE_OFFICE)],
        ),
        (
            Assignment(
                addressee="Thường trực các huyện, thành, thị ủy, đảng ủy trực thuộc",
                text=(
                    "Triệu tập đúng thành phần; chỉ đạo chuẩn bị hội trường và các điều kiện phục vụ; "
                    "báo số lượng đại biểu về Ban Tuyên giáo Tỉnh ủy trước hạn."
                ),
                kind=kind.REGISTRATION,
                due_at=DEADLINE,
            ),
            [committee.slug for committee in (*units.DISTRICTS, *units.AFFILIATED)],
        ),
        (
            Assignment(
                addressee=units.TELECOM,
                text="Giữ kết nối thông suốt, đường truyền ổn định; cử cán bộ kỹ thuật phục vụ.",
                kind=kind.LINE,
            ),
            [slug(units.TELECOM)],
        ),
        (
            Assignment(
                addressee=units.POWER,
                text="Bảo đảm nguồn điện ổn định trong toàn tỉnh cho các điểm cầu.",
                kind=kind.POWER,
            ),
            [slug(units.POWER)],
        ),
        (
            Assignment(
                addressee=(
                    f"{units.NEWSPAPER}, {units.BROADCASTER}, trung tâm văn hóa - truyền thông các huyện, "
                    "thành phố, thị xã"
                ),
                text="Cử phóng viên dự và đưa tin tại các điểm cầu.",
                kind=kind.PRESS,
            ),
            [
                slug(units.NEWSPAPER),
                slug(units.BROADCASTER),
                *(slug(units.culture_centre(district)) for district in units.DISTRICTS),
            ],
        ),
    ]
