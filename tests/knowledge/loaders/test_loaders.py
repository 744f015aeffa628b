import pytest

from knowledge.errors import DocumentError
from knowledge.loaders import FORMATS, format_of, is_text, load, read
from knowledge.models import Document


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("a.MD", "markdown"), ("b/c.mdx", "markdown"), ("d.htm", "html"), ("e.rst", "text"), ("f.PDF", "pdf"),
        ("g.docx", "docx"), ("h.pptx", "pptx"), ("i.xlsx", "xlsx"), ("j.csv", "csv"), ("k.eml", "email"),
    ],
)  # fmt: skip
def test_the_extension_decides_the_format(path, format):
    assert format_of(path) == format


@pytest.mark.parametrize("path", ["report.exe", "Makefile"])
def test_other_files_are_refused_with_the_list_of_those_that_work(path):
    with pytest.raises(DocumentError, match=r"Use one of \.md, "):
        format_of(path)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("docs.zip", "Archives are not accepted. Unpack it"),
        ("docs.tar.gz", "Archives are not accepted. Unpack it"),
        ("macros.docm", "Save it as .docx without macros"),
        ("old.xls", "Save it as .xlsx"),
    ],
)
def test_what_can_be_done_about_a_kind_of_file_is_said(path, sentence):
    with pytest.raises(DocumentError, match=sentence):
        format_of(path)


def test_every_format_is_one_the_database_knows():
    assert set(FORMATS.values()) <= set(Document.Format.values)


@pytest.mark.parametrize(
    ("format", "kept_as_text"), [("markdown", True), ("csv", True), ("curated", True), ("pdf", False), ("email", False)]
)
def test_only_text_is_kept_as_text(format, kept_as_text):
    assert is_text(format) is kept_as_text


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
