# ruff: noqa: E501 (a pattern is a list of words; broken lines hide which are there)
"""The words of official letters: the one place to add a word that letters use.

Patterns are written in one spelling ("ủy", "hòa") and matched against ``Passage.key``, which has it too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

_LETTERS = [
    chr(code)
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA))
]
UPPER = "".join(letter for letter in _LETTERS if letter.isupper())
LOWER = UPPER.lower()
"""The capital and the small letters of Vietnamese, for character classes."""

_OLD_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe",
              "oẽ": "õe", "oẹ": "ọe", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}  # fmt: skip
_UPPER_TONES = {old.upper(): new.upper() for old, new in _OLD_TONES.items()}
_TITLE_TONES = {old.capitalize(): new.capitalize() for old, new in _OLD_TONES.items()}
_SPELLINGS = {**_OLD_TONES, **_UPPER_TONES, **_TITLE_TONES}
_SPELLING = re.compile(r"(?<![qQ])(?:" + "|".join(_SPELLINGS) + r")" + f"(?![{UPPER}{LOWER}])")


def one_spelling(text: str) -> str:
    """Put every tone mark where "ủy" has it: the same letters, the same length ("uỷ", "hoà" are others)."""
    return _SPELLING.sub(lambda match: _SPELLINGS[match[0]], text)


def words(pattern: str, *, case: bool = False) -> re.Pattern[str]:
    """Compile a pattern of whole words; the tidied text has single spaces."""
    flags = re.UNICODE if case else re.UNICODE | re.IGNORECASE
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", flags)


# What kind of document ------------------------------------------------------------------------------------

KINDS = (
    ("giay_moi", r"giấy mời|thư mời|mời họp|giấy mời họp"),
    ("cong_dien", r"công điện"),
    (
        "khac",
        r"thông tri|giấy triệu tập|triệu tập|chỉ thị|quyết định|nghị quyết|báo cáo|tờ trình|hướng dẫn|lịch họp",
    ),
    ("thong_bao", r"thông báo"),
    ("ke_hoach", r"kế hoạch|chương trình"),
    ("cong_van", r"công văn"),
)
KIND_OF_NUMBER = (
    ("giay_moi", r"GM|TM"),
    ("cong_dien", r"CĐ"),
    ("thong_bao", r"TB"),
    ("ke_hoach", r"KH"),
    ("cong_van", r"CV"),
)
"""What stands in a document's own number: 46/CV-HLV, 12-GM/ĐU."""

NUMBER = (
    r"(?P<number>\d{1,5}\s*(?:[-–/]\s*\d{4}\s*)?[-–/]\s*(?:[A-ZĐƯƠÂÊÔĂ][A-ZĐƯƠÂÊÔĂa-zđ]*)"
    r"(?:\s?[-–/.&]\s?[A-ZĐƯƠÂÊÔĂ][A-ZĐƯƠÂÊÔĂa-zđ0-9]*)*)"
)
MOTTO = words(
    r"cộng hòa xã hội chủ nghĩa việt nam|đảng cộng sản việt nam|đoàn tncs hồ chí minh|đoàn thanh niên cộng sản hồ chí minh|độc lập\s*[-–]\s*tự do\s*[-–]\s*hạnh phúc"
)
URGENT = words(r"hỏa tốc|thượng khẩn|khẩn|hỏa tốc hẹn giờ")
SUBJECT = re.compile(r"^\W*(?:V/v\.?|Về việc)\s*:?\s*", re.IGNORECASE)
EVENT = words(
    r"hội nghị|lễ|cuộc họp|phiên họp|buổi họp|hội thảo|tọa đàm|đại hội|kỳ họp|buổi làm việc|lớp tập huấn|"
    r"lớp bồi dưỡng|buổi lễ|diễn đàn|buổi gặp mặt|hội thi|buổi tập huấn"
)
LOOSE_EVENT = words(r"(?<!phòng )(?<!mời )họp(?! trực tuyến,)|tập huấn|giao ban|gặp mặt|làm việc|họp")
"""What is called, and what is called where none of these words stands."""
EVENT_ENDS = words(
    r"vào (?:lúc|hồi|ngày|sáng|chiều|\d)|như sau|cụ thể|theo (?:công văn|kế hoạch|giấy mời|chỉ đạo|hình thức)|từ \d|tại|"
    r"trong \d|do|nêu trên|với các nội dung|với nội dung|được tổ chức|tham dự|ngày \d|sang|của ban chỉ đạo|lúc(?= \d)|(?:vào )?hồi(?= \d)"
)

SIGNING = re.compile(rf"(?:T/L|T/M|T\.L|T\.M|TL|TM|KT|K/T|TUQ|T/UQ|Q)\b\s*[./]?\s*(?=[{UPPER}])")
"""On whose behalf somebody signs."""
ANNEX = re.compile(r"phụ lục(?:\s+(?:số\s+)?(?:\d{1,2}|[IVX]{1,4}))?", re.IGNORECASE)
"""The heading of what is attached to a letter."""
SIGNED = words(r"\(?\s*(?:đã ký|ký tên|ký, ghi rõ họ tên|ký tên, đóng dấu|đã ký và đóng dấu)\s*\)?")
WIRED_TO = re.compile(r"[^.;:]{2,80}(?<!\w)điện\s*:")
SPEAKS = re.compile(
    r"\s+(?:xây dựng kế hoạch|ban hành kế hoạch|(?:trân trọng )?kính mời|trân trọng mời|triệu tập|thông báo|đề nghị các)",
    re.IGNORECASE,
)
"""What the body that issues a letter does in it."""

# Sections of a letter -------------------------------------------------------------------------------------


class Topic(Enum):
    """What a part of the letter is about."""

    TIME = "time"
    PLACE = "place"
    PEOPLE = "people"
    CHAIR = "chair"
    REQUEST = "request"
    LINE = "line"
    CONTACT = "contact"
    DEADLINE = "deadline"
    RECIPIENTS = "recipients"
    PURPOSE = "purpose"
    AIM = "aim"
    SUBJECT = "subject"
    OTHER = "other"


LABELS: tuple[tuple[Topic, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE))
    for topic, pattern in (
        (Topic.RECIPIENTS, r"kính gửi|nơi nhận|đồng kính gửi|kính chuyển|gửi các"),
        (Topic.LINE, r"(?:công tác|phần|về|bộ phận|yêu cầu|nội dung|hỗ trợ|bảo đảm)?\s*kỹ thuật|(?:thời gian|lịch|kế hoạch|công tác)?\s*"
                     r"(?:chạy thử|kiểm tra|thử|kết nối thử|kết nối|test|tổng duyệt)(?: nghiệm)?(?: kỹ thuật| đường truyền| tín hiệu| kết nối)+|đường truyền"),
        (Topic.DEADLINE, r"(?:thời gian|thời hạn|hạn|hạn chót|hạn cuối|đề nghị)?\s*(?:đăng ký|gửi báo cáo|gửi danh sách|gửi tham luận|nộp|"
                         r"xác nhận|phản hồi)(?: (?:tham dự|tham gia|danh sách|đại biểu|dự họp|dự hội nghị))*|(?:thời hạn|hạn chót|hạn cuối|hạn)\b"),
        (Topic.TIME, r"thời gian(?: (?:họp|tổ chức|khai mạc|hội nghị|bắt đầu|diễn ra|dự kiến|làm việc|và|mới|từ))*"),
        (Topic.PLACE, r"địa điểm(?: (?:họp|tổ chức|hội nghị|và|mới|dự họp))*|điểm cầu và địa điểm|nơi họp"),
        (Topic.CHAIR, r"(?:kính |mời )?(?:đồng )?chủ trì(?: (?:hội nghị|cuộc họp|và điều hành|, điều hành))*|người chủ trì|chủ tọa"),
        (Topic.PEOPLE, r"thành phần|đại biểu(?: (?:mời|dự|tham dự|tham gia|triệu tập))+|khách mời|(?:trân trọng )?kính mời|đối tượng|đại biểu\s*(?=:)|người dự|mời dự"),
        (Topic.CONTACT, r"(?:thông tin|đầu mối|mọi thông tin|mọi chi tiết|chi tiết)(?: xin| đề nghị| cần)?(?: liên hệ| liên lạc| trao đổi)?|(?:xin )?liên hệ"),
        (Topic.AIM, r"mục đích(?! ?[,&v] ?yêu cầu)(?!và)"),
        (Topic.PURPOSE, r"mục đích|yêu cầu(?=\s*(?:$|:))"),
        (Topic.REQUEST, r"đề nghị|(?:công tác )?tổ chức thực hiện|phân công(?: nhiệm vụ| thực hiện| chuẩn bị)?|nhiệm vụ|công tác chuẩn bị|"
                        r"trách nhiệm|yêu cầu các|công tác tổ chức|một số yêu cầu|các yêu cầu|giao nhiệm vụ|công tác phối hợp|những việc cần làm"),
        (Topic.SUBJECT, r"nội dung(?: (?:họp|hội nghị|chính|chương trình))*|chương trình|(?:tới|đến) dự\s*(?=:)"),
        (Topic.OTHER, r"hình thức(?: tổ chức| họp)?|kinh phí|số lượng|trang phục|tài liệu|lưu ý|ghi chú"),
    )
)  # fmt: skip
"""How a label begins, the more special ones first. One that names several topics has them all."""

# Who and where --------------------------------------------------------------------------------------------

POINT = r"(?:điểm cầu|đầu cầu|điểm kết nối|điểm trực tuyến)"
VENUE = words(
    r"hội trường|phòng họp|phòng|trung tâm hội nghị|trung tâm hành chính|trung tâm văn hóa|trung tâm chính trị|trung tâm|nhà văn hóa|"
    r"nhà khách|khách sạn|trụ sở|tầng \d+|quảng trường|sân vận động|nhà hát|rạp|số \d+|nhà thi đấu|nhà đa năng|sân|cung văn hóa|hội quán|văn phòng"
)
"""With what the name of a place begins."""

TIERS = (
    ("commune", r"(?:các |\d+ |đảng ủy |cấp |đảng bộ |ubnd |ủy ban nhân dân )?(?:xã|phường|thị trấn|đặc khu)|cấp xã|cơ sở|chi bộ|thôn|tổ dân phố"),
    ("affiliated", r"đảng ủy trực thuộc|đảng bộ trực thuộc|đảng ủy (?:khối|công an|quân sự|bộ đội|biên phòng|các cơ quan|ủy ban nhân dân|trường|khu|công ty|"
                   r"tổng công ty|tập đoàn|doanh nghiệp)[^,;]*|công an tỉnh|bộ chỉ huy(?: quân sự| bộ đội biên phòng)?(?: tỉnh)?|khối các cơ quan|bộ đội biên phòng(?: tỉnh)?|"
                   r"các đơn vị trực thuộc|trực thuộc|trường đại học|công an thành phố"),
    ("district", r"huyện|các huyện|cấp huyện|thành ủy|thị ủy|huyện ủy|quận|quận ủy|thị xã|các thành phố(?= thuộc tỉnh)|thành phố(?=, thị xã|, huyện)|khu vực"),
    ("province", r"cấp tỉnh|tỉnh|tỉnh ủy|(?<=cầu )chính|(?<=cầu )trung tâm(?! (?:y tế|kiểm soát|văn hóa|chính trị|giáo dục|dịch vụ))|các địa phương|địa phương|các tỉnh|thành phố"),
    ("other", r"bộ|trung ương|chính phủ|quốc hội|cấp bộ|toàn quốc"),
)  # fmt: skip
"""What in a heading tells its tier: what stands first decides, of two at one place the first of this table."""

OPEN_ENDED = words(
    r"theo quyết định của|(?:do|tùy) [^.;]{1,200}?(?:quyết định|xác định|lựa chọn|mời|triệu tập|cử)|tùy (?:theo )?(?:điều kiện|tình hình|thực tế)|theo điều kiện|"
    r"căn cứ (?:điều kiện|tình hình)[^.;]{0,120}|mở rộng|nếu (?:có điều kiện|cần|thấy cần thiết)|khi cần thiết|thành phần (?:khác )?phù hợp|"
    r"đại biểu phù hợp|có thể (?:mời|cử|triệu tập|bố trí)|(?:chủ động )?(?:quyết định|lựa chọn) thành phần|(?:cử|mời) thêm"
)
NOTE = re.compile(r"\s*\(\s*ghi chú\s*:\s*(?P<note>[^\n]+?)\s*\)\s*[.;,]?\s*", re.IGNORECASE)
"""A paragraph that only remarks on the people above it: "(Ghi chú: …)"."""
CHAIRS = r"(?:kính )?(?:mời )?(?:đồng )?(?:chủ trì|chủ tọa)"

ORGANISATION = words(
    r"Ban|Văn phòng|VP|Sở|Phòng|UBND|HĐND|Ủy ban|Hội đồng|Tỉnh ủy|Huyện ủy|Thành ủy|Thị ủy|Quận ủy|Đảng ủy|Thường trực|Hội|Trung tâm|"
    r"Viễn thông|Viễn Thông|Điện lực|Công ty|Tổng Công ty|Tổng công ty|Công an|Bộ|Cục|Vụ|Viện|Trường|Báo|Đài|Tập đoàn|Chi cục|Chi nhánh|VNPT|"
    r"Viettel|Mặt trận|Liên đoàn|Đoàn|Tỉnh đoàn|Kho bạc|Ngân hàng|Bệnh viện|Tòa án|Viện Kiểm sát|Bộ Chỉ huy|Chi bộ|Đảng bộ|Cơ quan|Tổ|Học viện|"
    r"Nhà khách|Cổng|Thành đoàn|Huyện đoàn|Ủy viên|Xã|Phường|Chính phủ|Tổng cục|Bưu điện|Ủy ban MTTQ|MTTQ|Quân sự|Liên hiệp|Khối|Nhà máy|Tổng đài",
    case=True,
)
"""With what the name of an organisation begins."""

GROUP = words(
    r"các|mỗi|từng|tất cả|quý|những|thường trực các|thường trực|lãnh đạo|thủ trưởng|bí thư|cấp ủy|đảng ủy|chi bộ|đại biểu|đơn vị|cơ quan|địa phương|"
    r"huyện ủy|thành ủy|tỉnh ủy|ủy ban|ban|văn phòng|sở|phòng|trung tâm|báo(?! cáo)|đài|viễn thông|điện lực|bưu điện|chi nhánh|kho bạc|ngân hàng|công ty|công an|trường|hội(?! nghị| trường| thảo)|bộ phận|tổ|đồng chí|đ/c|"
    r"ubnd|hđnd|chủ tịch|giám đốc|trưởng|ngành|xã|phường|vnpt|viettel|mttq|người|cán bộ|phóng viên|đoàn|nhà|y tế|bệnh viện|cục|chi cục|bộ"
)
"""With what somebody begins who is asked to do something."""

VERBS = (
    r"chuẩn bị|phối hợp|chủ trì|chủ động|triệu tập|tổng hợp|báo cáo(?! viên)|kết nối|chỉ đạo|cử(?! tri)|bảo đảm|đảm bảo|bố trí|"
    r"đăng ký|chạy thử|kiểm tra|hướng dẫn|thông báo|gửi|đôn đốc|hỗ trợ|lập|xây dựng|quản lý|(?<!kính )(?<!giấy )(?<!Giấy )(?<!thư )mời|phân công|giao|theo dõi|tuyên truyền(?! viên)|đưa tin|"
    r"chịu trách nhiệm|có trách nhiệm|tham mưu|tạo điều kiện|cung cấp|in ấn|mặc|bảo vệ|trực(?! thuộc| tiếp| tuyến)|nhận|thử|cài đặt|lắp đặt|rà soát|điều phối|vào|"
    r"dùng|sử dụng|tắt|thực hiện|tổ chức|tham dự|dự|sắp xếp|mang|nghiên cứu|triển khai|quán triệt|xác nhận|nộp|hoàn thành|duy trì|vận hành|"
    r"phục vụ|ghi hình|truyền hình|tiếp sóng|căn cứ|tăng cường|khẩn trương|trang trí|đón tiếp|phân phối|thường trực bảo vệ|ưu tiên|không để|phụ trách"
)
VERB = re.compile(rf"(?<!\w)(?:(?:sẽ|cần|phải|tiếp tục|nghiêm túc|kịp thời|trực tiếp|có) )?(?:{VERBS})(?!\w)")
"""What is asked for; always in small letters, so that "Ban Tổ chức" is none."""
NOT_A_VERB_AFTER = re.compile(
    r"(?:[Ủủ]y ban|[Bb]an|cơ quan|các|công tác|thường|trung tâm|thành phần|đơn vị|[Tt]ổ|[Vv]ăn phòng|[Pp]hòng|đồng chí|và|cán bộ|bộ phận|[Dd]anh sách|lãnh đạo|ngành)\s+$",
    re.IGNORECASE,
)
NOUN_VERBS = words(
    r"kiểm tra|tổ chức|quản lý|thông tin|tuyên truyền|bảo vệ|dự|trực|thường trực|in|thực hiện|phục vụ|báo cáo|phát"
)
"""Verbs that are nouns after such a word: "ủy ban kiểm tra", "các cơ quan tổ chức"."""

POSTS = words(
    r"(?:Quyền |Nguyên |nguyên )?(?:Phó |phó )?(?:Chánh Văn phòng|Chánh VP|CVP|Chánh văn phòng|Trưởng phòng|Trưởng Phòng|Trưởng ban|Trưởng Ban|Giám đốc|Bí thư|Chủ tịch|"
    r"Chuyên viên|chuyên viên|Cán bộ|cán bộ|Kỹ thuật viên|kỹ thuật viên|Nhân viên|Thư ký|Phó phòng|Chủ nhiệm|Hiệu trưởng|Tổng Giám đốc|Thứ trưởng|Bộ trưởng|Cục trưởng|"
    r"Vụ trưởng|Ủy viên|Thường trực|Kỹ sư|kỹ sư|Đội trưởng|Tổ trưởng|Trưởng Công an|Chỉ huy trưởng|Viện trưởng|Trưởng đoàn|Trưởng bộ phận|Văn thư|văn thư)",
    case=True,
)
HONORIFIC = r"(?<!\w)(?:[Cc]ác )?(?:[Đđ]ồng chí|[Đđ]/c\.?|[ÔÔô]ng|[Bb]à|[Tt]hầy|[Cc]ô|[Aa]nh|[Cc]hị|ĐC|Đ/C)"
POST_IN_CAPITALS = re.compile(
    r"(?:PHÓ |Q\. ?)?(?:CHÁNH|CHỦ TỊCH|BÍ THƯ|GIÁM ĐỐC|TRƯỞNG|HIỆU TRƯỞNG|TỔNG GIÁM ĐỐC|THỦ TRƯỞNG|CỤC TRƯỞNG|THỨ TRƯỞNG|BỘ TRƯỞNG|PHÓ|CHỦ NHIỆM|TỔNG)"
)
LEARNED_OR_RANKED = r"GS|PGS|TSKH|TS|ThS|Th\.S|BSCK(?:II?|[12])|BS|KS|CN|LS|(?:Đại|Thượng|Trung|Thiếu) (?:tướng|tá|úy|sĩ|tá QNCN)"
DEGREE = re.compile(rf"(?:(?:{LEARNED_OR_RANKED})\.?,?\s*)+")
"""Titles of learning and ranks before a name: no posts."""
SURNAMES = frozenset(
    [
        "Nguyễn",
        "Trần",
        "Lê",
        "Phạm",
        "Hoàng",
        "Huỳnh",
        "Phan",
        "Vũ",
        "Võ",
        "Đặng",
        "Bùi",
        "Đỗ",
        "Hồ",
        "Ngô",
        "Dương",
        "Lý",
        "Đào",
        "Đoàn",
        "Vương",
        "Trịnh",
        "Trương",
        "Đinh",
        "Lâm",
        "Phùng",
        "Mai",
        "Tô",
        "Hà",
        "Tạ",
        "Cao",
        "Lưu",
        "Lương",
        "Thái",
        "Châu",
        "Tăng",
        "Quách",
        "Kiều",
        "Chu",
        "Nghiêm",
        "Thân",
        "Đồng",
        "Hứa",
        "La",
        "Lại",
        "Mạc",
        "Mạch",
        "Ninh",
        "Nông",
        "Ông",
        "Quan",
        "Tống",
        "Từ",
        "Triệu",
        "Tôn",
        "Uông",
        "Viên",
        "Vi",
        "Bạch",
        "Bế",
        "Cù",
        "Cung",
        "Danh",
        "Diệp",
        "Doãn",
        "Giang",
        "Giáp",
        "Hàn",
        "Khổng",
        "Khuất",
        "Khương",
        "Kim",
        "Lã",
        "Lò",
        "Lộc",
        "Lục",
        "Ma",
        "Nhữ",
        "Phí",
        "Phó",
        "Sầm",
        "Sơn",
        "Tiêu",
        "Thạch",
        "Thiều",
        "Trà",
        "Trang",
        "Văn",
        "Y",
        "A",
        "Rơ",
        "Siu",
        "Điểu",
        "Đàm",
        "Đậu",
        "Đường",
        "Âu",
        "Ân",
        "Biện",
        "Bá",
        "Bành",
        "Chử",
        "Cấn",
        "Hạ",
        "Hồng",
        "Mẫn",
        "Ngụy",
        "Phương",
        "Thi",
        "Tòng",
        "Quàng",
        "Lường",
        "Cầm",
        "Vàng",
        "Giàng",
        "Sùng",
        "Thào",
    ]
)
NAME = rf"(?P<name>[{UPPER}][{LOWER}]*(?:\s+[{UPPER}][{LOWER}]*){{1,4}})"

_SURNAME = "|".join(sorted(SURNAMES, key=len, reverse=True))
NAME_AT = re.compile(
    rf"(?<!\w)(?P<name>(?:{_SURNAME})(?:\s+[{UPPER}][{LOWER}]*){{1,3}})(?=\s*(?:[,;(–:\-.]|$)|\s+(?:chủ trì|SĐT|điện thoại|số|là|làm|ĐT))"
)
CHAIR_CLAUSE = re.compile(
    rf"(?P<do>(?:^|\s)do\s+)?(?P<whom>(?:{HONORIFIC}\s).{{1,250}}?)\s*[,–-]?\s*(?:làm )?{CHAIRS}(?!,? phối hợp)(?P<point>[^.;]*)",
    re.IGNORECASE,
)
DIALS_IN = re.compile(
    r"(?P<who>.+?)\s+(?:dự|tham dự|họp|kết nối|tham gia)\s+(?:họp |hội nghị )?(?:trực tuyến)?.*?tại\s+(?P<venue>.+)",
    re.IGNORECASE,
)

# Times and asks -------------------------------------------------------------------------------------------

RECEPTION = words(
    r"đón tiếp|đón (?:đại biểu|khách)|ổn định(?: tổ chức)?|có mặt|tiếp đón|check-?in|tập trung|văn nghệ(?: chào mừng)?|điểm danh"
)
BEGINS = words(r"khai mạc|bắt đầu|làm việc|vào (?:họp|chương trình|làm việc)|tiến hành")
LINE_TEST = words(
    r"(?:chạy thử|kiểm tra|thử|kết nối thử|thử nghiệm|test|tổng duyệt|vận hành thử|kiểm thử)(?: nghiệm)?(?: và kết nối| kết nối| kỹ thuật| toàn bộ| chất lượng|, kết nối)*"
    r"(?: (?:các |hệ thống )?(?:đường truyền|kỹ thuật|tín hiệu|kết nối|điểm cầu|hệ thống|âm thanh))|kết nối thử|chạy thử|tổng duyệt(?: kỹ thuật)?|kết nối kỹ thuật(?= (?:từ|lúc|vào))"
)
BY_WHEN = words(
    r"(?:xong |hoàn thành )?trước(?: khi)?(?: hết)?|chậm nhất(?: là)?|muộn nhất(?: là)?|trong(?= ngày \d)|hạn (?:chót|cuối|cuối cùng)(?: là)?|thời hạn(?: là)?|hạn|đến hết|hết ngày"
)
DUE_THINGS = words(
    r"gửi|đăng ký|báo cáo|nộp|xác nhận|danh sách|văn bản|phản hồi|tham luận|cử|lập|tổng hợp|góp ý|thông báo|cung cấp|ý kiến|số lượng|báo(?= (?:tên|số|về|cho))"
)
ON_THE_PORTAL = "Đăng ký đại biểu trên cổng đăng ký hội nghị"
"""How the portal's own letters say by when units register, where no other deadline says it."""
_ABOUT_REGISTERING = words(r"đăng ký|danh sách|số lượng|đại biểu|xác nhận")
ARRIVE = (
    words(r"(?:có mặt|vào (?:phòng họp|phòng)|đến|kết nối|tập trung|đăng nhập)[^.;\d]{0,60}trước[^.;\d]{0,40}?(?P<minutes>\d{1,3})\s*(?:phút|')"),
    words(r"trước (?:giờ )?(?:khai mạc|họp|bắt đầu)[^.;\d]{0,30}(?P<minutes>\d{1,3})\s*(?:phút|')"),
    words(r"trước (?:ít nhất |tối thiểu )?(?P<minutes>\d{1,3})\s*(?:phút|')(?= (?:để|so với|khai mạc|trước|giờ))"),
    words(r"(?P<minutes>\d{1,3})\s*phút trước (?:giờ|khi)"),
)  # fmt: skip


def registered_by(due: Sequence[tuple[str, str]]) -> int | None:
    """Which of what is due, each as moment and words, is what units register by; None where nothing is due.

    What the portal's own letters say of it; else the first that is about registering; else the first.
    """
    own = [place for place, (_, what) in enumerate(due) if what == ON_THE_PORTAL]
    about = [place for place, (_, what) in enumerate(due) if _ABOUT_REGISTERING.search(one_spelling(what))]
    return min(own or about or range(len(due)), key=lambda place: due[place][0], default=None)


SENT = re.compile(
    rf"(?<!\w)(?:(?:được )?gửi(?: về)?|về|cho|tới|đến|qua|với|(?<=kết quả )báo cáo)\s+(?=(?:đồng chí|địa chỉ|email|thư điện tử|[{UPPER}]|[\w.+-]+@))"
)
"""Before the one who is to receive something."""
MAIL = re.compile(
    r"[\s,;]*\(?\s*(?:(?:qua|theo|vào)\s+)?(?:địa chỉ\s+)?(?:hộp thư(?: điện tử)?|thư điện tử|hòm thư|e-?mail)?\s*:?\s*"
    r"(?P<mail>[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\s*\)?",
    re.IGNORECASE,
)
"""An e-mail address with the words that say what it is."""

FIRM_VERB = words(
    r"chuẩn bị|phối hợp|chủ trì|bảo đảm|đảm bảo|bố trí|báo cáo|đăng ký|gửi|cử|hỗ trợ|lắp đặt|chỉ đạo|trực|kiểm tra|cung cấp|tổng hợp|đôn đốc|"
    r"lập|thực hiện|triển khai|hướng dẫn|theo dõi|mang|kết nối|chủ động|tham mưu|nghiên cứu|tạo điều kiện|tuyên truyền|chạy thử|rà soát|sắp xếp|duy trì|vận hành|ghi hình|trang trí|đón tiếp|phục vụ|phân công|phụ trách"
)
"""What only a request gives to do; other verbs also tell what happens."""
ASKS = re.compile(
    r"\s*(?:(?:trân trọng |kính )?(?:đề nghị|yêu cầu|giao|phân công)|(?:(?!các)[^.;:,]{3,60}?|[^.;:]{3,90},[^.;:,]{0,40}?)\s(?:đề nghị|yêu cầu|giao|phân công))\s+(?:cho\s+)?",
    re.IGNORECASE,
)
ASKING_HEADING = re.compile(
    r"(?:^|.*?[\s,])(?:đề nghị|yêu cầu|giao|phân công)\s+(?P<unit>(?!.{0,40}(?:có mặt|về dự|đến dự)).{2,160}?)"
    r"(?=\s+(?:thực hiện|triển khai|quan tâm|một số|những|các nội dung|như sau|chuẩn bị|khẩn trương|nghiêm túc|phối hợp)|\s*:\s*$)",
    re.IGNORECASE,
)
CALL_US = re.compile(r"(?:mọi|thông tin|chi tiết|xin liên hệ|liên hệ|đầu mối)(?!\w)", re.IGNORECASE)
BEFORE_PHONE = re.compile(
    r"(?:[\s,;(:–-]|số điện thoại|điện thoại|di động|máy lẻ|hotline|SĐT|sđt|ĐT|Đt|đt|DĐ|đ\.thoại|Zalo|zalo|số|liên hệ|và|hoặc|Tel|Mobile|mobile|tel|/|\.)+$"
)
LEAVES_THE_LIST = re.compile(
    r"(?:giao|đề nghị|yêu cầu|nhận được|(?:tới|đến) dự(?! có| gồm)|sự (?:có mặt|hiện diện)|tài liệu (?:được|sẽ)|để (?:hội nghị|cuộc họp)|hội nghị|thông tin|chi tiết|mọi|căn cứ|lưu ý|rất mong|xin|danh sách|thực hiện|\(?ghi chú)(?!\w)",
    re.IGNORECASE,
)
"""How a paragraph begins that is no more about who is invited."""

POSTPONED = words(r"(?:tạm |xin )?(?:hoãn|lùi|dời|đình hoãn)")
CANCELLED = words(r"hủy(?: bỏ)?|không tổ chức|không tiến hành")
MOVED_TO = words(
    r"(?:chuyển |lùi |dời |đổi |điều chỉnh )?(?:sang|thành|đến|vào)(?= (?:lúc|ngày|hồi|sáng|chiều|thứ|\d))|thời gian (?:tổ chức )?mới|tổ chức (?:vào|lại)"
)
CHANGED = words(r"(?:thay đổi|điều chỉnh|chuyển|lùi|dời|hoãn|đổi)(?: (?:lịch|thời gian|ngày|giờ|địa điểm))?")

CITING = words(
    r"căn cứ|thực hiện|theo|tiếp theo|tiếp tục|xét|sau khi|nhận được|ngày .{5,60} (?:đã có|đã ban hành)|để (?:chuẩn bị|tổ chức|bảo đảm|đảm bảo|phục vụ)"
)
COURTESY = words(
    r"(?:trân trọng |rất |kính )?(?:kính mời|mong|đề nghị) (?:các )?(?:quý )?(?:đại biểu|đồng chí|quý vị|đơn vị)?.{0,40}(?:(?:về|đến|tới|tham) )?dự(?: (?:họp|hội nghị|đầy đủ|đông đủ|đúng|theo).{0,60})?|(?:rất )?mong .{0,60}(?:quan tâm|phối hợp|sắp xếp).{0,40}|.{0,60}thông báo (?:để|đến|tới) .{0,80}(?:biết|thực hiện|được biết).{0,40}|trân trọng(?: ?[.!/]|$| cảm ơn| kính mời| thông báo)?|xin trân trọng.{0,40}|"
    r"nhận được (?:giấy mời|thông báo|công điện|công văn|kế hoạch).{0,120}|(?:giấy mời|thông báo|công điện|công văn) này .{0,80}|trên đây là .{0,200}"
)
ANNOUNCED_BEFORE = re.compile(
    r"đã (?:có|ban hành|gửi|phát hành) (?:các )?(?:giấy mời|công văn|thông báo|kế hoạch|công điện)",
    re.IGNORECASE,
)
"""Tells of an earlier letter."""
CHAIRS_IT = re.compile(
    rf"(?:^|[:,]\s)(?P<whom>{POSTS.pattern}[^,;:.]{{0,80}}?)\s(?:sẽ )?chủ trì (?:hội nghị|cuộc họp|phiên họp|buổi làm việc)",
    re.IGNORECASE,
)

TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦§",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
)
"""The encoding of .VnTime and its sisters."""

# Upper case back to mixed case ----------------------------------------------------------------------------

WRITTEN = (
    "Ủy ban nhân dân", "Ủy ban Kiểm tra", "Ủy ban Mặt trận Tổ quốc", "Hội đồng nhân dân", "Văn phòng", "Ban Thường vụ", "Ban Chấp hành", "Ban Tuyên giáo và Dân vận",
    "Ban Tuyên giáo", "Ban Tổ chức", "Ban Dân vận", "Ban Nội chính", "Ban Chỉ đạo", "Ban Quản lý", "Tỉnh ủy", "Huyện ủy", "Thành ủy", "Thị ủy", "Quận ủy", "Đảng ủy", "Đảng bộ", "Chi bộ",
    "Trường Đại học", "Trường Cao đẳng", "Trường Chính trị", "Khu kinh tế", "Khối Các cơ quan", "Sở Thông tin và Truyền thông", "Sở Giáo dục và Đào tạo", "Sở Y tế", "Sở Nội vụ",
    "Sở Khoa học và Công nghệ", "Sở Văn hóa, Thể thao và Du lịch", "Bộ Chỉ huy Quân sự", "Bộ đội Biên phòng", "Công an", "Liên đoàn Lao động", "Hội Liên hiệp Phụ nữ", "Hội Nông dân",
    "Hội Cựu chiến binh", "Đoàn đại biểu Quốc hội", "Đoàn ĐBQH và HĐND", "Đoàn Thanh niên", "Trung ương", "Việt Nam", "Hồ Chí Minh", "Hội nghị", "Nghị quyết", "Đại hội", "Đảng", "Quốc hội", "Chính phủ",
    "Viễn thông", "Điện lực", "UBND", "HĐND", "MTTQ", "ĐBQH", "BCH", "BTV", "Khóa", "Trung tâm", "Thanh niên", "Chỉ thị", "Kết luận",
)  # fmt: skip
"""How names are written that letterheads have in capitals."""
PLACES_OF_NAMES = words(r"tỉnh|huyện|thị xã|thành phố|quận|xã|phường|thị trấn|đặc khu")
BODIES = words(
    r"ủy ban|hội đồng|hội|sở|bộ|cục|vụ|viện|ban|phòng|văn phòng|trường|khu|đảng ủy|đảng bộ|đảng|huyện ủy|tỉnh ủy|thành ủy|thị ủy|công ty|tổng công ty|tập đoàn|trung tâm|"
    r"liên đoàn|liên hiệp|chi cục|chi bộ|đoàn|báo|đài|bệnh viện|học viện|công an|bộ chỉ huy|ubnd|hđnd|ban thường vụ|mặt trận|viễn thông|điện lực|tổng cục|tỉnh đoàn|quốc hội|chính phủ|thường trực"
)
"""With what the name of an issuing body begins, in any case."""
