"""The main job as a flow run of a Prefect server that is already there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.types import Progress
    from pipelines.jobs import RunReport

#: Nothing is told to anybody but the named server, and none is started where that does not answer.
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
}


def run_on_server(
    server: str, home: Path, paths: Sequence[Path], *, source: str | None, by: str, progress: Progress
) -> RunReport:
    """The report of a run in this process that the server knows as a flow run; BusyError when it does not answer."""
    with _set({**_QUIET, "PREFECT_API_URL": server, "PREFECT_HOME": str(home.resolve() / "prefect")}):
        from pipelines.flows import run_here

        return run_here(server, home, paths, source=source, by=by, progress=progress)


@contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables that the operator has not set, for as long as this lasts: Prefect reads them."""
    added = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
