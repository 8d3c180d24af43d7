"""Letters of the control team: what stands in one, out of dated templates. How it is set, the writers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from casework.control.ladder import MeasureView, PlacedCase, show
from casework.control.letter_parts import Letter
from casework.errors import UsageError
from casework.office.masking import province_name
from casework.office_dates import local_date, local_time
from casework.policy import PolicyError, policy
from casework.types import Home, Viewer
from casework.vietnam_time import vietnam_time
from matching.places import PROVINCES_34
from registry.measures import RUNGS, StepDone

FORMS = ("docx", "pdf")
_TEXTS = ("province_office", "country_office", "team", "symbol", "signer")
_PARTS = {"about": str, "to": str, "before_cases": list, "after_cases": list, "copies": list}
#: values without which a paragraph is left out
_OPTIONAL = ("said", "before", "cases")
#: a space at which no line ends
_TOGETHER = "\N{NO-BREAK SPACE}"
_LONGEST_PLACE = 160
_BELOW = {"reminder": "nhắc nhở", "warning": "cảnh báo"}


def letter_file(home: Home, measure_id: int, form: str, viewer: Viewer) -> bytes:
    """The letter of a measure's present rung as a file, "docx" or "pdf"; it is logged who had it written."""
    if form not in FORMS:
        raise UsageError(f"{form}: a letter is one of {', '.join(FORMS)}")
    return _writer(form)(letter(home, show(home, measure_id, viewer, act="measure_letter")))


def letter(home: Home, view: MeasureView) -> Letter:
    """The letter of the present rung; PolicyError names what is wrong in its template."""
    texts = _templates(home)
    measure, template = view.measure, texts[view.measure.rung]
    where = "country" if measure.province is None else "province"
    name = "" if measure.province is None else PROVINCES_34[measure.province]
    office = texts[f"{where}_office"].format(province=f"{name[:1].lower()}{name[1:]}")
    told = [case for case in view.cases if case.step_no <= measure.asked_no]
    values = {
        "office": office,
        "officer": measure.full_name,
        "login": measure.officer,
        "place": "" if measure.unit is None else f", đơn vị {measure.unit}",
        "matter": view.title,
        "cases": str(len(told)) if told else "",
        "said": _asked(view.steps).said or "",
        "before": "; ".join(_below(view.steps)),
        "until": local_date(measure.answer_until) or "",
    }
    headings, rows = _case_table(told)
    place = "Hà Nội" if measure.province is None else province_name(measure.province)
    year = vietnam_time(measure.asked_at).year
    return Letter(
        office=texts[f"{where}_office"].format(province=name.replace(" ", _TOGETHER)).upper(),
        team=texts["team"].upper(),
        number=f"Số:        /{texts['symbol']}",
        about=_filled(template["about"], values),
        place_and_day=f"{place}, ngày       tháng       năm {year}",
        to=_filled(template["to"], values),
        before_cases=_paragraphs(template["before_cases"], values),
        headings=headings,
        cases=rows,
        after_cases=_paragraphs(template["after_cases"], values),
        copies=_paragraphs(template["copies"], values),
        signer=texts["signer"].upper(),
        dated=measure.asked_at,
    )


def _writer(form: str) -> Callable[[Letter], bytes]:
    if form == "docx":
        from casework.control.letter_docx import write_docx

        return write_docx
    from casework.control.letter_pdf import write_pdf

    return write_pdf


def _templates(home: Home) -> Mapping[str, Any]:
    raw = policy(home, "letters")
    faults = [f"{name} is missing" for name in ("version", *_TEXTS) if not isinstance(raw.get(name), str)]
    for rung in RUNGS:
        given = raw.get(rung)
        if not isinstance(given, dict):
            faults.append(f"[{rung}] is missing")
            continue
        faults += [
            f"{rung}.{part} is missing" for part, kind in _PARTS.items() if not isinstance(given.get(part), kind)
        ]
    if faults:
        raise PolicyError(f"rules/letters.toml: {'; '.join(faults)}")
    return raw


def _filled(text: str, values: Mapping[str, str]) -> str:
    try:
        return text.format_map(values)
    except (KeyError, ValueError, IndexError) as error:
        raise PolicyError(f"rules/letters.toml: {text!r} cannot be filled in ({error})") from error


def _paragraphs(texts: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """The texts filled in, but for those that tell something that there is not."""
    missing = [f"{{{name}}}" for name in _OPTIONAL if not values[name]]
    return [_filled(text, values) for text in texts if not any(name in text for name in missing)]


def _asked(steps: Sequence[StepDone]) -> StepDone:
    return next(step for step in reversed(steps) if step.answer_until is not None)


def _below(steps: Sequence[StepDone]) -> list[str]:
    """What was asked on the rungs below that of the last, and whether it was answered."""
    found = []
    for step, after in pairwise(steps):
        if step.answer_until is not None and step.step_no < _asked(steps).step_no:
            answered = f"đã giải trình ngày {_day(after)}" if after.act == "answered" else "chưa giải trình"
            found.append(f"Tổ kiểm soát đã {_BELOW[step.rung]} ngày {_day(step)}, ông (bà) {answered}")
    return found


def _day(step: StepDone) -> str:
    return local_time(step.said_at).split()[0]


def _case_table(cases: Sequence[PlacedCase]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: numbers and places in the sender's file only, nobody's name."""
    has_time = any(case.happened_at for case in cases)
    headings = ["STT", "Mã hồ sơ", "Đơn vị gửi, vị trí trong tệp", *(["Thời điểm"] if has_time else [])]
    rows = []
    for number, case in enumerate(cases, start=1):
        sheet = "" if case.sheet is None else f"trang {case.sheet}, "
        place = "" if case.sheet_row is None else f"{case.source}, {sheet}dòng {case.sheet_row}"
        time = [local_time(case.happened_at) if case.happened_at else ""] if has_time else []
        # what rests on no row is an entry of the log
        code = str(case.row_id or case.case_id.replace("log-", "nhật ký "))
        rows.append([str(number), code, _in_print(place), *time])
    return headings, rows


def _in_print(place: str) -> str:
    """What a sender wrote, as a cell can show it."""
    shown = "".join(char if char.isprintable() else " " for char in place)
    return shown if len(shown) <= _LONGEST_PLACE else f"{shown[: _LONGEST_PLACE - 1]}…"
