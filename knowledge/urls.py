from django.urls import path

from knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("", views.index, name="docs"),
    path("<slug:collection>/", views.collection, name="collection"),
    path("<slug:collection>/<slug:slug>/", views.document, name="document"),
]
