"""Proving who one is by e-mail, in a real browser."""

import re

import pytest
from django.core import mail
from playwright.async_api import BrowserContext, Locator, Page, expect

from accounts.models import Customer
from chat.models import Conversation
from tests.browser import listen_to
from tests.chat.conftest import in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_at_once"), pytest.mark.slow]


@pytest.fixture
def ada(customer: Customer) -> Customer:
    customer.email = "ada@example.com"
    customer.save()
    return customer


@pytest.fixture
async def page(browser: BrowserContext, widget, model, ada, complaints: list[str]) -> Page:
    page = await browser.new_page()
    listen_to(page, complaints)
    await page.goto(f"/ask/{widget.public_key}/")
    await expect(part(page, "input")).to_be_visible()
    return page


def part(page: Page, name: str) -> Locator:
    return page.locator(f"supportbot-widget [data-part={name}]")


def whole(page: Page) -> Locator:
    return page.locator("supportbot-widget")


async def ask(page: Page, question: str) -> None:
    await part(page, "input").fill(question)
    await part(page, "input").press("Enter")


def code_in_mail() -> str:
    found = re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[0]


async def ask_for_code(page: Page) -> None:
    await part(page, "menu").click()
    await part(page, "start-verify").click()
    await part(page, "verify-email").fill("ada@example.com")
    await part(page, "verify-email").press("Enter")
    await expect(part(page, "verify-code")).to_be_focused()


async def test_a_visitor_proves_who_they_are_where_an_answer_asks_for_it(page, model, complaints):
    await ask(page, "When does my plan renew?")
    await expect(whole(page)).to_contain_text("verify your e-mail address here")
    await page.locator("supportbot-widget [data-role=bot] [data-part=start-verify]").click()

    await expect(part(page, "verify-email")).to_be_focused()
    await page.keyboard.type("ada@example.com")
    await page.keyboard.press("Enter")
    code = part(page, "verify-code")
    await expect(code).to_be_focused()
    assert await code.get_attribute("inputmode") == "numeric"
    assert await code.get_attribute("autocomplete") == "one-time-code"
    await expect(part(page, "verify-again")).to_be_disabled()
    await page.keyboard.type(f"{code_in_mail()[:3]} {code_in_mail()[3:]}")
    await page.keyboard.press("Enter")

    await expect(whole(page)).to_contain_text("Verified. You can ask about your account now.")
    await expect(page.locator("supportbot-widget header")).to_contain_text("Ada")
    await expect(part(page, "input")).to_be_focused()
    await expect(part(page, "start-verify")).to_have_count(0)
    await page.reload()
    await expect(page.locator("supportbot-widget header")).to_contain_text("Ada")
    await expect(whole(page)).to_contain_text("When does my plan renew?")
    assert complaints == []


async def test_a_wrong_code_says_so_and_the_way_back_is_open(page):
    await ask_for_code(page)
    await part(page, "verify-code").fill(f"{(int(code_in_mail()) + 1) % 1_000_000:06}")
    await part(page, "verify-code").press("Enter")

    await expect(part(page, "verify").get_by_role("alert")).to_contain_text("This code is not right")
    await expect(part(page, "verify-code")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(part(page, "verify")).to_have_count(0)
    await expect(part(page, "input")).to_be_focused()


async def test_it_is_asked_for_in_the_language_of_the_page(browser, widget, model, ada):
    widget.language = "de"
    await in_database(widget.save)()
    page = await browser.new_page()
    await page.goto(f"/ask/{widget.public_key}/")
    await part(page, "menu").click()
    await part(page, "start-verify").click()

    await expect(part(page, "verify")).to_contain_text("Ihre E-Mail-Adresse")
    await part(page, "verify-email").fill("ada@example.com")
    await part(page, "verify-email").press("Enter")
    await expect(part(page, "verify")).to_contain_text("Wenn a•••@example.com zu einem Konto gehört")


async def test_where_no_mail_leaves_it_is_not_offered(browser, widget, model, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    page = await browser.new_page()
    await page.goto(f"/ask/{widget.public_key}/")

    await ask(page, "When does my plan renew?")
    await expect(whole(page)).to_contain_text("sign in, and I can answer")
    await part(page, "menu").click()

    await expect(part(page, "handoff").first).to_be_visible()
    await expect(part(page, "start-verify")).to_have_count(0)


async def test_whoever_signs_out_leaves_nothing_to_the_next(page, model):
    await ask(page, "My very own question")
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_have_attribute("data-status", "complete")
    await ask_for_code(page)
    await part(page, "verify-code").fill(code_in_mail())
    await part(page, "verify-code").press("Enter")
    await expect(page.locator("supportbot-widget header")).to_contain_text("Ada")
    secret = await page.evaluate("JSON.stringify(localStorage)")

    await part(page, "menu").click()
    await part(page, "logout").click()

    await expect(whole(page)).not_to_contain_text("My very own question")
    await expect(page.locator("supportbot-widget header")).not_to_contain_text("Ada")
    await page.reload()
    await expect(part(page, "input")).to_be_visible()
    await expect(whole(page)).not_to_contain_text("My very own question")
    assert await page.evaluate("JSON.stringify(localStorage)") != secret


async def test_a_customer_who_is_deactivated_goes_on_as_a_visitor(page, model, widget, ada):
    await page.evaluate("token => window.supportbot.identify(token)", token_for(ada, widget))
    await expect(page.locator("supportbot-widget header")).to_contain_text("Ada")
    await ask(page, "My very own question")
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_have_attribute("data-status", "complete")
    frames: list[str] = []
    page.on("websocket", lambda socket: frames.append(socket.url))

    await in_database(Customer.objects.filter(pk=ada.pk).update)(is_active=False)

    await expect(page.locator("supportbot-widget header")).not_to_contain_text("Ada", timeout=3000)
    await expect(whole(page)).not_to_contain_text("My very own question")
    await expect(part(page, "input")).to_be_visible()
    await page.wait_for_timeout(2500)
    assert len(frames) == 1
    assert "My very own question" not in await page.evaluate("JSON.stringify(localStorage)")
    assert await in_database(Conversation.objects.filter(customer=None).count)() == 2
