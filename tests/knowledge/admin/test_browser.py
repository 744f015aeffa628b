"""Pages that go on without a reload, in a real browser: whether they do is what no other test sees."""

import errno

import pytest
from channels.db import database_sync_to_async
from playwright.async_api import BrowserContext, Page, expect

from accounts.models import User
from knowledge import services
from knowledge.building import build_index, rebuild_index
from knowledge.ingestion import ingest
from knowledge.models import Collection, Document
from tests.browser import listen_to
from tests.knowledge.admin.people import REFUNDS, ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PASSWORD = "a long enough password"
in_database = database_sync_to_async


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", "ada@shop.example", PASSWORD)


@pytest.fixture
def document(help_centre) -> Document:
    return ready(help_centre)


@pytest.fixture
async def page(browser: BrowserContext, administrator, document, complaints: list[str]) -> Page:
    page = await browser.new_page()
    await page.goto("/admin/")
    await page.fill("[name=login], [name=username]", "ada")
    await page.fill("[name=password]", PASSWORD)
    await page.locator("form button").first.click()
    await page.wait_for_url("**/admin/")
    listen_to(page, complaints)
    return page


async def test_the_preview_follows_what_is_typed(page: Page, document: Document, complaints: list[str]):
    await page.goto(f"/admin/knowledge/document/{document.pk}/change/")
    await expect(page.locator(".knowledge-page h2")).to_have_text("How long it takes")

    await page.locator("#id_content").fill(f"{REFUNDS}\n## Gift cards\n\nNot refunded.\n")

    await expect(page.locator(".knowledge-page h2").last).to_have_text("Gift cards")
    assert not complaints


async def test_a_rebuild_is_watched_to_its_end(page: Page, help_centre: Collection, complaints: list[str]):
    await page.goto("/admin/knowledge/indexversion/")
    await page.get_by_role("button", name="Rebuild").click()
    await expect(page.get_by_text("Asked for.")).to_be_visible()

    version = await in_database(rebuild_index)(help_centre.pk)

    assert version
    await expect(page.get_by_text(f"Version {version.pk} answers.")).to_be_visible()
    await expect(page.get_by_text("Asked for.")).to_have_count(0)
    assert not complaints


async def test_a_roll_back_takes_one_click(page: Page, help_centre: Collection, document: Document):
    await in_database(rebuild_index)(help_centre.pk)
    await page.goto("/admin/knowledge/indexversion/")

    await page.get_by_role("button", name="Roll back").click()

    await expect(page.get_by_text("Held at version")).to_be_visible()
    await page.get_by_role("button", name="Release").click()
    await expect(page.get_by_text("Held at version")).to_have_count(0)


async def test_the_list_says_when_all_is_read(page: Page, document: Document, complaints: list[str]):
    await in_database(services.reindex)([document])
    await page.goto("/admin/knowledge/document/")
    await expect(page.get_by_text("0 of 1 done.")).to_be_visible()

    await in_database(ingest)([document.pk])
    await in_database(build_index)(document.collection_id)

    await expect(page.get_by_text("The document is read.")).to_be_visible()
    await expect(page.locator("#result_list").get_by_text("Ready")).to_be_visible()
    assert not complaints


async def test_reading_again_is_stopped_in_the_page(page: Page, document: Document):
    await in_database(services.reindex)([document])
    await page.goto("/admin/knowledge/document/")

    await page.get_by_role("button", name="Stop").click()

    await expect(page.locator("#result_list").get_by_text("Ready")).to_be_visible()


async def test_a_full_disk_is_said_where_the_button_is(page: Page, document: Document, monkeypatch):
    await in_database(services.reindex)([document])
    await page.goto("/admin/knowledge/document/")
    monkeypatch.setattr(services, "stop_reading", lambda collections: full_disk())

    await page.get_by_role("button", name="Stop").click()

    await expect(page.get_by_role("alert").get_by_text("no space left on the disk")).to_be_visible()


def full_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_on_a_phone_saving_comes_before_deleting(page: Page, document: Document):
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"/admin/knowledge/document/{document.pk}/change/")

    places = [
        await page.locator("#submit-row").get_by_text(name, exact=True).bounding_box()
        for name in ("Save", "Save and continue editing", "Delete document")
    ]

    heights = [place["y"] for place in places if place]
    assert len(heights) == 3
    assert heights == sorted(heights)
