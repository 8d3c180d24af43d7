"""motma sources check and motma sources answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casework.office_dates import local_date
from casework.office_words import EVENTS, FIELDS, FLAGS, RELATIONS, SEXES, both, word
from pipelines.cli_call import Call, Commands, add_command, positive, progress_bars, said, tell_of_files
from pipelines.cli_table import table

if TYPE_CHECKING:
    from casework.deliveries.preview import SheetPreview
    from pipelines.change_files import ReadFile, ReadSheet

_SHOWN = ("event", "full_name", "birth_date", "sex", "personal_id", "bhxh_code", "household_code", "relation_to_head")
_BASES = {
    "confirmed": "nguồn đã khai",
    "column": "chính cột này",
    "file": "các cột khác của tệp",
    "headings": "tiêu đề",
    "possible": "chưa đủ, để nguyên",
}
_UNCOUNTED = {"running_number": "(số thứ tự)", "answer": "(cột của tệp lỗi)"}
_WORDS = {"event": EVENTS, "sex": SEXES, "relation_to_head": RELATIONS}


def add_commands(commands: Commands) -> None:
    """Adds `motma sources check` and `motma sources answer`."""
    parser = add_command(
        commands,
        "check",
        check,
        "what of a change file is recognised, column by column, and its first rows as understood; takes nothing in",
        "motma sources check inbox/danh-sach.xlsx",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file, a bundle or a folder of files")
    parser = add_command(
        commands,
        "answer",
        answer,
        "write the answers to senders again as rows stand now: a receipt a file, an error file where rows went back",
        "motma sources answer --delivery 12",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--delivery", action="append", type=positive, metavar="ID", help="of one file; may be repeated")
    which.add_argument("--source", type=said, metavar="UNIT", help="of all files of a source")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (default: answers in the home)")


def check(call: Call) -> int:
    """Shows what was recognised of files."""
    from casework.deliveries.preview import preview
    from pipelines.inbox import Unnamed, passed_over, read_all
    from pipelines.unreadable import EXIT_UNREADABLE, Refused, Remark, told_once

    files: list[dict[str, Any]] = []
    texts: list[str] = []
    unreadable: list[Refused] = []
    noticed = passed_over(call.arguments.files)
    default = _default_province(call)
    unnamed = Unnamed(default)
    for name, read in read_all(call.arguments.files, None):
        if isinstance(read, Refused):
            unreadable.append(read)
            continue
        noticed.extend(Remark(name, remark) for remark in read.remarks)
        unnamed.see(name, read)
        previews = preview(read.received)
        province = read.received.province or default
        files.append(_told(name, read, previews, province))
        texts.append(_text(name, read, previews, province))
    noticed.extend(unnamed.remarks())
    call.show({"files": files, "unreadable": unreadable, "noticed": noticed}, lambda: "\n\n".join(texts))
    tell_of_files(told_once(unreadable), noticed)
    return EXIT_UNREADABLE if unreadable else 0


def _default_province(call: Call) -> str | None:
    """The home's, where there is a home already."""
    from casework.errors import UsageError
    from casework.home import default_province, open_home

    try:
        return default_province(open_home(call.home))
    except UsageError:
        return None


def answer(call: Call) -> int:
    """Writes answers again."""
    from pipelines.jobs import job_answer

    given = call.arguments
    with progress_bars() as progress:
        written = job_answer(call.home, given.delivery or given.source, given.out, call.by, progress)
    rows = [(one.delivery_id, one.receipt, one.error_file or "không có dòng cần sửa") for one in written]
    call.show({"answers": written}, lambda: table(["Lần nhận", "Phiếu nhận", "Tệp cần sửa"], rows))
    return 0


def column_letters(at: int) -> str:
    """The name of a column, counted from 0, as a spreadsheet shows it."""
    letters = ""
    at += 1
    while at:
        at, left = divmod(at - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters


def _columns(sheet: ReadSheet) -> list[dict[str, str | None]]:
    """What each column of a sheet is understood as: the name of our column, running_number, answer, or None."""
    named = dict.fromkeys(sheet.layout.running_numbers, "running_number") | dict.fromkeys(sheet.layout.ours, "answer")
    columns = sheet.layout.columns | named
    return [
        {
            "column": column_letters(at),
            "heading": " ".join(heading.split()),
            "means": columns.get(at),
        }
        for at, heading in enumerate(sheet.layout.headings)
    ]


def _told(name: str, read: ReadFile, previews: list[SheetPreview], province: str | None) -> dict[str, Any]:
    """The file for JSON."""
    sheets = [
        {
            "sheet": sheet.received.layout.name,
            "profile": sheet.layout.profile.profile_id,
            "heading_row": sheet.heading_row,
            "columns": _columns(sheet),
            "rows": seen.rows,
            "first_rows": seen.first,
            "faults": seen.faults,
            "flags": seen.flags,
            "heading_encoding": sheet.layout.encoding,
            "decoded": [
                {
                    **asdict(column.decoding),
                    "samples": [list(pair) for pair in column.samples],
                    "to_confirm": column.decoding.basis != "confirmed",
                }
                for column in seen.decoded
            ],
        }
        for sheet, seen in zip(read.sheets, previews, strict=True)
    ]
    source, digest = read.received.source, read.received.digest
    return {
        "file": name,
        "digest": digest,
        "source": source,
        "province": province,
        "form": read.form,
        "encoding": read.encoding,
        "sheets": sheets,
    }


def _text(name: str, read: ReadFile, previews: list[SheetPreview], province: str | None) -> str:
    """The file for people."""
    form = f"{read.form}, bảng mã {read.encoding}" if read.encoding else read.form
    sender = f"Nguồn: {read.received.source}. Tỉnh của mã số mới: {province or 'mặc định của sổ'}."
    parts = [f"{name}\nĐịnh dạng: {form}. {sender} Chưa nhận dòng nào vào sổ."]
    for sheet, seen in zip(read.sheets, previews, strict=True):
        profile = sheet.layout.profile
        where = f"Trang “{sheet.received.layout.name}”: " if sheet.received.layout.name is not None else ""
        meanings = [
            (column["column"], column["heading"], _meaning(column["means"]))
            for column in _columns(sheet)
            if column["heading"] or column["means"]
        ]
        parts += [
            f"{where}mẫu {profile.profile_id} ({profile.title}), tiêu đề ở dòng {sheet.heading_row}, "
            f"{seen.rows:,} dòng dữ liệu.",
            table(["Cột", "Tiêu đề", "Hiểu là"], meanings),
            "Những dòng đầu như đã hiểu:\n" + _first_rows(seen),
        ]
        if seen.decoded:
            parts.append(_decoded_text(seen))
        parts.append(_faults_text(seen))
    return "\n\n".join(parts)


def _decoded_text(seen: SheetPreview) -> str:
    """The columns in legacy text, and what the sender should confirm of them."""
    rows = []
    for column in seen.decoded:
        found = column.decoding
        told = f"{found.values:,} dòng đổi" + (f", {found.left:,} để nguyên" if found.left else "")
        for number, (came, read) in enumerate(column.samples or [("", "")]):
            first = (FIELDS[found.column], found.encoding, _BASES[found.basis], f"{found.confidence:.0%}", told)
            rows.append((*(first if not number else [""] * len(first)), came, read))
    text = "Chữ ghi bằng bảng mã cũ:\n" + table(
        ["Cột", "Bảng mã", "Căn cứ", "Mức rõ", "Số dòng", "Đã ghi", "Đọc là"], rows
    )
    open_ = {column.decoding.encoding for column in seen.decoded if column.decoding.basis != "confirmed"}
    if not open_:
        return text
    lines = " hoặc ".join(f'encoding = "{encoding}"' for encoding in sorted(open_))
    return (
        f"{text}\nNếu “Đọc là” đúng, hãy ghi vào source.toml của thư mục, dưới dòng [text]: {lines}; "
        'nếu “Đã ghi” mới đúng: encoding = "unicode".'
    )


def _faults_text(seen: SheetPreview) -> str:
    """The faults for which rows would go back, in the sender's words, and what was read otherwise than written."""
    from casework.deliveries.returned import fault_message

    faults = [(rows, f"{fault_message(code)} ({code})") for code, rows in sorted(seen.faults.items())]
    flags = [(rows, both(FLAGS, flag)) for flag, rows in sorted(seen.flags.items())]
    text = "Lỗi (dòng sẽ trả lại): không có."
    if faults:
        text = "Lỗi (dòng sẽ trả lại):\n" + table(["Số dòng", "Cần sửa"], faults)
    if not flags:
        return text
    return f"{text}\n\nVẫn nhận, có điều cần chú ý:\n{table(['Số dòng', 'Điều đã thấy'], flags)}"


def _meaning(column: str | None) -> str:
    return "(không dùng)" if column is None else _UNCOUNTED.get(column) or FIELDS.get(column, column)


def _shown(column: str, value: str | None) -> str | None:
    return local_date(value) if column == "birth_date" else word(_WORDS.get(column, {}), value)


def _first_rows(seen: SheetPreview) -> str:
    rows = [
        (
            row["sheet_row"],
            *(_shown(column, row[column]) for column in _SHOWN),
            ", ".join(f"{FIELDS.get(fault['column'], fault['column'])}: {fault['code']}" for fault in row["faults"]),
        )
        for row in seen.first
    ]
    return table(["Dòng", *(FIELDS[column] for column in _SHOWN), "Lỗi"], rows)
