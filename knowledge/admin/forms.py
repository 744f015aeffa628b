"""The forms of the admin. What they say of a file or a text is what its loader would say later."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max, QuerySet
from django.utils.text import slugify

from knowledge import loaders
from knowledge.admin.editing import bytes_of, is_text, proposal_of
from knowledge.errors import DocumentError
from knowledge.models import Collection, Document
from knowledge.parsing import parse
from supportbot.theme import LineInput, Radios, Select, TextInput, UrlInput

AUDIENCES = [
    (Collection.Audience.PUBLIC, "Everyone. Visitors who are not signed in, search engines, the hosted pages."),
    (Collection.Audience.CUSTOMERS, "Identified customers. Customers your own site has vouched for, and staff."),
    (Collection.Audience.STAFF, "Staff. Only people who sign in here; never a customer, in no answer and no link."),
]
MARKDOWN_HELP = "Markdown. Headings cut the page into passages, so that an answer can link to the right place."


class LinesField(forms.CharField):
    """One value a line; empty lines and repetitions mean nothing."""

    def __init__(self, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(required=False, widget=TextInput(attrs={"rows": rows}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = (" ".join(line.split()) for line in str(value or "").splitlines())
        return list(dict.fromkeys(filter(None, lines)))


class CollectionForm(forms.ModelForm):  # type: ignore[type-arg]
    audience = forms.ChoiceField(choices=AUDIENCES, widget=Radios, initial=Collection.Audience.STAFF)
    plans = LinesField(help_text="Customers only: the plans that may read it, one a line. Empty: all customers.")

    class Meta:
        model = Collection
        fields = ["name", "slug", "description", "language", "needs_review", "audience", "groups"]
        widgets = {"description": TextInput(attrs={"rows": 3})}
        help_texts = {"slug": "Its address, as in /docs/help/. Links break when you change it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "plans" in self.fields:
            self.initial["plans"] = list(self.instance.plans.values_list("plan", flat=True))

    def clean(self) -> None:
        """Groups on a page for everyone would look like a protection, and be none. So would plans."""
        super().clean()
        audience = self.cleaned_data.get("audience")
        if self.cleaned_data.get("groups") and audience != Collection.Audience.STAFF:
            self.add_error("groups", "Only a collection for staff can be kept to groups.")
        if self.cleaned_data.get("plans") and audience != Collection.Audience.CUSTOMERS:
            self.add_error("plans", "Only a collection for identified customers can be kept to plans.")


class MarkdownField(forms.CharField):
    """Browsers send line endings of their own kind; that is no change."""

    def __init__(self, rows: int, **kwargs: Any) -> None:
        super().__init__(strip=False, widget=TextInput(attrs={"rows": rows, "class": "knowledge-source"}), **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class CollectionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Says who will read it: what is put into the wrong collection is shown to the wrong people."""

    def __init__(self, collections: QuerySet[Collection]) -> None:
        empty = "Choose where it belongs" if len(collections) > 1 else None
        initial = collections[0] if len(collections) == 1 else None
        super().__init__(collections, widget=Select, empty_label=empty, initial=initial)

    def label_from_instance(self, collection: Collection) -> str:
        return f"{collection.name} ({collection.get_audience_display().lower()})"


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    def __init__(self, **kwargs: Any) -> None:
        accept = ",".join(loaders.FORMATS)
        super().__init__(widget=ManyFiles(attrs={"accept": accept, "class": "knowledge-files"}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not data:
            return super().clean(None, initial)
        return data if isinstance(data, list) else [data]


def plain_path(value: str) -> str:
    """A path inside the collection, and nowhere else."""
    parts = value.strip().strip("/").split("/")
    if "\\" in value or any(part.strip() in ("", ".", "..") for part in parts):
        raise ValidationError("Use names with / between them, such as billing/refunds.md.")
    return "/".join(part.strip() for part in parts)


def title_of(content: str, path: str) -> str:
    """The title the text gives itself, or the sentence that says why it cannot be read."""
    try:
        return parse(content, path, loaders.format_of(path)).title
    except DocumentError as error:
        raise ValidationError(error.user_message) from error


class UploadForm(forms.Form):
    prefix = "upload"
    collection = CollectionField(Collection.objects.none())
    folder = forms.CharField(
        required=False, max_length=300, widget=LineInput, help_text="Where they go inside the collection. May be empty."
    )
    documents = ManyFilesField(
        label="Files",
        help_text=f"{', '.join(loaders.FORMATS)}; up to 100 files of {settings.MAX_DOCUMENT_BYTES // 1024**2} MB. "
        "A file with the name of an existing document replaces what it says. Archives have to be unpacked first.",
    )

    def __init__(self, *args: Any, collections: QuerySet[Collection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"] = CollectionField(collections)

    def clean_folder(self) -> str:
        folder: str = self.cleaned_data["folder"]
        return plain_path(folder) if folder.strip(" /") else ""

    @property
    def uploads(self) -> Sequence[tuple[str, "UploadedFile[Any]"]]:
        """Each file with its path in the collection."""
        folder = self.cleaned_data["folder"]
        return [
            (f"{folder}/{file.name}" if folder else str(file.name), file) for file in self.cleaned_data["documents"]
        ]


class WriteForm(forms.Form):
    prefix = "write"
    collection = CollectionField(Collection.objects.none())
    title = forms.CharField(max_length=300, widget=LineInput)
    path = forms.CharField(
        required=False,
        max_length=500,
        widget=LineInput,
        help_text="Its name inside the collection, such as billing/refunds.md. Empty: made from the title.",
    )
    content = MarkdownField(16, label="Text", help_text=MARKDOWN_HELP)

    def __init__(self, *args: Any, collections: QuerySet[Collection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"] = CollectionField(collections)

    def clean_path(self) -> str:
        title: str = self.cleaned_data.get("title", "")
        path = plain_path(self.cleaned_data["path"] or slugify(title) or "page")
        return path if PurePosixPath(path).suffix else f"{path}.md"

    def clean(self) -> None:
        path, collection = self.cleaned_data.get("path"), self.cleaned_data.get("collection")
        if not path or not collection:
            return
        if Document.objects.filter(collection=collection, path=path).exists():
            self.add_error("path", "There is a document of this name already. Edit that one, or choose another name.")
        if content := self.cleaned_data.get("content"):
            try:
                title_of(content, path)
            except ValidationError as error:
                self.add_error("content", error)


def check_file(document: Document) -> None:
    """Saving keeps the file, which has to be there for that."""
    try:
        bytes_of(document)
    except DocumentError as error:
        raise ValidationError(error.user_message) from error


def last_change(document_id: int) -> str:
    """What is published, and the newest version of what may be."""
    documents = Document.objects.filter(pk=document_id).annotate(newest=Max("versions__number"))
    revision, newest = documents.values_list("revision", "newest").first() or (None, None)
    return f"{revision}.{newest}"


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    content = MarkdownField(28, label="Text")
    own_title = ""
    # What the editor saw when they began: somebody else's change since then shall not be lost.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Document
        fields = ["title", "url", "content"]
        widgets = {"title": LineInput, "url": UrlInput}
        help_texts = {
            "title": "Empty: the title the text gives itself.",
            "url": "If it is published elsewhere. Then answers link there instead of to the hosted page.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Somebody who may only look has none of these.
        if "seen" not in self.fields:
            return
        self.fields["seen"].initial = last_change(self.instance.pk)
        if proposal := proposal_of(self.instance):
            self.initial.update(title=proposal.title or self.instance.title, content=proposal.content)
        if not is_text(self.instance):
            del self.fields["content"]
        elif self.instance.format == Document.Format.MARKDOWN:
            self.fields["content"].help_text = MARKDOWN_HELP

    def clean_content(self) -> str:
        content: str = self.cleaned_data["content"]
        self.own_title = title_of(content, self.instance.path)
        return content

    def clean(self) -> None:
        if not is_text(self.instance):
            check_file(self.instance)
        if last_change(self.instance.pk) != self.cleaned_data.get("seen"):
            raise ValidationError(
                "Somebody changed this document after you opened it. Copy your text, open the page again, and "
                "bring your changes in."
            )

    @property
    def chosen_title(self) -> str:
        """A title that was the text's own follows the text."""
        title: str = self.cleaned_data["title"]
        if "content" not in self.fields:
            return title
        try:
            followed = title_of(str(self.initial["content"]), self.instance.path)
        except ValidationError:
            followed = ""
        return self.own_title if title in ("", followed) else title
