"""New documents: uploaded, many at once, or written here."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from knowledge import publishing, services
from knowledge.admin import pages
from knowledge.admin.forms import UploadForm, WriteForm
from knowledge.admin.scope import own_collections
from knowledge.admin.uploads import add_files

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin


def add(admin: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    if not admin.has_add_permission(request):
        raise PermissionDenied
    uploading, writing = "upload" in request.POST, "write" in request.POST
    collections = own_collections(request)
    initial = {name: request.GET.get(name, "") for name in ("collection", "folder")}
    upload = UploadForm(
        request.POST if uploading else None,
        request.FILES if uploading else None,
        initial=initial,
        collections=collections,
    )
    write = WriteForm(request.POST if writing else None, initial=initial, collections=collections)
    if uploading and upload.is_valid():
        return uploaded(admin, request, upload)
    if writing and write.is_valid():
        return written(admin, request, write)
    context = {"upload": upload, "write": write, "has_collections": collections.exists()}
    return admin.page(request, "document/add.html", "Add documents", **context)


def uploaded(admin: "DocumentAdmin", request: HttpRequest, form: UploadForm) -> HttpResponse:
    collection = form.cleaned_data["collection"]
    publishes = publishing.may_publish(request.user, collection)
    uploads = add_files(collection, form.uploads, author=request.user, publish=publishes)  # type: ignore[arg-type]
    for upload in uploads:
        if upload.document and upload.is_changed:
            admin.log_addition(request, upload.document, "Uploaded.")
    good = [upload.document for upload in uploads if upload.document]
    context = {
        "uploads": uploads,
        "good": good,
        "bad": [upload for upload in uploads if upload.error],
        "publishes": publishes,
    }
    return admin.page(request, "document/uploaded.html", "What became of your files", **context)


def written(admin: "DocumentAdmin", request: HttpRequest, form: WriteForm) -> HttpResponse:
    given = {name: form.cleaned_data[name] for name in ("collection", "path", "title", "content")}
    may_publish = publishing.may_publish(request.user, given["collection"])
    publishes = may_publish and "draft" not in request.POST
    document, _ = services.save_document(**given, author=request.user, publish=publishes)  # type: ignore[arg-type]
    admin.log_addition(request, document, "Written.")
    messages.success(request, f"“{given['title']}” was added" + ("." if publishes else " and waits for review."))
    return pages.to_document(pk=document.pk)
