"""The way of whoever erases a customer, from the console to the receipt, in a browser."""

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.models import Customer
from chat.models import Conversation
from tests import factories
from tests.browser import listen_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RIGHTS = ("accounts.view_customer", "accounts.export_customer", "accounts.erase_customer", "chat.use_console")


def cookie() -> dict[str, str]:
    client = Client()
    client.force_login(factories.staff_member("dpo", *RIGHTS))
    return {"name": "sessionid", "value": client.cookies["sessionid"].value}


async def test_from_the_console_to_the_receipt(browser, site, complaints, ada):
    page = await browser.new_page()
    listen_to(page, complaints)
    await browser.add_cookies([{**await sync_to_async(cookie)(), "url": site}])
    conversation = await Conversation.objects.aget(customer=ada)

    await page.goto(f"/console/conversations/{conversation.pk}/")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export").click()
    assert (await download.value).suggested_filename.endswith(".zip")
    await page.get_by_role("link", name="Erase").click()
    await page.get_by_label("Type").fill("somebody else")
    await page.get_by_role("button", name="Erase for good").click()
    await page.get_by_role("alert").wait_for()
    await page.get_by_label("Type").fill(ada.external_id)
    await page.get_by_role("button", name="Erase for good").click()

    await page.get_by_role("heading", name="Receipt of an erasure").wait_for()
    assert not await Customer.objects.aexists()
    assert not complaints
