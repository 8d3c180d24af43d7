"""What change files say: sheets of invented people in every layout, and what a reader must say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class MadeSheet:
    """A sheet: rows above the heading, the heading, our column of each of its columns ("" for none), and the people.

    `written` is what stands in the cells of a person; `received` what a reader must say of him, blank columns left out.
    """

    name: str
    profile: str
    above: Sequence[Sequence[str]]
    heading: Sequence[str]
    columns: Sequence[str]
    people: Rows
    received: Rows

    def cells(self) -> list[list[str]]:
        """The rows of people as they stand under the heading."""
        return [[person.get(column, "") if column else "" for column in self.columns] for person in self.people]


def _sheet(
    name: str,
    profile: str,
    columns: Sequence[tuple[str, str]],
    people: Rows,
    *,
    above: Sequence[Sequence[str]] = (),
    known: Sequence[Mapping[str, str]] = (),
) -> MadeSheet:
    """A sheet of (heading, our column) pairs; `known` says what a reader adds to each person."""
    received = [
        {column: text for column, text in {**person, **more}.items() if text and column != "number"}
        for person, more in zip(people, known or [{}] * len(people), strict=True)
    ]
    heading, ours = zip(*columns, strict=True)
    return MadeSheet(name, profile, above, heading, ours, people, received)


_COMMUNE_PEOPLE = (
    {"number": "1", "event": "Chuyển đến", "household_code": "0100005955", "full_name": "Lục Thị Quỳnh\nHương"}
    | {"birth_date": "05/03/1987", "sex": "Nữ", "personal_id": "001187123456", "relation_to_head": "Chủ hộ"}
    | {"birth_place_code": "00025", "event_date": "18/10/2026", "note": "=1+1"},
    {"number": "2", "event": "Bổ sung", "household_code": "0100005955", "full_name": "NGUYỄN ĐỨC THỊNH"}
    | {"birth_date": "1985", "sex": "Nam", "personal_id": "001085000123", "relation_to_head": "Chồng"}
    | {"bhxh_code": "0110301408", "event_date": "18/10/2026"},
    {"number": "3", "event": "Sinh", "household_code": "0100005955", "full_name": "Con bà Lục Thị Quỳnh Hương"}
    | {"birth_date": "21/09/2026", "sex": "Nữ", "relation_to_head": "Con", "event_date": "22/09/2026"},
)

COMMUNE = _sheet(
    "Biến động",
    "commune_01bd",
    [
        ("STT", "number"),
        ("LOẠI BIẾN ĐỘNG", "event"),
        ("Mã hộ gia đình", "household_code"),
        ("Họ và\ntên", "full_name"),
        ("Ngày sinh", "birth_date"),
        ("Giới tính", "sex"),
        ("Số ĐDCN/CCCD/\nCMND", "personal_id"),
        ("Mã số BHXH", "bhxh_code"),
        ("Mối quan hệ với chủ hộ", "relation_to_head"),
        ("Mã xã nơi cấp giấy khai sinh", "birth_place_code"),
        ("Ngày biến động", "event_date"),
        ("Ghi chú", "note"),
    ],
    _COMMUNE_PEOPLE,
)

_POST_PEOPLE = (
    {"number": "1", "full_name": "Lê Đức Kỷ", "birth_date": "01/01/2014", "birth_precision": "2", "sex": "1"}
    | {"personal_id": "001214824690", "household_code": "0100012273", "relation_to_head": "Con"}
    | {"birth_place_code": "10441", "residence_code": "01414", "event": "BS", "event_date": "06/10/2026"}
    | {"note": "cấp lại"},
    {"number": "2", "full_name": "Đỗ Thị Ánh Mai", "birth_date": "31/07/1992", "birth_precision": "0", "sex": "0"}
    | {"personal_id": "001192496670", "household_code": "0100009756", "relation_to_head": "Vợ"}
    | {"birth_place_code": "10441", "residence_code": "10441", "event": "CD", "event_date": "09/10/2026"},
    {"number": "3", "full_name": "Vũ Thị Thuỷ Lý", "birth_date": "20/03/2016", "birth_precision": "0", "sex": "0"}
    | {"bhxh_code": "0497715588", "household_code": "0186935542", "relation_to_head": "Con"}
    | {"residence_code": "10441", "event": "DC", "event_date": "09/10/2026"},
)

POST = _sheet(
    "Sheet1",
    "post_d03",
    [
        ("STT", "number"),
        ("HoTen", "full_name"),
        ("MasoBHXH", "bhxh_code"),
        ("NgaySinh", "birth_date"),
        ("CCNS", "birth_precision"),
        ("GioiTinh", "sex"),
        ("SoCCCD", "personal_id"),
        ("Maho_Giadinh", "household_code"),
        ("MQHChuHo", "relation_to_head"),
        ("Maxa_KS", "birth_place_code"),
        ("Maxa_DangSS", "residence_code"),
        ("PhuongAn", "event"),
        ("NgayBienDong", "event_date"),
        ("Ghichu", "note"),
    ],
    _POST_PEOPLE,
)

#: 63 columns, blank and repeated headings among them, under two blank rows.
POST_BOOK = _sheet(
    "Dữ Liệu",
    "post_d03",
    [
        ("STT", "number"),
        ("HoTen", "full_name"),
        ("MasoBHXH", "bhxh_code"),
        ("MaPhongBan", ""),
        ("Loai", ""),
        ("PhuongAn", "event"),
        ("NgaySinh", "birth_date"),
        ("CCNS", "birth_precision"),
        ("GioiTinh", "sex"),
        ("DanToc", "ethnicity"),
        ("QuocTich", "nationality"),
        ("CMND", "old_id"),
        ("SoCCCD", "personal_id"),
        ("NgayCap", ""),
        ("NoiCap", ""),
        ("", ""),
        ("Maho_Giadinh", "household_code"),
        ("HoTenChuHo", "head_name"),
        ("MQHChuHo", "relation_to_head"),
        ("Matinh", ""),
        ("Mahuyen", ""),
        ("Maxa", "birth_place_code"),
        ("Tenxa", "birth_place_name"),
        ("Matinh", ""),
        ("Mahuyen", ""),
        ("Maxa", "residence_code"),
        ("Tenxa", "residence_name"),
        ("Diachi_DangSS", "address"),
        ("", ""),
        *((name, "") for name in ("MatinhKCB", "MaBV", "TenBV", "MucHuong", "MaVungLTT", "ChucVu", "TienLuong")),
        *((name, "") for name in ("PhuCapCV", "PhuCapTNVK", "PhuCapTNNghe", "PhuCapKhac", "HeSo", "TyLeDong")),
        ("TuThang", ""),
        ("DenThang", ""),
        ("SoThang", ""),
        ("MucDong", ""),
        ("TuThang", ""),
        ("DenThang", ""),
        ("SoTien", ""),
        ("SoBienLai", ""),
        ("NgayBienLai", ""),
        ("", ""),
        ("NgayBienDong", "event_date"),
        ("HoTenCha", "father_name"),
        ("HoTenMe", "mother_name"),
        ("DienThoai", "phone"),
        ("Ghichu", "note"),
        ("Email", ""),
        ("MaNhanVien", ""),
        ("MaDaiLy", ""),
        ("HinhThuc", ""),
        ("NgayNhap", ""),
        ("Ghichu", ""),
    ],
    _POST_PEOPLE,
)

_TK1_PEOPLE = (
    {"number": "1", "full_name": "Trần Văn Hậu", "bhxh_code": "0110301408", "birth_date": "20/05/1973", "sex": "Nam"}
    | {"relation_to_head": "Chủ hộ", "personal_id": "036073662961", "birth_place_name": "Xã Trung Đông"},
    {"number": "2", "full_name": "Phạm Thị Tuyết", "birth_date": "12/1975", "sex": "Nữ", "relation_to_head": "Vợ"}
    | {"personal_id": "036175662962"},
    {"number": "3", "full_name": "Trần Thị Ngọc Ánh", "birth_date": "29/07/2008", "sex": "Nữ"}
    | {"relation_to_head": "Con", "note": "học sinh"},
)
_TK1_ABOVE = {"head_name": "Trần Văn Hậu", "household_code": "3600008451", "event": "Bổ sung"}

TK1 = _sheet(
    "TK1-TS",
    "tk1_ts",
    [
        ("STT", "number"),
        ("Họ và tên", "full_name"),
        ("Mã số BHXH", "bhxh_code"),
        ("Ngày tháng năm sinh", "birth_date"),
        ("Giới tính", "sex"),
        ("Nơi cấp giấy khai sinh", "birth_place_name"),
        ("Mối quan hệ với chủ hộ", "relation_to_head"),
        ("Số CMND/CCCD/Hộ chiếu", "personal_id"),
        ("Ghi chú", "note"),
    ],
    _TK1_PEOPLE,
    above=[
        ["TỜ KHAI THAM GIA, ĐIỀU CHỈNH THÔNG TIN BẢO HIỂM XÃ HỘI, BẢO HIỂM Y TẾ"],
        [],
        ["Họ và tên chủ hộ: Trần Văn Hậu"],
        ["Mã hộ gia đình:", "3600008451"],
        [],
    ],
    known=[_TK1_ABOVE] * 3,
)

_ARRIVALS = (
    {"number": "1", "household_code": "0100000011", "head_name": "Hoàng Văn Thân", "full_name": "Hoàng Văn Thân"}
    | {"birth_date": "27/12/1969", "sex": "Nam", "personal_id": "022069858774", "relation_to_head": "Chủ hộ"}
    | {"residence_name": "Phường Bình Hòa", "event_date": "18/10/2026"},
    {"number": "2", "full_name": "Bùi Thị Huệ", "birth_date": "1971", "sex": "Nữ", "personal_id": "022171858775"}
    | {"relation_to_head": "Vợ", "residence_name": "Phường Bình Hòa", "event_date": "18/10/2026"},
    {"number": "3", "full_name": "Lý Văn Sử", "birth_date": "31/07/1991", "sex": "Nam", "personal_id": "022091466561"}
    | {"relation_to_head": "Chủ hộ", "residence_name": "Phường Bình Hòa", "event_date": "19/10/2026"},
)
_FIRST_HOUSE = {"household_code": "0100000011", "head_name": "Hoàng Văn Thân"}

ARRIVALS = _sheet(
    "Nhân khẩu đến",
    "ward_residence",
    [
        ("Số TT", "number"),
        ("Số hộ", "household_code"),
        ("Họ và tên chủ hộ", "head_name"),
        ("Họ, chữ đệm và tên khai sinh", "full_name"),
        ("Ngày, tháng, năm sinh", "birth_date"),
        ("Giới tính", "sex"),
        ("Số định danh cá nhân", "personal_id"),
        ("Quan hệ với chủ hộ", "relation_to_head"),
        ("Nơi thường trú hiện nay", "residence_name"),
        ("Ngày đăng ký thường trú", "event_date"),
        ("Ghi chú", "note"),
    ],
    _ARRIVALS,
    above=[["CÔNG AN PHƯỜNG BÌNH HÒA"], ["DANH SÁCH NHÂN KHẨU ĐẾN THÁNG 10/2026"]],
    known=[{"event": "Chuyển đến"}, {"event": "Chuyển đến", **_FIRST_HOUSE}, {"event": "Chuyển đến"}],
)

DEPARTURES = _sheet(
    "Nhân khẩu đi",
    "ward_residence",
    [
        ("STT", "number"),
        ("Họ và tên", "full_name"),
        ("Năm sinh", "birth_date"),
        ("Nam/Nữ", "sex"),
        ("Số CCCD", "personal_id"),
        ("Mã hộ", "household_code"),
        ("Lý do xóa đăng ký", "event"),
        ("Ngày xóa đăng ký", "event_date"),
    ],
    (
        {"number": "1", "full_name": "Nguyễn Bá Nhẫn", "birth_date": "24/06/1950", "sex": "Nam"}
        | {"personal_id": "017050550955", "household_code": "0100000020", "event": "Chết", "event_date": "04/10/2026"},
        {"number": "2", "full_name": "Nguyễn Thị Phương", "birth_date": "1975", "sex": "Nữ"}
        | {"personal_id": "017175490446", "household_code": "0100000021", "event": "Chuyển đi"}
        | {"event_date": "19/10/2026"},
    ),
    above=[["DANH SÁCH NHÂN KHẨU ĐI"]],
)

LAYOUTS: Mapping[str, Sequence[MadeSheet]] = {
    "commune": [COMMUNE],
    "post": [POST],
    "post_book": [POST_BOOK],
    "tk1": [TK1],
    "ward": [ARRIVALS, DEPARTURES],
}
#: How many blank rows stand above everything.
BLANK_ABOVE = {"post_book": 2}
