"""Work under fire: an office's days as commands, each of which may be struck by a fault and is then run again."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from casework.audit.check import run_checks
from casework.types import Home
from tests.engines import Model, Places
from tests.papers import EVERY_OUTCOME, REGISTER, write_changes
from tests.story import ask, story
from tests.torture.launcher import ACTS, ANY_MOMENT, Ended, Fault, Launcher

_SAMPLES = Path(__file__).parents[2] / "data_samples"
_CROWD = 60

_FIRST = {
    "xa-01": EVERY_OUTCOME,
    "xa-02": (
        "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,06/09/2025",
        "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025",
        "Chuyển đi,Triệu Kim Phượng,03/02/1961,Nữ,,,,,09676,09676,,,06/09/2025",
        "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,,,,,09676,09676,,,07/09/2025",
    ),
    "xa-03": (
        "Bổ sung,Cao Thế Vinh,11/02/1979,Nam,001079000888,,0190000088,Chủ hộ,09676,09676,,,01/10/2025",
        "Bổ sung,Trương Mỹ Hoa,23/07/1981,Nữ,001181000889,,0190000088,Vợ,09676,09676,,,01/10/2025",
        "Sinh,Cao Gia Bảo,05/09/2025,Nam,,,0190000088,Con,09676,09676,Cao Thế Vinh,Trương Mỹ Hoa,15/09/2025",
        "Bổ sung,CAO THE VINH,11/02/1979,Nam,001079000888,,0190000088,Chủ hộ,09676,09676,,,02/10/2025",
        "Sinh,Lạc Thanh Trà,31/02/2025,Nữ,,,0190000088,Con,09676,09676,,,15/09/2025",
    ),
}
_SECOND = {
    "xa-01": (
        *EVERY_OUTCOME[:5],
        "Bổ sung,Đỗ Minh Châu,20/11/1998,Nữ,,,0190000001,Con,09676,09676,,,06/09/2025",
        EVERY_OUTCOME[6],
        "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,,,09676,09676,,,08/10/2025",
    ),
    "xa-04": (
        *_FIRST["xa-03"],
        "Chết,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,16/10/2025",
        "Bổ sung,Thân Trọng Nghĩa,01/01/1990,Nam,001090000555,,0190000099,Chủ hộ,09676,09676,,,17/10/2025",
    ),
}
_INBOXES = {"first": _FIRST, "second": _SECOND}
#: parts of the names of files that only a command at work needs
_PASSING = ("unfinished", "spill", ".wal", "current.")
_EXTRACTS = ("people.csv", "crowd.csv")


class Verdict(NamedTuple):
    """An officer's word on the open item of a row."""

    source: str
    row: int
    kind: str
    words: tuple[str, ...]
    by: str


#: commands in their order, without the paths and items that are known only in an office
DAYS: Sequence[tuple[str, ...] | Verdict] = (
    ("init", "--province", "01"),
    ("register", "load", *_EXTRACTS),
    ("register", "publish"),
    ("run", "first"),
    Verdict("xa-02", 1, "row", ("--link", "0111000002"), "lan"),
    Verdict("xa-02", 2, "row", ("--new",), "minh"),
    Verdict("xa-02", 3, "row", ("--return", "--note", "chưa từng ở đây"), "lan"),
    Verdict("xa-01", 3, "death", ("--approve",), "lan"),
    Verdict("xa-01", 3, "death", ("--approve",), "minh"),
    ("register", "publish"),
    ("run", "second"),
    ("register", "publish"),
)


@dataclass
class Office:
    """A folder with a home, what comes in, and the days' commands."""

    folder: Path
    ledger_url: str

    @property
    def engine(self) -> str:
        """The engine of the ledger."""
        return "postgresql" if self.ledger_url else "sqlite"

    @property
    def environ(self) -> dict[str, str]:
        """What a command needs to work here."""
        return {"MOTMA_HOME": str(self.folder / "home"), "MOTMA_LEDGER_URL": self.ledger_url, "PREFECT_API_URL": ""}

    def opened(self) -> Home:
        """The home."""
        return Model(self.folder / "home", self.ledger_url).opened()

    def command(self, day: tuple[str, ...] | Verdict) -> list[str]:
        """The arguments of a day's command here."""
        if isinstance(day, Verdict):
            return ["queue", "decide", str(self._item(day)), *day.words, "--by", day.by]
        paths = {name: [self.folder / name] for name in _EXTRACTS}
        paths |= {name: [self.folder / name / source for source in sorted(sent)] for name, sent in _INBOXES.items()}
        words = [str(part) for word in day for part in paths.get(word, [word])]
        return [*words, "--by", "lan"]

    def _item(self, verdict: Verdict) -> int:
        home = self.opened()
        found = ask(
            home,
            """select q.item_id
            from queue_item as q
            join intake_row as w on w.row_id = q.row_id
            where w.source = ? and w.row = ? and q.kind = ? and q.state = 'open'""",
            verdict.source,
            verdict.row,
            verdict.kind,
        )
        home.ledger.close()
        ((item_id,),) = found
        return int(item_id)


def new_office(folder: Path, places: Places) -> Office:
    """An office before its first day."""
    folder.mkdir()
    (folder / "people.csv").write_text(REGISTER, encoding="utf-8")
    crowd = (_SAMPLES / "register.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "crowd.csv").write_text("".join(crowd[: _CROWD + 1]), encoding="utf-8")
    for name, sent in _INBOXES.items():
        for source, lines in sent.items():
            (folder / name / source).mkdir(parents=True)
            (folder / name / source / "source.toml").write_text(f'source = "{source}"\n', encoding="utf-8")
            write_changes(folder / name / source / f"{source}.csv", *lines)
    return Office(folder, places.new())


@dataclass(frozen=True)
class Undisturbed:
    """What the days come to when nothing happens: the points that each command passes, and the ledger's story."""

    passed: Sequence[Mapping[str, int]]
    told: Mapping[str, list[tuple[Any, ...]]]


def undisturbed(office: Office, launcher: Launcher) -> Undisturbed:
    """The days without a fault."""
    passed = []
    for day in DAYS:
        ended = launcher.run(office.command(day), office.environ)
        assert ended.code == 0, ended
        passed.append(ended.passed)
    return Undisturbed(passed, whole_story(office))


def whole_story(office: Office) -> dict[str, list[tuple[Any, ...]]]:
    """What the ledger tells; not how many keys a person has in the tail, which depends on where transactions end."""
    home = office.opened()
    try:
        return story(home, "tail")
    finally:
        home.ledger.close()


@dataclass
class Turn:
    """What a turn did: strikes by point and act, and what went wrong."""

    strikes: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def drawn(office: Office, expected: Undisturbed, rng: random.Random, most: int) -> list[list[Fault]]:
    """Up to `most` faults for each command, at points that it passes: every point alike, however often it is passed."""
    acts = [act for act in ACTS if office.engine == "postgresql" or act != "lost"]
    found = []
    for passed in expected.passed:
        points = rng.choices(sorted(passed), k=rng.randint(0, most))
        drawn_acts = ["kill" if point == ANY_MOMENT else rng.choice(acts) for point in points]
        found.append([Fault(p, rng.randint(1, passed[p]), act) for p, act in zip(points, drawn_acts, strict=True)])
    return found


def under_fire(office: Office, launcher: Launcher, expected: Undisturbed, faults: Sequence[Sequence[Fault]]) -> Turn:
    """A turn: the days with some faults in each command, which is run again until it is done."""
    turn = Turn()
    for day, planned in zip(DAYS, faults, strict=True):
        command = office.command(day)
        said = f"{office.engine}, motma {' '.join(command[:2])}"
        for fault in planned:
            ended = launcher.run(command, office.environ, fault)
            if ended.has_struck:
                turn.strikes[fault.point, fault.act] += 1
            wrong = wrong_end(ended, fault)
            if wrong:
                turn.faults.append(f"{said}, {fault}: {wrong}")
        ended = launcher.run(command, office.environ)
        if ended.code:
            turn.faults.append(f"{said} after {planned}: does not come to its end: {ended.code} {ended.err}")
            return turn
    turn.faults += [f"{office.engine}: {wrong}" for wrong in differences(office, expected)]
    return turn


def wrong_end(ended: Ended, fault: Fault) -> str | None:
    """What is wrong with the way in which a struck command ended."""
    if "Traceback" in ended.err:
        return f"a traceback: {ended.err[-3000:]}"
    if fault.act == "kill" and ended.has_struck:
        return None if ended.code < 0 else f"ended with {ended.code}: {ended.err}"
    if ended.code not in (0, 12):
        return f"ended with {ended.code}: {ended.err}"
    reasons = [line for line in ended.err.splitlines() if line.startswith("motma: ") and len(line) > 30]
    if ended.code == 12 and not reasons:
        return f"says nothing of what went wrong: {ended.err!r}"
    return None


def differences(office: Office, expected: Undisturbed) -> list[str]:
    """How a ledger after fire differs from an undisturbed one, and which of its promises are broken."""
    told = whole_story(office)
    found = []
    for part, rows in expected.told.items():
        more, fewer = Counter(told[part]), Counter(rows)
        if more != fewer:
            found.append(
                f"{part}: not in the undisturbed {list(more - fewer)[:5]}, only there {list(fewer - more)[:5]}"
            )
    home = office.opened()
    found += [f"motma check: {check.name} {check.rows[:5]}" for check in run_checks(home) if check.rows]
    ((rows, decided, first, last, entries),) = ask(
        home,
        """select (select count(*) from intake_row), (select count(*) from decision_current),
        min(entry_no), max(entry_no), count(*) from log_entry""",
    )
    home.ledger.close()
    if rows != decided:
        found.append(f"{rows} rows came in, {decided} are decided")
    if (first, last) != (1, entries):
        found.append(f"the log has {entries} entries, numbered {first} to {last}")
    left = [
        path.name for path in (office.folder / "home").rglob("*") if "unfinished" in path.name or "spill" in path.name
    ]
    if left:
        found.append(f"left behind: {left}")
    return found


def cleared(office: Office, places: Places) -> None:
    """Takes an office away."""
    shutil.rmtree(office.folder)
    places.drop(office.ledger_url)
