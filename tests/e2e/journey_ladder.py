"""A reminder by the control team, the officer's answer, the next rung, and the end of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.conftest import Site, keep
from tests.e2e.journey_desk import PHONE

if TYPE_CHECKING:
    from .conftest import Enter


def journey_a_reminder_and_its_answer(enter: Enter, demo: Site, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(demo.password, encoding="utf-8")
    given = ("--name", "Tổ kiểm soát", "--area", "country", "--control", "--password-file", str(file))
    demo.run("account", "add", "kiemsoat", *given)
    control = enter("kiemsoat")
    control.get_by_role("link", name="Nhắc nhở").click()
    control.get_by_label("Tài khoản của cán bộ").fill("canbo01")
    control.get_by_label("Về việc").select_option("late")
    control.get_by_label("Mã các dòng").fill("1, 2, 3")
    control.get_by_label("Nội dung gửi cán bộ").fill("Ba hồ sơ quyết định sau hạn mười ngày.")
    keep(control, "ladder-open")
    control.get_by_role("button", name="Mở").click()
    control.wait_for_url("**/measures/*")
    where = control.url

    officer = enter("canbo01", *PHONE)
    expect(officer.get_by_role("link", name="Tổ kiểm soát chờ bạn giải trình")).to_be_visible()
    keep(officer, "ladder-told-phone")
    officer.get_by_role("link", name="Tổ kiểm soát chờ bạn giải trình").click()
    officer.locator("tbody a").first.click()
    officer.get_by_label("Giải trình của bạn").fill("Các xã gửi trùng, đã gọi điện hỏi lại, xin giải trình.")
    keep(officer, "ladder-answer-phone")
    officer.get_by_role("button", name="Gửi giải trình").click()
    expect(officer.get_by_text("đã giải trình").first).to_be_visible()
    expect(officer.get_by_role("link", name="Tổ kiểm soát chờ bạn giải trình")).to_have_count(0)

    control.goto(where)
    keep(control, "ladder-answered")
    with control.expect_download() as letter:
        control.get_by_role("link", name="PDF").click()
    assert Path(letter.value.path()).read_bytes().startswith(b"%PDF")
    control.get_by_label("Nội dung gửi cán bộ").fill("Tháng này lại có hai hồ sơ quá hạn.")
    control.get_by_role("button", name="Nâng lên: cảnh báo").click()
    with control.expect_download() as letter:
        control.get_by_role("link", name="DOCX").click()
    assert Path(letter.value.path()).read_bytes().startswith(b"PK")

    officer.goto("/queue")
    officer.get_by_role("link", name="Tổ kiểm soát chờ bạn giải trình").click()
    officer.locator("tbody a").first.click()
    officer.get_by_label("Giải trình của bạn").fill("Đã khắc phục, không còn hồ sơ nào quá hạn.")
    keep(officer, "ladder-warned-phone")
    officer.get_by_role("button", name="Gửi giải trình").click()

    control.goto(where)
    control.get_by_label("Nội dung gửi cán bộ").fill("Giải trình được chấp nhận.")
    control.get_by_role("button", name="Kết thúc: đã khắc phục").click()
    control.goto("/control/measures")
    keep(control, "ladder-list")
    expect(control.get_by_text("kết thúc: đã khắc phục")).to_be_visible()
