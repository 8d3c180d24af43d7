"""Who gives way to pages, and who does not."""

from __future__ import annotations

import subprocess
import sys

_SAID = """
import os
from casework.manners import briskly, give_way

def niceness():
    return os.getpriority(os.PRIO_PROCESS, 0)

before = niceness()
alone = briskly(niceness)
give_way()
print(alone - before, briskly(niceness) - before, niceness())
"""


def test_what_others_wait_for_is_done_as_briskly_as_before() -> None:
    found = subprocess.run([sys.executable, "-c", _SAID], capture_output=True, text=True, check=True)
    alone, brisk, rest = map(int, found.stdout.split())
    assert (alone, brisk) == (0, 0)
    # whoever runs the tests may be nice already
    assert rest >= 10
