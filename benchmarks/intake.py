"""What reading a workbook costs: 100,000 rows of XLSX read, typed and checked, against 15 seconds and 1 GB.

    python -m benchmarks.intake [--rows N]

Prints the seconds of each step and the most memory that the program and its reader of workbooks took together.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from pathlib import Path

import xlsxwriter

from benchmarks.intake_sheets import POST_BOOK
from casework.deliveries.intake import understood_sheet
from casework.vietnam_time import today
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import Sender

MIB = 1024.0

_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Vũ", "Đặng", "Bùi", "Đỗ")
_GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hạnh", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quỳnh", "Thảo", "Vy")


def write_workbook(path: Path, rows: int, rng: random.Random) -> None:
    """Writes the post office's workbook of 63 columns with so many invented people."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet(POST_BOOK.name)
        for column, heading in enumerate(POST_BOOK.heading):
            page.write_string(2, column, heading)
        for row in range(rows):
            person = _person(row, rng)
            for column, ours in enumerate(POST_BOOK.columns):
                if text := person.get(ours, "") if ours else "":
                    page.write_string(row + 3, column, text)


def _person(number: int, rng: random.Random) -> dict[str, str]:
    year, sex = rng.randrange(1940, 2020), rng.randrange(2)
    digit = (2 if year >= 2000 else 0) + (1 - sex)
    return {
        "number": str(number + 1),
        "full_name": f"{rng.choice(_SURNAMES)} {rng.choice(_GIVEN)} {rng.choice(_GIVEN)}",
        "birth_date": f"{rng.randrange(1, 29):02}/{rng.randrange(1, 13):02}/{year}",
        "birth_precision": "0",
        "sex": str(sex),
        "personal_id": f"001{digit}{year % 100:02}{rng.randrange(10**6):06}",
        "household_code": f"01{rng.randrange(10**8):08}",
        "relation_to_head": rng.choice(("Chủ hộ", "Vợ", "Chồng", "Con", "Mẹ")),
        "birth_place_code": "10441",
        "residence_code": "01414",
        "ethnicity": "Kinh",
        "nationality": "VN",
        "event": rng.choice(("SI", "CH", "CD", "DI", "BS", "DC")),
        "event_date": f"{rng.randrange(1, 29):02}/10/2026",
        "address": f"Thôn {rng.randrange(1, 20)}",
        "father_name": f"{rng.choice(_SURNAMES)} Văn {rng.choice(_GIVEN)}",
        "phone": f"09{rng.randrange(10**8):08}",
    }


def main() -> None:
    """Writes the workbook, reads it, and prints what that cost."""
    parser = argparse.ArgumentParser(description="Measures the reading of a large workbook.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d03.xlsx"
        write_workbook(path, given.rows, random.Random(given.seed))
        size = path.stat().st_size / MIB / MIB
        used = os.times()
        before = used.user + used.system + used.children_user + used.children_system
        started = time.perf_counter()
        ((_, found),) = read_path(path, Sender(), known_profiles())
        read = time.perf_counter()
    if not isinstance(found, ReadFile):
        raise SystemExit(str(found))
    rows = [understood_sheet(sheet, today()) for sheet in found.received.sheets]
    done = time.perf_counter()
    own, reader = (resource.getrusage(who).ru_maxrss / MIB for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{sum(map(len, rows)):,} rows, {size:.1f} MiB, seed {given.seed}")
    print(f"read {read - started:.1f} s, typed and checked {done - read:.1f} s, together {done - started:.1f} s")
    used = os.times()
    print(f"of a processor {used.user + used.system + used.children_user + used.children_system - before:.1f} s")
    print(f"memory at most: program {own:.0f} MiB, reader {reader:.0f} MiB")


if __name__ == "__main__":
    main()
