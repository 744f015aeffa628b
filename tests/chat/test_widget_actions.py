"""Offers in a real browser: what a person sees of an action, and what their click does."""

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from accounts.models import Ticket
from chat import tools
from chat.llm.base import ToolCall
from chat.models import Message, PendingAction
from chat.selectors import question_of
from tests.browser import listen_to
from tests.chat.conftest import in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TEXT = "My reader does not charge any more.\nI tried two cables. <img src=x onerror='window.hit=1'>"


def make_offer() -> None:
    call = ToolCall("call_1", "open_ticket", {"subject": "Reader does not charge", "text": TEXT})
    answer = Message.objects.select_related("reply_to").get(role="bot")
    assert answer.reply_to
    tools.run(call, question_of(answer.reply_to, answer.pk))


@pytest.fixture
async def page(browser: BrowserContext, widget, model, customer, complaints: list[str]) -> Page:
    """Ada has asked and been answered, and is now offered a ticket."""
    page = await browser.new_page()
    listen_to(page, complaints)
    await page.goto(f"/ask/{widget.public_key}/")
    await page.evaluate("token => window.supportbot.identify(token)", token_for(customer, widget))
    await expect(page.locator("supportbot-widget")).to_contain_text("Ada")
    model.will_say("A reader that does not charge is repaired for free. I can open a ticket for you.")
    await page.locator("supportbot-widget [data-part=input]").fill("My reader does not charge")
    await page.keyboard.press("Enter")
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_have_attribute("data-status", "complete")
    await in_database(make_offer)()
    await expect(card(page)).to_have_attribute("data-status", "pending")
    return page


def card(page: Page) -> Locator:
    return page.locator("supportbot-widget [data-role=bot] [data-part=action]")


tickets = in_database(Ticket.objects.filter(source="chat").count)


async def test_a_click_does_once_what_the_card_says(page, complaints):
    await expect(card(page)).to_contain_text("Subject: Reader does not charge")
    await expect(card(page)).to_contain_text("<img src=x")
    assert await tickets() == 0

    await card(page).locator("[data-part=confirm]").dblclick()
    await expect(card(page)).to_have_attribute("data-status", "approved")
    await expect(page.locator("supportbot-widget [data-role=system]")).to_contain_text("is open: Reader does not")

    assert await tickets() == 1
    assert await card(page).locator("button").count() == 0
    assert await page.evaluate("window.hit") is None
    assert complaints == []


async def test_the_keyboard_is_enough_to_say_no(page):
    await card(page).locator("[data-part=confirm]").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(card(page)).to_have_attribute("data-status", "declined")
    assert (
        await page.evaluate("document.querySelector('supportbot-widget').root.activeElement.dataset.part") == "action"
    )
    assert await tickets() == 0


async def test_an_offer_is_there_after_a_reload_and_gone_when_it_was_decided(page, customer, widget):
    token = token_for(customer, widget)
    await page.reload()
    await page.evaluate("token => window.supportbot.identify(token)", token)
    await card(page).locator("[data-part=confirm]").click()
    await expect(card(page)).to_have_attribute("data-status", "approved")

    await page.reload()
    await page.evaluate("token => window.supportbot.identify(token)", token)
    await expect(page.locator("supportbot-widget [data-role=system]")).to_contain_text("is open")

    assert await card(page).count() == 0


async def test_a_click_that_comes_too_late_is_told_so(page):
    await in_database(PendingAction.objects.update)(expires_at="2020-01-01T00:00:00Z")

    await card(page).locator("[data-part=confirm]").click()

    await expect(card(page)).to_have_attribute("data-status", "expired")
    await expect(page.locator("supportbot-widget")).to_contain_text("This offer has expired, and nothing was done.")
    assert await tickets() == 0
