"""The flows on a real Prefect server with a real process worker; and no server where none is named."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data_samples"
PATIENCE_SECONDS = 60


def clean_environment(folder: Path) -> dict[str, str]:
    """An environment with nothing of the machine's own Prefect or Một Mã in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MOTMA_"))}
    return {
        **kept,
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "MOTMA_HOME": str(folder / "home"),
        "MOTMA_ROOT": str(ROOT),
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_CLI_PROMPT": "false",
    }


def python(environment: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    """A finished run of this Python in the root of the project."""
    return subprocess.run(
        [sys.executable, *args], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def motma(environment: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    """A finished motma command."""
    return python(environment, "-m", "pipelines.cli", *args)


def command(environment: dict[str, str], module: str, *args: str) -> str:
    """What a command says on stdout; the test fails with all it said when it does not end with 0."""
    done = python(environment, "-m", module, *args)
    assert done.returncode == 0, f"{module} {args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def make_home(environment: dict[str, str]) -> None:
    """A home with the sample register, published."""
    command(environment, "pipelines.cli", "init")
    command(environment, "pipelines.cli", "register", "load", str(SAMPLES / "register.csv"))
    command(environment, "pipelines.cli", "register", "publish")


@dataclass(frozen=True)
class Server:
    """A running Prefect server and the environment that names it."""

    port: int
    environment: dict[str, str]

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """The answer of the server's API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            connection.request("POST", f"/api{path}", json.dumps(body), {"Content-Type": "application/json"})
            return json.load(connection.getresponse())

    def flow_runs(self) -> list[dict[str, Any]]:
        """Every flow run that the server knows, newest first."""
        found: list[dict[str, Any]] = self.ask("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC"})
        return found


def until(told: Callable[[], object], what: str) -> None:
    """Waits until something is so; the test fails when it takes too long."""
    last = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < last:
        try:
            if told():
                return
        except OSError:  # nobody answers yet
            pass
        time.sleep(0.2)
    pytest.fail(f"not within {PATIENCE_SECONDS} s: {what}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prefect server of its own, with the work pool and the deployments of prefect.yaml, and a home to work on."""
    folder = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **clean_environment(folder),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder}/prefect.db",
    }
    start = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(start, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        try:
            make_home(environment)
            running = Server(port, environment)
            until(lambda: running.flow_runs() == [], "the server answers")
            command(environment, "prefect", "work-pool", "create", "motma", "--type", "process")
            command(environment, "prefect", "--no-prompt", "deploy", "--all")
            yield running
        finally:
            process.terminate()
    assert "Traceback" not in (folder / "server.log").read_text(encoding="utf-8")


def test_the_scheduled_flows_are_planned(server: Server) -> None:
    def planned() -> set[str]:
        flows = {flow["id"]: flow["name"] for flow in server.ask("/flows/filter", {})}
        return {flows[run["flow_id"]] for run in server.flow_runs() if run["auto_scheduled"]}

    until(
        lambda: planned() == {"intake", "ladder", "match-and-issue", "publish", "seal"},
        "each schedule has planned its runs",
    )


def test_a_worker_runs_a_deployment_and_every_row_is_decided(server: Server) -> None:
    parameter = f"paths={json.dumps([str(SAMPLES / 'inbox')])}"
    command(server.environment, "prefect", "deployment", "run", "run/run", "--param", parameter)
    command(server.environment, "prefect", "deployment", "run", "ladder/ladder")
    worker = ("worker", "start", "--pool", "motma", "--type", "process", "--run-once", "--install-policy", "never")
    command(server.environment, "prefect", *worker)
    runs = [run for run in server.flow_runs() if not run["auto_scheduled"]]
    assert [run["state_type"] for run in runs] == ["COMPLETED", "COMPLETED"]

    again = json.loads(command(server.environment, "pipelines.cli", "run", str(SAMPLES / "inbox"), "--json"))
    rows = len((SAMPLES / "truth.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert sum(again["outcomes"].values()) == rows
    assert again["decided"] == 0
    assert "undecided" not in again["outcomes"]


def test_run_with_a_server_named_is_a_flow_run_of_it(server: Server, tmp_path: Path) -> None:
    before = {run["id"] for run in server.flow_runs()}
    (tmp_path / "broken.csv").write_bytes(b"\xff")
    ended = motma(server.environment, "run", str(tmp_path), "--by", "thu")
    assert ended.returncode == 10
    assert "broken.csv" in ended.stderr
    assert "Traceback" not in ended.stderr
    (run,) = [run for run in server.flow_runs() if run["id"] not in before and not run["auto_scheduled"]]
    assert (run["state_type"], run["parameters"]["by"]) == ("FAILED", "thu")
    assert run["parameters"]["paths"] == [str(tmp_path)]


def test_run_says_so_when_the_named_server_does_not_answer(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/api"
        ended = motma({**environment, "PREFECT_API_URL": url}, "run", str(tmp_path))
    assert ended.returncode == 12
    assert url in ended.stderr
    assert "Traceback" not in ended.stderr


def test_run_without_a_server_does_not_touch_prefect(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    make_home(environment)
    program = (
        "import sys; from pipelines.cli import main; code = main(); "
        "assert 'prefect' not in sys.modules, 'Prefect was imported'; sys.exit(code)"
    )
    ended = python(environment, "-c", program, "run", str(SAMPLES / "inbox"))
    assert ended.returncode == 0, ended.stderr
    assert not list(tmp_path.rglob("*prefect*"))
