"""A small register, and change files of a commune, as texts that a test writes out."""

from __future__ import annotations

from pathlib import Path

#: the people whom tests speak of, beside those of the sample register, who are the crowd
REGISTER = """\
bhxh_code,household_code,full_name,birth_date,sex,personal_id,birth_place_code,birth_place_list,residence_code,\
residence_list,relation_to_head,father_name,mother_name,status
0111000001,0190000001,Đỗ Quang Khải,1971-03-14,M,001071000111,09676,2019,09676,2019,Chủ hộ,,,active
0111000002,0190000001,Lương Thị Hạnh,1974-08-02,F,001174000222,09676,2019,09676,2019,Vợ,,,active
0111000003,0190000001,Đỗ Minh Châu,1999-11-20,F,001199000333,09676,2019,09676,2019,Con,Đỗ Quang Khải,Lương Thị Hạnh,\
active
0111000004,0190000002,Phan Văn Thiện,1938,M,,09676,2019,09676,2019,Chủ hộ,,,active
0111000005,0190000003,Mạc Thị Khuyên,1990-06-15,F,,08995,2019,08995,2019,Chủ hộ,Mạc Đình Trứ,,active
"""

#: the headings of every file that a test writes: the commune's layout, without the columns that no test needs
HEADINGS = (
    "Loại biến động,Họ và tên,Ngày sinh,Giới tính,Số ĐDCN,Mã số BHXH,Mã hộ,Quan hệ,Mã xã khai sinh,Mã xã cư trú,"
    "Họ tên cha,Họ tên mẹ,Ngày biến động,Ghi chú"
)
#: a file of which some rows are linked, some issued, some wait and some go back
EVERY_OUTCOME = (
    "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025",
    "Sinh,Đỗ Gia An,01/09/2025,Nam,,,0190000001,Cháu,09676,09676,Đỗ Quang Minh,Tạ Thị Liễu,05/09/2025",
    "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025",
    "Điều chỉnh,Đỗ Minh Châu,20/11/1998,Nữ,001199000333,,0190000001,Con,09676,09676,,,06/09/2025",
    "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025",
    "Bổ sung,,20/11/1998,Nữ,,,0190000001,Con,09676,09676,,,06/09/2025",
    "Chuyển đến,Mạc Thị Khuyên,15/06/1990,Nữ,,,0190000001,Con dâu,08995,09676,Mạc Đình Trứ,,07/09/2025",
    "Bổ sung,Vũ Ngọc Diêm,09/04/1988,Nữ,,,,,09676,09676,,,08/10/2025",
)
_WIDTH = HEADINGS.count(",")


def write_changes(path: Path, *lines: str) -> Path:
    """A change file of lines under HEADINGS; cells that a line leaves out at its end are blank."""
    padded = [line + "," * (_WIDTH - line.count(",")) for line in lines]
    path.write_text("\n".join([HEADINGS, *padded]) + "\n", encoding="utf-8")
    return path
