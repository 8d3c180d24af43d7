"""XLSX and XLS workbooks, read by a process of its own that may take so much memory and time and no more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from pipelines.limits import MIB, READER_BYTES, READER_SECONDS
from pipelines.tables import Row, Sheet, Table
from pipelines.unreadable import UnreadableError

#: How the compound files of old workbooks begin.
XLS_BEGINNING = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ROOT = Path(__file__).parents[1]
_COMMAND = (sys.executable, "-m", "pipelines.workbook_process")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_XLS_MACROS = "_VBA_PROJECT".encode("utf-16-le")
#: The signals by which a process ends that was held to its limits.
_STOPPED = (signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)


def read_workbook(content: bytes, parts: frozenset[str]) -> Table:
    """The sheets of a workbook, or UnreadableError; `parts` are the names in its archive, none for XLS."""
    is_xls = content.startswith(XLS_BEGINNING)
    if is_xls and _LOCKED in content:
        raise UnreadableError("bảng tính có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.")
    if "xl/workbook.bin" in parts:
        raise UnreadableError("bảng tính dạng XLSB. Hãy mở bằng Excel rồi lưu lại dưới dạng .xlsx.")
    remarks = []
    if _XLS_MACROS in content if is_xls else any(name.endswith("vbaproject.bin") for name in parts):
        remarks.append("tệp có macro: chỉ đọc giá trị, không chạy")
    if any(name.startswith("xl/externallinks/") for name in parts):
        remarks.append("tệp liên kết tới bảng tính khác: chỉ đọc giá trị đã lưu, không mở liên kết")
    return Table("XLS" if is_xls else "XLSX", None, _sheets(content), remarks)


def _sheets(content: bytes) -> list[Sheet]:
    sheets: list[Sheet] = []
    rows: list[Row] = []
    with tempfile.TemporaryFile() as handed:
        handed.write(content)
        handed.seek(0)
        process = subprocess.Popen(
            _COMMAND, cwd=_ROOT, stdin=handed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ)
        )
        watch = threading.Timer(READER_SECONDS, process.kill)
        watch.start()
        ended = refused = None
        try:
            with process:
                for line in process.stdout or ():
                    told = json.loads(line.decode())
                    if isinstance(told, list):
                        rows.append(Row(told[0], told[1], {int(at): mark for at, mark in told[2].items()}))
                    elif "sheet" in told:
                        rows = []
                        sheets.append(Sheet(told["sheet"], rows, told["remarks"]))
                    else:
                        ended, refused = told.get("end"), told.get("refused")
        finally:
            watch.cancel()
            process.kill()
    if refused is not None:
        raise UnreadableError(refused)
    if ended is None:
        raise UnreadableError(_why(process.returncode))
    return sheets


def _why(code: int) -> str:
    if -code in _STOPPED:
        return (
            f"không đọc xong bảng tính trong {READER_BYTES // MIB:,} MiB bộ nhớ và {READER_SECONDS} giây. "
            "Hãy lưu lại chỉ với phần có dữ liệu, hoặc chia thành nhiều tệp."
        )
    return "bảng tính hỏng, không mở được. Hãy mở bằng Excel, lưu lại rồi gửi lại."
