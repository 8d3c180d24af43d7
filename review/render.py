"""Templates: each is given one context, a dataclass that names it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import ClassVar

import jinja2
from fastapi.responses import HTMLResponse

from casework import office_words as words
from casework.office.choices import Choice
from casework.office.masking import province_name
from casework.office_dates import local_date, local_time
from casework.step_titles import step_titles
from casework.vietnam_time import today
from review.head import head
from review.language import LANGUAGES, Told, _, here, language

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@dataclass(frozen=True)
class Context:
    """What a template is given: the fields, under their names. `template` is its file."""

    template: ClassVar[str]


@dataclass(frozen=True)
class Message(Context):
    """A page that says one thing: what happened, and where to go on."""

    template: ClassVar[str] = "message.html"
    title: str
    text: str
    link: str
    link_text: str


def page(context: Context, status: int = 200) -> HTMLResponse:
    """A template filled in."""
    values = {"account": None, **{field.name: getattr(context, field.name) for field in fields(context)}}
    return HTMLResponse(_environment().get_template(context.template).render(values), status_code=status)


def static_url(name: str) -> str:
    """The address of a file of static/, which changes with its content."""
    return f"/static/{_digest(name)}/{name}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static_url": static_url, "words": _Words(), "step_titles": lambda: Told(step_titles())}
    # what a form sends for an event is the word that the row holds, in whatever language it is chosen
    environment.globals["event_words"] = words.EVENTS
    environment.globals |= {
        "_": _,
        "language": language.get,
        "languages": LANGUAGES,
        "here": here.get,
        "head": head.get,
    }
    shown = {
        "day": local_date,
        "moment": local_time,
        "share": _share,
        "bits": _bits,
        "iso_day": _iso_day,
        "province": province_name,
        "days": _days,
    }
    environment.filters["told"] = _effect
    # Jinja's own makes small letters of BHXH
    environment.filters["capitalize"] = lambda text: text[:1].upper() + text[1:]
    environment.filters |= shown
    environment.tests["past"] = _is_past
    return environment


class _Words:
    """The tables of `casework.office_words`, in the language of the request."""

    def __getattr__(self, table: str) -> Told:
        return Told(getattr(words, table))


def _effect(choice: Choice) -> str:
    """What a choice does."""
    return _(choice.effect).format(number=choice.number, row=choice.row, then=_(choice.then))


def _share(value: float) -> str:
    """A share as a percentage that never says 100 or 0 when it is not."""
    if value > 0.9994:
        return _decimal("> 99.9 %")
    if value < 0.0006:
        return _decimal("< 0.1 %")
    return _decimal(f"{100 * value:.1f} %")


def _days(value: float) -> str:
    return _decimal(f"{value:g}")


def _bits(value: float) -> str:
    return _decimal(f"{value:+.1f}").replace("-", "−")


def _decimal(figure: str) -> str:
    return figure.replace(".", ",") if language.get() == "vi" else figure


def _is_past(day: str) -> bool:
    """Whether a day in Vietnam is over."""
    return date.fromisoformat(day) < today()


def _iso_day(value: object) -> str:
    return local_date(str(value)) or ""
