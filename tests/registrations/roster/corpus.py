"""Rosters as they come: good, odd and hostile, each with what must become of it.

``python -m tests.registrations.roster.corpus DIRECTORY`` writes them as files, to open in Excel.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from registrations.roster.legacy import to_tcvn3, to_vni
from tests.registrations.roster.files import (
    HEADINGS,
    HUNG,
    LAN,
    PLAIN,
    compound,
    csv,
    lines,
    parts,
    raw,
    sheet_data,
    windows_1258,
    xls,
    xlsx,
    zipped,
)

TWO = ["Nguyễn Văn Hùng", "Trần Thị Lan"]
FIRST = {
    "full_name": "Nguyễn Văn Hùng",
    "position": "Bí thư",
    "organisation": "Huyện ủy Can Lộc",
    "phone": "0912345678",
}


@dataclass(frozen=True)
class Case:
    """One file and what must come of it."""

    name: str
    file: str
    data: Callable[[], bytes]
    names: list[str] = field(default_factory=list)
    """Of the accepted rows, in order."""
    first: dict[str, Any] = field(default_factory=dict)
    """Values of the first accepted row."""
    changes: str = ""
    """Words in the changes of the first accepted row."""
    refused: dict[int, list[str]] = field(default_factory=dict)
    """Words of each reason, by row."""
    skipped: list[int] | None = None
    columns: dict[str, str] = field(default_factory=dict)
    looks: dict[int, str] = field(default_factory=dict)
    note: str = ""
    refusal: str = ""
    """Words of the sentence with which the whole file is refused."""


CASES: list[Case] = []


def case(name: str, file: str, data: Callable[[], bytes] | bytes, **expected: Any) -> None:
    CASES.append(Case(name, file, data if callable(data) else lambda: data, **expected))


# ── Sound lists in every format ──────────────────────────────────────────────────────────────────

_good: dict[str, Any] = {"names": TWO, "first": FIRST}

case("an .xlsx", "ds.xlsx", xlsx, **_good, columns={"full_name": "B", "position": "C", "phone": "E"})
case("an .xls", "ds.xls", xls, **_good, columns={"full_name": "B", "organisation": "D"})
case("a CSV in UTF-8", "ds.csv", csv, **_good)
case("a CSV with tabs", "ds.txt", partial(csv, separator="\t"), **_good)
case("a CSV with semicolons", "ds.csv", partial(csv, separator=";"), **_good)
case("a CSV in UTF-16", "ds.csv", partial(csv, separator="\t", encoding="utf-16"), **_good, note="UTF-16")
case("a CSV in UTF-16 without its mark", "ds.csv", partial(csv, encoding="utf-16-le"), **_good)
case("a CSV in windows-1258", "ds.csv", lambda: windows_1258(lines(PLAIN, ",")), **_good, note="windows-1258")
case(
    "a CSV in TCVN3",
    "ds.csv",
    lambda: to_tcvn3(lines(PLAIN, ";")).encode("latin-1"),
    **_good,
    changes="đổi chữ TCVN3 sang Unicode",
    note="TCVN3",
)
case(
    "a CSV in VNI",
    "ds.csv",
    lambda: to_vni(lines(PLAIN, ";")).encode("latin-1"),
    **_good,
    changes="đổi chữ VNI sang Unicode",
)
case(
    "a CSV whose UTF-8 was read as windows-1252",
    "ds.csv",
    lambda: _misread(lines(PLAIN, ";")).encode(),
    **_good,
    changes="UTF-8 đọc nhầm",
)
case(
    "a CSV that names its separator",
    "ds.csv",
    lambda: b"sep=;\r\n" + csv(separator=";", encoding="utf-8"),
    **_good,
)
case(
    "a CSV with a quotation mark that is never closed",
    "ds.csv",
    lambda: csv([HEADINGS, [1, '"Nguyễn Văn Hùng', *HUNG[2:]], LAN]),
    names=TWO,
)
case(
    "a name on two lines inside quotation marks",
    "ds.csv",
    lambda: csv([HEADINGS, [1, '"Nguyễn Văn\nHùng"', *HUNG[2:]], LAN]),
    names=TWO,
)


def _misread(text: str) -> str:
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in text.encode()
    )


# ── Letterheads, headings, what is no person ─────────────────────────────────────────────────────

LETTERHEAD = [
    ["HUYỆN ỦY CAN LỘC", None, None, None, "ĐẢNG CỘNG SẢN VIỆT NAM"],
    ["VĂN PHÒNG", None, None, None, "Can Lộc, ngày 30 tháng 11 năm 2023"],
    [],
    ["DANH SÁCH ĐẠI BIỂU DỰ HỘI NGHỊ"],
    ["(Kèm theo Công văn số 127-CV/HU)"],
    [],
]
FOOT = [
    ["Tổng cộng: 2 đồng chí"],
    [None, None, None, "Can Lộc, ngày 30 tháng 11 năm 2023"],
    [None, "NGƯỜI LẬP BIỂU", None, "T/M BAN THƯỜNG VỤ"],
    [None, "Nguyễn Thị Hoa", None, "Trần Văn Minh"],
]
case(
    "a letterhead, a total and signatures",
    "ds.xlsx",
    lambda: xlsx([*LETTERHEAD, *PLAIN, *FOOT], merge=["A4:F4", "A5:F5"]),
    **_good,
    skipped=[1, 2, 4, 5, 7, 10, 11, 12, 13],
)
case(
    "the same without a column of numbers",
    "ds.xlsx",
    lambda: xlsx([row[1:] if len(row) > 4 else row for row in [*LETTERHEAD, *PLAIN, *FOOT]]),
    names=TWO,
    columns={"full_name": "A"},
)
case(
    "headings in capitals with other words",
    "ds.xlsx",
    lambda: xlsx([["TT", "HỌ VÀ TÊN ĐỒNG CHÍ", "CHỨC DANH", "CƠ QUAN, ĐƠN VỊ", "SĐT", "GHI CHÚ"], HUNG, LAN]),
    **_good,
)
case(
    "post and organisation in one column",
    "ds.xlsx",
    lambda: xlsx(
        [
            ["Số TT", "Họ tên", "Chức vụ, đơn vị công tác", "Di động"],
            [1, "Nguyễn Văn Hùng", "Bí thư, Huyện ủy Can Lộc", "0912345678"],
            [2, "Trần Thị Lan", "Ủy viên BTV, Trưởng ban - Ban Dân vận", "0987654321"],
        ]
    ),
    **_good,
    columns={"position": "C", "organisation": "C"},
)
case(
    "organisation and post the other way round",
    "ds.xlsx",
    lambda: xlsx([["Họ và tên", "Đơn vị, chức vụ"], ["Nguyễn Văn Hùng", "Huyện ủy Can Lộc, Bí thư"]]),
    names=TWO[:1],
    first={"position": "Bí thư", "organisation": "Huyện ủy Can Lộc"},
)
case(
    "a name in two columns",
    "ds.xlsx",
    lambda: xlsx(
        [["STT", "Họ đệm", "Tên", "Chức vụ"], [1, "Nguyễn Văn", "Hùng", "Bí thư"], [2, "Trần Thị", "Lan"]]
    ),
    names=TWO,
    columns={"full_name": "B+C"},
)
case(
    "a name in two columns under one merged heading",
    "ds.xlsx",
    lambda: xlsx(
        [["STT", "Họ và tên", None, "Chức vụ"], [1, "Nguyễn Văn", "Hùng", "Bí thư"], [2, "Trần Thị", "Lan"]],
        merge=["B1:C1"],
    ),
    names=TWO,
    columns={"full_name": "B+C"},
)
case(
    "two rows of headings",
    "ds.xlsx",
    lambda: xlsx(
        [
            ["STT", "Họ và tên", "Công tác", None, "Liên hệ", None],
            [None, None, "Chức vụ", "Đơn vị", "Di động", "Email"],
            [*HUNG[:5], "hung@example.vn"],
            LAN,
        ],
        merge=["A1:A2", "B1:B2", "C1:D1", "E1:F1"],
    ),
    **_good,
    columns={"phone": "E"},
    skipped=[1, 2],
)
case(
    "two rows of headings for a name in two parts",
    "ds.xlsx",
    lambda: xlsx(
        [
            ["STT", "Họ và tên", None, "Chức vụ"],
            [None, "Họ và tên đệm", "Tên", None],
            [1, "Nguyễn Văn", "Hùng", "Bí thư"],
            [2, "Trần Thị", "Lan", None],
        ],
        merge=["B1:C1"],
    ),
    names=TWO,
)
case(
    "a row of column numbers under the headings",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [f"({n})" for n in range(1, 7)], HUNG, LAN]),
    **_good,
    skipped=[1, 2],
)
case(
    "headings repeated on the second page",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, HUNG, HEADINGS, LAN]),
    **_good,
    skipped=[1, 3],
)
case(
    "two rows of headings repeated on the second page",
    "ds.xlsx",
    lambda: xlsx(
        [
            *(heads := [["STT", "Họ và tên", "Công tác"], [None, None, "Chức vụ", "Đơn vị", "Di động"]]),
            HUNG,
            *heads,
            LAN,
        ]
    ),
    **_good,
    skipped=[1, 2, 4, 5],
)
case(
    "groups with Roman numbers",
    "ds.xlsx",
    lambda: xlsx(
        [
            ["STT", "Họ và tên", "Chức vụ"],
            ["I", "Huyện ủy Can Lộc"],
            [1, "Nguyễn Văn Hùng", "Bí thư"],
            ["II. UBND HUYỆN"],
            [2, "Trần Thị Lan", "Chánh Văn phòng"],
        ]
    ),
    names=TWO,
    first={"organisation": "Huyện ủy Can Lộc"},
    changes="lấy đơn vị từ dòng nhóm",
    skipped=[1, 2, 4],
)
case(
    "an organisation merged over several rows",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, HUNG, [*LAN[:3], None, *LAN[4:]]], merge=["D2:D3"]),
    names=TWO,
)
case(
    "an organisation merged over several rows of an .xls",
    "ds.xls",
    lambda: xls([HEADINGS, HUNG, [*LAN[:3], None, *LAN[4:]]], merge=[(1, 2, 3, 3)]),
    names=TWO,
)
case(
    "“nt” for what stands above",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, HUNG, [2, "Trần Thị Lan", "Phó Bí thư", "-nt-"]]),
    names=TWO,
)
case(
    "a list without headings",
    "ds.csv",
    lambda: csv([HUNG, LAN, [3, "Lê Thị Hoa", "Phó Bí thư", "Huyện ủy", "0987654320"]]),
    names=[*TWO, "Lê Thị Hoa"],
    first=FIRST,
    skipped=[],
)
case(
    "one column of names",
    "ds.csv",
    lambda: csv([["Họ và tên"], ["Nguyễn Văn Hùng"], ["Trần Thị Lan"]]),
    names=TWO,
)
case(
    "headings without marks and with slips",
    "ds.csv",
    lambda: csv([["stt", "Ho va ten", "Chuc vuj", "Don vi cong tac", "So dien thoai", "Ghi chu"], HUNG, LAN]),
    **_good,
)
case(
    "two posts in two columns, two telephones",
    "ds.xlsx",
    lambda: xlsx(
        [
            ["Họ và tên", "Chức vụ Đảng", "Chức vụ chính quyền", "Điện thoại cơ quan", "Điện thoại di động"],
            ["Nguyễn Văn Hùng", "Bí thư", "Chủ tịch HĐND", "02393855555", "0912345678"],
        ]
    ),
    names=TWO[:1],
    first={"position": "Bí thư, Chủ tịch HĐND", "phone": "0912345678"},
)
case(
    "role and bridge point",
    "ds.xlsx",
    lambda: xlsx([["Họ và tên", "Đối tượng", "Điểm cầu"], ["Nguyễn Văn Hùng", "BCV", "Xã Tùng Lộc"]]),
    names=TWO[:1],
    first={"role": "BCV", "point": "Xã Tùng Lộc"},
)

# ── Letters ──────────────────────────────────────────────────────────────────────────────────────


def _old_fonts(write: Callable[[str], str]) -> list[list[Any]]:
    return [[write(cell) if isinstance(cell, str) else cell for cell in row] for row in PLAIN]


def _everywhere(font: str) -> dict[str, str]:
    return {f"{column}{row}": font for column in "ABCDEF" for row in (1, 2, 3)}


case(
    "TCVN3 by its font",
    "ds.xlsx",
    lambda: xlsx(_old_fonts(to_tcvn3), fonts=_everywhere(".VnTime")),
    **_good,
    changes="đổi chữ TCVN3 sang Unicode",
)
case(
    "VNI by its font",
    "ds.xlsx",
    lambda: xlsx(_old_fonts(to_vni), fonts=_everywhere("VNI-Times")),
    **_good,
    changes="đổi chữ VNI sang Unicode",
)
case(
    "TCVN3 in a font of capitals",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, to_tcvn3("nguyễn văn hùng"), *HUNG[2:]]], fonts={"B2": ".VnTimeH"}),
    names=TWO[:1],
    changes="TCVN3",
)
case(
    "capitals and TCVN3 mixed, as old keyboards typed",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, "NGUYÔN V¡N HïNG", *HUNG[2:]]], fonts={"B2": ".VnTime"}),
    names=TWO[:1],
)
case(
    "TCVN3 in an .xls",
    "ds.xls",
    lambda: xls(
        _old_fonts(to_tcvn3), fonts={(row, column): ".VnTime" for row in range(3) for column in range(6)}
    ),
    **_good,
)
case("TCVN3 whose font was lost", "ds.xlsx", lambda: xlsx(_old_fonts(to_tcvn3)), **_good, changes="TCVN3")
case("VNI whose font was lost", "ds.xlsx", lambda: xlsx(_old_fonts(to_vni)), **_good, changes="VNI")
case(
    "Unicode in a cell that kept its old font",
    "ds.xlsx",
    lambda: xlsx(fonts=_everywhere(".VnTime")),
    **_good,
)
case(
    "several fonts in one cell",
    "ds.xlsx",
    lambda: raw(
        sheet_data([HEADINGS])
        + '<row r="2"><c r="B2" t="inlineStr"><is><r><rPr><rFont val=".VnTime"/></rPr><t>NguyÔn V¨n </t></r>'
        '<r><rPr><rFont val="Arial"/></rPr><t>Hùng</t></r></is></c></row>'
    ),
    names=TWO[:1],
    changes="TCVN3",
)
case(
    "decomposed letters", "ds.csv", lambda: csv([HEADINGS, _nfd(HUNG), LAN]), **_good, changes="ghép dấu rời"
)
case(
    "spaces, hard spaces and marks without width",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, "  Nguyễn\u00a0 Văn\u200b  Hùng ", *HUNG[2:]]]),
    names=TWO[:1],
)
case(
    "small letters, capitals, numbers and titles before names",
    "ds.xlsx",
    lambda: xlsx(
        [
            HEADINGS,
            [1, "nguyễn văn hùng"],
            [2, "TRẦN THỊ LAN"],
            [3, "3. Đ/c Lê Thị Hoa"],
            [4, "Ông Phạm Minh (Chủ trì)"],
            [5, "H'Hen Niê"],
            [6, "Ông Ích Khiêm"],
        ]
    ),
    names=[*TWO, "Lê Thị Hoa", "Phạm Minh", "H'Hen Niê", "Ông Ích Khiêm"],
    changes="viết hoa lại họ tên",
)


def _nfd(row: list[Any]) -> list[Any]:
    import unicodedata

    return [unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row]


# ── Telephones ───────────────────────────────────────────────────────────────────────────────────


def _phones(*cells: Any) -> list[list[Any]]:
    return [
        ["Họ và tên", "Điện thoại", "Ghi chú"],
        *(["Nguyễn Văn " + "ABCDEGHIKL"[n], cell] for n, cell in enumerate(cells)),
    ]


case(
    "telephones that became numbers",
    "ds.xlsx",
    lambda: xlsx(_phones(912345678, 912345679.0, "912345677.0", "9.12345676E+08")),
    names=[f"Nguyễn Văn {letter}" for letter in "ABCD"],
    first={"phone": "0912345678"},
    changes="thêm số 0 ở đầu",
)
case(
    "telephones as numbers in an .xls",
    "ds.xls",
    lambda: xls(_phones(912345678, 912345679.0)),
    names=["Nguyễn Văn A", "Nguyễn Văn B"],
    first={"phone": "0912345678"},
)
case(
    "digits that Excel cut off",
    "ds.csv",
    lambda: csv(_phones("9.12E+08", "0912345678")),
    names=["Nguyễn Văn B"],
    refused={2: ["9.12E+08"]},
)
case(
    "old prefixes, dots, +84, labels, two numbers, none",
    "ds.csv",
    lambda: csv(
        _phones(
            "0162.222.0404",
            "+84 912 345 679",
            "ĐT: 0912345677 (Zalo)",
            "0912345676 / 0987654321",
            "không có",
            "O912345675",
        ),
        separator=";",
    ),
    names=[f"Nguyễn Văn {letter}" for letter in "ABCDEG"],
    first={"phone": "0322220404"},
    changes="đầu số cũ 0162",
    looks={5: "hai số"},
)
case(
    "the same telephone twice, the same person twice",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, HUNG, [2, "Lê Thị Hoa", "Phó Bí thư", "Huyện ủy", "0912345678"], [3, *HUNG[1:]]]),
    names=["Nguyễn Văn Hùng", "Lê Thị Hoa", "Nguyễn Văn Hùng"],
    looks={3: "Số điện thoại trùng", 4: "Trùng họ tên"},
)

case(
    "a telephone behind the name",
    "ds.csv",
    lambda: csv(
        [["Họ và tên", "Đơn vị"], ["Nguyễn Văn Hùng - 0912.345.678", "UBND"], ["Trần Thị Lan (0987654321)"]]
    ),
    names=TWO,
    first={"phone": "0912345678", "note": ""},
    changes="sang ô điện thoại",
)
case(
    "numbered lines as people type them",
    "ds.txt",
    lambda: "1. Nguyễn Văn Hùng, Bí thư, 0912345678\n2. Đ/c Trần Thị Lan, Phó Bí thư, 0987654321\n".encode(),
    names=TWO,
    first={"position": "Bí thư", "phone": "0912345678"},
    changes="bỏ số thứ tự",
)
case(
    "groups without a column of numbers",
    "ds.csv",
    lambda: csv(
        [
            ["Họ và tên", "Chức vụ"],
            ["Khối Đảng"],
            ["Nguyễn Văn Hùng", "Bí thư"],
            ["1. Ban Tổ chức"],
            ["Trần Thị Lan"],
        ]
    ),
    names=TWO,
    first={"organisation": ""},
    skipped=[1, 2, 4],
)

# ── Rows that cannot be taken ────────────────────────────────────────────────────────────────────

case(
    "every reason at once",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, None, "Phó Chủ tịch", "UBND xã", "0900.000.43"], LAN]),
    names=TWO[1:],
    refused={2: ["Thiếu họ và tên. Điền vào ô B2.", "E2"]},
)
case(
    "a number without anything",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, HUNG, [2], [3]]),
    names=TWO[:1],
    skipped=[1, 3, 4],
)
case(
    "formulas with results",
    "ds.xlsx",
    lambda: raw(
        sheet_data([HEADINGS]) + '<row r="2"><c r="A2"><v>1</v></c>'
        '<c r="B2" t="str"><f>HYPERLINK("http://a","b")</f><v>Nguyễn Văn Hùng</v></c>'
        '<c r="C2" t="inlineStr"><is><t>Bí thư</t></is></c>'
        '<c r="E2"><f>900000000+1</f><v>912345678</v></c></row>'
    ),
    names=TWO[:1],
    first={"phone": "0912345678"},
)
case(
    "formulas without results",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, '=HYPERLINK("http://a","Nguyễn Văn Hùng")', "Bí thư"], LAN]),
    names=TWO[1:],
    refused={2: ["B2 là công thức"]},
)
case(
    "=HYPERLINK as text",
    "ds.csv",
    lambda: csv(
        [
            HEADINGS,
            [1, '=HYPERLINK("http://a")', "Bí thư"],
            [2, "Trần Thị Lan", "Bí thư", None, None, "=1+1"],
        ],
        separator=";",
    ),
    names=TWO[1:],
    first={"note": "=1+1"},
    refused={2: ["B2 là công thức"]},
)
case(
    "dates and their serial numbers where a post should be",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, "Nguyễn Văn Hùng", date(2023, 12, 1)], [2, "Trần Thị Lan", 45261], LAN]),
    names=TWO[1:],
    refused={2: ["C2 là ngày 01/12/2023"], 3: ["C3 là số 45261 (có thể là ngày 01/12/2023)"]},
)
case(
    "a date as a name, an error as a post, digits in a name",
    "ds.xlsx",
    lambda: raw(
        sheet_data([HEADINGS])
        + '<row r="2"><c r="B2"><v>45261</v></c><c r="C2" t="e"><v>#REF!</v></c></row>'
        + sheet_data([[3, "Nguyễn Văn 2", "Bí thư"], [4, "Nguy?n V?n H?ng", "Bí thư"], LAN], start=3)
    ),
    names=TWO[1:],
    refused={2: ["B2 là số 45261", "C2 báo lỗi #REF!"], 3: ["chữ số"], 4: ["mất dấu"]},
)
case(
    "a name that is far too long",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, "Nguyễn " + "Văn " * 60 + "Hùng", "Bí thư"], LAN]),
    names=TWO[1:],
    refused={2: ["nhiều nhất 120"]},
)
case(
    "an organisation where a name should be",
    "ds.xlsx",
    lambda: xlsx([HEADINGS, [1, "Phòng Nội vụ", "Trưởng phòng"], LAN]),
    names=["Phòng Nội Vụ", "Trần Thị Lan"],
    looks={2: "giống tên đơn vị"},
)

# ── Sheets ───────────────────────────────────────────────────────────────────────────────────────

case(
    "a hidden sheet with another list",
    "ds.xlsx",
    lambda: xlsx(more={"Danh mục": ([HEADINGS, *[HUNG] * 9], "hidden")}),
    **_good,
    note="Không đọc trang ẩn: Danh mục",
)
case(
    "a very hidden sheet",
    "ds.xlsx",
    lambda: xlsx(more={"x": ([HEADINGS, *[HUNG] * 9], "veryHidden")}),
    **_good,
    note="trang ẩn: x",
)
case(
    "a hidden sheet of an .xls",
    "ds.xls",
    lambda: xls(hidden=[HEADINGS, *[HUNG] * 9]),
    **_good,
    note="trang ẩn: An",
)
case(
    "several sheets, one with a list",
    "ds.xlsx",
    lambda: xlsx(
        [["Hướng dẫn"], ["Điền vào trang bên"]],
        more={"DS": (PLAIN, "visible"), "Mã": ([["a", "b"]], "visible")},
    ),
    **_good,
    note="Đọc trang “DS”; không đọc: Sheet1, Mã.",
)
case(
    "every sheet hidden",
    "ds.xlsx",
    lambda: zipped(
        parts()
        | {"xl/workbook.xml": parts()["xl/workbook.xml"].replace(b"<sheet ", b'<sheet state="hidden" ')}
    ),
    refusal="đều ẩn",
)
case("hidden rows", "ds.xlsx", lambda: xlsx(change=_hide_third), names=TWO, looks={3: "đang ẩn"})
case("empty sheets", "ds.xlsx", lambda: xlsx([]), refusal="không có dòng nào")
case(
    "no names",
    "ds.xlsx",
    lambda: xlsx([["Mặt hàng", "Giá"], ["Gạo", 12000]]),
    refusal="Không tìm thấy cột họ và tên",
)


def _hide_third(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


# ── Workbooks of other programs ──────────────────────────────────────────────────────────────────

case(
    "elements with a prefix",
    "ds.xlsx",
    lambda: zipped(
        parts()
        | {
            "xl/worksheets/sheet1.xml": parts()["xl/worksheets/sheet1.xml"]
            .replace(b"</", b"\0")
            .replace(b"<?", b"\1")
            .replace(b"<", b"<x:")
            .replace(b"\0", b"</x:")
            .replace(b"\1", b"<?")
            .replace(b"xmlns=", b"xmlns:x=")
        }
    ),
    **_good,
)
case(
    "cells and rows without their places",
    "ds.xlsx",
    lambda: raw(
        "".join(
            "<row>"
            + "".join(f'<c t="inlineStr"><is><t>{value or ""}</t></is></c>' for value in row)
            + "</row>"
            for row in PLAIN
        )
    ),
    **_good,
)
case(
    "row numbers far apart",
    "ds.xlsx",
    lambda: raw(sheet_data([HEADINGS]) + sheet_data([HUNG], start=1_048_576)),
    names=TWO[:1],
)

# ── What is refused whole ────────────────────────────────────────────────────────────────────────

case("an empty file", "ds.xlsx", b"", refusal="Tệp trống")
case("spaces only", "ds.csv", b" \r\n \r\n", refusal="Tệp trống")
case("a truncated zip", "ds.xlsx", lambda: xlsx()[:-400], refusal="hỏng hoặc tải lên chưa hết")
case("a damaged zip", "ds.xlsx", lambda: _damaged(xlsx()), refusal="hỏng hoặc tải lên chưa hết")
case("a truncated .xls", "ds.xls", lambda: xls()[:2000], refusal="hỏng hoặc tải lên chưa hết")
case("a sheet that breaks off", "ds.xlsx", lambda: raw('<row r="1"><c r="A1"'), refusal="hỏng")
case(
    "a string that is not there",
    "ds.xlsx",
    lambda: raw('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
    refusal="hỏng",
)
case("a zip bomb", "ds.xlsx", lambda: _bomb(), refusal="quá lớn")
case("a bomb of strings", "ds.xlsx", lambda: _strings(110), refusal="quá lớn")
case(
    "a sheet of one endless text",
    "ds.xlsx",
    lambda: raw(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"a" * 6_000_000}</t></is></c></row>'),
    refusal="Không tìm thấy",
)
case(
    "thousands of parts",
    "ds.xlsx",
    lambda: zipped(parts() | {f"xl/media/{n}.png": b"" for n in range(3000)}, store=True),
    refusal="quá lớn",
)
case(
    "a forged dimension",
    "ds.xlsx",
    lambda: zipped(
        parts()
        | {
            "xl/worksheets/sheet1.xml": parts()["xl/worksheets/sheet1.xml"].replace(
                b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
            )
        }
    ),
    **_good,
)
case(
    "1,048,576 empty rows",
    "ds.xlsx",
    lambda: raw(sheet_data(PLAIN) + _empty_rows()),
    **_good,
    note="dòng trống",
)
case("16,384 columns", "ds.xlsx", lambda: raw(_wide()), **_good, note="200 cột đầu")
case("100,001 rows", "ds.xlsx", lambda: _many(100_001), refusal="hơn 100.000 dòng")
case("100,001 rows of CSV", "ds.csv", lambda: csv([HEADINGS, *[HUNG] * 100_001]), refusal="hơn 100.000 dòng")
case(
    "a workbook with a password",
    "ds.xlsx",
    lambda: compound("EncryptionInfo", "EncryptedPackage"),
    refusal="mật khẩu",
)
case("an .xls with a password", "ds.xls", lambda: _encrypted_xls(), refusal="mật khẩu")
case("macros by name", "ds.xlsm", xlsx, refusal="macro")
case("macros inside", "ds.xlsx", lambda: raw(**{"xl/vbaProject.bin": b"x"}), refusal="macro")
case("macros inside an .xls", "ds.xls", lambda: compound("Workbook", "_VBA_PROJECT_CUR"), refusal="macro")
case(
    "links to other files",
    "ds.xlsx",
    lambda: raw(**{"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
    refusal="tệp khác",
)
case(
    "a DOCTYPE",
    "ds.xlsx",
    lambda: zipped(parts() | {"xl/worksheets/sheet1.xml": _laughs()}),
    refusal="DOCTYPE",
)
case(
    "a DOCTYPE in the workbook",
    "ds.xlsx",
    lambda: zipped(parts() | {"xl/workbook.xml": _laughs()}),
    refusal="DOCTYPE",
)
case("parts that climb out", "ds.xlsx", lambda: raw(**{"xl/../../etc/passwd": b"x"}), refusal="hỏng")
case(
    "HTML named .xls",
    "ds.xls",
    "<html><table><tr><td>Họ và tên</td></tr></table>".encode(),
    refusal="trang web",
)
case("XML named .xls", "ds.xls", b'<?xml version="1.0"?><Workbook/>', refusal="trang web")
case("text named .xls", "ds.xls", lambda: csv(separator="\t"), refusal="không phải sổ Excel")
case("an .xlsx named .xls", "ds.xls", xlsx, refusal="bên trong là sổ Excel (.xlsx)")
case("an .xls named .xlsx", "ds.xlsx", xls, refusal="bên trong là sổ Excel kiểu cũ")
case("an .xlsx named .csv", "ds.csv", xlsx, refusal="bên trong là sổ Excel")
case("a picture named .csv", "ds.csv", b"\x89PNG\r\n\x1a\n1234", refusal="một ảnh")
case("a program named .xls", "ds.xls", b"MZ\x90\x00 1234", refusal="một chương trình")
case("a PDF", "ds.pdf", b"%PDF-1.7", refusal="PDF")
case("a PDF named .csv", "ds.csv", b"%PDF-1.7 ...", refusal="PDF")
case("a PDF that is a workbook too", "ds.xlsx", lambda: b"%PDF-1.4\n" + xlsx(), refusal="PDF")
case(
    "a workbook that is a PDF too",
    "ds.xlsx",
    lambda: zipped({"a.txt": b"%PDF-1.4"} | parts(), store=True),
    refusal="PDF",
)
case("bytes before the zip", "ds.xlsx", lambda: b"PK\x03\x04 prefix " + xlsx(), refusal="hỏng")
case("a Word document", "ds.xlsx", lambda: zipped({"word/document.xml": b"<w/>"}), refusal="Word")
case("a Word document by name", "ds.docx", b"PK", refusal="Word")
case("another ending", "ds.exe", xlsx, refusal="Chỉ đọc")
case("a path as a name", "../../ds.xlsx", xlsx, refusal="Tên tệp")
case("a name that reads backwards", "ds\u202exslx.exe.xlsx", xlsx, refusal="Tên tệp")
case("NUL in a CSV", "ds.csv", lambda: csv().replace(b"V", b"\0", 1), refusal="NUL")
case("bytes of no encoding", "ds.csv", lambda: bytes(range(128, 256)) * 40, refusal="Không đọc được dấu")
case("more than 20 MB", "ds.csv", lambda: b"a" * (20 * 2**20 + 1), refusal="20 MB")


def _damaged(data: bytes) -> bytes:
    middle = data.index(b"xl/worksheets/sheet1.xml") + 60
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 40]) + data[middle + 40 :]


def _bomb() -> bytes:
    """300 MB of spaces, written piece by piece."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts().items():
            with archive.open(name, "w") as stream:
                stream.write(content)
                for _ in range(300 if "sheet1" in name else 0):
                    stream.write(b" " * 1_000_000)
    return written.getvalue()


def _strings(megabytes: int) -> bytes:
    return zipped(parts() | {"xl/sharedStrings.xml": b"<sst>" + bytes(range(32, 126)) * (megabytes * 11_000)})


def _empty_rows() -> str:
    return "".join(f'<row r="{n}" spans="1:6"/>' for n in range(4, 1_048_577))


def _wide() -> str:
    wide = "".join(f'<c r="{_letters(n)}2" t="inlineStr"><is><t>x</t></is></c>' for n in range(7, 16_385))
    first, second, third = (sheet_data([row], start=n) for n, row in enumerate(PLAIN, start=1))
    return first + second.replace("</row>", wide + "</row>") + third


def _letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _many(rows: int) -> bytes:
    row = '<row><c/><c t="inlineStr"><is><t>Nguyễn Văn Hùng</t></is></c></row>'
    return raw(sheet_data([HEADINGS]) + row * rows)


def _encrypted_xls() -> bytes:
    """BOF, FILEPASS, EOF: what Excel 97 writes first into a workbook with a password."""
    bof = b"\x09\x08\x10\x00\x00\x06\x05\x00\xbb\x0d\xcc\x07\x00\x00\x00\x00\x06\x00\x00\x00"
    return bof + b"\x2f\x00\x06\x00\x00\x00\x59\xb3\x0a\x9a" + b"\x0a\x00\x00\x00"


def _laughs() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData>&b;</sheetData></worksheet>"
    )


def write_all(directory: Path) -> None:
    """Write every case into a file of its own, numbered."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(CASES, start=1):
        ending = one.file.rpartition(".")[2]
        (directory / f"{number:03d} {one.name[:80].replace('/', ' ')}.{ending}").write_bytes(one.data())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
