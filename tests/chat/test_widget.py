"""The widget in a real browser, on the hosted ask page, over a real server and real answers."""

import asyncio
import re

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from chat import services
from chat.models import Conversation
from tests.browser import listen_to
from tests.chat.conftest import in_database, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
async def page(browser: BrowserContext, widget, model, complaints: list[str]) -> Page:
    page = await browser.new_page()
    listen_to(page, complaints)
    await page.goto(f"/ask/{widget.public_key}/")
    return page


def part(page: Page, name: str) -> Locator:
    return page.locator(f"supportbot-widget [data-part={name}]")


async def ask(page: Page, question: str) -> None:
    await part(page, "input").fill(question)
    await part(page, "input").press("Enter")


async def test_an_answer_streams_in_with_links_to_its_sources_and_is_there_after_a_reload(page, model, complaints):
    model.gate = asyncio.Event()
    model.will_say("A refund takes between ", "5 to 10 business days [1].")

    await ask(page, "How long does a refund take?")
    answer = page.locator("supportbot-widget [data-part=message][data-role=bot]")
    await expect(answer).to_contain_text("A refund takes")
    await expect(part(page, "stop")).to_be_visible()
    model.gate.set()
    await expect(answer).to_have_attribute("data-status", "complete")
    await expect(answer).to_contain_text("5 to 10 business days")
    link = await part(page, "citation").first.get_attribute("href")
    await page.reload()

    await expect(answer).to_contain_text("5 to 10 business days")
    assert link
    assert link.endswith("/docs/public/refunds/#how-long-it-takes")
    await page.goto(link)
    await expect(page.locator("h2#how-long-it-takes")).to_be_in_viewport()
    assert complaints == []


async def test_a_refusal_stands_back_and_a_question_back_does_not(page, model):
    refused = page.locator("supportbot-widget [data-unanswered]")

    await ask(page, "It doesn't work")
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_contain_text("tell me a little more?")
    await expect(part(page, "handoff")).to_be_visible()
    await expect(refused).to_have_count(0)
    await ask(page, "How do I boil an egg for ten minutes?")

    await expect(refused).to_have_count(1)


async def test_there_is_no_way_to_the_end_of_what_is_all_in_sight(page, model):
    model.will_say("A refund takes between 5 to 10 business days [1].")
    await ask(page, "How long does a refund take?")

    quote = page.get_by_role("button", name="Quote from source 1")
    await quote.click()

    await expect(quote).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_role("button", name="Newest message")).to_have_count(0)


async def test_what_was_wrong_is_asked_in_sight(page, model):
    await page.set_viewport_size({"width": 360, "height": 480})
    model.will_say("A refund takes between 5 to 10 business days [1].")
    await ask(page, "How long does a refund take?")

    await part(page, "feedback-down").click()

    await expect(part(page, "feedback-form").get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)


async def test_what_the_system_says_is_read_in_the_language_of_the_page(browser, widget, model):
    widget.language = "de"
    await in_database(widget.save)()
    page = await browser.new_page()
    await page.goto(f"/ask/{widget.public_key}/")

    await ask(page, "Refund?")
    await part(page, "handoff").first.click()

    await expect(page.locator("supportbot-widget [data-role=system]")).to_have_text(
        "Ein Mensch wurde gerufen. Unser Team antwortet Ihnen hier."
    )


@pytest.mark.parametrize(
    ("language", "placeholder", "offer"),
    [
        ("de", "Stellen Sie eine Frage…", "Mit einem Menschen sprechen"),
        ("fr", "Posez une question…", "Parler à une personne"),
        ("es", "Haga una pregunta…", "Hablar con una persona"),
        ("it", "Ask a question…", "Talk to a person"),
    ],
)
async def test_it_speaks_the_language_of_the_page(browser, widget, model, complaints, language, placeholder, offer):
    widget.language = language
    await in_database(widget.save)()
    page = await browser.new_page()
    listen_to(page, complaints)

    await page.goto(f"/ask/{widget.public_key}/")
    await expect(part(page, "input")).to_have_attribute("placeholder", placeholder)
    await part(page, "menu").click()

    await expect(part(page, "handoff")).to_have_text(offer)
    assert complaints == []


async def test_a_person_can_be_called_and_their_reply_appears(page, model, django_user_model):
    await ask(page, "Refund?")
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_have_attribute("data-status", "complete")

    await part(page, "handoff").first.click()
    await expect(part(page, "mode")).to_have_attribute("data-mode", "waiting")
    conversation = await in_database(Conversation.objects.get)()
    agent = await in_database(django_user_model.objects.create)(username="ines", first_name="Ines", is_staff=True)
    await in_database(services.reply)(conversation.pk, agent, "Ines here, I am on it.")

    await expect(page.locator("supportbot-widget [data-role=agent]")).to_contain_text("Ines here, I am on it.")
    await expect(part(page, "mode")).to_have_attribute("data-mode", "human")


async def test_signing_in_and_out_never_shows_one_persons_chat_to_another(page, model, widget, customer):
    await page.evaluate("token => window.supportbot.identify(token)", token_for(customer, widget))
    await expect(page.locator("supportbot-widget")).to_contain_text("Ada")
    await ask(page, "My very own question")
    await expect(page.locator("supportbot-widget [data-role=bot]")).to_have_attribute("data-status", "complete")

    await page.evaluate("window.supportbot.logout()")
    await expect(page.locator("supportbot-widget")).not_to_contain_text("My very own question")

    assert "My very own question" not in await page.evaluate("JSON.stringify(localStorage)")
    await expect(page.locator("supportbot-widget")).not_to_contain_text(re.compile("Ada"))
