"""An officer's morning at the queue, by keys alone; the colleague who approves; a telephone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from tests.e2e.conftest import keep

if TYPE_CHECKING:
    from .conftest import Enter

PHONE = (390, 800)


def pressed(page: Page, *keys: str) -> None:
    """Presses keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def item_on(page: Page) -> int:
    """The item that the page shows; 0 for the list."""
    found = re.search(r"/items/(\d+)", page.url)
    return int(found[1]) if found else 0


def decide(page: Page) -> str:
    """Decides the case on the page by at most three keys; which word it took."""
    before = page.url
    if page.locator('[data-key="a"]').count():
        pressed(page, "a", "Enter")
        word = "approve"
    elif page.locator('[data-key="1"]').count():
        pressed(page, "1", "Enter")
        word = "link"
    elif page.locator('[data-key="n"]').count():
        pressed(page, "n", "Enter")
        word = "new"
    else:
        pressed(page, "r", "ArrowDown", "Enter")
        word = "return"
    page.wait_for_url(lambda address: address != before)
    return word


def carried_out(page: Page) -> None:
    """Waits until the last decision is carried out, which pages do behind: each look tells how far it is."""
    for _ in range(20):
        if "đang thực hiện" not in page.get_by_role("status").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("status")).not_to_contain_text("đang thực hiện")


def told(page: Page, text: str) -> None:
    """Waits until the line on the last decision says so: what is being carried out is told by the next look."""
    for _ in range(20):
        if text in page.get_by_role("status").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("status")).to_contain_text(text)


def journey_ten_decisions_by_keys_alone(enter: Enter) -> None:
    page = enter("canbo01")
    keep(page, "queue")
    waiting = int(page.locator(".figures b").first.inner_text())
    assert waiting >= 10
    # j goes down the list, Enter opens
    pressed(page, "j", "j", "k", "Enter")
    page.wait_for_url("**/items/*")
    keep(page, "item")
    words = []
    for _ in range(10):
        item = item_on(page)
        words.append(decide(page))
        told(page, f"Mục {item}:")
        if item_on(page) == 0:
            break
    carried_out(page)
    assert {"link", "approve", "return"} <= set(words)
    if words[-1] != "new":
        # the last one is taken back, and decided again
        pressed(page, "u", "Enter")
        expect(page.get_by_role("status")).to_contain_text("đã hoàn tác")
        words.pop()
    page.goto("/queue")
    left = int(page.locator(".figures b").first.inner_text())
    agreed_once = words.count("approve")
    assert waiting - len(words) <= left <= waiting - len(words) + agreed_once


def journey_a_decision_is_taken_back_by_keys(enter: Enter) -> None:
    page = enter("nguoiduyet")
    page.goto("/queue?reason=ambiguous")
    pressed(page, "Enter")
    page.wait_for_url("**/items/*")
    item = item_on(page)
    pressed(page, "1", "Enter")
    page.wait_for_url("**done=*")
    told(page, "liên kết")
    keep(page, "done")
    # the list tells what one decided lately
    page.goto("/queue")
    expect(page.locator(".said-lately li").first).to_contain_text("liên kết")
    keep(page, "queue-said")
    pressed(page, "u", "Enter")
    page.wait_for_url("**/items/**")
    assert item_on(page) != item
    expect(page.get_by_role("status")).to_contain_text("đã hoàn tác")
    expect(page.locator('[data-key="1"]')).to_be_visible()
    keep(page, "taken-back")


def journey_two_rows_are_one_person(enter: Enter) -> None:
    page = enter("nguoiduyet")
    page.goto("/queue?reason=waits_for_row")
    pressed(page, "Enter")
    page.wait_for_url("**/items/*")
    item = item_on(page)
    keep(page, "waits-for-row")
    leading = page.locator(".why a").get_attribute("href")
    assert leading is not None
    page.get_by_role("button", name="Cùng một người").focus()
    pressed(page, "Enter")
    page.wait_for_url("**done=*")
    # the one decision decides both
    page.goto(leading.split("?")[0])
    pressed(page, "1", "Enter")
    page.wait_for_url("**done=*")
    told(page, "liên kết")
    # the row that waited is decided right behind the one that it waited for
    for _ in range(60):
        page.goto(f"/items/{item}")
        if page.get_by_text("Mục này đã được quyết định.").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text("Mục này đã được quyết định.")).to_be_visible()
    keep(page, "decided")


def journey_a_recorded_death_is_wrong(enter: Enter) -> None:
    first, second = enter("canbo66"), enter("nguoiduyet")
    first.goto("/queue?reason=identity_conflict")
    first.get_by_role("link", name="Y Bliu Mlô Duôn Du").click()
    first.wait_for_url("**/items/*")
    item = item_on(first)
    pressed(first, "s")
    keep(first, "alive")
    pressed(first, "Enter")
    first.wait_for_url("**done=*")
    told(first, "đã ghi “còn sống”")
    second.goto(f"/items/{item}")
    expect(second.locator(".asked")).to_contain_text("canbo66 nói người này còn sống")
    keep(second, "alive-once")
    pressed(second, "s", "Enter")
    second.wait_for_url("**done=*")
    second.goto(f"/items/{item}")
    expect(second.locator(".grid")).not_to_contain_text("đã chết")
    keep(second, "alive-twice")


def journey_another_province_is_asked(enter: Enter) -> None:
    page, there = enter("canbo01"), enter("canbo66")
    page.goto("/queue?reason=weak")
    page.get_by_role("link", name="H'Nguyet Mdrang").click()
    page.wait_for_url("**/items/*")
    item = item_on(page)
    pressed(page, "h", "ArrowDown")
    keep(page, "ask")
    pressed(page, "Enter")
    page.wait_for_url("**done=*")
    told(page, "đang hỏi Đắk Lắk")
    page.goto("/queue?reason=asking")
    expect(page.locator("[data-line]")).to_contain_text("đang hỏi Đắk Lắk")
    keep(page, "asking")
    there.goto("/queue")
    keep(there, "questions")
    pressed(there, "j", "Enter")
    there.wait_for_url("**/questions/*")
    keep(there, "question")
    there.locator("#note").focus()
    there.keyboard.type("Gia đình nói đã ra Hà Nội")
    pressed(there, "Escape", "1", "Enter")
    there.wait_for_url("**/queue?replied=*")
    expect(there.get_by_role("status")).to_contain_text("Đã trả lời câu hỏi")
    page.goto("/queue")
    pressed(page, "Enter")
    page.wait_for_url("**/items/*")
    assert item_on(page) == item
    expect(page.locator(".asked")).to_contain_text("Đắk Lắk: là người này")
    keep(page, "answered")
    pressed(page, "1", "Enter")
    page.wait_for_url("**done=*")
    told(page, "liên kết")


def journey_a_death_takes_two(enter: Enter) -> None:
    first, second = enter("canbo66"), enter("nguoiduyet")
    first.goto("/queue?reason=death")
    pressed(first, "Enter")
    first.wait_for_url("**/items/*")
    item = item_on(first)
    address = f"/items/{item}"
    for _ in range(2):
        first.goto(address)
        pressed(first, "a", "Enter")
        first.wait_for_url("**done=*")
        expect(first.get_by_role("status")).to_contain_text("còn chờ một người khác đồng ý (đã đồng ý: canbo66)")
    keep(first, "death-waits")
    second.goto(address)
    pressed(second, "a", "Enter")
    second.wait_for_url("**done=*")
    expect(second.get_by_role("status")).to_contain_text("đã ghi xong báo chết")
    # the first one's page is old by now
    first.goto(address)
    expect(first.get_by_text("Mục này đã được quyết định.")).to_be_visible()


def journey_two_windows_on_one_case(enter: Enter) -> None:
    page, other = enter("canbo66"), enter("nguoiduyet")
    page.goto("/queue?reason=twin")
    pressed(page, "Enter")
    page.wait_for_url("**/items/*")
    other.goto(f"/items/{item_on(page)}")
    expect(other.get_by_role("status")).to_contain_text("canbo66 đang xử lý mục này")
    expect(other.locator("[name=verdict]")).to_have_count(0)
    keep(other, "seen-by-another")
    pressed(page, "n", "Enter")
    page.wait_for_url("**done=*")
    carried_out(page)
    other.reload()
    expect(other.get_by_text("Mục này đã được quyết định.")).to_be_visible()


def journey_a_session_about_to_end_says_so(enter: Enter) -> None:
    page = enter("nguoiduyet")
    page.clock.install()
    page.goto("/queue")
    warning = page.locator("#ending")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("28:30")
    expect(warning).to_contain_text("Phiên làm việc sắp hết")
    keep(page, "session-ends")
    page.get_by_role("button", name="Làm tiếp").focus()
    pressed(page, "Enter")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("31:00")
    expect(warning).to_contain_text("Phiên làm việc đã hết")


def journey_on_a_telephone(enter: Enter) -> None:
    page = enter("nguoiduyet", *PHONE)
    keep(page, "queue-phone")
    page.get_by_role("link", name="Bắt đầu xử lý").click()
    page.wait_for_url("**/items/*")
    keep(page, "item-phone")
    for address in ("/queue", page.url):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def journey_other_areas_and_signing_out(enter: Enter) -> None:
    page = enter("canbo66")
    units = page.locator(".piles").nth(1).inner_text()
    assert "24301" in units
    assert "08995" not in units
    page.goto("/items/999")
    expect(page.get_by_role("heading", name="Không có gì để xem")).to_be_visible()
    keep(page, "no-right")
    page.goto("/queue?reason=stale")
    expect(page.get_by_text("Không có mục nào chờ ở phần này.")).to_be_visible()
    keep(page, "empty")
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_text("Đã đăng xuất.")).to_be_visible()
    keep(page, "sign-in")
    page.go_back()
    page.goto("/queue")
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


def journey_looking_somebody_up(enter: Enter) -> None:
    page = enter("canbo01")
    page.get_by_role("link", name="Tra cứu").click()
    keep(page, "purpose")
    page.keyboard.type("Tiếp dân tại quầy")
    with page.expect_navigation():
        pressed(page, "Enter")
    keep(page, "search")
    page.keyboard.type("y duin nie 1990")
    pressed(page, "Enter")
    line = page.locator("tbody tr", has_text="Y Duin Niê")
    expect(line).to_contain_text("•••••••••331")
    expect(line).not_to_contain_text("18/07/1990")
    keep(page, "search-masked")
    # nothing of whom was looked for stands in the address
    assert page.url.endswith("/search")
    line.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Ngoài phạm vi của bạn")).to_be_visible()
    keep(page, "reason")
    page.keyboard.type("Người dân mang căn cước đến")
    pressed(page, "Enter")
    expect(page.get_by_text("066090333331")).to_be_visible()
    keep(page, "person")


def journey_three_steps_at_the_counter(enter: Enter) -> None:
    page = enter("canbo66")
    page.get_by_role("link", name="Tra cứu").click()
    expect(page.locator("#purpose")).to_be_focused()
    page.keyboard.type("Tiếp dân tại quầy")
    with page.expect_navigation():
        pressed(page, "Enter")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.type("thieu ngoc bao tai 1986")
    with page.expect_navigation():
        pressed(page, "Enter")
    expect(page.locator(".path [aria-current]")).to_contain_text("Tìm")
    keep(page, "counter-search")
    pressed(page, "1")
    with page.expect_navigation():
        pressed(page, "Enter")
    # what is known of him stands there already
    expect(page.locator("#full_name")).to_have_value("Thiều Ngọc Bảo Tài")
    keep(page, "counter-update")
    page.locator("#event").select_option("điều chỉnh")
    page.locator("#birth_date").fill("31/02/1986")
    page.locator("#birth_date").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Ngày không có trong lịch")
    keep(page, "counter-fault")
    page.locator("#birth_date").fill("19/03/1986")
    with page.expect_navigation():
        page.locator("#birth_date").press("Enter")
    expect(page.get_by_text("Đề nghị đổi: Ngày sinh")).to_be_visible()
    keep(page, "counter-look")
    # the button to send has the caret
    with page.expect_navigation():
        pressed(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("Liên kết")
    expect(page.locator(".code")).to_have_text("6646662399")
    keep(page, "counter-approved")
    assert page.url.endswith("/counter/send")


def journey_enter_in_the_note_returns(enter: Enter) -> None:
    page = enter("nguoiduyet")
    page.goto("/queue?reason=weak&unit=xa-24301")
    pressed(page, "Enter")
    page.wait_for_url("**/items/*")
    item = item_on(page)
    expect(page.locator('[data-key="1"]')).to_be_visible()
    page.locator("#note").focus()
    page.keyboard.type("Gửi bản chụp căn cước mới")
    pressed(page, "Enter")
    page.wait_for_url("**done=*")
    expect(page.get_by_role("status")).to_contain_text(f"Mục {item}: trả lại")


def journey_the_keys_are_told(enter: Enter) -> None:
    page = enter("nguoiduyet")
    for _ in range(2):
        pressed(page, "?")
        expect(page.get_by_role("dialog")).to_be_visible()
        keep(page, "keys")
        # no key reaches the page below
        pressed(page, "j", "Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert page.url.endswith("/queue")
    pressed(page, "?", "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def switch(page: Page, name: str) -> None:
    """Presses the button of a language."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def journey_in_english(enter: Enter) -> None:
    for name, size in (("desk", (1280, 720)), ("phone", PHONE)):
        page = enter("nguoiduyet", *size)
        switch(page, "English")
        assert page.locator("html").get_attribute("lang") == "en"
        keep(page, f"queue-english-{name}")
        page.get_by_role("link", name="Start").click()
        page.wait_for_url("**/items/*")
        keep(page, f"item-english-{name}")
        # the switch leads back to where it was pressed
        address = page.url
        switch(page, "Tiếng Việt")
        assert page.url == address
        assert page.locator("html").get_attribute("lang") == "vi"
        switch(page, "English")
        page.get_by_role("link", name="Search", exact=True).click()
        keep(page, f"purpose-english-{name}")
        page.locator("#purpose").fill("At the counter")
        with page.expect_navigation():
            pressed(page, "Enter")
        page.locator("#box").fill("y duin nie 1990")
        pressed(page, "Enter")
        expect(page.locator("tbody tr", has_text="Y Duin Niê")).to_be_visible()
        keep(page, f"search-english-{name}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
