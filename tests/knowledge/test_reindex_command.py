from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import Document, IndexVersion

pytestmark = pytest.mark.django_db


def reindex(*arguments):
    out, err = StringIO(), StringIO()
    call_command("reindex", *arguments, stdout=out, stderr=err)
    return out.getvalue()


def served(collection):
    return collection.index_versions.get(status=IndexVersion.Status.SERVING).pk


def test_documents_are_read_again_and_the_index_is_new(docs, publish):
    document = publish("a.md", "Refunds take five days.")
    before = served(docs)

    assert reindex("docs") == "docs: 1 passage indexed.\n"
    assert served(docs) > before
    assert Document.objects.get().indexed_at > document.indexed_at


def test_the_index_alone_leaves_documents_as_they_are(docs, publish):
    document = publish("a.md", "Refunds take five days.")
    before = served(docs)

    reindex("--index-only")

    assert served(docs) > before
    assert Document.objects.get().indexed_at == document.indexed_at


def test_a_dry_run_changes_nothing(docs, publish):
    publish("a.md", "Refunds take five days.")
    before = served(docs)

    assert reindex("--dry-run") == "docs: 1 document would be read, 1 passage would be indexed.\n"
    assert served(docs) == before


def test_what_cannot_be_read_is_told_with_the_exit_code(publish, put):
    publish("a.md", "Refunds take five days.")
    put("b.md", "")

    err = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("reindex", stdout=StringIO(), stderr=err)

    assert caught.value.code == 1
    assert "docs/b.md: This document is empty." in err.getvalue()


def test_an_unknown_collection_is_named(docs):
    with pytest.raises(CommandError, match=r"no collection nowhere \(there are: docs\)") as caught:
        reindex("nowhere")

    assert caught.value.returncode == 2
