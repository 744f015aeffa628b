"""Every address that the URL configuration knows, and what the policy says of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, get_resolver

from tests.supportbot.permissions.policy import LOGIN, MODELS, NOBODY, ROUTES, STAFF, Pages, Who

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What Django's admin has for every model, and the methods that do something there, by the right they take.
MADE = {
    "": {"GET": "look", "POST": "look"},
    "add/": {"GET": "add", "POST": "add"},
    "<path:object_id>/change/": {"GET": "look", "POST": "change"},
    "<path:object_id>/delete/": {"GET": "delete", "POST": "delete"},
    "<path:object_id>/history/": {"GET": "look"},
    # Leads to the form, whatever is there.
    "<path:object_id>/": {"GET": ""},
}


@dataclass(frozen=True)
class Route:
    """``pattern`` is the whole address as the URL configuration writes it; ``methods`` those of a view class."""

    pattern: str
    methods: tuple[str, ...]

    @property
    def model(self) -> str:
        """The label of the model whose page this is, if the admin made it."""
        parts = self.pattern.split("/", 3)
        is_made = len(parts) == 4 and parts[0] == "admin" and parts[3] in MADE
        label = ".".join(parts[1:3])
        return label if is_made and label in {model._meta.label_lower for model in admin.site._registry} else ""

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/")

    @property
    def is_about_a_collection(self) -> bool:
        """A page of the admin about something that belongs to one, and not only a way to another page."""
        leads_on = self.pattern.endswith(("<path:object_id>/", "document/<path:object_id>/history/"))
        is_about = self.pattern.startswith("admin/knowledge/") and "<" in self.pattern
        return is_about and not leads_on and "embeddingusage" not in self.pattern

    def is_inside(self, address: str) -> bool:
        """About something that belongs to what the address is about, and has an id of its own."""
        return "<" in self.pattern.partition(address)[2]

    @property
    def policies(self) -> list[dict[str, Who]]:
        """What the tables say of it, by method: to be one entry in one of them."""
        by_method = {
            method: ROUTES[f"{method} {self.pattern}"] for method in METHODS if f"{method} {self.pattern}" in ROUTES
        }
        login = dict.fromkeys(self.methods or ("GET", "POST"), LOGIN.get(self.pattern, NOBODY))
        made = self._made(MODELS.get(self.model))
        return [policy for policy in (by_method, login if self.pattern in LOGIN else {}, made) if policy]

    def _made(self, pages: Pages | None) -> dict[str, Who]:
        if pages is None:
            return {}
        rights = MADE[self.pattern.split("/", 3)[3]]
        return {method: getattr(pages, right) if right else STAFF for method, right in rights.items()}

    @property
    def policy(self) -> dict[str, Who]:
        (policy,) = self.policies
        return policy


def routes() -> list[Route]:
    """Of two with one address the first is the one that answers."""
    found: dict[str, Route] = {}
    for route in _walk(get_resolver()):
        found.setdefault(route.pattern, route)
    return list(found.values())


def _walk(resolver: Any, prefix: str = "") -> Iterator[Route]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(entry, URLPattern):
            yield Route(address, _methods(entry.callback))
        else:
            yield from _walk(entry, address)


def _methods(view: Any) -> tuple[str, ...]:
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    names = view_class.http_method_names if view_class else ()
    return tuple(method for method in METHODS[:-1] if method.lower() in names and hasattr(view_class, method.lower()))
