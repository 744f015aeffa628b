"""What a model or a person could be talked into writing, in a real browser: nothing is fetched, nothing runs."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, expect

from accounts.models import User
from chat import services
from chat.models import Conversation, Message
from tests import factories
from tests.browser import listen_to
from tests.chat.conftest import in_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PAYLOADS: list[str] = json.loads((Path(__file__).parents[1] / "payloads.json").read_text())
EVERYTHING = "\n\n".join(PAYLOADS) + "\n\nThe end."
LOADS = "img, image, svg, iframe, object, embed, audio, video, style, link, script, form, meta, base, [style], [src]"
PASSWORD = "a long enough password"


@pytest.fixture
async def page(browser: BrowserContext, widget, model, complaints: list[str]) -> Page:
    page = await browser.new_page()
    listen_to(page, complaints)
    return page


@pytest.fixture
def fetched(page: Page) -> list[str]:
    """The hosts that the page asked for anything, or opened a socket to."""
    hosts: list[str] = []
    page.on("request", lambda request: hosts.append(urlsplit(request.url).hostname or ""))
    page.on("websocket", lambda socket: hosts.append(urlsplit(socket.url).hostname or ""))
    return hosts


async def ask(page: Page, widget) -> None:
    await page.goto(f"/ask/{widget.public_key}/")
    await page.locator("supportbot-widget [data-part=input]").fill("Refund?")
    await page.locator("supportbot-widget [data-part=input]").press("Enter")
    answer = page.locator("supportbot-widget [data-role=bot]")
    await expect(answer).to_have_attribute("data-status", "complete", timeout=30_000)


async def links_of(page: Page, selector: str) -> set[str]:
    hrefs = await page.locator(f"{selector} a[href]").evaluate_all("links => links.map(link => link.href)")
    return {urlsplit(href).hostname or "" for href in hrefs}


async def test_the_widget_loads_and_runs_nothing_that_is_written(page, widget, model, fetched, complaints):
    model.will_say(*(EVERYTHING[at : at + 7] for at in range(0, len(EVERYTHING), 7)))
    await ask(page, widget)
    conversation = await in_database(Conversation.objects.get)()
    agent = await in_database(_agent)()

    await in_database(services.reply)(conversation.pk, agent, EVERYTHING)
    await in_database(Message.objects.filter(role="bot").update)(text=EVERYTHING)
    for roles in (["agent"], ["agent", "bot"]):  # as it comes, and all of it from history
        for role in roles:
            said = page.locator(f"supportbot-widget [data-role={role}] .prose")
            await expect(said).to_contain_text("The end.")
        for role in ("agent", "bot"):
            assert await page.locator(f"supportbot-widget [data-role={role}] .prose").locator(LOADS).count() == 0
            assert await links_of(page, f"supportbot-widget [data-role={role}] .prose") <= {"127.0.0.1"}
        await page.reload()

    assert set(fetched) == {"127.0.0.1"}
    assert complaints == []


async def test_the_console_loads_and_runs_nothing_that_is_written(page, widget, fetched, complaints):
    await ask(page, widget)
    agent = await in_database(_agent)()
    await in_database(Message.objects.filter(role="bot").update)(text=EVERYTHING)
    conversation = await in_database(Conversation.objects.get)()

    await page.goto("/console/")
    await page.fill("[name=login]", agent.username)
    await page.fill("[name=password]", PASSWORD)
    await page.click("button")
    await page.wait_for_url("**/console/")
    await page.goto(f"/console/conversations/{conversation.pk}/")
    await expect(page.locator("article.from-bot .prose")).to_contain_text("The end.")

    assert await page.locator("article.from-bot .prose").locator(LOADS).count() == 0
    assert set(fetched) == {"127.0.0.1"}
    assert complaints == []


def _agent() -> User:
    return factories.agent("ines", password=PASSWORD, first_name="Ines")
