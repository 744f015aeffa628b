from django.urls import URLPattern, URLResolver, include, path

from chat import api, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("chat.console.urls")),
    path("api/v1/answers", api.AnswersView.as_view(), name="answers"),
    path("ask/", pages.ask, name="ask"),
    path("ask/<slug:key>/", pages.ask, name="ask-widget"),
]
