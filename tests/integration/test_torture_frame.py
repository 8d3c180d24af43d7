"""The frame of the torture campaigns: time shared out, seeds told, and what broke kept and failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[1] / "torture" / "conftest.py"
CAMPAIGNS = """
import time

def test_whole_bytes(campaign):
    for seed in campaign.turns():
        time.sleep(0.1)
        campaign.count(10, odd=seed % 2)

def test_broken_bytes(campaign):
    for seed in campaign.turns():
        campaign.count(1)
        campaign.fault(seed, "it broke", {"a.csv": b"x"})
"""


def torture(folder: Path, *campaigns: str) -> subprocess.CompletedProcess[str]:
    """The finished run of these campaigns in a folder, of one second from seed 7."""
    (folder / "conftest.py").write_bytes(CONFTEST.read_bytes())
    (folder / "campaign_bytes.py").write_text(CAMPAIGNS, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
        "-p",
        "no:cacheprovider",
        *campaigns,
    ]
    environ = {"MOTMA_TORTURE_SECONDS": "1", "MOTMA_TORTURE_SEED": "7", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_campaigns_end_with_their_time_or_their_faults_and_say_so(tmp_path: Path) -> None:
    run = torture(tmp_path, "campaign_bytes.py")
    assert run.returncode == 1
    assert "torture: 1 seconds, MOTMA_TORTURE_SEED=7\n" in run.stdout
    table = {line[:24].strip(): line[24:].split() for line in run.stdout.split("= torture =")[1].splitlines()}
    inputs, _, seed, faults, *counts = table["whole bytes"]
    assert (seed, faults) == ("7", "0")
    assert 10 <= int(inputs) <= 50
    assert counts[1:] == ["odd"]
    assert table["broken bytes"][:4] == ["20", "0", "7", "20"]
    kept = tmp_path / "var-torture" / "broken-bytes"
    assert len(list(kept.iterdir())) == 20
    assert (kept / "7-1" / "a.csv").read_bytes() == b"x"
    assert (kept / "7-1" / "fault.txt").read_text(encoding="utf-8") == "it broke\n"
    assert "kept in var-torture/broken-bytes/8-2; the turn again: MOTMA_TORTURE_SEED=8" in run.stdout


def test_campaigns_run_only_where_they_are_named(tmp_path: Path) -> None:
    assert torture(tmp_path).returncode == 5
    assert torture(tmp_path, "campaign_bytes.py::test_whole_bytes").returncode == 0
