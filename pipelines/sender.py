"""Who sent the files of a folder, as its source.toml says."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from casework.deliveries.intake import ENCODINGS_TO_CONFIRM, known_province
from pipelines.text_encoding import DECLARABLE
from pipelines.unreadable import UnreadableError

FILE_NAME = "source.toml"


@dataclass(frozen=True)
class Sender:
    """The reporting unit, the province of its new codes, and how it writes text; None where nobody said.

    `encoding` is that of the bytes of its CSV files, `text_encoding` the legacy encoding of the letters in any file.
    """

    source: str | None = None
    province: str | None = None
    encoding: str | None = None
    text_encoding: str | None = None


def sender_of(folder: Path, source: str | None) -> Sender:
    """What source.toml of the folder says; `source`, where given, comes before its source."""
    path = folder / FILE_NAME
    if not path.is_file():
        return Sender(source)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableError(f"{FILE_NAME} của thư mục không đọc được: {error}.") from error
    text = told.pop("text", {})
    if text not in ({}, *({"encoding": encoding} for encoding in ENCODINGS_TO_CONFIRM)):
        known = ", ".join(ENCODINGS_TO_CONFIRM)
        raise UnreadableError(f"{FILE_NAME} của thư mục: dưới dòng [text] chỉ có encoding, là một trong: {known}.")
    unknown = sorted(told.keys() - {"source", "province", "encoding"})
    if unknown:
        raise UnreadableError(
            f"{FILE_NAME} của thư mục có khóa lạ: {', '.join(unknown)}; chỉ có source, province, encoding và [text]."
        )
    if not all(isinstance(value, str) and value.strip() for value in told.values()):
        raise UnreadableError(
            f"{FILE_NAME} của thư mục: source, province và encoding phải là chữ trong ngoặc kép, không để trống."
        )
    if not re.fullmatch(r"[0-9]{2}", told.get("province", "00")):
        raise UnreadableError(f'{FILE_NAME} của thư mục: province phải là hai chữ số, ví dụ province = "01".')
    if "province" in told and not known_province(told["province"]):
        raise UnreadableError(f"{FILE_NAME} của thư mục: không có tỉnh {told['province']} trong danh mục đang dùng.")
    if told.get("encoding", DECLARABLE[0]) not in DECLARABLE:
        raise UnreadableError(f"{FILE_NAME} của thư mục: encoding phải là một trong: {', '.join(DECLARABLE)}.")
    return Sender(source or told.get("source"), told.get("province"), told.get("encoding"), text.get("encoding"))
