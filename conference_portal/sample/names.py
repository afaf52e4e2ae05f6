"""Vietnamese names, posts and telephone numbers of people who do not exist."""

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


FAMILY = _words(
    "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Phan Võ Đặng Bùi Đỗ Hồ Dương Đinh Trương "
    "Lương Hà Thái Cao Tạ Từ Ngô Đoàn Lưu Mai Biện"
)
"""Repeated about as often as they are met."""

MIDDLE_OF_MEN = _words("Văn Văn Văn Hữu Đức Công Quang Minh Xuân Đình Bá Viết Trọng Tiến Thanh Ngọc Hồng Anh")
MIDDLE_OF_WOMEN = _words("Thị Thị Thị Thị Thu Thanh Ngọc Kim Hoài Bích Mai Quỳnh Hồng Khánh")
GIVEN_TO_MEN = _words(
    "An Anh Bình Cường Châu Chiến Dũng Duy Đạt Điệp Đông Đức Giang Hải Hậu Hiếu Hòa Hoàng Hùng Huy Hưng "
    "Khánh Khoa Lâm Linh Long Mạnh Nam Nghĩa Phong Phúc Quân Quý Sơn Sỹ Tài Tâm Thắng Thành Thịnh Thủy "
    "Tiến Toàn Trung Tuấn Tùng Vinh Việt Vỹ"
)
GIVEN_TO_WOMEN = _words(
    "Ái An Ánh Bích Châu Chi Dung Duyên Hà Hạnh Hằng Hiền Hoa Hòa Hồng Huyền Hường Lan Liên Linh Loan Ly "
    "Mai Minh Nga Ngân Ngọc Nguyệt Nhàn Nhung Oanh Phương Quyên Sương Tâm Thảo Thơm Thu Thủy Thúy Trang "
    "Trinh Tuyết Uyên Vân Xuân Yến"
)

POSTS = (
    "Bí thư",
    "Phó Bí thư Thường trực",
    "Phó Bí thư",
    "Ủy viên Ban Thường vụ",
    "Ủy viên Ban Chấp hành",
    "Trưởng Ban Tổ chức",
    "Trưởng Ban Tuyên giáo",
    "Trưởng Ban Dân vận",
    "Chủ nhiệm Ủy ban Kiểm tra",
    "Chánh Văn phòng",
    "Phó Chánh Văn phòng",
    "Chủ tịch Ủy ban Mặt trận Tổ quốc",
    "Chủ tịch Hội Nông dân",
    "Chủ tịch Hội Liên hiệp Phụ nữ",
    "Bí thư Đoàn Thanh niên",
    "Trưởng phòng Nội vụ",
    "Trưởng phòng Tài chính - Kế hoạch",
    "Phó Trưởng phòng",
    "Báo cáo viên",
    "Chuyên viên",
)


def person(random: Random) -> str:
    """Return the full name of a man or a woman: "Trần Thị Thu Hà"."""
    middle, given = random.choice(
        ((MIDDLE_OF_MEN, GIVEN_TO_MEN), (MIDDLE_OF_WOMEN, GIVEN_TO_WOMEN)),
    )
    return f"{random.choice(FAMILY)} {random.choice(middle)} {random.choice(given)}"


def phone(number: int) -> str:
    """Return the ``number``-th made-up mobile number: 0900000000 to 0900000999, then again."""
    return f"0900000{number % 1000:03d}"
