from django.urls import URLPattern, URLResolver, include, path

from chat import api, attachments, pages, privacy_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("chat.console.urls")),
    path("api/v1/answers", api.AnswersView.as_view(), name="answers"),
    path("api/v1/attachments", attachments.AttachmentsView.as_view(), name="attachments"),
    path("api/v1/customers/<str:external_id>", privacy_api.ErasableCustomerView.as_view(), name="push-customer"),
    path("api/v1/customers/<str:external_id>/export", privacy_api.CustomerExportView.as_view(), name="export-customer"),
    path("attachments/<uuid:public_id>", attachments.show, name="attachment"),
    path("ask/", pages.ask, name="ask"),
    path("ask/<slug:key>/", pages.ask, name="ask-widget"),
]
