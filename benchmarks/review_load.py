"""How long reviewers wait for their pages, many at once, while files are decided beside them.

    python -m benchmarks.review_load WORLD [--engine sqlite] [--home DIR] [--rows 20000] [--reviewers 200] [--minutes 4]

The home is made as users make it, with the first files of the world decided, so that a queue waits; `--home` keeps it
for the next time (SQLite alone). Then a copy of it is served by `motma serve`, and `motma run` decides the last files,
of `--rows` rows. Each reviewer is signed in with an account of his own and acts every 15 to 30 seconds: he opens the
queue, then an item, then decides it, by which the next one opens, and so on. What is timed is an answer, from the first
byte sent to the last byte read; a decision is the answer to its form, the item that opens by it is an item.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import polars as pl

from casework.office.accounts import Account, add_account, change_password
from casework.types import Scope, Viewer
from tests.engines import ENGINES, Folders, Model, Places, postgresql_server

#: drawn anew each time, for accounts of this benchmark alone
_PHRASE = secrets.token_hex(12)
_PAUSE = (15.0, 30.0)
#: a reviewer in so many has no area but the country, and approves
_CHIEFS = 10
_VERDICT = re.compile(r'name="verdict" value="([^"]+)"')
_WHY_NOT = re.compile(r'<p class="fault"[^>]*>([^<]+)')


@dataclass
class Waits:
    """What was measured: seconds of each answer by what was asked, and answers that were none."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float) -> None:
        """One answer."""
        with self.lock:
            self.seconds.setdefault(kind, []).append(seconds)

    def lines(self) -> Iterator[str]:
        """A line for each kind of answer, for errors, and for decisions that were not taken."""
        for kind, found in sorted(self.seconds.items()):
            ordered = sorted(found)
            p50, p95, p99 = (1000 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95, 0.99))
            yield (
                f"{kind:<9}{len(found):>6} answers   p50 {p50:>6,.0f} ms   p95 {p95:>6,.0f} ms   p99 {p99:>6,.0f} ms   "
                f"longest {1000 * ordered[-1]:>6,.0f} ms"
            )
        yield f"errors   {dict(self.errors) or 'none'}; not taken: {dict(self.said) or 'none'}"


class Reviewer:
    """One officer's browser, without scripts and pictures."""

    def __init__(self, port: int, login: str, seed: int, waits: Waits) -> None:
        self._port = port
        self._login = login
        self._random = random.Random(seed)
        self._waits = waits
        self._cookie = ""

    def sign_in(self) -> None:
        """Comes in."""
        self._ask("sign-in", "POST", "/sign-in", {"login": self._login, "password": _PHRASE})

    def work(self, until: float) -> None:
        """Acts until the end; somebody else's first action is another moment's."""
        try:
            time.sleep(self._random.uniform(0, _PAUSE[1]))
            while time.monotonic() < until:
                self._sitting(until)
        except (OSError, http.client.HTTPException) as error:
            self._waits.errors[type(error).__name__] += 1

    def _sitting(self, until: float) -> None:
        """Three actions: the list, an item, its decision, by which another item opens."""
        self._ask("queue", "GET", "/queue")
        self._pause(until)
        address, page = self._follow("GET", "/queue/next")
        verdict = self._choice(page)
        self._pause(until)
        if time.monotonic() < until and verdict is not None:
            note = "Gửi bản chụp giấy tờ" if verdict == "return" else ""
            self._follow("POST", address, {"verdict": verdict, "note": note})
            self._pause(until)

    def _choice(self, page: str) -> str | None:
        """What he decides: the first candidate, else a new person, else it goes back."""
        found = _VERDICT.findall(page)
        order = ("approve", "link:", "new", "return")
        return next((one for start in order for one in found if one.startswith(start)), None)

    def _follow(self, method: str, path: str, form: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Where an answer leads, and the page there."""
        status, to, page = self._ask("decision" if form else "next", method, path, form)
        if status == 303:
            self._waits.said["decided"] += bool(form)
            return to, self._ask("item" if to.startswith("/items/") else "queue", "GET", to)[2]
        why = _WHY_NOT.search(page)
        self._waits.said[f"{status} {re.sub('[0-9].*', '…', why[1]) if why else ''}"] += 1
        return "", page

    def _ask(self, kind: str, method: str, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Cookie": self._cookie, "Sec-Fetch-Site": "same-origin"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        self._waits.add(kind, time.perf_counter() - started)
        connection.close()
        if cookie := answer.getheader("set-cookie"):
            self._cookie = cookie.split(";")[0]
        if answer.status not in (200, 303, 409):
            self._waits.errors[f"{kind} {answer.status}"] += 1
        return answer.status, answer.getheader("location") or "", page

    def _pause(self, until: float) -> None:
        time.sleep(min(self._random.uniform(*_PAUSE), max(until - time.monotonic(), 0)))


def main() -> None:
    """Prints what was measured, for each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=Path)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=["sqlite"])
    parser.add_argument("--home", type=Path, help="where the made home is kept, and taken from the next time")
    parser.add_argument("--rows", type=int, default=20_000, help="rows that are decided meanwhile")
    parser.add_argument("--reviewers", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=4)
    given = parser.parse_args()
    with ExitStack() as held:
        made = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="motma-review-load-")))
        for engine in given.engine:
            places: Places = Folders() if engine == "sqlite" else held.enter_context(postgresql_server())
            kept = given.home if given.home and engine == "sqlite" else made / f"{engine}-model"
            model = Model(kept, places.new())
            first, beside = files_of(given.world, given.rows)
            if not kept.exists():
                make(model, given.world, first, given.reviewers)
            place = model.copied(made / engine, places)
            # what the copy left to write must not hold up the commits that are measured
            os.sync()
            let_in(place, given.reviewers)
            waits = measure(place, beside, given.reviewers, given.minutes * 60)
            print(engine, *waits.lines(), sep="\n", flush=True)


def files_of(world: Path, rows: int) -> tuple[list[Path], list[Path]]:
    """The files of a world: those before, and the last ones, which hold that many rows or more."""
    counted = dict(pl.read_csv(world / "truth.csv", infer_schema=False)["file"].value_counts().iter_rows())
    files = sorted(file for file in (world / "inbox").glob("*/*") if file.stem in counted)
    place = len(files)
    while place and rows > 0:
        place -= 1
        rows -= counted[files[place].stem]
    return files[:place], files[place:]


def make(model: Model, world: Path, files: Sequence[Path], reviewers: int) -> None:
    """A home with the world's register, some files decided, and accounts in the areas of their senders."""
    for arguments in (
        ["init"],
        ["register", "load", str(world / "register.parquet")],
        ["register", "publish"],
        ["run", *map(str, files)],
    ):
        _run(model, *arguments)
    provinces = sorted({tomllib.loads((file.parent / "source.toml").read_text("utf-8"))["province"] for file in files})
    home = model.opened()
    for number in range(reviewers):
        is_chief = number % _CHIEFS == 0
        scope = Scope() if is_chief else Scope(provinces[number % len(provinces)])
        account = Account(0, _login(number), f"Cán bộ {number}", scope, is_chief, None)
        add_account(home, account, _PHRASE, Viewer("benchmark", "benchmark"))
    home.ledger.close()


def let_in(place: Model, reviewers: int) -> None:
    """The password of this time for every account, whenever the home was made."""
    home = place.opened()
    for number in range(reviewers):
        change_password(home, _login(number), _PHRASE, Viewer("benchmark", "benchmark"))
    home.ledger.close()


def measure(place: Model, beside: Sequence[Path], reviewers: int, seconds: float) -> Waits:
    """What the reviewers met while the files were decided beside them."""
    waits = Waits()
    with _served(place) as port:
        people = [Reviewer(port, _login(number), number, waits) for number in range(reviewers)]
        for person in people:
            person.sign_in()
        until = time.monotonic() + seconds
        working = [threading.Thread(target=person.work, args=(until,)) for person in people]
        for thread in working:
            thread.start()
        started = time.monotonic()
        _run(place, "run", *map(str, beside))
        print(f"{place.folder.name}: the files were decided in {time.monotonic() - started:,.0f} s", flush=True)
        for thread in working:
            thread.join()
    return waits


@contextmanager
def _served(place: Model) -> Iterator[int]:
    """The port of `motma serve`, which is ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--json", "--port", str(port)]
    server = subprocess.Popen(command, env=_environ(place), stdout=subprocess.PIPE, text=True)
    try:
        if server.stdout is None or not server.stdout.readline():
            raise RuntimeError("motma serve did not start: its message stands above")
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=60)


def _run(place: Model, *arguments: str) -> None:
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    subprocess.run(command, env=_environ(place), stdout=subprocess.DEVNULL, check=True)


def _environ(place: Model) -> dict[str, str]:
    told = {**os.environ, "MOTMA_HOME": str(place.folder), "MOTMA_LEDGER_URL": place.ledger_url}
    told.pop("PREFECT_API_URL", None)
    return told


def _login(number: int) -> str:
    return f"reviewer{number:03d}"


if __name__ == "__main__":
    main()
