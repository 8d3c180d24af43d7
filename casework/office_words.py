"""The words of the offices for what the program calls by English names; both are shown together."""

from __future__ import annotations

from collections.abc import Mapping

OUTCOMES = {
    "linked": "liên kết",
    "issued": "cấp mã mới",
    "review": "chờ xem xét",
    "returned": "trả lại",
}

#: what officers say by hand on an item
SAID = {
    "judgement": "lời về người của dòng",
    "give_back": "trả lại",
    "approval": "đồng ý",
    "refusal": "không đồng ý",
    "alive": "nói người này còn sống",
    "undo": "hoàn tác",
    "release": "cho cả tệp bị giữ đi tiếp",
    "return_file": "trả lại cả tệp bị giữ",
}

#: what a run counts beside the outcomes: rows of files that the brake holds
RUN_OUTCOMES = {**OUTCOMES, "held": "tệp đang bị giữ lại"}

REASONS = {
    "ambiguous": "nhiều người cùng hợp với dòng này",
    "weak": "chưa đủ chắc, hoặc dòng thiếu điều cần để cấp mã",
    "identity_conflict": "giống một người nhưng giấy tờ hoặc ngày sinh mâu thuẫn",
    "code_conflict": "mã số trên dòng là của người khác, hoặc đang tranh chấp",
    "twin": "có thể là anh chị em sinh đôi",
    "in_batch": "các dòng cùng đợt có thể là một người",
    "waits_for_row": "chờ một dòng khác đang được xem xét",
    "household_conflict": "đã rõ người, nhưng biến động không khớp hộ gia đình",
    "one_person_two_codes": "một người đang có hai mã số",
    "one_code_two_persons": "một mã số đang đứng tên hai người",
    "unknown_person": "không tìm thấy người của biến động này",
    "correction": "giá trị mới hợp với người khác hơn",
    "search_incomplete": "việc tìm kiếm chưa đủ",
    "stale": "sổ thay đổi trong lúc quyết định",
    "death": "báo chết, chưa khớp mã số BHXH hoặc số ĐDCN",
}

#: where an item stands in the queue: at its reason, or with another province
PLACES = {**REASONS, "asking": "đang hỏi tỉnh khác", "answered": "tỉnh khác đã trả lời"}

ANSWERS = {"same": "là người này", "not_same": "không phải người này", "unsure": "không nói được"}

STAGES = {
    "load": "nạp sổ",
    "publish": "xuất bản",
    "intake": "nhận tệp",
    "decide": "quyết định",
    "apply": "ghi kết quả",
    "answer": "viết trả lời",
    "train": "học mô hình",
    "blocks": "đo khối",
}

#: who a candidate may be, as the model weighs it
CLASSES = {
    "same": "cùng người",
    "stranger": "người lạ",
    "twin": "sinh đôi",
    "relative": "người nhà",
}

#: whether a search step must run
NEEDED = {
    "always": "luôn luôn",
    "given": "khi có giá trị",
    "extra": "bổ trợ",
}

SCHEMES = {
    "province_permutation": "mười chữ số: tỉnh và hoán vị có khóa của bộ đếm",
    "personal_number": "số ĐDCN thay mã số BHXH, không có thì mười chữ số",
}

KINDS = {
    "row": "xem xét dòng",
    "death": "báo chết, cần thêm một người khác đồng ý",
    "household": "biến động hộ gia đình, cần người xem",
}

#: what waited beside a link, in a few words
BESIDE = {"death": "báo chết", "household": "biến động hộ"}

EVENTS = {
    "birth": "sinh",
    "death": "chết",
    "move_in": "chuyển đến",
    "move_out": "chuyển đi",
    "addition": "bổ sung",
    "correction": "điều chỉnh",
}

FIELDS = {
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "personal_id": "Số ĐDCN",
    "old_id": "Số CMND",
    "bhxh_code": "Mã số BHXH",
    "card_number": "Số thẻ BHYT",
    "household_code": "Mã hộ gia đình",
    "relation_to_head": "Quan hệ với chủ hộ",
    "head_name": "Chủ hộ",
    "birth_place_code": "Mã xã khai sinh",
    "birth_place_list": "Danh mục (khai sinh)",
    "birth_place_name": "Nơi khai sinh",
    "residence_code": "Mã xã cư trú",
    "residence_list": "Danh mục (cư trú)",
    "residence_name": "Nơi cư trú",
    "address": "Địa chỉ",
    "ethnicity": "Dân tộc",
    "nationality": "Quốc tịch",
    "father_name": "Họ tên cha",
    "mother_name": "Họ tên mẹ",
    "phone": "Điện thoại",
    "status": "Tình trạng",
    "event": "Loại biến động",
    "event_date": "Ngày biến động",
    "birth_precision": "Cấp chính xác ngày sinh",
    "note": "Ghi chú",
    "shape_fault": "(cả dòng)",
}

#: What stands before an officer's words to a sender.
NOTE = "Cán bộ BHXH ghi"

#: What a code needs, as the decision names it where the row lacks it.
NEEDS = {**FIELDS, "residence": "Nơi cư trú"}

RELATIONS = {
    "head": "chủ hộ",
    "spouse": "vợ/chồng",
    "child": "con",
    "parent": "cha/mẹ",
    "grandparent": "ông/bà",
    "grandchild": "cháu",
    "sibling": "anh/chị/em",
    "in_law": "dâu/rể, bên vợ, bên chồng",
    "other": "khác",
}

SEXES = {"M": "nam", "F": "nữ"}

STATUSES = {"active": "còn sống", "deceased": "đã chết"}

CODE_STATUSES = {"active": "đang dùng", "disputed": "đang tranh chấp", "retired": "đã thôi dùng", "alias": "số cũ"}

CODE_ORIGINS = {"extract": "sổ nạp vào", "issued": "hệ thống cấp"}

COMPARISONS = {
    "given": "tên",
    "middle": "tên đệm",
    "surname": "họ",
    "birth": "ngày sinh",
    "sex": "giới tính",
    "personal_id": "số ĐDCN",
    "old_id": "số CMND",
    "code": "mã số BHXH",
    "place": "nơi khai sinh, cư trú",
    "household": "hộ",
    "relation": "quan hệ với chủ hộ",
    "head": "chủ hộ",
    "parents": "cha mẹ",
    "phone": "điện thoại",
}

STEP_STATUSES = {
    "complete": "tìm đủ",
    "narrowed": "tìm đủ, đã thu hẹp",
    "cut": "chưa tìm hết",
    "not_applicable": "không có giá trị để tìm",
}

FLAGS = {
    "personal_id_of_another": "số định danh là của người khác (của cha mẹ)",
    "personal_id_disagrees": "số định danh không khớp ngày sinh hoặc giới tính",
    "number_moved": "số giấy tờ ghi nhầm cột",
    "card_code_disagrees": "thẻ BHYT và mã số BHXH không khớp",
    "name_legacy_possible": "họ tên có thể gõ bằng phông cũ, chưa đủ căn cứ để đổi",
    "typed_at_the_counter": "cán bộ nhập tại quầy; báo chết thì cần hai người đồng ý",
    "unnamed": "chưa có tên",
    "mothers_name": "họ tên trùng họ tên mẹ, có thể chưa phải tên của người này",
    "birth_date_year_as_day": "bảng tính đã đổi năm sinh thành một ngày của năm 1905; đọc lại thành năm sinh",
    "typing_residue_repaired": "đã sửa phím gõ còn sót trong họ tên",
    "personal_id_zeros_proposed": "số định danh đọc thêm số 0 ở đầu",
    "old_id_zeros_proposed": "số CMND đọc thêm số 0 ở đầu",
    "bhxh_code_zeros_proposed": "mã số BHXH đọc thêm số 0 ở đầu",
    "household_code_zeros_proposed": "mã hộ đọc thêm số 0 ở đầu",
    "household_code_placeholder": "mã hộ chỉ điền cho đủ ô",
    "household_code_filled_down": "mã hộ lấy từ dòng đầu của hộ",
    "head_name_filled_down": "tên chủ hộ lấy từ dòng đầu của hộ",
}


#: How another row stands that a row could be the same person as.
ROW_STANDINGS = {
    "linked": "dòng đã liên kết với {code}",
    "issued": "dòng đã cấp mã {code}",
    "review": "đang chờ xem xét",
    "returned": "dòng đã trả lại người gửi",
}


def both(words: Mapping[str, str], name: str) -> str:
    """The word of the offices with the program's name in parentheses."""
    return f"{words[name]} ({name})" if name in words else name


def title_of(column: str, heading: str | None) -> str:
    """What a column is called before its sender: by his own heading, where he has one."""
    return heading or FIELDS.get(column, column)


def word(words: Mapping[str, str], name: str | None) -> str | None:
    """The word of the offices alone; the program's name where there is none."""
    return None if name is None else words.get(name, name)


#: the rungs of the control team's ladder, what is done on them, and how a measure ends
RUNGS = {"reminder": "nhắc nhở", "warning": "cảnh báo", "proposal": "đề nghị xử lý"}
MEASURE_ACTS = {
    "opened": "chờ cán bộ giải trình",
    "answered": "đã giải trình",
    "escalated": "chờ cán bộ giải trình",
    "closed": "đã kết thúc",
}
MEASURE_ENDS = {
    "unfounded": "kết thúc: cán bộ không sai",
    "mended": "kết thúc: đã khắc phục",
    "upheld": "kết thúc: giữ nguyên",
}
#: the same acts as a list of what was done tells them
MEASURE_STEPS = {"opened": "mở", "answered": "giải trình", "escalated": "nâng bước", "closed": "kết thúc"}
