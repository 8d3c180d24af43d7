"""The inbox of a made world: each planned row typed by somebody, in the layout of its sender."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.world_errors import Errors, Habits, Row, Typist
from benchmarks.world_people import CHILD, SIBLING
from benchmarks.world_places import Area, Ground, Places
from benchmarks.world_plan import COMMUNE
from benchmarks.world_register import RELATIONS, village
from benchmarks.world_senders import draw_way, write

Rng = np.random.Generator

COMMUNE_HEAD = (
    "STT,Loại biến động,Mã hộ gia đình,Họ và tên,Ngày sinh,Giới tính,Số ĐDCN/CCCD,Số CMND,Mã số BHXH,"
    "Mối quan hệ với chủ hộ,Mã xã nơi cấp giấy khai sinh,Nơi cấp giấy khai sinh,Mã xã nơi cư trú,Địa chỉ,Dân tộc,"
    "Quốc tịch,Họ tên cha,Họ tên mẹ,Ngày biến động,Điện thoại,Ghi chú"
)
POST_HEAD = (
    "STT,HoTen,MasoBHXH,NgaySinh,CCNS,GioiTinh,CMND,SoCCCD,Maho_Giadinh,MQHChuHo,Maxa_KS,Maxa_DangSS,"
    "Diachi_DangSS,DanToc,QuocTich,HoTenCha,HoTenMe,PhuongAn,NgayBienDong,DienThoai,Ghichu"
)
EVENT_WORDS = {
    "birth": ("Sinh", "SI"),
    "death": ("Chết", "CH"),
    "move_in": ("Chuyển đến", "CD"),
    "move_out": ("Chuyển đi", "DI"),
    "add": ("Bổ sung", "BS"),
    "correct": ("Điều chỉnh", "DC"),
    "event": ("Xyz", "XX"),
}
#: Chance that a value which the person has is on the row: about as many cells are filled as in the reference world.
GIVEN = {"personal_id": 0.70, "old_id": 0.17, "bhxh_code": 0.34, "household_code": 0.92, "birth_place_code": 0.87,
         "birth_place_name": 0.5, "phone": 0.5, "sex": 0.999}  # fmt: skip
TRUTH = ("file", "row", "kind", "person", "codes", "event", "tags", "twin")


class Writer:
    """Types the rows of one world. Needs the population and the codes only to look up a row's own person and kin."""

    def __init__(self, rng: Rng, ground: Ground, codes: pl.Series, rate: float, wild: float) -> None:
        self.rng, self.places, self.people, self.codes = rng, ground.places, ground.people, codes
        self.errors, self.habits = Errors(rng, rate), Habits(rng, rate)
        self.wild, self.own = wild, rng.spawn(1)[0]
        self.ids = ground.people["personal_id"]
        self.numbered = np.flatnonzero(codes != "")

    def rows(self, part: pl.DataFrame) -> Iterator[tuple[Row, tuple[object, ...]]]:
        """Each row of one file with its line of the truth, its file and number aside."""
        typists = [self._own_way(one) for one in self.habits.typists(1 + min(3, len(part) // 40))]
        persons = self.people[part["person"].to_numpy()].to_dicts()
        for planned, person in zip(part.to_dicts(), persons, strict=True):
            typist = typists[int(self.rng.integers(len(typists)))]
            row, tags = self._typed(planned, person, typist)
            invalid = planned["kind"] == "invalid"
            yield (
                row,
                (
                    planned["kind"],
                    -1 if invalid else person["person"],
                    self.codes[person["person"]] if planned["kind"] == "existing" else "",
                    "add" if invalid else planned["event"],
                    ";".join(tags),
                    "twin" if person["twin"] and not invalid else "",
                ),
            )

    def _own_way(self, typist: Typist) -> Typist:
        """The typist, with a way of its own by the chance `wild`; those ways have draws of their own."""
        return replace(typist, way=draw_way(self.own)) if self.own.random() < self.wild else typist

    def _typed(self, planned: dict[str, Any], person: dict[str, Any], typist: Typist) -> tuple[Row, list[str]]:
        row = self._clean(planned, person, typist)
        if planned["kind"] == "invalid":
            _break(row, planned["event"])
            return row, [planned["event"]]
        tags = ["moved"] if planned["moved"] else []
        tags += ["list2025"] if row["list"] == "2025" else []
        parent = person["father"] if self.rng.random() < 0.5 and person["father"] >= 0 else person["mother"]
        other = self.codes[int(self.numbered[self.rng.integers(len(self.numbered))])].split(";")[0]
        kin = {
            "parent_id": self.ids[parent] if parent >= 0 else "",
            "child": person["year"] > 2008,
            "other_code": other,
        }
        if typist.way:
            tags += write(self.own, typist.way, row)
        tags += self.errors.spoil(row, kin, typist)
        return row, list(dict.fromkeys(tags))

    def _clean(self, planned: dict[str, Any], person: dict[str, Any], typist: Typist) -> Row:
        """The row as a careful typist would write it, with some values left out."""
        rng, places = self.rng, self.places
        chosen = typist.commune_list
        chosen = ("2019", "2025")[int(rng.integers(2))] if chosen == "mixed" else chosen
        new_list = chosen == "2025"
        home = int(planned["home"])
        home_name = str(places.target_names[planned["home_2025"]] if new_list else places.names[home])
        born = person["birth"].isoformat()
        young = person["role"] >= CHILD or person["role"] == SIBLING
        codes = self.codes[person["person"]].split(";")
        values = {
            "event": planned["event"],
            "full_name": person["full_name"],
            "birth": born[: (10, 7, 4)[person["precision"]]],
            "sex": person["sex"],
            "personal_id": person["personal_id"],
            "old_id": person["old_id"],
            "bhxh_code": codes[int(rng.integers(len(codes)))],
            "household_code": planned["household_code"],
            "relation": RELATIONS[person["sex"]][person["role"]],
            "birth_place_code": _code(places, person["birth_commune"], person["birth_2025"], new_list),
            "birth_place_name": str(
                places.target_names[person["birth_2025"]] if new_list else places.names[person["birth_commune"]]
            ),
            "home_code": _code(places, home, planned["home_2025"], new_list),
            "address": village(places, home, planned["village"], home_name),
            "people": person["people"],
            "phone": person["phone"],
            "father_name": person["father_name"] if rng.random() < (0.55 if young else 0.05) else "",
            "mother_name": person["mother_name"] if rng.random() < (0.6 if young else 0.05) else "",
            "event_date": f"{int(rng.integers(1, 29)):02d}/10/2026",
            "list": chosen,
        }
        for name, chance in GIVEN.items():
            if rng.random() >= chance:
                values[name] = ""
        return values


def write_inbox(writer: Writer, plan: pl.DataFrame, areas: list[Area], folder: Path) -> pl.DataFrame:
    """The truth, one line a row, after writing the change files: one commune and one post office for each area.

    Each sends into a folder of its own, whose source.toml names it and the province of its new codes.
    """
    rng = writer.rng
    plan = plan[rng.permutation(len(plan))].sort("area", "layout", maintain_order=True)
    lines: list[tuple[object, ...]] = []
    for (area, layout), part in plan.group_by("area", "layout", maintain_order=True):
        sent_by = areas[int(str(area))]
        stem = f"{'commune' if layout == COMMUNE else 'post'}_{sent_by.province}"
        encoding = "utf-8-sig" if rng.random() < 0.3 else "utf-8"
        own = _sender(folder, writer.places, sent_by, layout == COMMUNE)
        with (own / f"{stem}.csv").open("w", encoding=encoding, newline="") as file:
            file.write((COMMUNE_HEAD if layout == COMMUNE else POST_HEAD) + "\r\n")
            out = csv.writer(file, lineterminator="\r\n")
            for number, (row, truth) in enumerate(writer.rows(part), start=1):
                out.writerow((_commune if layout == COMMUNE else _post)(number, row))
                lines.append((stem, number, *truth))
    kinds = {name: pl.Int64 if name in ("row", "person") else pl.String for name in TRUTH}
    return pl.DataFrame(lines, schema=kinds, orient="row")


def _sender(folder: Path, places: Places, area: Area, is_commune: bool) -> Path:
    """The folder of the commune (xa) or post office (bd) that sends an area's files, with its source.toml."""
    at = int(places.target_start[area.communes[0]])
    source = f"{'xa' if is_commune else 'bd'}-{places.targets[at]}"
    own = folder / source
    own.mkdir(parents=True, exist_ok=True)
    text = f'source = "{source}"\nprovince = "{places.target_provinces[at]}"\n'
    (own / "source.toml").write_text(text, encoding="utf-8")
    return own


def _code(places: Places, commune: int, target: int, new_list: bool) -> str:
    return str(places.targets[target] if new_list else places.codes[commune])


def _break(row: Row, kind: str) -> None:
    """Makes the row impossible to process in one of the five ways."""
    for name in ("personal_id", "old_id", "bhxh_code", "household_code", "father_name", "mother_name", "phone"):
        row[name] = ""
    row["event"] = "event" if kind == "event" else "add"
    if kind == "noname":
        row["full_name"] = ""
    elif kind == "digits":
        row["full_name"] = "0912345678"
    elif kind == "baddate":
        row["birth"] = "1990-02-31"
    elif kind == "future":
        row["birth"] = "2031-08-15"


def _date(text: str) -> str:
    return "/".join(reversed(text.split("-")))


def _commune(number: int, row: Row) -> list[object]:
    return [
        number, EVENT_WORDS[row["event"]][0], row["household_code"], row["full_name"], _date(row["birth"]),
        {"M": "Nam", "F": "Nữ", "": ""}[row["sex"]], row["personal_id"], row["old_id"], row["bhxh_code"],
        row["relation"], row["birth_place_code"], row["birth_place_name"], row["home_code"], row["address"],
        row["people"], "VN", row["father_name"], row["mother_name"], row["event_date"], row["phone"], "",
    ]  # fmt: skip


def _post(number: int, row: Row) -> list[object]:
    birth = row["birth"]
    whole = _date(birth + "-01" * ((10 - len(birth)) // 3))
    return [
        number, row["full_name"], row["bhxh_code"], whole, {10: 0, 7: 1, 4: 2}[len(birth)],
        {"M": "1", "F": "0", "": ""}[row["sex"]], row["old_id"], row["personal_id"], row["household_code"],
        row["relation"], row["birth_place_code"], row["home_code"], row["address"], row["people"], "VN",
        row["father_name"], row["mother_name"], EVENT_WORDS[row["event"]][1], row["event_date"], row["phone"], "",
    ]  # fmt: skip
