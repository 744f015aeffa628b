"""A question put to the search as somebody else, to see what they would be answered from."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from knowledge.access import CUSTOMERS, PUBLIC
from knowledge.admin.theme import Checkboxes, LineInput, Radios
from knowledge.models import Collection
from knowledge.records import Passage
from knowledge.rendering import render_passage
from knowledge.search import LONGEST_QUERY, search_passages
from knowledge.selectors import audience_of

ASKERS = [("public", "Everyone"), ("customer", "An identified customer"), ("staff", "Staff, with your groups")]


class TryForm(forms.Form):
    question = forms.CharField(
        max_length=LONGEST_QUERY,
        widget=LineInput(attrs={"autofocus": True, "placeholder": "How long does a refund take?"}),
    )
    asker = forms.ChoiceField(label="Asked by", choices=ASKERS, widget=Radios, initial="public")
    collections = forms.ModelMultipleChoiceField(
        Collection.objects.none(), required=False, widget=Checkboxes, help_text="None chosen: all this asker may read."
    )

    def __init__(self, *args: Any, collections: QuerySet[Collection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collections"] = forms.ModelMultipleChoiceField(
            collections,
            required=False,
            widget=Checkboxes,
            help_text="None chosen: all that this asker may read.",
        )


@dataclass(frozen=True)
class Found:
    passage: Passage
    html: SafeString


def found_for(request: HttpRequest, form: TryForm) -> list[Found]:
    """As staff one sees what one may see oneself, and never more."""
    audiences = {"public": PUBLIC, "customer": CUSTOMERS, "staff": audience_of(request.user)}
    chosen = form.cleaned_data["collections"]
    passages = search_passages(
        form.cleaned_data["question"],
        audiences[form.cleaned_data["asker"]],
        collection_ids=[collection.pk for collection in chosen] or None,
    )
    return [Found(passage, render_passage(passage.text)) for passage in passages]
