from django.urls import path

from accounts import api

# Ids of orders and tickets may hold slashes, those of customers may not. Their own address is the chat's: whoever is
# erased there is erased with what they said.
urlpatterns = [
    path("bulk", api.CustomersView.as_view(), name="push-customers"),
    path("<str:external_id>/subscriptions/<path:key>", api.SubscriptionView.as_view(), name="push-subscription"),
    path("<str:external_id>/orders/<path:key>", api.OrderView.as_view(), name="push-order"),
    path("<str:external_id>/tickets/<path:ticket>/comments/<path:key>", api.CommentView.as_view(), name="push-comment"),
    path("<str:external_id>/tickets/<path:key>", api.TicketView.as_view(), name="push-ticket"),
    path("<str:external_id>/events/<path:key>", api.EventView.as_view(), name="push-event"),
]
