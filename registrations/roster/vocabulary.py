"""The words by which lists of people are understood. To teach the reader a new one, add it here.

Phrases are in small letters without marks, as ``accounts.vietnamese.folded`` writes them, with single
spaces for everything between words.
"""

from __future__ import annotations

import re
from enum import StrEnum

from accounts.vietnamese import folded


class Field(StrEnum):
    """What a column holds."""

    FULL_NAME = "full_name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    POSITION = "position"
    ORGANISATION = "organisation"
    POST = "post"
    PHONE = "phone"
    ROLE = "role"
    POINT = "point"
    NOTE = "note"
    NUMBER = "number"
    OTHER = "other"


CALLED = {
    Field.FULL_NAME: "Họ và tên",
    Field.FAMILY_NAME: "Họ đệm",
    Field.GIVEN_NAME: "Tên",
    Field.POSITION: "Chức vụ",
    Field.ORGANISATION: "Đơn vị công tác",
    Field.POST: "Chức vụ + đơn vị",
    Field.PHONE: "Điện thoại",
    Field.ROLE: "Thành phần",
    Field.POINT: "Điểm cầu",
    Field.NOTE: "Ghi chú",
    Field.NUMBER: "Số thứ tự",
    Field.OTHER: "Bỏ qua",
}
"""What the pages call each."""

HEADINGS: dict[Field, str] = {
    Field.FULL_NAME: """
        ho va ten | ho ten | ho & ten | ho ten dem | ho va ten khai sinh | ho va ten day du | ten day du
        ho ten day du | ten dai bieu | ho ten dai bieu | ho va ten dai bieu | dai bieu | dong chi
        ho ten dong chi | ten dong chi | ten nguoi du | nguoi tham du | nguoi du hop | can bo
        ten can bo | full name | fullname | name | ho va ten chu ho | quy danh | danh tinh | hoten
        hovaten | h va ten | ho v ten""",
    Field.FAMILY_NAME: """
        ho dem | ho va dem | ho lot | ho va ten dem | ho va chu dem | ho chu dem | ho va ten lot | ho
        ho va | ho ten lot | ho va lot | ho dem va chu lot | last name | family name | ho chu lot""",
    Field.GIVEN_NAME: "ten | ten goi | given name | first name",
    Field.POSITION: """
        chuc vu | chuc danh | chuc vu chuc danh | chuc danh chuc vu | cv | chuc vu dang
        chuc vu chinh quyen | chuc vu hien nay | chuc vu cong tac | chuc vu doan the | chuc trach
        chuc vu chinh | chuc vu kiem nhiem | chuc vu cong viec | vi tri cong tac | vi tri viec lam
        nhiem vu | cong viec | chuc vu dang chinh quyen | chuc vu dang doan the | position | title
        job title | cap bac chuc vu | ngach | chuc nghiep""",
    Field.ORGANISATION: """
        don vi | don vi cong tac | co quan | co quan cong tac | co quan don vi | don vi co quan
        noi cong tac | noi lam viec | ten don vi | ten co quan | ten co quan don vi | phong ban
        ban nganh | phong ban don vi | ban nganh doan the | cong tac tai | don vi cu | dia phuong
        dia phuong don vi | don vi dia phuong | xa phuong | xa phuong thi tran | xa thi tran | to chuc
        to chuc dang | dang bo | chi bo | chi dang bo | chi bo dang bo | to chuc co so dang | dang uy
        cap uy | co quan don vi cong tac | don vi truc thuoc | don vi quan ly | truong | noi sinh hoat
        noi sinh hoat dang | khoi co quan | dia chi cong tac | co quan don vi dia phuong | organisation
        organization | unit | department | company | dvct | cqct""",
    Field.PHONE: """
        dien thoai | so dien thoai | sdt | dt | so dt | di dong | dien thoai di dong | dtdd | dt di dong
        so di dong | sdt di dong | so dien thoai di dong | so may | lien lac | dien thoai lien he
        sdt lien he | so lien he | so dien thoai lien he | so dien thoai lien lac | phone | phone number
        mobile | tel | telephone | zalo | so zalo | sdt zalo | dien thoai zalo | dthoai | d thoai
        d dong | so d thoai | dien thoai co quan | hotline | sodienthoai | dienthoai | dien thoai dd
        so dd | dd | ma so dien thoai | s dt | d t | so d t""",
    Field.ROLE: """
        thanh phan | thanh phan du | thanh phan tham du | thanh phan du hop | thanh phan moi
        thanh phan trieu tap | doi tuong | doi tuong tham du | doi tuong trieu tap | dien
        dien trieu tap | dien tham du | loai dai bieu | tu cach | tu cach tham du | vai tro
        tham du voi tu cach | thanh phan dai bieu | doi tuong moi | role""",
    Field.POINT: """
        diem cau | ten diem cau | diem cau tham du | tai diem cau | du tai diem cau | diem cau du
        diem du | dia diem | dia diem du | dia diem tham du | noi du | noi tham du | diem cau truc tuyen
        point""",
    Field.NOTE: """
        ghi chu | ghi chu khac | chu thich | gc | g chu | luu y | y kien | note | notes | remark
        remarks""",
    Field.NUMBER: "stt | tt | so tt | so thu tu | thu tu | no | s t t | t t | sott | so",
    Field.OTHER: """
        ngay sinh | nam sinh | ngay thang nam sinh | sinh ngay | sinh nam | n sinh | tuoi | gioi tinh
        gioi | nam nu | phai | nam | nu | dan toc | ton giao | que quan | ho khau | thuong tru | email
        e mail | thu dien tu | mail | dia chi email | trinh do | trinh do chuyen mon | chuyen mon
        ly luan chinh tri | hoc van | ngay vao dang | ngay chinh thuc | dang vien | so the dang | so the
        cccd | so cccd | cmnd | so cmnd | cmnd cccd | can cuoc | so can cuoc | so cmnd cccd | ma so | ma
        ma can bo | ma so dinh danh | ky ten | chu ky | ky nhan | xac nhan | bien so xe | bien so | xe
        so xe | phuong tien | phong nghi | nghi | luu tru | an trua | so ghe | ghe | cho ngoi | so luong
        buoi | sang | chieu | co mat | vang mat | vang | co | ly do | luong | he so luong | so tai khoan
        tai khoan | ngan hang | anh | hinh anh | dia chi | cho o | noi o | ngay | thoi gian | sl""",
}
"""Headings by what they say."""

FILLERS = """
    dong chi | dai bieu | can bo | nguoi | tham du | du hop | du hoi nghi | tham gia | cua | cac
    thong tin | hien nay | hien tai | neu co | vui long ghi | ghi ro | bat buoc | day du | moi
    dang vien | cu di | duoc cu | chinh thuc | hoi nghi | doc bao
"""
"""Words that say nothing new in a heading."""

_SPLIT = re.compile(r"[|\n]")


def phrases(text: str) -> list[str]:
    """Return the phrases of one entry."""
    return [phrase.strip() for phrase in _SPLIT.split(text) if phrase.strip()]


PHRASES = {phrase: field for field, text in HEADINGS.items() for phrase in phrases(text)}
"""Every heading, and what it says."""

FILLING = sorted(phrases(FILLERS), key=len, reverse=True)

FAMILY_NAMES = """
    nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý an âu bạch bế biện bồ cái cam
    cầm cấn cao cát chà châu chế chu chử chung chương cổ công cù cung cự đàm đan đào đạo đậu đầu điền
    đinh điêu điểu đổng đoàn đới đồng dư giang giáp hà hán hàn hàng hầu hạ hoa hồng hứa hùng khổng khuất
    khúc kha khương khiếu kiều kim kỷ la lã lai lại lầm lâm lang lãnh lò lô lỗ lộc long lữ lục lương
    lường lưu lù mã mạc mai mạch man mẫn mạnh mâu mông mùa nghiêm nghị ngân ngọc ngụy nhâm nhan nhữ ninh
    nông ong ông phi phí phó phù phùng phương quách quan quản quàng quang quế sầm sơn sùng sử tạ tăng
    tào tất thạch thái thẩm thân thang thào thi thiều thịnh thôi tiêu tiết tô tôn tòng tống trà tráng
    trang tri trịnh triệu trưng trương từ tường tưởng ty ung uông ưng văn vàng vi viên vĩnh vòng vương
    xa xin yên y h h' a rơ kpă kpa ksor siu rmah nay rcom mlô niê hờ chíu triêng bnướch alăng zơrâm
    pơloong lầu giàng sình thò ly vừ hạng cứ lùng tẩn chảo phàn đèo cà lèo mè
"""
"""First words of names: evidence that a column holds names, never a test of one name."""

POST_WORDS = """
    bí thư | phó | trưởng | chủ tịch | ủy viên | giám đốc | chánh | chủ nhiệm | chỉ huy | chính trị viên
    chính ủy | tham mưu | chuyên viên | cán sự | kế toán | văn thư | hiệu trưởng | hiệu phó | giáo viên
    bác sĩ | bác sỹ | đội trưởng | đội phó | tổ trưởng | tổ phó | thư ký | thủ quỹ | báo cáo viên
    tuyên truyền viên | nhân viên | cán bộ | công chức | viên chức | kiểm sát viên | thẩm phán
    thanh tra viên | chấp hành viên | điều tra viên | thường trực | đại tá | thượng tá | trung tá
    thiếu tá | đại úy | thượng úy | trung úy | thiếu úy | ths | ts | thạc sĩ | tiến sĩ | bt | pbt | ct
    pct | uv | uvbch | uvbtv | ubtv | btv | gđ | pgđ | tp | ptp | quyền | nguyên bí thư
    nguyên chủ tịch | nguyên phó | nguyên trưởng | tổng biên tập | phóng viên | biên tập viên
    kỹ thuật viên | lái xe | đảng ủy viên | huyện ủy viên | tỉnh ủy viên | thành ủy viên | thị ủy viên
    đảng viên | y sĩ | y sỹ | dược sĩ | phụ trách | cán bộ phụ trách | trợ lý | thủ trưởng | phó trưởng
    đại biểu
"""
"""How posts begin, in small letters with their marks."""

ORGANISATION_WORDS = """
    ubnd | ủy ban | hđnd | hội đồng | huyện ủy | thành ủy | thị ủy | tỉnh ủy | đảng ủy | đảng bộ
    chi bộ | ban | văn phòng | phòng | sở | trường | trạm | trung tâm | hội | liên đoàn | công đoàn
    đoàn | mặt trận | ubmttq | mttq | công an | bch | bộ chỉ huy | quân sự | xã | phường | thị trấn
    huyện | thành phố | thị xã | tỉnh | khối | bệnh viện | kho bạc | ngân hàng | công ty | chi cục | cục
    tòa án | viện | điện lực | bưu điện | viễn thông | báo | đài | hạt | đội | tổ | thôn | khu
    hợp tác xã | htx | tổng công ty | thpt | thcs | tiểu học | mầm non | bhxh | bảo hiểm | chi nhánh
    xí nghiệp | nhà máy | liên hiệp | cty | thường trực huyện ủy | ban chỉ huy | nhà văn hóa | trại
"""
"""How organisations begin, in small letters with their marks."""


def _lowered(text: str) -> str:
    """Small letters, with the tone where the school puts it: "Uỷ ban" and "Ủy ban" are one word."""
    lowered = text.lower().strip()
    for other, usual in (("uỷ", "ủy"), ("uý", "úy"), ("oà", "òa"), ("oá", "óa"), ("quí", "quý")):
        lowered = lowered.replace(other, usual)
    return lowered


def _beginning(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return two patterns: for text with marks, and for text that was typed without any."""
    marked = phrases(text)
    return _any_of(marked), _any_of([folded(phrase) for phrase in marked])


def _any_of(words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


_POST = _beginning(POST_WORDS)
_ORGANISATION = _beginning(ORGANISATION_WORDS)
_FAMILY = frozenset(FAMILY_NAMES.split())
_FAMILY_BARE = frozenset(map(folded, _FAMILY))

HONORIFIC = re.compile(r"^(?:đ\s*/\s*c|đc|đ\.c|đồng chí)(?![^\W\d_])[\s.:]*", re.I)
TITLE_BEFORE_NAME = re.compile(r"^(?:ông|bà|anh|chị|cô|chú|thầy)[\s.:]+(?=\S)", re.I)
NUMBERING = re.compile(r"^\(?\d{1,4}\s*[.)\-:/]\s*(?=\D)")

NOTHING = frozenset(
    ["", "-", "--", "---", "x", "/", "0", "không", "không có", "ko", "k", "chưa có", "chưa", "...", "…"]
)
"""What people write where there is nothing to write."""

AS_ABOVE = re.compile(r"^[-–\s]*(?:nt|như trên|\"|''|”|“|//|〃)[-–\s.]*$", re.I)
"""“nt”: the same as in the row above."""

TOTAL = re.compile(
    r"^[\s(*\-]*(?:tổng\s*(?:số|cộng|:)|tổng$|cộng\s*(?:$|[:(=\d])|danh\s+sách\s+(?:này\s+)?(?:có|gồm)|ấn\s+định"
    r"|tong\s+(?:so|cong)|tổng\s+danh\s+sách)",
    re.I,
)
SIGNATURE = re.compile(
    r"ngày\s*[\d.…_\s]{0,12}\s*tháng\s*[\d.…_\s]{0,12}\s*năm"
    r"|^[\s(*\-]*(?:người\s+(?:lập|tổng\s+hợp|báo\s+cáo|ký)|lập\s+(?:biểu|bảng|danh\s+sách)|t\s*/\s*[ml]\b|t[ml]\.|k\s*/?\s*t\b"
    r"|kt\.|thừa\s+lệnh|thay\s+mặt|nơi\s+nhận|xác\s+nhận|thủ\s+trưởng\b"
    r"|ký\s+tên|đã\s+ký|ký,?\s|lưu\s*(?::|vt)|- lưu)",
    re.I,
)
SECTION_NUMBER = re.compile(r"^(?=[IVXLCDMA-H])(?:[IVXLC]+|[A-H])[.)\s:]*$|^\d{1,2}\.\d{1,2}\.?$")
SECTION_LINE = re.compile(r"^(?:[IVXLC]{1,6}|[A-H])\s*[.)\-:]\s*\S")


def begins_as_post(text: str) -> bool:
    """Whether ``text`` begins as a post does: "Phó Chủ tịch", "Ủy viên"."""
    return _POST[text.isascii()].match(_lowered(text)) is not None


def begins_as_organisation(text: str) -> bool:
    """Whether ``text`` begins as the name of an organisation does: "UBND xã", "Trạm Y tế"."""
    return _ORGANISATION[text.isascii()].match(_lowered(text)) is not None


def begins_as_name(text: str) -> bool:
    """Whether ``text`` is two to six words, the first of them a family name, and no post."""
    if not 1 <= text.count(" ") <= 5 or _NO_NAME.search(text):
        return False
    first = text[: text.index(" ")].lower()
    known = _FAMILY_BARE if text.isascii() else _FAMILY
    return first in known and (first not in _AMBIGUOUS or not begins_as_post(text))


_NO_NAME = re.compile(r"[\d,;:/=@()]")


_AMBIGUOUS = frozenset(["phó", "chu", "truong", "pho", "ban", "chanh", "bi", "thu", "uy", "can", "ct", "y"])
"""Beginnings of names and of posts alike."""
