"""motma control report."""

from __future__ import annotations

from pathlib import Path

from pipelines.cli_call import Call, Commands, add_command, day, said
from pipelines.cli_table import table

PURPOSE = "control report"
COUNTRY = "country"


def add_commands(commands: Commands) -> None:
    """Adds `motma control report`."""
    parser = add_command(
        commands,
        "report",
        report,
        "compliance of officers, units and provinces in a period, with every case, as a workbook; logged",
        "motma control report --from 2026-01-01 --to 2026-03-31 --area 01 --out quy-1.xlsx",
    )
    parser.add_argument(
        "--from", required=True, type=day, dest="since", metavar="DAY", help="the first day (yyyy-mm-dd)"
    )
    parser.add_argument("--to", required=True, type=day, dest="until", metavar="DAY", help="the last day")
    parser.add_argument(
        "--area", type=said, metavar="PROVINCE", help=f"a province (two digits), or {COUNTRY} (default: the account's)"
    )
    parser.add_argument("--unit", type=said, metavar="SOURCE", help="only what this source sent")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the workbook, .xlsx")


def report(call: Call) -> int:
    """Writes the report, and prints the figures of each officer."""
    from casework.control.compliance import Period, compliance, items_of
    from casework.errors import UsageError, writing
    from casework.home import open_home
    from casework.types import Scope, Viewer
    from pipelines.control_workbook import write_report

    given = call.arguments
    if given.until < given.since:
        raise UsageError(f"--to {given.until}: before --from {given.since}")
    if given.out.suffix.lower() != ".xlsx":
        raise UsageError(f"{given.out}: a workbook ends in .xlsx")
    home = open_home(call.home)
    area = Scope(None if given.area == COUNTRY else given.area, given.unit)
    counted = compliance(home, Period(given.since, given.until), area, Viewer(call.by, PURPOSE))
    with writing(given.out):
        write_report(home, counted, items_of(home, counted.cases.values()), given.out)
    lines = counted.lines("officer")

    def text() -> str:
        titles = [figure.title for figure in counted.figures]
        rows = [(line.name, *(line.figures[figure.code] for figure in counted.figures), line.days) for line in lines]
        shown = table(["Cán bộ", *titles, "Số ngày"], rows) if rows else "Không có việc nào trong thời gian này."
        return f"{shown}\n\n{given.out}: từng ca và định nghĩa của mỗi số liệu."

    call.show({"file": str(given.out), "officers": lines}, text)
    return 0
