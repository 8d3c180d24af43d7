"""What the head of every page says to whoever is signed in."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Head:
    """`measures`: how many the control team holds against him; `answer_until`: the day until which he is to answer it.

    `answer_until` is None where nothing waits for his answer. `ends_in`: seconds until his session ends without use.
    """

    measures: int = 0
    answer_until: str | None = None
    ends_in: int = 0


#: the head of the request at work: one value per request, filled in where it is known who is signed in
head: ContextVar[Head] = ContextVar("head")
