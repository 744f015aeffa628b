from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.api_keys import create_api_key, hash_key
from accounts.models import ApiKey, AuditEntry

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


# --- On record, and retired ------------------------------------------------------------------


def revoke(named: str) -> str:
    out = StringIO()
    call_command("revoke_api_key", named, stdout=out)
    return out.getvalue()


def test_a_key_that_is_made_is_on_record_without_the_key():
    key = make("--scope", "documents", "--collection", "help")

    entry = AuditEntry.objects.get()
    assert (entry.label, entry.action, entry.object) == ("manage.py create_api_key", "key.made", f"API key {key.pk}")
    assert entry.details == {"name": "test", "scope": "documents", "collections": ["help"]}


@pytest.mark.parametrize("by", ["name", "pk"])
def test_a_key_is_revoked_by_its_name_or_number_and_that_is_on_record(client, by: str):
    row, key = create_api_key("crm", ApiKey.Scope.PRIVACY)
    other, _ = create_api_key("shop")
    url, headers = "/api/v1/customers/cus_1/export", {"authorization": f"Bearer {key}"}
    before = client.get(url, headers=headers).status_code

    said = revoke(str(getattr(row, by)))

    assert (before, client.get(url, headers=headers).status_code) == (404, 401)
    assert "crm (privacy)" in said
    entry = AuditEntry.objects.get()
    assert (entry.label, entry.action, entry.object) == ("manage.py revoke_api_key", "key.retired", f"API key {row.pk}")
    assert entry.details == {"name": "crm", "scope": "privacy", "collections": []}
    other.refresh_from_db()
    assert other.is_active


def test_where_a_name_is_several_keys_none_is_revoked_and_their_numbers_are_told():
    rows = [create_api_key("crm", scope)[0] for scope in ("privacy", "customers")]

    with pytest.raises(CommandError, match=f"{rows[0].pk}: crm .privacy.*{rows[1].pk}: crm .customers"):
        revoke("crm")

    assert ApiKey.objects.filter(is_active=True).count() == 2
    assert not AuditEntry.objects.exists()


def test_what_is_no_active_keys_is_told_those_there_are():
    create_api_key("shop")
    revoke("shop")
    create_api_key("crm")

    with pytest.raises(CommandError, match=r"no active key 'shop'.*crm \(answers\)"):
        revoke("shop")
