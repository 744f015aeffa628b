"""The page about what is kept of people knows every table, every service and every setting there is."""

import re

import pytest
from django.apps import apps
from django.conf import settings

from chat.retention import KINDS
from supportbot.celery import app

PAGE = (settings.BASE_DIR / "accounts/PRIVACY.md").read_text()
EXAMPLE = (settings.BASE_DIR / "docker/.env.example").read_text()
MODELS = [model for label in ("accounts", "chat") for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_it_says_of_each_table_what_it_holds(model):
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]

    assert [row for row in rows if re.search(rf"`{model.__name__}`", row.split("|")[1])]


def test_it_names_every_service_that_can_be_set():
    services = set(re.findall(r"^#([A-Z_]+_URL)=", EXAMPLE, re.MULTILINE)) - {"PUBLIC_URL"}

    assert not [name for name in services if f"`{name}`" not in PAGE]


def test_it_says_how_long_each_kind_is_kept_by_default():
    defaults = dict(re.findall(r"^#([A-Z]+_DAYS)=(\d+)$", EXAMPLE, re.MULTILINE))

    for kind in KINDS:
        if kind.setting:
            assert f"`{kind.setting}` ({defaults[kind.setting]})" in PAGE


def test_it_tells_the_hour_of_the_night():
    schedule = app.conf.beat_schedule["forget"]["schedule"]

    assert (schedule.hour, schedule.minute) == ({3}, {10})
    assert "every night at 3:10" in PAGE


def test_the_readme_leads_there():
    assert "(accounts/PRIVACY.md)" in (settings.BASE_DIR / "README.md").read_text()
