"""The console in a real browser, over a real server: what no other test sees is whether the page runs at all."""

import asyncio

import pytest
from playwright.async_api import BrowserContext, Page, expect

from chat import services
from chat.actions import propose
from chat.models import Conversation, Message
from chat.selectors import question_of
from tests.browser import listen_to
from tests.chat.conftest import in_database, token_for
from tests.chat.console.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MARKUP = '<img src=x onerror="window.__xss=1"><script>window.__xss=1</script>'


@pytest.fixture
async def page(browser: BrowserContext, agent, complaints: list[str]) -> Page:
    """The inbox of an agent who has just signed in."""
    page = await browser.new_page()
    listen_to(page, complaints)
    await page.goto("/console/")
    await page.fill("[name=login]", "ines")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button")
    await page.wait_for_url("**/console/")
    return page


async def test_an_agent_answers_a_visitor_without_a_mouse_or_a_reload(page: Page, visit, complaints: list[str]):
    visitor = await visit()
    await visitor.ask(f"Hello {MARKUP}")
    await visitor.send_json_to({"type": "handoff"})
    await expect(page.locator(".row", has_text="Waiting")).to_have_count(1)

    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("article.from-customer")).to_contain_text("Hello <img")
    await page.keyboard.press("r")
    await page.keyboard.type("Good morning")
    await page.keyboard.press("Enter")

    assert (await visitor.until("typing"))["author"] == "Ines"
    while (said := await visitor.until("message"))["role"] != "agent":
        pass
    assert said["text"] == "Good morning"
    await expect(page.locator("article.from-agent")).to_contain_text("Good morning")
    await expect(page.locator("#head .badge")).to_have_text("With you")
    await expect(page.locator("#text")).to_have_value("")
    await visitor.send_json_to({"type": "message", "id": "m2", "text": "Thank you"})
    await expect(page.locator("article").last).to_contain_text("Thank you")
    assert await page.evaluate("window.__xss") is None
    assert complaints == []


async def test_an_answer_grows_while_it_is_written(page: Page, visit, model, widget, customer, complaints: list[str]):
    model.will_say("Your plan ", "is Team [1].")
    model.gate = asyncio.Event()
    visitor = await visit(token=token_for(customer, widget))
    await visitor.send_json_to({"type": "message", "id": "q1", "text": "What is my plan?"})
    await page.click(".row")
    growing = page.locator("#answering")

    await expect(growing).to_contain_text("Your plan")
    assert await page.locator("article.from-bot").count() == 0
    model.gate.set()

    await expect(page.locator("article.from-bot")).to_contain_text("Your plan is Team [1].")
    await expect(growing).to_be_hidden()
    assert complaints == []


async def test_nothing_of_a_customer_is_left_when_the_agent_is_signed_out(
    page: Page, agent, talk, customer, complaints: list[str]
):
    conversation: Conversation = await in_database(talk)("Hello", customer=customer)
    await page.goto(f"/console/conversations/{conversation.pk}/")
    await expect(page.locator("#details")).to_contain_text("Engines Ltd")
    await page.fill("#text", "Half a reply")
    await page.wait_for_load_state("networkidle")

    await in_database(type(agent).objects.filter(pk=agent.pk).update)(is_active=False)
    await in_database(services.request_person)(conversation.pk)

    await expect(page.get_by_role("alert")).to_contain_text("You have been signed out")
    left = await page.title() + await page.inner_text("body")
    assert not any(word in left for word in ("Ada", "Engines", "Hello", "Half"))
    assert await page.locator("button, textarea, input").count() == 0
    await page.keyboard.press("?")
    await page.get_by_role("link", name="Sign in again").click()
    await page.wait_for_url(f"**/console/login/?next=%2Fconsole%2Fconversations%2F{conversation.pk}%2F*")
    assert complaints == []


@pytest.mark.parametrize("width", [360, 768, 1440])
async def test_nothing_is_wider_than_the_window(page: Page, talk, customer, width: int):
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    conversation: Conversation = await in_database(talk)(
        long, customer=customer, page={"url": f"https://a.example/{long}"}
    )
    await page.set_viewport_size({"width": width, "height": 740})

    await page.goto(f"/console/conversations/{conversation.pk}/")
    await page.click(".head [data-details]")

    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_an_agent_sees_what_was_offered_and_the_customers_decision(
    page: Page, visit, model, widget, customer, complaints: list[str]
):
    visitor = await visit(token=token_for(customer, widget))
    answer = (await visitor.ask("My reader is dead."))["message"]
    action = await in_database(make_offer)(answer)
    await expect(page.locator(".row", has_text="Ada Lovelace")).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    offer = page.locator("details.offer")
    await expect(offer).to_contain_text("Waiting for the customer")

    await visitor.send_json_to({"type": "confirm", "action": action, "approve": True})

    await expect(offer).to_contain_text("Confirmed and done")
    await expect(page.locator(".system")).to_contain_text("is open: Reader is dead")
    assert complaints == []


def make_offer(answer: str) -> str:
    message = Message.objects.select_related("reply_to").get(public_id=answer)
    assert message.reply_to
    question = question_of(message.reply_to, message.pk)
    arguments = {"subject": "Reader is dead", "text": "It does not charge."}
    action = propose(question, "open_ticket", arguments, title="Open a ticket", summary="A ticket is opened.")
    return str(action.public_id)
