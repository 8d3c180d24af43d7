"""motma search: one person by the regulation's steps, with the purpose in the log before the result is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from casework.office_dates import local_date
from casework.office_words import SEXES, STEP_STATUSES, word
from pipelines.cli_call import Call, Commands, add_command, said
from pipelines.cli_case import LEGEND, candidate_lines, households_text, side_by_side
from pipelines.cli_table import table

if TYPE_CHECKING:
    from casework.office.search import SearchResult

#: Argument → what casework.office.search calls it, and the help.
QUESTIONS = {
    "name": ("full_name", "full name, with or without marks"),
    "birth": ("birth_date", "birth date: 05/03/1987, 03/1987 or 1987"),
    "sex": ("sex", "Nam or Nữ (M, F)"),
    "code": ("bhxh_code", "BHXH code"),
    "personal-id": ("personal_id", "personal identity number"),
    "old-id": ("old_id", "old identity card"),
    "place": ("birth_place", "commune of birth registration or residence: code or name"),
    "household": ("household_code", "household code"),
    "father": ("father_name", "father's name"),
    "mother": ("mother_name", "mother's name"),
}
#: Persons who are shown field by field; the others are in the list above them.
COMPARED = 6


def add_commands(commands: Commands) -> None:
    """Adds `motma search`."""
    parser = add_command(
        commands,
        "search",
        search,
        "search one person by the regulation's steps; logged",
        'motma search --purpose "công văn 12" --name "Lê Văn An" --birth 1987',
    )
    parser.add_argument("--purpose", required=True, type=said, metavar="TEXT", help="what for; goes into the log")
    for name, (_, summary) in QUESTIONS.items():
        parser.add_argument(f"--{name}", type=said, metavar="TEXT", help=summary)


def search(call: Call) -> int:
    """Searches one person."""
    from casework.home import open_home
    from casework.office.search import search as search_person
    from casework.types import Viewer

    given = vars(call.arguments)
    asked = {column: given[name.replace("-", "_")] for name, (column, _) in QUESTIONS.items()}
    query = {column: value for column, value in asked.items() if value is not None}
    result = search_person(open_home(call.home), query, Viewer(call.by, call.arguments.purpose))
    call.show(result, lambda: result_text(query, result))
    return 0


def result_text(query: Mapping[str, str], result: SearchResult) -> str:
    """The persons who were found, the first of them beside what was asked."""
    from casework.step_titles import step_titles

    words = {**STEP_STATUSES, "not_applicable": "câu hỏi không có giá trị này"}
    titles = step_titles()
    steps = [(word(titles, step), hits, word(words, status)) for step, status, hits in result.steps]
    parts = [f"Đã tìm theo quy định:\n{table(['Bước', 'Thấy', 'Kết quả'], steps)}"]
    if result.waiting_rows:
        parts.append(f"Có {result.waiting_rows} dòng đang chờ xem xét cũng hợp với câu hỏi: motma queue list")
    if not result.hits:
        return "\n\n".join(["Không tìm thấy ai trong sổ.", *parts])
    listed = [
        (
            number,
            hit.code,
            hit.record["full_name"],
            local_date(hit.record["birth_date"]),
            word(SEXES, hit.record["sex"]),
            hit.record["household_code"],
            hit.record["head_name"],
            f"{hit.match_weight:+.1f}",
        )
        for number, hit in enumerate(result.hits, start=1)
    ]
    headings = ["", "Mã số BHXH", "Họ và tên", "Ngày sinh", "Giới tính", "Mã hộ", "Chủ hộ", "Trọng số"]
    more = f" Chỉ in {len(listed)} người đầu; hãy hỏi kỹ hơn." if result.found > len(listed) else ""
    compared = [(f"Người {number}", hit) for number, hit in enumerate(result.hits[:COMPARED], start=1)]
    beside = side_by_side("Câu hỏi", as_record(query), [(title, hit.record) for title, hit in compared])
    households = households_text({hit.record["household_code"]: hit.members for _, hit in compared})
    return "\n\n".join(
        [
            f"Tìm thấy {result.found} người.{more}\n{table(headings, listed)}",
            f"So sánh:\n{beside}\n{LEGEND}",
            *("\n".join(candidate_lines(title, hit)) for title, hit in compared),
            *([households] if households else []),
            *parts,
        ]
    )


def as_record(query: Mapping[str, str]) -> dict[str, str]:
    """The query in the columns and forms of a record, so that it can stand beside one."""
    record = dict(query)
    place = record.pop("birth_place", None)
    if place is not None:
        record["birth_place_code" if place.isdigit() else "birth_place_name"] = place
    if "birth_date" in record:
        parts = re.split(r"[/.\-]", record["birth_date"])
        record["birth_date"] = "-".join(parts if len(parts[0]) == 4 else [p.zfill(2) for p in reversed(parts)])
    if "sex" in record:
        letters = {"nam": "M", "m": "M", "nữ": "F", "nu": "F", "f": "F"}
        record["sex"] = letters.get(record["sex"].lower(), record["sex"])
    return record
