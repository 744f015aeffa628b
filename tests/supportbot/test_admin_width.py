"""Forms of the admin in a real browser: what is chosen from lists fits the window."""

import pytest
from django.contrib.auth.models import Group
from playwright.async_api import BrowserContext, Page

from tests import factories
from tests.chat.conftest import in_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def forms() -> list[str]:
    root = factories.staff_member("root", is_superuser=True)
    role = Group.objects.get_or_create(name="Desk")[0]
    widget = factories.widget(
        factories.collection(name="All there is to know of readers, tills and docks " * 3), name="Help"
    )
    return [f"accounts/user/{root.pk}", f"auth/group/{role.pk}", f"chat/widget/{widget.pk}"]


@pytest.fixture
async def page(browser: BrowserContext) -> Page:
    return await browser.new_page()


async def test_no_form_is_wider_than_the_window(page: Page):
    paths = await in_database(forms)()
    await page.goto("/console/login/")
    await page.fill("[name=login]", "root")
    await page.fill("[name=password]", "secret-enough")
    await page.click("button")
    await page.wait_for_url("**/console/")

    for path in paths:
        for width in (1280, 360):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.goto(f"/admin/{path}/change/", wait_until="networkidle")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
