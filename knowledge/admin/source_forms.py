"""What has to be known of a place documents come from, by its kind."""

from pathlib import Path
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError

from knowledge import publishing
from knowledge.errors import AddressRefused, SourceError
from knowledge.models import Source
from knowledge.sources.remotes import remote_of
from supportbot.outbound import addresses
from supportbot.theme import LineInput, TextInput, UrlInput

Kind = Source.Kind


class KindOfSource(NamedTuple):
    """``example`` and ``location`` explain what to type; ``fields`` are the others that mean something to it."""

    title: str
    sentence: str
    icon: str
    location: str
    example: str
    fields: tuple[str, ...] = ()


PATTERNS = ("include", "exclude")
KINDS = {
    Kind.SITE: KindOfSource(
        "Web site",
        "Reads every page of one host that its sitemap or its links lead to.",
        "language",
        "First page",
        "https://help.example.com/",
        (*PATTERNS, "max_depth", "max_pages"),
    ),
    Kind.PAGE: KindOfSource(
        "One web page",
        "Reads one page, such as a price list, and none that it links to.",
        "article",
        "Address",
        "https://example.com/prices",
    ),
    Kind.GIT: KindOfSource(
        "Git repository",
        "Reads the documents in a repository, or in one folder of it.",
        "account_tree",
        "Repository",
        "https://git.example.com/company/docs.git",
        ("branch", "folder", "url_prefix", *PATTERNS),
    ),
    Kind.FOLDER: KindOfSource(
        "Folder",
        "Reads the documents in a folder of the machine supportbot runs on.",
        "folder_open",
        "Folder",
        "/srv/docs",
        ("url_prefix", *PATTERNS),
    ),
}


def kinds_for(user: AbstractUser) -> dict[Kind, KindOfSource]:
    """The files of the machine itself are for those who run it."""
    return {kind: words for kind, words in KINDS.items() if kind != Kind.FOLDER or user.is_superuser}


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    # Given by the admin: who is asking, and what a new source is.
    user: AbstractUser
    kind = ""

    class Meta:
        model = Source
        fields = [
            "name", "collection", "location", "branch", "folder", "url_prefix", "include", "exclude", "max_depth",
            "max_pages", "sync_every", "publishes",
        ]  # fmt: skip
        widgets = {
            "name": LineInput,
            "location": LineInput,
            "branch": LineInput,
            "folder": LineInput,
            "url_prefix": UrlInput,
            "include": TextInput(attrs={"rows": 3}),
            "exclude": TextInput(attrs={"rows": 3}),
        }
        help_texts = {
            "name": "What editors call it. Empty: its location.",
            "url_prefix": "Where these documents are published, so that answers link there. Empty: to the hosted page.",
            "branch": "Empty: the repository’s own default.",
            "folder": "The folder of the documents in the repository. Empty: all of it.",
            "max_depth": "How many links from the first page.",
            "max_pages": "No more pages than this are read.",
        }
        labels = {
            "folder": "Folder in it",
            "url_prefix": "Address of its pages",
            "include": "Only these",
            "exclude": "None of these",
            "max_depth": "Links deep",
            "max_pages": "Pages at most",
            "sync_every": "Visit it",
            "publishes": "Publish what it brings at once",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.instance.kind or self.kind
        words = KINDS.get(Kind(self.instance.kind))
        if words and "location" in self.fields:
            self.fields["location"].required = True
            self.fields["location"].label = words.location
            self.fields["location"].help_text = f"Such as {words.example}"
        if "sync_every" in self.fields:
            self.fields["sync_every"].choices = [("", "Only when somebody asks"), *Source.Interval.choices]  # type: ignore[attr-defined]

    def clean_location(self) -> str:
        location: str = self.cleaned_data["location"].strip()
        if self.instance.kind == Kind.FOLDER:
            return existing_folder(location)
        if self.instance.kind == Kind.GIT:
            return repository(location)
        return public_address(location)

    def clean(self) -> None:
        collection = self.cleaned_data.get("collection") or getattr(self.instance, "collection", None)
        if not collection:
            return
        same = Source.objects.filter(
            collection=collection, kind=self.instance.kind, location=self.cleaned_data.get("location")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("location", "This collection has this source already. Edit that one instead.")
        if self.cleaned_data.get("publishes") and not publishing.may_publish(self.user, collection):
            self.add_error(
                "publishes", "In this collection everything waits for review. Leave it out, or ask a publisher."
            )


def existing_folder(location: str) -> str:
    path = Path(location)
    if not path.is_absolute():
        raise ValidationError("Give the whole path, from / on.")
    if not path.is_dir():
        raise ValidationError(f"There is no folder {location} on this machine.")
    return location.rstrip("/") or "/"


def repository(location: str) -> str:
    try:
        remote = remote_of(location)
    except AddressRefused as error:
        raise ValidationError(error.user_message) from error
    if remote.protocol == "https":
        public_address(remote.url)
    return location


def public_address(location: str) -> str:
    """Names are looked up when the source is visited; numbers are told apart at once."""
    try:
        addresses.parse(location)
    except SourceError as error:
        raise ValidationError(error.user_message) from error
    return location
