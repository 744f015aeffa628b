"""What a connector may be: every part is checked with the code that will use it."""

import json
from typing import Any

from django import forms

from accounts.connectors.reading import BLANK, CODE, path_problem
from accounts.connectors.templates import HOST, PLACE, headers_of, problems, url_problems
from accounts.models import Connector, ConnectorFact, Customer
from supportbot.encryption import Undecipherable
from supportbot.outbound.addresses import parse
from supportbot.outbound.errors import SourceError
from supportbot.theme import LineInput, TextInput


class ConnectorForm(forms.ModelForm):  # type: ignore[type-arg]
    """Headers are written and never shown again: whoever may look at a connector does not get its keys."""

    new_headers = forms.CharField(
        label="Headers", required=False, max_length=10_000, widget=TextInput(attrs={"rows": 3, "autocomplete": "off"})
    )
    forget_headers = forms.BooleanField(label="Remove the headers that are kept", required=False)

    class Meta:
        model = Connector
        fields = [
            "title",
            "name",
            "about",
            "is_active",
            "kind",
            "method",
            "url",
            "body",
            "sample",
            "timeout",
            "most_bytes",
            "cache_seconds",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept_by(self.instance) if self.instance.pk else ""
        self.fields["new_headers"].help_text = f"{REPLACING} {HEADERS_HELP}" if self.kept else HEADERS_HELP

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        if not url:
            return url
        if found := url_problems(url):
            raise forms.ValidationError(found)
        if not HOST.match(url) or BLANK.search(url):
            raise forms.ValidationError(
                "Write the whole address, https://host/path, without blanks. Braces come after the host only."
            )
        try:
            parse(PLACE.sub("x", url))
        except SourceError as error:
            raise forms.ValidationError(error.user_message) from error
        return url

    def clean_new_headers(self) -> str:
        try:
            headers_of(self.cleaned_data["new_headers"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        written: str = self.cleaned_data["new_headers"]
        return written

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if found := problems_of_json(body) or [problem for text in texts(body) for problem in problems(text)]:
            raise forms.ValidationError(found)
        return body

    def clean_sample(self) -> str:
        sample: str = self.cleaned_data["sample"]
        if found := problems_of_json(sample):
            raise forms.ValidationError(found)
        return sample

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == Connector.Kind.HTTP and not cleaned.get("url") and "url" not in self.errors:
            self.add_error(
                "url", "Where is it asked? Write an address such as https://billing.example.com/{external_id}."
            )
        if cleaned.get("kind") == Connector.Kind.SAMPLE and not cleaned.get("sample") and "sample" not in self.errors:
            self.add_error("sample", "Write the JSON that it answers with.")
        if self.takes_headers_elsewhere(cleaned):
            self.add_error("new_headers", ELSEWHERE)
        return cleaned

    def takes_headers_elsewhere(self, cleaned: dict[str, Any]) -> bool:
        """Who may change a connector could read its kept keys at a host of their own."""
        decided = cleaned.get("new_headers") or cleaned.get("forget_headers") or "new_headers" in self.errors
        if not self.kept or decided or not cleaned.get("url"):
            return False
        return server_of(cleaned["url"]) != server_of(self.initial["url"])

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_headers"] or self.cleaned_data["forget_headers"]:
            self.instance.headers = self.cleaned_data["new_headers"]
        return super().save(commit)


HEADERS_HELP = "One in a line: “Authorization: Bearer …”. Kept encrypted, and not shown again."
REPLACING = "What you write here takes the place of all that are kept."

ELSEWHERE = (
    "The address leads to another server, which must not be sent the headers that were kept for the earlier one. "
    "Write the headers for it, or remove those that are kept."
)


def kept_by(connector: Connector) -> str:
    """The names of its headers, or why there are none to be read; nothing where none are kept."""
    try:
        return ", ".join(headers_of(connector.headers))
    except Undecipherable as error:
        return error.user_message
    except ValueError as error:
        return str(error)


def server_of(url: str) -> tuple[str, str, int | None] | None:
    """Who gets what is sent there; None for what is no address that is asked."""
    try:
        parsed = parse(PLACE.sub("x", url))
    except SourceError:
        return None
    return parsed.scheme, parsed.host, parsed.port


def problems_of_json(written: str) -> list[str]:
    try:
        json.loads(written or "null")
    except (ValueError, RecursionError):
        return ["This is no JSON."]
    return []


def texts(body: str) -> list[str]:
    """All texts of a JSON document, however deep. Other braces in it are JSON's own."""
    waiting, found = [json.loads(body or "null")], []
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict | list):
            waiting.extend(part.values() if isinstance(part, dict) else part)
    return found


class FactForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ConnectorFact
        fields = ["name", "path", "kind", "currency"]

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"].strip()
        if problem := path_problem(path):
            raise forms.ValidationError(problem)
        return path

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip()
        if currency and not CODE.fullmatch(currency) and path_problem(currency):
            raise forms.ValidationError("Write a code such as EUR, or where it stands: $.data[0].currency")
        return currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_money = cleaned.get("kind") == ConnectorFact.Kind.MONEY
        if is_money and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", "Which currency? Write a code such as EUR, or where it stands.")
        return cleaned


class TryForm(forms.Form):
    customer = forms.CharField(
        max_length=200, widget=LineInput(attrs={"placeholder": "Customer’s id or e-mail address", "autofocus": True})
    )

    def clean_customer(self) -> Customer:
        text = self.cleaned_data["customer"].strip()
        for field in ("external_id", "email__iexact"):
            if found := Customer.objects.filter(**{field: text}).first():
                return found
        raise forms.ValidationError("There is no customer of this id or address.")
