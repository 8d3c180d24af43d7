"""motma demo: the whole job on the sample data, in a home of its own."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from pathlib import Path

from pipelines.cli_call import Call, Commands, add_command, progress_bars, tell_of_files

HOME = Path("var-demo")
#: This file says that the demo made the home, and may make it anew.
MARK = "made-by-demo"
SAMPLES = Path(__file__).parents[1] / "data_samples"

#: accounts to try the pages with: login, what it is, area, whether it approves
ACCOUNTS = (
    ("canbo01", "Cán bộ Hà Nội", "01", False),
    ("canbo66", "Cán bộ Đắk Lắk", "66", False),
    ("nguoiduyet", "Người duyệt", None, True),
)

_STORY = """\
Sổ mẫu có {persons:,} người; {files} tệp có {rows:,} dòng biến động. Mỗi dòng được tìm trong cả sổ trước khi quyết định:
ai đã có mã thì liên kết với mã ấy, ai chưa có thì cấp đúng một mã mới, điều gì còn ngờ thì chờ người xem xét, dòng nào
không xử lý được thì trả lại người gửi kèm cách sửa. Chạy lại cùng tệp không quyết định gì lần thứ hai."""


def add_commands(commands: Commands) -> None:
    """Adds `motma demo`."""
    add_command(commands, "demo", demo, "the whole job on sample data, in ./var-demo", "motma demo")


def demo(call: Call) -> int:
    """Makes the demo's home anew, loads the sample register, runs the sample inbox and shows the result."""
    from casework.errors import UsageError
    from casework.home import LEDGER_URL, create_home
    from casework.types import Viewer
    from pipelines.cli_run import flat, summary
    from pipelines.jobs import job_load, job_publish, job_run
    from pipelines.unreadable import told_once

    # the demo keeps to its own folder: a ledger of the environment is somebody's real one
    unset = f"unset {LEDGER_URL}; " if os.environ.get(LEDGER_URL) else ""
    os.environ[LEDGER_URL] = ""
    if not SAMPLES.is_dir():
        raise UsageError(f"{SAMPLES}: the sample data is not there; the demo runs from a clone of the project.")
    _clear(HOME)
    with progress_bars() as progress:
        HOME.mkdir(mode=0o700, exist_ok=True)
        (HOME / MARK).touch()
        create_home(HOME, None, Viewer(call.by, "demo"))
        loaded = job_load(HOME, [SAMPLES / "register.csv", SAMPLES / "desk_register.csv"], None, call.by, progress)
        job_publish(HOME, call.by, progress)
        report = job_run(HOME, [SAMPLES / "inbox", SAMPLES / "desk"], None, call.by, progress)
    password = secrets.token_hex(6)
    _add_accounts(password, call.by)
    story = _STORY.format(
        persons=sum(load.persons for load in loaded.loads),
        rows=sum(file.rows for file in report.result.files),
        files=len(report.result.files),
    )
    program = Path(sys.executable).parent
    hint = (
        "Để chạy các lệnh này trên bản thử:\n"
        f"  {unset}export MOTMA_HOME={shlex.quote(str(HOME.resolve()))} PATH={shlex.quote(str(program))}:$PATH\n"
        "Để xử lý hàng đợi trong trình duyệt, sau lệnh trên:\n"
        "  motma serve\n"
        f"  Tài khoản: {', '.join(f'{login} ({name})' for login, name, *_ in ACCOUNTS)}; mật khẩu: {password}"
    )
    call.show(flat(report), lambda: f"{story}\n\n{summary(report)}\n\n{hint}")
    tell_of_files([*loaded.unreadable, *told_once(report.unreadable)], report.noticed)
    return 0


def _add_accounts(password: str, by: str) -> None:
    from casework.home import open_home
    from casework.office.accounts import Account, add_account
    from casework.types import Scope, Viewer

    home = open_home(HOME)
    for login, name, province, is_approver in ACCOUNTS:
        add_account(home, Account(0, login, name, Scope(province), is_approver, None), password, Viewer(by, "demo"))
    home.ledger.close()


def _clear(home: Path) -> None:
    """Removes the home of an earlier demo; UsageError when the folder is something else."""
    import shutil

    from casework.errors import UsageError

    if not home.exists():
        return
    if not (home / MARK).is_file() and any(home.iterdir()):
        raise UsageError(f"{home.resolve()}: the demo did not make this folder. Move it away, or run elsewhere.")
    shutil.rmtree(home)
