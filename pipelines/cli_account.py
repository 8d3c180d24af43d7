"""motma account add, list, change and password."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casework.office_dates import local_date
from pipelines.cli_call import Call, Commands, add_command, day, said
from pipelines.cli_table import table

if TYPE_CHECKING:
    from casework.office.accounts import Account
    from casework.types import Scope

PURPOSE = "accounts"
COUNTRY = "country"
_AREA_HELP = f"the province whose rows it sees (two digits), or {COUNTRY}"
_CONTROL_HELP = "whether it is of the control team of its area"
_EXPIRES_HELP = "the last day on which it signs in (yyyy-mm-dd)"


def add_commands(commands: Commands) -> None:
    """Adds `motma account add`, `list`, `change` and `password`."""
    parser = add_command(
        commands,
        "add",
        add,
        "a new account; asks for its password",
        'motma account add lan --name "Trần Thị Lan" --area 01',
    )
    parser.add_argument("login", type=said, metavar="LOGIN", help="what its holder types; never given to another")
    parser.add_argument("--name", required=True, type=said, metavar="NAME", help="the holder's name")
    parser.add_argument("--area", required=True, type=said, metavar="PROVINCE", help=_AREA_HELP)
    parser.add_argument("--unit", type=said, metavar="SOURCE", help="only the rows of this source")
    parser.add_argument("--approver", action="store_true", help="may be the second person who agrees to a death")
    parser.add_argument("--control", action="store_true", help=_CONTROL_HELP)
    parser.add_argument("--expires-on", type=day, metavar="DATE", help=_EXPIRES_HELP)
    _add_password_file(parser)

    add_command(commands, "list", listing, "every account with its area and rights; logged", "motma account list")

    parser = add_command(
        commands, "change", change, "change what an account is", "motma account change lan --expires-on 2026-11-30"
    )
    parser.add_argument("login", type=said, metavar="LOGIN", help="which account")
    parser.add_argument("--name", type=said, metavar="NAME", help="the holder's name")
    parser.add_argument("--area", type=said, metavar="PROVINCE", help=f"{_AREA_HELP}; takes the unit away")
    parser.add_argument("--unit", type=said, metavar="SOURCE", help="only the rows of this source")
    parser.add_argument("--approver", action=argparse.BooleanOptionalAction, help="whether it agrees to deaths second")
    parser.add_argument("--control", action=argparse.BooleanOptionalAction, help=_CONTROL_HELP)
    parser.add_argument("--expires-on", type=day, metavar="DATE", help=_EXPIRES_HELP)

    parser = add_command(
        commands, "password", password, "another password; ends every session", "motma account password lan"
    )
    parser.add_argument("login", type=said, metavar="LOGIN", help="which account")
    _add_password_file(parser)


def _add_password_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line is the password (default: asked for)"
    )


def add(call: Call) -> int:
    """Adds an account."""
    from casework.home import open_home
    from casework.office.accounts import Account, add_account
    from casework.types import Viewer

    given = call.arguments
    scope, last = _scope(given.area, given.unit), _iso(given.expires_on)
    wanted = Account(0, given.login, given.name, scope, given.approver, last, given.control)
    home = open_home(call.home)
    added = add_account(home, wanted, _password(call), Viewer(call.by, PURPOSE))
    call.show(added, lambda: _accounts_text([added]))
    return 0


def listing(call: Call) -> int:
    """Lists the accounts."""
    from casework.home import open_home
    from casework.office.accounts import all_accounts
    from casework.types import Viewer

    found = list(all_accounts(open_home(call.home), Viewer(call.by, PURPOSE)))
    call.show({"accounts": found}, lambda: _accounts_text(found) if found else "Chưa có tài khoản nào.")
    return 0


def change(call: Call) -> int:
    """Changes an account."""
    from casework.home import open_home
    from casework.office.accounts import all_accounts, change_account
    from casework.types import Scope, Viewer

    given, viewer = call.arguments, Viewer(call.by, PURPOSE)
    home = open_home(call.home)
    changes: dict[str, Any] = {
        name: value
        for name, value in (
            ("full_name", given.name),
            ("is_approver", given.approver),
            ("is_control", given.control),
            ("expires_on", _iso(given.expires_on)),
        )
        if value is not None
    }
    if given.area is not None:
        changes["scope"] = _scope(given.area, given.unit)
    elif given.unit is not None:
        held = next((one for one in all_accounts(home, viewer) if one.login == given.login), None)
        changes["scope"] = Scope(None if held is None else held.scope.province, given.unit)
    changed = change_account(home, given.login, changes, viewer)
    call.show(changed, lambda: _accounts_text([changed]))
    return 0


def password(call: Call) -> int:
    """Sets another password."""
    from casework.home import open_home
    from casework.office.accounts import change_password
    from casework.types import Viewer

    change_password(open_home(call.home), call.arguments.login, _password(call), Viewer(call.by, PURPOSE))
    call.show(
        {"login": call.arguments.login}, lambda: f"{call.arguments.login}: đã đổi mật khẩu, mọi phiên đã kết thúc."
    )
    return 0


def _scope(area: str, unit: str | None) -> Scope:
    from casework.types import Scope

    return Scope(None if area == COUNTRY else area, unit)


def _iso(last: date | None) -> str | None:
    return None if last is None else last.isoformat()


def _password(call: Call) -> str:
    """The password out of a file, or asked for twice; never an argument: those are seen by others."""
    from getpass import getpass

    from casework.errors import UsageError

    file: Path | None = call.arguments.password_file
    if file is not None:
        try:
            first = file.read_text(encoding="utf-8").partition("\n")[0]
        except (OSError, ValueError) as error:
            raise UsageError(f"{file}: cannot be read ({error})") from error
        return first.removesuffix("\r")
    try:
        first = getpass("Mật khẩu: ")
        again = getpass("Một lần nữa: ")
    except EOFError:
        raise UsageError("no password was given; name a file with --password-file") from None
    if first != again:
        raise UsageError("the two passwords differ; nothing was changed")
    return first


def _accounts_text(found: list[Account]) -> str:
    headings = ["Tài khoản", "Họ và tên", "Phạm vi", "Đơn vị", "Duyệt", "Kiểm soát", "Dùng đến hết ngày"]
    rows = [
        (
            one.login,
            one.full_name,
            one.scope.province or "cả nước",
            one.scope.unit,
            "có" if one.is_approver else "không",
            "có" if one.is_control else "không",
            local_date(one.expires_on),
        )
        for one in found
    ]
    return table(headings, rows)
