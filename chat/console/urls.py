from django.urls import path

from chat.console import views

app_name = "console"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("list/", views.inbox_list, name="list"),
    path("conversations/<int:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<int:conversation_id>/before/<int:seq>/", views.earlier, name="earlier"),
    path("conversations/<int:conversation_id>/news/", views.news, name="news"),
    path("conversations/<int:conversation_id>/offers/<int:action_id>/", views.offer, name="offer"),
    path("conversations/<int:conversation_id>/images/<uuid:public_id>", views.image, name="image"),
    path("conversations/<int:conversation_id>/customer/", views.customer, name="customer"),
    path("conversations/<int:conversation_id>/export/", views.export, name="export"),
    path("conversations/<int:conversation_id>/take-over/", views.take_over, name="take-over"),
    path("conversations/<int:conversation_id>/reply/", views.reply, name="reply"),
    path("conversations/<int:conversation_id>/give-back/", views.give_back, name="give-back"),
    path("conversations/<int:conversation_id>/resolve/", views.resolve, name="resolve"),
    path("conversations/<int:conversation_id>/read/", views.mark_read, name="read"),
]
