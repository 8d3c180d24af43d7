"""Many processes report the same new people at the same moment, each in its own spelling and order."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.world_names import KINH, Names, full_names
from casework.audit.check import run_checks
from casework.errors import BusyError, UsageError
from casework.home import create_home
from casework.office.queue import decide
from casework.office.verdicts import Verdict
from casework.register.load import load_extract
from casework.register.publish import publish
from casework.types import Home, Viewer
from matching.text import fold
from pipelines.cli import main
from pipelines.extract_files import read_extract
from tests.engines import Model
from tests.papers import write_changes

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data_samples"
#: commune codes of the list before July 2025
COMMUNES = ("09676", "08995", "00070", "24322", "01414", "26734", "10441", "27139")
CLERK = Viewer("clerk", "torture")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OLD_PLACES = {"oà": "òa", "oá": "óa", "oạ": "ọa", "oè": "òe", "uý": "úy", "uỳ": "ùy", "uỷ": "ủy", "uỵ": "ụy"}
_PATIENCE = 1800
#: what must be reached without anybody's help: persons with a code, and other rows linked to theirs
WITH_CODE, LINKED = 0.98, 0.90


class Person(NamedTuple):
    """A new person as everybody reports him, but for how his name is spelled."""

    name: str
    rest: str


def _tone_slip(name: str, rng: random.Random) -> str:
    """The name with another tone on one vowel that has one."""
    letters = list(unicodedata.normalize("NFD", name))
    places = [at for at, char in enumerate(letters) if char in _TONES]
    if places:
        at = rng.choice(places)
        letters[at] = rng.choice([tone for tone in _TONES if tone != letters[at]])
    return unicodedata.normalize("NFC", "".join(letters))


def _i_or_y(name: str, _rng: random.Random) -> str:
    """The name with y for i, or i for y, at the end of a syllable behind a consonant: Mỹ, Mĩ."""
    out = []
    for word in unicodedata.normalize("NFD", name).split(" "):
        bare = "".join(char for char in word if not unicodedata.combining(char))
        swapped = word
        if len(bare) > 1 and bare[-1] in "iy" and bare[-2].lower() in "hklmst":
            at = max(at for at, char in enumerate(word) if char in "iy")
            swapped = word[:at] + ("y" if word[at] == "i" else "i") + word[at + 1 :]
        out.append(swapped)
    return unicodedata.normalize("NFC", " ".join(out))


def _old_places(name: str, _rng: random.Random) -> str:
    for new, old in _OLD_PLACES.items():
        name = name.replace(new, old)
    return name


#: ways to spell a name; every pair of them shares a key that must be searched: name or sound, with the birth date
SPELLINGS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda name, _rng: name,
    lambda name, _rng: name.upper(),
    lambda name, _rng: name.lower(),
    lambda name, _rng: unicodedata.normalize("NFD", name),
    lambda name, _rng: "  ".join(name.split()) + " ",
    lambda name, _rng: name.replace(" ", "\u00a0"),
    _old_places,
    _i_or_y,
    _tone_slip,
    lambda name, _rng: fold(name).title(),
    lambda name, _rng: fold(name).upper(),
)


def new_people(count: int, seed: int) -> list[Person]:
    """New persons with common names, no two of one folded name and birth date; half of them without a number."""
    rng, drawn = np.random.default_rng(seed), random.Random(seed)
    size = 2 * count
    sex = np.array(drawn.choices("MF", k=size))
    year = np.array([drawn.randint(1945, 2015) for _ in range(size)])
    people, province = np.full(size, KINH, dtype=object), np.array(["26"] * size)
    names = Names(rng)
    middles = names.middles(rng, people, sex, year)
    spelled = full_names(people, names.surnames(rng, people, province), middles, names.given(rng, people, sex, year))
    parents = full_names(
        people, names.surnames(rng, people, province), middles, names.given(rng, people, np.full(size, "F"), year - 25)
    )
    found: dict[tuple[str, str], Person] = {}
    for at, (name, born) in enumerate(zip(spelled, year, strict=True)):
        date = f"{drawn.randint(1, 28):02}/{drawn.randint(1, 12):02}/{born}"
        century = 2 if born >= 2000 else 0
        digit = century + (sex[at] == "F")
        number = f"{drawn.randint(1, 96):03}{digit}{born % 100:02}{drawn.randint(0, 999_999):06}"
        home = drawn.choice(COMMUNES)
        cells = (
            date,
            "Nữ" if sex[at] == "F" else "Nam",
            number if drawn.random() < 0.5 else "",
            "",
            f"99{at:08}",
            "Chủ hộ",
            drawn.choice(COMMUNES),
            home,
            "",
            # no daughter is called like her mother
            parents[at] if drawn.random() < 0.6 and fold(parents[at]) != fold(name) else "",
            "01/10/2025",
        )
        found.setdefault((fold(name), date), Person(name, ",".join(cells)))
    return list(found.values())[:count]


@dataclass
class Round:
    """What one round ended in."""

    counts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


def make_model(model: Model) -> None:
    """Makes the home, with the sample's register, published."""
    create_home(model.folder, None, CLERK, model.ledger_url)
    home = model.opened()
    load_extract(home, read_extract(SAMPLES / "register.csv")[0], None, CLERK)
    publish(home, CLERK)
    home.ledger.close()


def play(place: Model, inbox: Path, seed: int, *, processes: int, persons: int) -> Round:
    """One round: every process reports every person; all is counted, then a clerk calls new who has no code.

    Files are written to `inbox`, a folder that is not there yet.
    """
    inbox.mkdir()
    rng = random.Random(seed)
    people = new_people(persons, seed)
    found = Round()
    who: dict[tuple[str, int], int] = {}
    commands = []
    for number in range(processes):
        order = rng.sample(range(len(people)), len(people))
        source = f"xa-{number:02}"
        lines = [f"Bổ sung,{rng.choice(SPELLINGS)(people[at].name, rng)},{people[at].rest}" for at in order]
        path = write_changes(inbox / f"{source}.csv", *lines)
        found.files[path.name] = path.read_bytes()
        who.update({(source, row): at for row, at in enumerate(order, start=1)})
        commands.append(["run", str(path), "--source", source, "--json"])
    found.faults += _run_at_once(commands, place, inbox)
    home = place.opened()
    try:
        _judge(home, who, people, found)
        found.counts["settled_by_a_clerk"] = _settle(home, who)
        found.faults += _one_code_each(_codes(_rows(home), who), len(people))
    finally:
        home.ledger.close()
    return found


def _run_at_once(commands: list[list[str]], place: Model, said: Path) -> list[str]:
    """What was wrong with how commands ended, each run in a process of its own, all at once.

    The processes are forked from one that has the program in memory and has not worked with it yet.
    """
    environ = {"MOTMA_HOME": str(place.folder), "MOTMA_LEDGER_URL": place.ledger_url, "PREFECT_API_URL": ""}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.torture.at_once", "pipelines.jobs"])
    running = [
        context.Process(target=_command, args=(command, environ, said / f"{number}.txt"))
        for number, command in enumerate(commands)
    ]
    for process in running:
        process.start()
    faults = []
    for number, process in enumerate(running):
        process.join(_PATIENCE)
        told = (said / f"{number}.txt").read_text(encoding="utf-8")
        if process.exitcode != 0 or told:
            faults.append(f"process {number} ended with {process.exitcode}: {told}")
    return faults


def _command(args: list[str], environ: Mapping[str, str], said: Path) -> None:
    """Runs a command, with what it says on stderr in a file."""
    os.environ.update(environ)
    with said.open("w", encoding="utf-8") as stderr, Path(os.devnull).open("w", encoding="utf-8") as stdout:
        os.dup2(stderr.fileno(), 2)
        sys.stdout, sys.stderr = stdout, stderr
        code = main(args)
    sys.exit(code)


def _judge(home: Home, who: Mapping[tuple[str, int], int], people: list[Person], found: Round) -> None:
    """Counts what the processes ended in, and notes what must not be."""
    rows = _rows(home)
    codes = _codes(rows, who)
    found.faults += _doubled(codes)
    outcomes = Counter(row["outcome"] for row in rows)
    if len(rows) != len(who) or None in outcomes:
        found.faults.append(f"{len(who)} rows went in, {dict(outcomes)} came out")
    found.faults += [
        f"row {row_id} is in review and does not weigh its own person" for row_id in _strays(home, rows, who)
    ]
    found.faults += [f"{check.name}: {check.rows[:3]}" for check in run_checks(home) if check.rows]
    others = len(who) - len(people)
    if len(codes) < WITH_CODE * len(people):
        found.faults.append(f"only {len(codes)} of {len(people)} persons got their code without help")
    if outcomes["linked"] < LINKED * others:
        found.faults.append(f"only {outcomes['linked']} of {others} other rows were linked")
    reasons = Counter(row["reason"] for row in rows if row["reason"])
    found.counts = {
        "persons": len(people),
        "got_their_code": len(codes),
        "other_rows": others,
        "linked": outcomes["linked"],
        **{f"in_review_as_{reason}": number for reason, number in sorted(reasons.items())},
    }


def _codes(rows: list[dict[str, Any]], who: Mapping[tuple[str, int], int]) -> dict[int, set[str]]:
    """person → the codes that rows about him got."""
    codes: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row["bhxh_code"] is not None:
            codes[who[row["source"], row["row"]]].add(row["bhxh_code"])
    return codes


def _doubled(codes: Mapping[int, set[str]]) -> list[str]:
    owners = defaultdict(list)
    for person, held in codes.items():
        for code in held:
            owners[code].append(person)
    return [
        *(f"person {person}: {len(held)} codes" for person, held in codes.items() if len(held) > 1),
        *(f"one code for persons {persons}" for persons in owners.values() if len(persons) > 1),
    ]


def _one_code_each(codes: Mapping[int, set[str]], persons: int) -> list[str]:
    faults = _doubled(codes)
    if len(codes) < persons:
        faults.append(f"{persons - len(codes)} persons have no code when nothing waits any more")
    return faults


def _rows(home: Home) -> list[dict[str, Any]]:
    with home.ledger.reading() as session:
        columns, rows = session.text_rows(
            "select w.row_id, w.source, w.row, d.outcome, d.reason, d.bhxh_code, d.person_id, q.item_id,"
            " q.waits_for_row_id, q.opened_at from intake_row as w"
            " left join decision_current as d on d.row_id = w.row_id"
            " left join queue_item as q on q.row_id = w.row_id and q.kind = 'row' and q.state = 'open'"
            " order by w.row_id"
        )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _strays(home: Home, rows: list[dict[str, Any]], who: Mapping[tuple[str, int], int]) -> list[int]:
    """Rows in review that neither wait for nor weigh their own person, or a row of that person."""
    by_row = {row["row_id"]: who[row["source"], row["row"]] for row in rows}
    person_of = {row["person_id"]: by_row[row["row_id"]] for row in rows if row["outcome"] in ("issued", "linked")}
    with home.ledger.reading() as session:
        _, weighed = session.text_rows(
            "select c.row_id, c.person_id, c.other_row_id from decision_candidate as c"
            " join decision_current as d on d.row_id = c.row_id and d.decision_no = c.decision_no"
        )
    near: dict[int, set[int | None]] = defaultdict(set)
    for row_id, person_id, other_row_id in weighed:
        near[row_id].add(person_of.get(person_id) if person_id is not None else by_row.get(other_row_id))
    for row in rows:
        if row["waits_for_row_id"] is not None:
            near[row["row_id"]].add(by_row[row["waits_for_row_id"]])
    # of a person without a code nobody can be weighed
    known = {by_row[row["row_id"]] for row in rows if row["outcome"] in ("issued", "linked")}
    return [
        row["row_id"]
        for row in rows
        if row["outcome"] == "review"
        and by_row[row["row_id"]] in known
        and by_row[row["row_id"]] not in near[row["row_id"]]
    ]


def _settle(home: Home, who: Mapping[tuple[str, int], int]) -> int:
    """How many items a clerk who knows the truth decided, until everybody has a code.

    He looks at the queue, decides one row of each person for whom somebody waits, and looks again.
    """
    decided = 0
    while True:
        rows = {row["row_id"]: row for row in _rows(home)}
        codes = _codes(list(rows.values()), who)
        person = {row_id: who[row["source"], row["row"]] for row_id, row in rows.items()}
        nobodys = sorted({_waited_for(rows, row_id) for row_id in rows if person[row_id] not in codes}, reverse=True)
        if not nobodys or decided > len(who):
            return decided
        for row_id in {person[row_id]: row_id for row_id in nobodys}.values():
            held = codes.get(person[row_id])
            verdict = Verdict("new") if held is None else Verdict("link", *held)
            # a row that the clerk has not been shown may have come up, or the row been decided with another before it
            with suppress(BusyError, UsageError):
                decide(home, rows[row_id]["item_id"], verdict, CLERK)
            decided += 1


def _waited_for(rows: Mapping[int, Mapping[str, Any]], row_id: int) -> int:
    """The row in review that a row waits for in the end."""
    passed: set[int] = set()
    while (target := rows[row_id]["waits_for_row_id"]) is not None:
        if row_id in passed:
            raise RuntimeError(f"rows wait in a circle: {sorted(passed)}")
        passed.add(row_id)
        row_id = target
    return row_id
