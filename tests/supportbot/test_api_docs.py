"""The page on the API, in a real browser."""

import pytest
from playwright.async_api import BrowserContext, expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


async def test_it_is_light_or_dark_as_its_reader_likes(browser: BrowserContext):
    page = await browser.new_page()
    await page.emulate_media(color_scheme="dark")
    await page.goto("/api/docs/")
    await expect(page.locator("html")).to_have_css("color-scheme", "dark")
    await expect(page.locator("body")).to_have_css("background-color", "rgba(0, 0, 0, 0)")

    await page.emulate_media(color_scheme="light")
    await expect(page.locator("html")).to_have_css("color-scheme", "normal")
