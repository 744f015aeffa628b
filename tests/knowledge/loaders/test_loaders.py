import pytest

from knowledge.errors import DocumentError
from knowledge.loaders import format_of, load, read


@pytest.mark.parametrize(
    ("path", "format"), [("a.MD", "markdown"), ("b/c.mdx", "markdown"), ("d.htm", "html"), ("e.rst", "text")]
)
def test_the_extension_decides_the_format(path, format):
    assert format_of(path) == format


@pytest.mark.parametrize("path", ["report.pdf", "Makefile"])
def test_other_files_are_refused_with_the_list_of_those_that_work(path):
    with pytest.raises(DocumentError, match=r"Use one of \.md, "):
        format_of(path)


def test_a_document_that_is_too_large_is_refused(settings):
    settings.MAX_DOCUMENT_BYTES = 1024 * 1024

    with pytest.raises(DocumentError, match="larger than 1 MB"):
        read(b"word " * 300_000)


@pytest.mark.parametrize("source", [b"", b" \n\t\n", "\ufeff"])
def test_an_empty_document_is_refused(source):
    with pytest.raises(DocumentError, match="is empty"):
        read(source)


@pytest.mark.parametrize(("source", "format"), [("<script>x</script>", "html"), ("---\ntitle: A\n---\n", "markdown")])
def test_a_document_without_text_is_refused(source, format):
    with pytest.raises(DocumentError, match="no text in this document"):
        load(source, "a", format)


@pytest.mark.parametrize(
    ("path", "title"), [("billing/cancel-subscription.md", "Cancel subscription"), ("billing/index.md", "Billing")]
)
def test_the_path_names_a_document_that_does_not_name_itself(path, title):
    assert load("Text", path, "markdown").title == title


def test_plain_text_is_named_after_its_underlined_title():
    assert load("Release notes\n=============\n\nText", "notes.rst", "text").title == "Release notes"
