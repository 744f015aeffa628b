from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.api_keys import hash_key
from accounts.models import ApiKey

pytestmark = pytest.mark.django_db


def make(*arguments: str) -> ApiKey:
    out = StringIO()
    call_command("create_api_key", "test", *arguments, stdout=out)
    return ApiKey.objects.get(key_hash=hash_key(out.getvalue().strip()))


def test_a_key_may_only_ask_unless_more_is_said():
    assert make().scope == "answers"


def test_a_key_for_documents_can_be_kept_to_some_collections():
    key = make("--scope", "documents", "--collection", "help", "--collection", "faq")

    assert (key.scope, key.collections) == ("documents", ["help", "faq"])


def test_arguments_that_make_no_sense_are_explained():
    with pytest.raises(CommandError, match="--scope documents"):
        make("--collection", "help")
