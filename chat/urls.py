from django.urls import URLPattern, URLResolver, path

from chat import api, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/answers", api.AnswersView.as_view(), name="answers"),
    path("ask/", pages.ask, name="ask"),
    path("ask/<str:key>/", pages.ask, name="ask-widget"),
]
