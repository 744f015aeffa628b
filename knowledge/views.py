"""The hosted pages of documents: where citations lead when a document is published nowhere else."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import conditional_page, require_safe

from knowledge import selectors
from knowledge.models import Collection
from knowledge.rendering import render_document

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """What all these pages share: an ETag, and one calm answer for whatever cannot be shown, whyever."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return render(request, "knowledge/docs/unavailable.html", status=404)

    return require_safe(conditional_page(wrapper))


@page
def index(request: HttpRequest) -> HttpResponse:
    collections = selectors.hosted_collections(selectors.audience_of(request.user))
    shown = [(collection, selectors.folders(collection.documents.all())) for collection in collections]
    return cached(render(request, "knowledge/docs/index.html", {"collections": shown}), collections)


@page
def collection(request: HttpRequest, collection: str) -> HttpResponse:
    readable = selectors.hosted_collections(selectors.audience_of(request.user))
    found = next((other for other in readable if other.slug == collection), None)
    if not found:
        raise Http404
    context = {"collection": found, "folders": selectors.folders(found.documents.all())}
    return cached(render(request, "knowledge/docs/collection.html", context), [found])


@page
def document(request: HttpRequest, collection: str, slug: str) -> HttpResponse:
    audience = selectors.audience_of(request.user)
    hosted = selectors.hosted_documents(audience, request.GET.get("access", ""))
    found = get_object_or_404(hosted, collection__slug=collection, slug=slug)
    siblings = selectors.hosted_siblings(found, audience)
    folders = selectors.folders(siblings)
    before, after = selectors.neighbours(found, folders)
    context = {
        "document": found,
        "page": render_document(found.markdown, selectors.link_resolver(found, siblings, audience), found.page_starts),
        "folders": folders,
        "folder": selectors.folder_title(selectors.folder_of(found)),
        "before": before,
        "after": after,
    }
    response = cached(render(request, "knowledge/docs/document.html", context), [found.collection])
    response["Last-Modified"] = http_date(found.updated_at.timestamp())
    return response


def cached(response: HttpResponse, collections: list[Collection]) -> HttpResponse:
    """Browsers ask again each time, and get an empty "not modified". Shared caches keep what everyone may read."""
    everyone = all(collection.audience == Collection.Audience.PUBLIC for collection in collections)
    patch_cache_control(response, no_cache=True, **({"public": True} if everyone else {"private": True}))
    return response
