"""Unit lists as offices keep them, into the tree: good rows taken, bad ones named with their reason."""

from __future__ import annotations

import zipfile
from datetime import date
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.models import Tier, Unit
from accounts.unit_import import Outcome, Refusal, import_units
from accounts.unit_list import MOST_BYTES, MOST_ROWS, UnreadableError, read_unit_list
from tests.factories import UnitFactory

COMMUNES = """\
code,name,district_code,district
18406,Thị trấn Nghèn,443,Huyện Can Lộc
18409,Xã Tân Lộc,443,Huyện Can Lộc
18373,Thị trấn Tiên Điền,442,Huyện Nghi Xuân
"""
"""As the statistics office lists them: the district by its name in the administration."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "don-vi.csv"


def take(file: Path, text: str) -> Outcome:
    file.write_text(text, encoding="utf-8")
    return import_units(read_unit_list(file))


def refused(outcome: Outcome) -> dict[int, str]:
    return {refusal.number: " ".join(refusal.reasons) for refusal in outcome.refused}


def run(file: Path, **options: str) -> list[str]:
    said = StringIO()
    call_command("import_units", file, stdout=said, **options)
    return said.getvalue().splitlines()


# ── Files ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_as_programs_write_it(file: Path, encoding: str, delimiter: str) -> None:
    file.write_text(COMMUNES.replace(",", delimiter), encoding=encoding)
    first, *_ = rows = read_unit_list(file)
    assert len(rows) == 3
    assert (first.number, first.cells) == (
        2,
        {"code": "18406", "name": "Thị trấn Nghèn", "parent": "Huyện Can Lộc"},
    )


def test_headings_may_be_vietnamese_stand_lower_and_lie_among_others(file: Path) -> None:
    file.write_text(
        "DANH SÁCH ĐƠN VỊ,,,,,\n,,,,,\nSTT,TÊN ĐƠN VỊ,Mã hành chính,Trực thuộc,Cấp,Từ ngày\n"
        '1,"  Xã   Tân Lộc ",18409,Huyện ủy Can Lộc,Xã,01/01/2020\n,,,,,\n'
        "2,Xã Thiên Lộc,18412,Huyện ủy Can Lộc,,\n",
        encoding="utf-8",
    )
    first, second = read_unit_list(file)
    assert (first.number, first["name"], first["tier"], first["valid_from"]) == (
        4,
        "Xã Tân Lộc",
        "Xã",
        "01/01/2020",
    )
    assert (second.number, second["code"], second["tier"]) == (6, "18412", "")


def test_excel_gives_whole_numbers_days_and_the_numbers_of_its_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Danh sách"])
    sheet.append(["Tên đơn vị", "Mã", "Từ ngày", "Điện thoại"])
    sheet.append([])
    sheet.append(["Xã Tân Lộc", 18409.0, date(2020, 1, 1), 900000123])
    sheet["Z90"] = "xa"
    book.save(tmp_path / "don-vi.xlsx")
    row, stray = read_unit_list(tmp_path / "don-vi.xlsx")
    assert (row.number, stray.number) == (4, 90)
    assert row.cells == {
        "name": "Xã Tân Lộc",
        "code": "18409",
        "valid_from": "2020-01-01",
        "phone": "900000123",
    }
    assert stray.cells == {}


def test_text_is_composed_and_tidied(file: Path) -> None:
    file.write_text("name\nXa\u0303 Ta\u0302n\u200b  Lo\u0323\u0302c\n", encoding="utf-8")
    assert read_unit_list(file)[0]["name"] == "Xã Tân Lộc"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "Xã Tân Lộc".encode("cp1258", errors="ignore") + b"\xe3", "không phải UTF-8"),
        ("a.csv", b"", "Không thấy cột tên đơn vị"),
        ("a.csv", "Mã,Cấp\n1,2\n".encode(), "Không thấy cột tên đơn vị"),
        ("a.csv", "Tên,Đơn vị\nA,B\n".encode(), "hai cột cùng một nghĩa: name"),
        ("a.csv", b"name\n" + b"A\n" * (MOST_ROWS + 1), f"dài hơn {MOST_ROWS} dòng"),
        ("a.csv", b"\0" * (MOST_BYTES + 1), "lớn hơn 20 MB"),
        ("a.csv", b'name\n"' + b"A" * 200_000 + b'"\n', "CSV hỏng"),
        ("a.xlsx", b"PK\x03\x04 not a workbook", "không đọc được hoặc đã hỏng"),
        ("a.xls", b"", "Chỉ đọc tệp .csv và .xlsx"),
        ("a", b"", "tệp không có đuôi"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=sentence):
        read_unit_list(tmp_path / name)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="Không mở được"):
        read_unit_list(tmp_path / "khong-co.csv")


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.unit_list.MOST_BYTES_UNPACKED", 2_000_000)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(3):
            archive.writestr(f"xl/sheet{part}.xml", b"\0" * 700_000)
    with pytest.raises(UnreadableError, match="phình ra quá lớn"):
        read_unit_list(tmp_path / "a.xlsx")


# ── New units ────────────────────────────────────────────────────────────────────────────────


def test_communes_find_the_committee_of_their_district(file: Path, can_loc: Unit, nghi_xuan: Unit) -> None:
    outcome = take(file, COMMUNES)
    assert outcome == Outcome(made=[2, 3, 4])
    commune = Unit.objects.get(code="18409")
    assert (commune.parent, commune.tier, commune.slug) == (can_loc, Tier.COMMUNE, "xa-tan-loc")
    assert commune.path == f"{can_loc.path}{commune.pk}."
    assert Unit.objects.get(code="18373").parent == nghi_xuan


@pytest.mark.parametrize(
    ("district", "committee"),
    [
        ("Huyện Kỳ Anh", "Huyện ủy Kỳ Anh"),
        ("Thị xã Kỳ Anh", "Thị ủy Kỳ Anh"),
        ("THÀNH PHỐ HÀ TĨNH", "Thành ủy Hà Tĩnh"),
        ("huyen uy ky anh", "Huyện ủy Kỳ Anh"),
        ("thi-uy-ky-anh", "Thị ủy Kỳ Anh"),
        ("443", "Huyện ủy Kỳ Anh"),
    ],
)
def test_a_parent_is_named_by_slug_code_name_or_district(
    file: Path, province: Unit, district: str, committee: str
) -> None:
    for name, code in (("Huyện ủy Kỳ Anh", "443"), ("Thị ủy Kỳ Anh", ""), ("Thành ủy Hà Tĩnh", "")):
        UnitFactory.create(name=name, parent=province, tier=Tier.DISTRICT, code=code)
    assert refused(take(file, f"name,parent\nXã Mới,{district}\n")) == {}
    parent = Unit.objects.get(name="Xã Mới").parent
    assert parent
    assert parent.name == committee


def test_without_districts_communes_stand_below_the_province(file: Path, province: Unit) -> None:
    UnitFactory.create(name="Xã Thạch Hạ", code="18100", valid_from=date(2020, 1, 1), parent=province)
    UnitFactory.create(name="Phường Trần Phú", code="18070", valid_from=date(2020, 1, 1), parent=province)
    again = "code,name,valid_from\n18073,Phường Thành Sen,01/07/2025\n18100,Phường Trần Phú,01/07/2025\n"
    assert take(file, again).made == [2, 3]
    new = Unit.objects.get(code="18100", valid_from=date(2025, 7, 1))
    assert (new.name, new.slug, new.parent) == ("Phường Trần Phú", "phuong-tran-phu-2", province)
    assert Unit.objects.get(code="18100", valid_from=date(2020, 1, 1)).name == "Xã Thạch Hạ"
    assert take(file, again) == Outcome(unchanged=[2, 3])


def test_a_code_given_out_again_without_a_day_is_another_unit(file: Path, province: Unit) -> None:
    old = UnitFactory.create(name="Xã Thạch Hạ", code="18100", valid_from=date(2020, 1, 1), parent=province)
    for taken in (Outcome(made=[2]), Outcome(unchanged=[2])):
        assert take(file, "code,name\n18100,Phường Trần Phú\n") == taken
    old.refresh_from_db()
    assert old.name == "Xã Thạch Hạ"
    assert Unit.objects.filter(code="18100").count() == 2


def test_a_whole_tree_in_any_order(file: Path, db: None) -> None:
    outcome = take(
        file,
        "name,parent,tier\n"
        "Chi bộ thôn Đông,Xã Tân Lộc,\n"
        "Xã Tân Lộc,huyện ủy can lộc,\n"
        "Huyện ủy Can Lộc,Tỉnh ủy Hà Tĩnh,Huyện thành thị ủy\n"
        "Tỉnh ủy Hà Tĩnh,,Cấp tỉnh\n",
    )
    assert refused(outcome) == {4: "Không có cấp “Huyện thành thị ủy”. Điền một trong: " + LEVELS} | {
        2: "Không có đơn vị cấp trên “Xã Tân Lộc”. Thêm đơn vị ấy trước, hoặc sửa tên.",
        3: "Không có đơn vị cấp trên “huyện ủy can lộc”. Thêm đơn vị ấy trước, hoặc sửa tên.",
    }
    assert outcome.made == [5]
    outcome = take(
        file, file.read_text(encoding="utf-8").replace("Huyện thành thị ủy", '"Huyện, thành, thị ủy"')
    )
    assert outcome == Outcome(made=[4, 3, 2], unchanged=[5])
    branch = Unit.objects.get(tier=Tier.BRANCH)
    assert branch.path.count(".") == 4


LEVELS = (
    "Cấp tỉnh, Huyện, thành, thị ủy, Đảng ủy trực thuộc, Xã, phường, thị trấn, Đảng bộ, chi bộ trực thuộc, "
    "Đơn vị phục vụ."
)


def test_excels_lost_zero_comes_back_to_a_communes_code(file: Path, province: Unit) -> None:
    take(file, "code,name\n1,Phường Phúc Xá\n")
    assert Unit.objects.get(name="Phường Phúc Xá").code == "00001"


def test_all_columns_are_taken(file: Path, province: Unit) -> None:
    take(
        file,
        "name,short_name,slug,tier,code,parent,valid_from,valid_until,email,phone,position,"
        "Lãnh đạo phụ trách,Điện thoại lãnh đạo,Thư điện tử lãnh đạo\n"
        "Sở Y tế,SYT,so-y-te-ha-tinh,province,A1,tinh-uy-ha-tinh,2020-01-01,31/12/2030,yt@example.vn,"
        "0900.000.123,7,Lê Thị Bình,0900.000.124,binh@example.vn\n",
    )
    unit = Unit.objects.get(slug="so-y-te-ha-tinh")
    assert (unit.short_name, unit.tier, unit.code, unit.parent) == ("SYT", Tier.PROVINCE, "A1", province)
    assert (unit.valid_from, unit.valid_until) == (date(2020, 1, 1), date(2030, 12, 31))
    assert (unit.email, unit.phone, unit.position) == ("yt@example.vn", "0900000123", 7)
    leader = (unit.leader_name, unit.leader_phone, unit.leader_email)
    assert leader == ("Lê Thị Bình", "0900000124", "binh@example.vn")


# ── Units that are there ─────────────────────────────────────────────────────────────────────


def test_again_changes_nothing(file: Path, can_loc: Unit, nghi_xuan: Unit) -> None:
    take(file, COMMUNES)
    before = list(Unit.objects.order_by("pk").values_list())
    assert take(file, COMMUNES) == Outcome(unchanged=[2, 3, 4])
    assert list(Unit.objects.order_by("pk").values_list()) == before


def test_a_unit_is_brought_up_to_date_and_empty_cells_change_nothing(file: Path, can_loc_communes) -> None:
    commune = can_loc_communes[1]
    outcome = take(file, f"slug,name,short_name,phone,code\n{commune.slug},Xã Thiên Lộc mới,TL,,\n")
    assert outcome == Outcome(changed=[2])
    commune.refresh_from_db()
    assert (commune.name, commune.short_name, commune.code) == ("Xã Thiên Lộc mới", "TL", "18409")
    assert Unit.objects.search("thien loc moi").get() == commune


def test_a_unit_moves_with_all_below_it(file: Path, can_loc_communes, nghi_xuan: Unit) -> None:
    commune = can_loc_communes[0]
    branch = UnitFactory.create(name="Chi bộ 1", parent=commune, tier=Tier.BRANCH)
    outcome = take(
        file,
        f"slug,name,parent,short_name\n{commune.slug},{commune.name},nghi-xuan,\n"
        f"{commune.slug},{commune.name},{nghi_xuan.slug},\n{branch.slug},Chi bộ 1,,CB1\n",
    )
    assert refused(outcome) == {
        2: "Không có đơn vị cấp trên “nghi-xuan”. Thêm đơn vị ấy trước, hoặc sửa tên."
    }
    assert outcome.changed == [3, 4]
    branch.refresh_from_db()
    assert branch.path == f"{nghi_xuan.path}{commune.pk}.{branch.pk}."


# ── Bad rows ─────────────────────────────────────────────────────────────────────────────────


def test_each_bad_row_is_named_with_its_reasons_and_the_good_ones_are_taken(
    file: Path, can_loc: Unit, nghi_xuan: Unit
) -> None:
    UnitFactory.create(name="Xã Trùng Tên", parent=can_loc)
    UnitFactory.create(name="Xã Trùng Tên", parent=nghi_xuan)
    outcome = take(
        file,
        "name,code,parent,tier,phone,email,position,slug,valid_from,valid_until\n"
        "Xã Tốt,1,Huyện Can Lộc,,,,,,,\n"
        ",2,Huyện Can Lộc,,,,,,,\n"
        "Xã Ba,3,Huyện Đâu,bậy,09,x@,-1,xã,hôm qua,\n"
        "Sở Bốn,4,,,,,,,,\n"
        "Xã Năm,1,Huyện Can Lộc,,,,,,,\n"
        "Xã Sáu,6,Xã Trùng Tên,,,,,,,\n"
        "Xã Trùng Tên,,,,,,,,,\n"
        "Xã Tám,8,Huyện Can Lộc,,,x@,,,,\n"
        "Xã Chín,9,Huyện Can Lộc,,,,,,01/07/2025,30/06/2025\n"
        f"Xã {'dài ' * 60},10,Huyện Can Lộc,,,,,,,\n"
        "Xã Tốt,1,Huyện Can Lộc,,,,,,,\n"
        "Xã Trên Chính Mình,13,Xã Trên Chính Mình,,,,,,,\n"
        "Huyện ủy Can Lộc,,Xã Tốt,,,,,huyen-uy-can-loc,,\n",
    )
    assert outcome.made == [2]
    assert refused(outcome) == {
        3: "Thiếu tên đơn vị.",
        4: f"Không có cấp “bậy”. Điền một trong: {LEVELS} "
        "Mới có 2 chữ số, cần 10. Điền thêm, hoặc để trống. "
        "Thứ tự “-1” không phải số. Điền số nguyên từ 0. "
        "Mã trên địa chỉ “xã” chỉ được gồm chữ không dấu, số và gạch nối. "
        "Không hiểu ngày “hôm qua”. Viết ngày/tháng/năm, ví dụ 01/07/2025. "
        "Không có đơn vị cấp trên “Huyện Đâu”. Thêm đơn vị ấy trước, hoặc sửa tên.",
        5: "Không đoán được cấp từ tên đơn vị. Điền cột Cấp.",
        6: "Mã hành chính này đã có ở đơn vị khác trong cùng thời gian.",
        7: "Có 2 đơn vị cấp trên “Xã Trùng Tên”. Dùng mã trên địa chỉ của đơn vị ấy.",
        8: "Có 2 đơn vị tên “Xã Trùng Tên”. Điền mã để biết đơn vị nào.",
        9: "Thư điện tử: Địa chỉ thư chưa đúng. Ví dụ: ten@tinhuy.vn",
        10: "Ngày kết thúc phải sau ngày bắt đầu.",
        11: "Tên đơn vị: Dài quá: 242 ký tự, nhiều nhất 200. Hãy rút gọn.",
        12: "Đơn vị này đã có ở dòng 2.",
        13: "Không có đơn vị cấp trên “Xã Trên Chính Mình”. Thêm đơn vị ấy trước, hoặc sửa tên.",
        14: "Trực thuộc: Không chọn chính đơn vị này hoặc đơn vị ở dưới nó.",
    }
    can_loc.refresh_from_db()
    assert can_loc.parent != Unit.objects.get(name="Xã Tốt")


def test_rows_that_wait_for_each_other_are_refused(file: Path, province: Unit) -> None:
    outcome = take(file, "name,parent\nXã A,Xã B\nXã B,Xã A\nXã C,Tỉnh ủy Hà Tĩnh\n")
    assert set(refused(outcome)) == {2, 3}
    assert outcome.made == [4]


def test_the_first_unit_of_all_needs_a_tier_that_can_stand_alone(file: Path, db: None) -> None:
    assert refused(take(file, "name\nXã Mồ Côi\n")) == {2: "Thiếu đơn vị cấp trên. Điền cột Trực thuộc."}


def test_a_refused_row_leaves_no_trace_for_the_next(file: Path, can_loc: Unit) -> None:
    outcome = take(
        file,
        f"slug,name,email,parent\n{can_loc.slug},Tên hỏng,không phải thư,\n"
        "xa-moi,Xã Mới,moi@example.vn,Huyện Can Lộc\n",
    )
    assert outcome.refused == [Refusal(2, ["Thư điện tử: Địa chỉ thư chưa đúng. Ví dụ: ten@tinhuy.vn"])]
    can_loc.refresh_from_db()
    assert can_loc.name == "Huyện ủy Can Lộc"
    assert Unit.objects.get(slug="xa-moi").parent == can_loc


# ── The command ──────────────────────────────────────────────────────────────────────────────


def test_the_command_reports_rows_and_sums(file: Path, can_loc: Unit) -> None:
    file.write_text(COMMUNES, encoding="utf-8-sig")
    assert run(file) == [
        "Dòng 4: Không có đơn vị cấp trên “Huyện Nghi Xuân”. Thêm đơn vị ấy trước, hoặc sửa tên.",
        "3 dòng: thêm 2, sửa 0, giữ nguyên 0, từ chối 1.",
    ]


def test_a_day_for_all_keeps_communes_of_two_periods_apart(file: Path, province: Unit) -> None:
    UnitFactory.create(name="Xã Sơn Hồng", code="18139", valid_from=date(2020, 1, 1), parent=province)
    file.write_text("code,name\n18139,Xã Sơn Hồng\n", encoding="utf-8")
    assert run(file, valid_from="01/07/2025") == ["1 dòng: thêm 1, sửa 0, giữ nguyên 0, từ chối 0."]
    assert run(file, valid_from="01/07/2025") == ["1 dòng: thêm 0, sửa 0, giữ nguyên 1, từ chối 0."]
    assert Unit.objects.filter(code="18139").count() == 2


def test_the_command_takes_a_workbook(tmp_path: Path, can_loc: Unit) -> None:
    book = openpyxl.Workbook()
    for row in (["Mã", "Tên", "Trực thuộc"], [18406, "Thị trấn Nghèn", "Huyện Can Lộc"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "don-vi.xlsx")
    assert run(tmp_path / "don-vi.xlsx") == ["1 dòng: thêm 1, sửa 0, giữ nguyên 0, từ chối 0."]
    assert Unit.objects.get(code="18406").parent == can_loc


def test_the_command_says_what_it_cannot_read(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="Không mở được"):
        run(tmp_path / "khong-co.csv")
