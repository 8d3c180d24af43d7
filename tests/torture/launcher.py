"""Commands in processes of their own, with a fault planted in each: nothing in the program knows of it.

`python -m tests.torture.launcher` imports the program once and forks for every command, so that a command starts in
milliseconds. It must not work with frames before it forks: the threads of Polars and DuckDB do not survive that.
Within the fork the program's calls are wrapped from outside at named points; passing one for the n-th time strikes.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).parents[2]
#: what commands import, imported before any fork
_IMPORTED = (
    "casework.audit.check",
    "casework.register.publish",
    "casework.office.queue",
    "casework.run",
    "registry.postgresql",
)
#: the process is killed; the ledger can take nothing more; no file can grow; the server ends the connection
ACTS = ("kill", "full", "unwritable", "lost")
_PATIENCE = 300.0
#: what the server says when its disk is full, said by the server
_DISK_FULL = """
do $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$
"""
_END_CONNECTIONS = """
select pg_terminate_backend(pid, 5000)
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


#: a point of its own: any millisecond of the command's time
ANY_MOMENT = "any moment"


class Fault(NamedTuple):
    """What happens at the n-th passing of a point; of ANY_MOMENT, a kill after so many milliseconds."""

    point: str
    passing: int
    act: str


class Ended(NamedTuple):
    """How a command ended: its exit code (minus the signal that killed it), what it said, how often it passed what."""

    code: int
    out: str
    err: str
    passed: Mapping[str, int]
    has_struck: bool


class Launcher:
    """The process that forks for commands."""

    def __init__(self) -> None:
        threads = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.launcher"],
            cwd=ROOT,
            env={**os.environ, **threads, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, args: Sequence[str], environ: Mapping[str, str], fault: Fault | None = None) -> Ended:
        """How a command ended, with a fault planted."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"args": list(args), "environ": dict(environ), "fault": fault}) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))


class Points:
    """The points that a process passes."""

    def __init__(self, fault: Fault | None, told: int, ledger_url: str) -> None:
        self.passed: Counter[str] = Counter()
        self._fault, self._told, self._ledger_url = fault, told, ledger_url

    def passing(self, point: str, driver: Any = None, run: Callable[[str], object] | None = None) -> None:
        """Counts, and strikes where it is time. `driver` is the connection at hand, `run` runs a statement on it."""
        self.passed[point] += 1
        fault = self._fault
        if fault is None or (point, self.passed[point]) != (fault.point, fault.passing):
            return
        os.write(self._told, b"struck\n")
        if fault.act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault.act == "lost":
            self._lose(point)
        elif fault.act == "unwritable" or driver is None:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        elif self._ledger_url and run is not None:
            run(_DISK_FULL)
        elif not self._ledger_url:
            driver.execute("pragma max_page_count = 1")  # as many as there are now

    def _lose(self, point: str) -> None:
        import psycopg

        with psycopg.connect(self._ledger_url, autocommit=True) as connection:
            connection.execute(_END_CONNECTIONS)
        if point == "after commit":
            raise psycopg.OperationalError("the server closed the connection unexpectedly")

    def around(self, place: Any, name: str, point: Callable[..., str | None]) -> None:
        """Makes a function pass a point before and after; `point` names it by the function's arguments."""
        function = getattr(place, name)

        def passing(*args: Any, **named: Any) -> Any:
            said = point(*args)
            if said is None:
                return function(*args, **named)
            self.passing(f"before {said}")
            found = function(*args, **named)
            self.passing(f"after {said}")
            return found

        setattr(place, name, passing)


def _file(*paths: Any) -> str | None:
    """What a file, or what a file becomes, is to us; None for one that is none of ours."""
    path = paths[-1]
    named = Path(os.readlink(f"/proc/self/fd/{path}")) if isinstance(path, int) else Path(path)
    roles = {
        "key": named.parent.name == "keys",
        "pointer": "current" in named.name,
        "version": named.suffix == ".duckdb",
        "register folder": named.name == "register",
        "answer": "answers" in named.parts,
    }
    return next((role for role, is_so in roles.items() if is_so), None)


def _plant(points: Points) -> None:
    """Wraps the program's calls."""
    from sqlalchemy.engine.default import DefaultDialect

    import casework.deciding.redecide
    import casework.deliveries.intake
    import casework.run
    import pipelines.cli_call
    from registry.engine import Session
    from registry.register import Writer

    def struck(method: Callable[..., Any]) -> Callable[..., Any]:
        def executing(self: Session, name: str, parameters: Any) -> Any:
            connection = self._connection
            driver = connection.connection.driver_connection
            points.passing(f"before {name}", driver, connection.exec_driver_sql)
            found = method(self, name, parameters)
            points.passing(f"after {name}", driver, connection.exec_driver_sql)
            return found

        return executing

    def committed(method: Callable[..., Any]) -> Callable[..., Any]:
        def committing(self: DefaultDialect, connection: Any) -> None:
            driver = connection.driver_connection
            points.passing("before commit", driver, driver.execute)
            method(self, connection)
            points.passing("after commit", driver)

        return committing

    methods = [
        (Session, "_execute", struck),
        (Session, "_execute_many", struck),
        (DefaultDialect, "do_commit", committed),
    ]
    for of, name, wrapped in methods:
        setattr(of, name, wrapped(getattr(of, name)))
    for name in ("fsync", "replace", "rename"):
        points.around(os, name, lambda *paths, name=name: f"{name} of {role}" if (role := _file(*paths)) else None)
    points.around(casework.deliveries.intake, "_take_in", lambda *_: "intake of a file")
    for place in (casework.run, casework.deciding.redecide):
        points.around(place, "apply_plan", lambda *_: "application of a plan")
    points.around(casework.run, "decide_batch", lambda *_: "plan of a batch")
    points.around(casework.deciding.redecide, "decide_again", lambda *_: "plan of rows decided again")
    points.around(Writer, "add", lambda *_: "slice of a version")
    points.around(Writer, "publish", lambda *_: "publication of a version")
    points.around(pipelines.cli_call.Call, "show", lambda *_: "answer to the operator")


def _command(args: Sequence[str], environ: Mapping[str, str], fault: Fault | None, told: int) -> int:
    """Runs the command as `motma` would; its exit code."""
    os.environ.update(environ)
    sys.argv = ["motma", *args]
    points = Points(fault, told, environ.get("MOTMA_LEDGER_URL", ""))
    _plant(points)
    from pipelines.cli import entry

    started = time.monotonic()
    if fault is not None and fault.point == ANY_MOMENT:
        signal.setitimer(signal.ITIMER_REAL, fault.passing / 1000)  # nobody handles its signal, so it kills
    code = 1
    try:
        entry()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    signal.setitimer(signal.ITIMER_REAL, 0)
    points.passed[ANY_MOMENT] = 1 + int((time.monotonic() - started) * 1000)
    os.write(told, json.dumps(points.passed).encode() + b"\n")
    return code


def _ended(request: Mapping[str, Any]) -> Ended:
    """Forks, and waits."""
    pipes = [os.pipe() for _ in range(3)]
    child = os.fork()
    if child == 0:
        for (_, write), place in zip(pipes[:2], (1, 2), strict=True):
            os.dup2(write, place)
        fault = None if request["fault"] is None else Fault(*request["fault"])
        os._exit(_command(request["args"], request["environ"], fault, pipes[2][1]))
    said = [b"", b"", b""]
    with selectors.DefaultSelector() as selector:
        for number, (read, write) in enumerate(pipes):
            os.close(write)
            selector.register(read, selectors.EVENT_READ, number)
        while selector.get_map():
            ready = selector.select(_PATIENCE)
            if not ready:
                os.kill(child, signal.SIGABRT)
            for key, _ in ready:
                content = os.read(key.fd, 65_536)
                said[key.data] += content
                if not content:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    _, status = os.waitpid(child, 0)
    told = said[2].decode().splitlines()
    passed = json.loads(told[-1]) if told and told[-1].startswith("{") else {}
    code = os.waitstatus_to_exitcode(status)
    has_struck = "struck" in told or code == -signal.SIGALRM
    return Ended(code, said[0].decode(), said[1].decode(), passed, has_struck)


def _serve() -> None:
    for name in _IMPORTED:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(json.dumps(_ended(json.loads(line))._asdict()), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
