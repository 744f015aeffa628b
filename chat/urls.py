from django.urls import URLPattern, URLResolver, path

from chat import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("ask/", pages.ask, name="ask"),
    path("ask/<str:key>/", pages.ask, name="ask-widget"),
]
