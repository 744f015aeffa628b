"""Images in the widget, in a real browser: attached, pasted, dropped, sent, and seen again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Locator, Page, Route, expect

from chat import services
from chat.models import Attachment, Conversation
from tests.browser import listen_to
from tests.chat.conftest import in_database
from tests.images import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

UPLOADS = "**/api/v1/attachments?*"
FOUND = "A refund reaches your card in 5 to 10 business days [1]."
GIVE_FILE = """([kind, bytes, name, type]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const root = document.querySelector("supportbot-widget").shadowRoot;
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
  root.querySelector("[data-part=input]").dispatchEvent(event);
}"""


@pytest.fixture
async def page(browser: BrowserContext, widget, model, complaints: list[str]) -> Page:
    page = await browser.new_page()
    listen_to(page, complaints)
    await page.goto(f"/ask/{widget.public_key}/")
    await expect(part(page, "attach")).to_be_enabled()
    return page


def part(page: Page, name: str) -> Locator:
    return page.locator(f"supportbot-widget [data-part={name}]")


def thumbnails(page: Page) -> Locator:
    return page.locator("supportbot-widget .tray li")


def trouble(page: Page) -> Locator:
    return page.locator("supportbot-widget .composer .notice")


def sent(page: Page) -> Locator:
    return page.locator("supportbot-widget [data-role=customer] img")


async def attach(page: Page, name: str = "error.png", data: bytes = b"", type: str = "image/png") -> None:
    await part(page, "file").set_input_files({"name": name, "mimeType": type, "buffer": data or png()})


async def is_loaded(image: Locator) -> Any:
    await expect(image).to_be_visible()
    return await image.evaluate("image => image.decode().then(() => image.naturalWidth)")


async def test_an_image_is_attached_sent_answered_and_there_after_a_reload(page, model, complaints):
    model.will_say(FOUND)
    await expect(part(page, "send")).to_be_disabled()

    await attach(page)
    assert await is_loaded(thumbnails(page).locator("img")) == 640
    await part(page, "input").fill("How long does a refund take?")
    await part(page, "input").press("Enter")

    await expect(page.locator("supportbot-widget [data-role=bot]")).to_contain_text("I could not read the attached")
    await expect(thumbnails(page)).to_have_count(0)
    assert await is_loaded(sent(page)) == 640
    await expect(sent(page)).to_have_attribute("alt", "Image you sent")
    await page.reload()
    assert await is_loaded(sent(page)) == 640
    assert complaints == []


async def test_an_image_alone_can_be_sent_and_opens_in_a_tab_of_its_own(page, browser):
    await attach(page)
    await expect(part(page, "send")).to_be_enabled()
    await part(page, "send").click()

    await expect(page.locator("supportbot-widget [data-role=bot]")).to_contain_text("What would you like to know")
    async with browser.expect_page() as opened:
        await sent(page).click()
    tab = await opened.value
    await tab.wait_for_load_state()
    assert await tab.evaluate("document.contentType") == "image/png"


async def test_the_button_works_from_the_keyboard(page):
    async with page.expect_file_chooser() as chooser:
        await part(page, "attach").press("Enter")
    await (await chooser.value).set_files({"name": "a.png", "mimeType": "image/png", "buffer": png()})

    await expect(thumbnails(page)).to_have_attribute("data-status", "ready")
    await expect(part(page, "input")).to_be_focused()


@pytest.mark.parametrize("kind", ["paste", "drop"])
async def test_images_are_pasted_and_dropped(page, kind):
    await page.evaluate(GIVE_FILE, [kind, list(png((40, 50))), "a.png", "image/png"])

    await expect(thumbnails(page)).to_have_attribute("data-status", "ready")


async def test_it_shows_where_to_drop(page):
    await page.evaluate(GIVE_FILE, ["dragover", [1], "a.png", "image/png"])
    await expect(part(page, "panel")).to_have_attribute("data-dropping", "")

    await page.evaluate(GIVE_FILE, ["dragleave", [1], "a.png", "image/png"])
    await expect(part(page, "panel")).not_to_have_attribute("data-dropping", "")


async def test_one_that_was_attached_by_mistake_is_removed(page):
    await attach(page, "first.png")
    await attach(page, "second.png")
    await expect(thumbnails(page)).to_have_count(2)

    await page.get_by_role("button", name="Remove first.png").click()

    await expect(thumbnails(page)).to_have_attribute("title", "second.png")


async def test_what_cannot_be_sent_is_said_in_place(page, settings):
    await attach(page, "a.svg", b"<svg/>", "image/svg+xml")
    await expect(trouble(page)).to_have_text("Images can be PNG, JPEG, WebP or GIF.")

    await attach(page, "a.png", bytes(settings.MAX_IMAGE_BYTES + 1))
    await expect(trouble(page)).to_contain_text("up to 5 MB")
    await expect(thumbnails(page)).to_have_count(0)

    await attach(page, "a.png", b"not an image")
    await expect(trouble(page)).to_contain_text("This file is not an image I can take.")
    await part(page, "input").fill("Look")
    await expect(part(page, "send")).to_be_disabled()
    await part(page, "remove").click()
    await expect(trouble(page)).to_have_count(0)
    await expect(part(page, "send")).to_be_enabled()


async def test_an_upload_that_failed_is_tried_again(page):
    async def fail(route: Route) -> None:
        await route.abort()

    await page.route(UPLOADS, fail)
    await attach(page)
    await expect(trouble(page)).to_contain_text("Check your connection")
    await page.unroute(UPLOADS)

    await part(page, "upload-again").click()

    await expect(thumbnails(page)).to_have_attribute("data-status", "ready")
    await expect(trouble(page)).to_have_count(0)


async def test_images_outlive_a_lost_connection(page, browser, model):
    await attach(page)
    await expect(thumbnails(page)).to_have_attribute("data-status", "ready")
    await browser.set_offline(True)
    await expect(part(page, "connection")).to_have_attribute("data-state", "offline")
    await part(page, "send").click()
    await expect(page.locator("supportbot-widget [data-role=customer]")).to_contain_text("Will be sent")

    await browser.set_offline(False)

    await expect(page.locator("supportbot-widget [data-role=bot]")).to_be_visible()
    assert await in_database(Attachment.objects.exclude(message=None).count)() == 1


async def test_a_closed_conversation_has_no_button_for_it(page):
    await attach(page)
    await part(page, "send").click()
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_be_visible()

    await in_database(services.resolve)(await in_database(Conversation.objects.values_list("pk", flat=True).get)())

    await expect(part(page, "attach")).to_have_count(0)


async def test_where_images_are_switched_off_there_is_none_either(browser, widget, model, settings):
    settings.MAX_IMAGE_BYTES = 0
    page = await browser.new_page()
    await page.goto(f"/ask/{widget.public_key}/")

    await expect(part(page, "input")).to_be_visible()
    await expect(page.locator("supportbot-widget h3")).to_be_visible()
    await expect(part(page, "attach")).to_have_count(0)


async def test_without_the_file_for_images_there_is_a_chat_all_the_same(browser, widget, model):
    model.will_say(FOUND)
    page = await browser.new_page()
    await page.route("**/widget/images.js", lambda route: route.abort())
    await page.goto(f"/ask/{widget.public_key}/")

    await part(page, "input").fill("How long does a refund take?")
    await part(page, "input").press("Enter")

    await expect(page.locator("supportbot-widget [data-role=bot]")).to_contain_text("5 to 10 business days")
    await expect(part(page, "attach")).to_have_count(0)


@pytest.fixture
async def shop(widget, site) -> AsyncIterator[str]:
    """A page of another origin, with the widget's own snippet on it."""
    source, key = f"{site}/static/chat/widget/widget.js", widget.public_key
    page = f'<!doctype html><script type="module" src="{source}" data-supportbot="{key}"></script>'.encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    widget.origins = [origin]
    await in_database(widget.save)()
    yield origin
    server.close()


async def test_it_works_on_the_page_of_another_site(browser, model, shop):
    page = await browser.new_page()
    await page.goto(shop)
    await part(page, "launcher").click()

    await attach(page)
    await expect(thumbnails(page)).to_have_attribute("data-status", "ready")
    await part(page, "send").click()

    assert await is_loaded(sent(page)) == 640
