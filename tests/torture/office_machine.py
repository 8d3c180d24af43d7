"""An office's days in any order: files, corrections, verdicts, extracts, publications, crashes, two clients at once.

A Hypothesis state machine on a real home, which after every step is held against `tests.torture.promises`. Every draw
is of a fixed range and counts into whatever is there, so that a turn is made of its seed alone.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casework.audit.replay import replay
from casework.deciding.apply import apply_plan
from casework.deliveries.intake import ReceivedFile
from casework.register.publish import publish
from casework.run import run
from casework.types import Viewer
from tests.engines import Model, Places
from tests.story import ask, story
from tests.torture.desk import OFFICERS, SOURCES, STRUCK, WRITING, Desk, Strike
from tests.torture.people import PEOPLE, Report

_SEARCHED = "select row_id, decision_no from decision where batch_id is not null"

reported = st.builds(
    Report,
    person=st.integers(0, len(PEOPLE) - 1),
    event=st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5)),
    spelling=st.integers(0, 30),
    number=st.sampled_from(("own", "none", "none", "another's")),
    has_code=st.booleans(),
    has_household=st.booleans(),
    has_parents=st.booleans(),
    day=st.integers(1, 28),
    fault=st.sampled_from((None,) * 8 + ("name", "date")),
    times=st.sampled_from((1, 1, 1, 1, 2)),
)
reports = st.lists(reported, min_size=1, max_size=5)
sources = st.sampled_from(SOURCES)
officers = st.sampled_from(OFFICERS)
picks = st.integers(0, 2**16)
#: nothing, or at some transaction that writes, or at a statement of some kind
strikes = (
    st.none()
    | st.builds(Strike, st.just(WRITING), st.integers(1, 8))
    | st.builds(Strike, st.sampled_from(STRUCK), st.sampled_from((1, 1, 2)))
)


class OfficeMachine(RuleBasedStateMachine):
    """The days of one desk. `model`, `places` and `folder` are set by `machine_on`."""

    model: ClassVar[Model]
    places: ClassVar[Places]
    folder: ClassVar[Path]
    #: what was done, over all turns
    counts: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        place = self.model.copied(Path(tempfile.mkdtemp(dir=self.folder)) / "home", self.places)
        self.desk = Desk(place, self.counts)

    def teardown(self) -> None:
        """A clerk clears the queue at last, where nothing went wrong before."""
        try:
            if sys.exception() is None:
                self.cleared(0)
                self.holds()
                self.made_again()
        finally:
            self.close()

    def close(self) -> None:
        """Takes the home away."""
        self.desk.close()
        self.places.drop(self.desk.place.ledger_url)

    @invariant()
    def holds(self) -> None:
        """Every promise is kept."""
        self.counts["steps"] += 1
        faults = self.desk.truth.judge(self.desk.home)
        assert not faults, "\n".join(faults)

    def made_again(self) -> None:
        """Every decision that rests on a search comes out the same, from the ledger's history alone."""
        wanted = [(row_id, number) for row_id, number in ask(self.desk.home, _SEARCHED)]
        found = replay(self.desk.home, wanted, OFFICERS[0], full=True)
        faults = [each for each in found if each.result != "same"]
        assert not faults, faults

    @initialize(place=picks, has_extract=st.booleans(), written=st.lists(reported, max_size=5))
    def begin(self, place: int, has_extract: bool, written: Sequence[Report]) -> None:
        """A further extract comes before anything is decided, or none; then a first file, or none."""
        if has_extract:
            self.desk.load(place, None)
        if written:
            self.send(source=SOURCES[0], written=written, halves=False, strike=None)

    # files ----------------------------------------------------------------------------------------------------------

    @rule(source=sources, written=reports, halves=st.booleans(), strike=strikes)
    def send(self, source: str, written: Sequence[Report], halves: bool, strike: Strike | None) -> None:
        """A file comes, or its first half and then the whole."""
        sent = self.desk.write(source, written)
        if halves and len(sent.tags) > 1:
            self.desk.run(sent._replace(name=f"half-{sent.name}", tags=sent.tags[: len(sent.tags) // 2]), strike)
        self.desk.run(sent, strike)
        self.desk.files.append(sent)

    @rule(which=picks, way=st.sampled_from(("same", "renamed", "reversed", "half")), strike=strikes)
    def send_again(self, which: int, way: str, strike: Strike | None) -> None:
        """A file comes again, and nothing is decided that was decided."""
        if not self.desk.files:
            return
        sent = self.desk.files[which % len(self.desk.files)]
        before = story(self.desk.home, "deliveries", "log")
        again = {
            "same": sent,
            "renamed": sent._replace(name=f"again-{sent.name}"),
            "reversed": sent._replace(name=f"reversed-{sent.name}", tags=sent.tags[::-1]),
            "half": sent._replace(name=f"cut-{sent.name}", tags=sent.tags[: (len(sent.tags) + 1) // 2]),
        }[way]
        self.desk.run(again, strike)
        after = story(self.desk.home, "deliveries", "log")
        changed = [part for part in before if before[part] != after[part]]
        assert not changed, f"{way} again, and {changed} changed"

    @rule(which=picks, written=reports, strike=strikes)
    def correct(self, which: int, written: Sequence[Report], strike: Strike | None) -> None:
        """A file comes again with what went back mended, and with some other lines written anew."""
        if not self.desk.files:
            return
        sent = self.desk.files[which % len(self.desk.files)]
        mended: dict[str, str] = {}
        for tag in sent.tags:
            report = self.desk.truth.lines[tag].report
            if tag not in mended and report.fault is not None:
                mended[tag] = self.desk.add_line(report._replace(fault=None))
        for tag, other in zip(sent.tags, written, strict=False):
            if tag not in mended:
                report = self.desk.truth.lines[tag].report
                mended[tag] = self.desk.add_line(other._replace(person=report.person, event=report.event, fault=None))
        corrected = sent._replace(name=f"corrected-{sent.name}", tags=tuple(mended.get(tag, tag) for tag in sent.tags))
        self.desk.run(corrected, strike)
        self.desk.files.append(corrected)

    @rule(
        first=reports,
        second=reports,
        meanwhile=st.sampled_from(("run", "plan", "publish", "decide", "load", "clear")),
        place=picks,
    )
    def outrun(self, first: Sequence[Report], second: Sequence[Report], meanwhile: str, place: int) -> None:
        """Something happens between the moment when a file is decided and the moment when that is carried out."""
        if place % 4:
            # about the same people, one by one
            second = [report._replace(person=other.person) for report, other in zip(second, first, strict=False)]
        sent, other = self.desk.write(SOURCES[0], first), self.desk.write(SOURCES[1], second)
        self.desk.files += [sent, other]
        waiting = [self.desk.planned(sent)]
        if meanwhile == "plan":
            waiting.insert(place % 2, self.desk.planned(other))
        elif meanwhile == "run":
            self.desk.run(other, None)
        elif meanwhile == "publish":
            publish(self.desk.home, OFFICERS[0])
        elif meanwhile == "decide":
            self.desk.decide_some(place, "truly", OFFICERS[place % 3], None)
        elif meanwhile == "load":
            self.desk.load(place, None)
        elif meanwhile == "clear":
            self.desk.clear(OFFICERS[0], OFFICERS[1])
        for plan in waiting:
            apply_plan(self.desk.home, plan, OFFICERS[0], is_last=False)
        for file in (sent, other):
            self.desk.run(file, None)

    @rule(first=reports, second=reports, same=st.booleans())
    def side_by_side(self, first: Sequence[Report], second: Sequence[Report], same: bool) -> None:
        """Two clients take in two files, or one and the same, at once."""
        sent = self.desk.write(SOURCES[0], first)
        other = sent if same else self.desk.write(SOURCES[1], [*second, *first][:5])
        self.desk.files += [sent] if same else [sent, other]
        faults: list[BaseException] = []

        def client(received: ReceivedFile) -> None:
            home = self.desk.place.opened()
            try:
                run(home, [received], OFFICERS[0])
            except BaseException as fault:
                faults.append(fault)
            finally:
                home.ledger.close()

        threads = [threading.Thread(target=client, args=(self.desk.received(file),)) for file in (sent, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults, faults
        for file in (sent, other):
            self.desk.run(file, None)

    # officers -------------------------------------------------------------------------------------------------------

    @rule(which=picks, how=st.sampled_from(("truly", "truly", "not_same", "return")), officer=officers, strike=strikes)
    def verdict(self, which: int, how: str, officer: Viewer, strike: Strike | None) -> None:
        """An officer decides something that waits."""
        self.desk.decide_some(which, how, officer, strike)

    @rule(which=picks, officer=officers, strike=strikes)
    def taken_back(self, which: int, officer: Viewer, strike: Strike | None) -> None:
        """An officer takes back something that he decided, where it does not stand."""
        self.desk.take_back(which, officer, strike)

    @rule(place=picks)
    def cleared(self, place: int) -> None:
        """Two officers decide all that waits."""
        self.desk.clear(OFFICERS[place % 3], OFFICERS[(place + 1) % 3])
        faults = self.desk.truth.settled(self.desk.home)
        assert not faults, "\n".join(faults)

    # the register ---------------------------------------------------------------------------------------------------

    @rule(strike=strikes)
    def next_version(self, strike: Strike | None) -> None:
        """The next register version is written."""
        self.desk.do(lambda: publish(self.desk.home, OFFICERS[0]), strike)

    @rule(place=picks, strike=strikes)
    def later_extract(self, place: int, strike: Strike | None) -> None:
        """A further extract comes, of people of whom nobody has spoken; then it is published."""
        self.desk.load(place, strike)


def machine_on(model: Model, places: Places, folder: Path) -> type[OfficeMachine]:
    """The machine on copies of a home, which it makes in a folder."""
    members = {"model": model, "places": places, "folder": folder, "counts": Counter()}
    return type("Office", (OfficeMachine,), members)


def play(
    model: Model, places: Places, folder: Path, seed: int, *, rounds: int, steps: int, shrinks: bool
) -> Counter[str]:
    """What was done in some rounds of so many steps, made of a seed; the first round is a short one.

    A broken promise is an AssertionError, with the shortest days found that break it in its notes.
    """
    machine = machine_on(model, places, folder)
    run_state_machine_as_test(
        hypothesis.seed(seed)(machine),
        settings=settings(
            max_examples=rounds,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.counts
