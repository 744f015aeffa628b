"""Who may what, address by address. A new route belongs into one of the three tables, and its test says so.

``ROUTES`` has a row for every method that an address answers. ``LOGIN`` are the login library's pages, each for all of
its methods. ``MODELS`` are the pages that the admin makes for every model. Whoever is not named is refused: by 401,
403, 404, 405 or the login, without a word about anybody and without a change.
"""

from dataclasses import dataclass, fields

# --- Who ---------------------------------------------------------------------------------

ANONYMOUS = "anonymous"
# These hold the secret of a session in the widget, and the links that were shown to them there.
VISITOR = "visitor"
CUSTOMER = "customer"
OTHER_CUSTOMER = "other customer"
# These are signed in. The roles are those that every installation begins with.
USER = "user who is no staff"
CLERK = "staff without permissions"
AGENT = "agent"
SUPERVISOR = "supervisor"
EDITOR = "editor"
PUBLISHER = "publisher"
ADMIN = "admin"
SUPERUSER = "superuser"
# Programs, by the scope of their key. The last may bring documents to another collection only.
ANSWERS_KEY = "key for answers"
DOCUMENTS_KEY = "key for documents"
CUSTOMERS_KEY = "key for customers"
PRIVACY_KEY = "key for privacy"
KEPT_KEY = "key for documents elsewhere"

Who = frozenset[str]

IN_THE_WIDGET: Who = frozenset({VISITOR, CUSTOMER, OTHER_CUSTOMER})
SIGNED_IN: Who = frozenset({USER, CLERK, AGENT, SUPERVISOR, EDITOR, PUBLISHER, ADMIN, SUPERUSER})
PROGRAMS: Who = frozenset({ANSWERS_KEY, DOCUMENTS_KEY, CUSTOMERS_KEY, PRIVACY_KEY, KEPT_KEY})
ANYBODY: Who = SIGNED_IN | PROGRAMS | IN_THE_WIDGET | {ANONYMOUS}
NOBODY: Who = frozenset()
STAFF: Who = SIGNED_IN - {USER}
DESK: Who = frozenset({AGENT, SUPERVISOR, ADMIN, SUPERUSER})
SUPERVISORS: Who = frozenset({SUPERVISOR, ADMIN, SUPERUSER})
EDITORS: Who = frozenset({EDITOR, PUBLISHER, ADMIN, SUPERUSER})
PUBLISHERS: Who = frozenset({PUBLISHER, ADMIN, SUPERUSER})
ADMINS: Who = frozenset({ADMIN, SUPERUSER})

# Who may be shown anything of a customer who is not they themselves, whatever the address.
SEES_CUSTOMERS: Who = DESK | {CUSTOMERS_KEY, PRIVACY_KEY}

# --- Addresses ---------------------------------------------------------------------------

CONVERSATION = "console/conversations/<int:conversation_id>/"
RECORD = "api/v1/customers/<str:external_id>"
SHELF = "api/v1/collections/<slug:collection>/documents"
DOCUMENT = "admin/knowledge/document/"
VERSION = f"{DOCUMENT}<int:pk>/versions/<int:number>/"
INDEX = "admin/knowledge/indexversion/"
SOURCE = "admin/knowledge/source/<int:pk>/"
WIDGET = "admin/chat/widget/<int:pk>/"
KEY = f"{WIDGET}identity/"

ROUTES: dict[str, Who] = {
    # Probes, which nothing but the inside of a company's network should reach: see docker/README.md.
    "GET healthz": ANYBODY,
    "GET readyz": ANYBODY,
    "GET metrics": ANYBODY,
    # Pages for everybody. The documents are public ones here; SHELVES says who reads others.
    "GET ": ANYBODY,
    "GET ask/": ANYBODY,
    "GET ask/<slug:key>/": ANYBODY,
    "GET docs/": ANYBODY,
    "GET docs/<slug:collection>/": ANYBODY,
    "GET docs/<slug:collection>/<slug:slug>/": ANYBODY,
    # Says that a link in a mail is not valid; addresses are not confirmed here.
    "GET console/confirm-email/": ANYBODY,
    "GET console/confirm-email/(?P<key>[-:\\w]+)/": ANYBODY,
    "POST console/confirm-email/(?P<key>[-:\\w]+)/": NOBODY,
    "GET api/docs/": ANYBODY,
    "GET api/v1/schema/": ANYBODY,
    # What the widget brings and shows: the session's secret opens one conversation, a link one image.
    "POST api/v1/attachments": IN_THE_WIDGET,
    "OPTIONS api/v1/attachments": ANYBODY,
    "GET attachments/<uuid:public_id>": frozenset({CUSTOMER}),
    # Programs.
    "POST api/v1/answers": frozenset({ANSWERS_KEY}),
    f"POST {SHELF}": frozenset({DOCUMENTS_KEY}),
    **dict.fromkeys(
        (f"{method} {SHELF}/<path:own_id>" for method in ("GET", "PUT", "DELETE")), frozenset({DOCUMENTS_KEY})
    ),
    "POST api/v1/customers/bulk": frozenset({CUSTOMERS_KEY}),
    f"GET {RECORD}": frozenset({CUSTOMERS_KEY}),
    f"PUT {RECORD}": frozenset({CUSTOMERS_KEY}),
    f"DELETE {RECORD}": frozenset({PRIVACY_KEY}),
    f"GET {RECORD}/export": frozenset({PRIVACY_KEY}),
    **{
        f"{method} {RECORD}/{what}": frozenset({CUSTOMERS_KEY})
        for method in ("GET", "PUT", "DELETE")
        for what in (
            "subscriptions/<path:key>",
            "orders/<path:key>",
            "tickets/<path:key>",
            "tickets/<path:ticket>/comments/<path:key>",
            "events/<path:key>",
        )
    },
    # Every other address below api/ leads nowhere.
    "GET api/": NOBODY,
    # The console.
    "GET console/": DESK,
    "GET console/list/": DESK,
    f"GET {CONVERSATION}": DESK,
    f"GET {CONVERSATION}before/<int:seq>/": DESK,
    f"GET {CONVERSATION}news/": DESK,
    f"GET {CONVERSATION}offers/<int:action_id>/": DESK,
    f"GET {CONVERSATION}images/<uuid:public_id>": DESK,
    f"GET {CONVERSATION}customer/": DESK,
    f"POST {CONVERSATION}export/": SUPERVISORS,
    f"POST {CONVERSATION}take-over/": DESK,
    f"POST {CONVERSATION}reply/": DESK,
    f"POST {CONVERSATION}give-back/": DESK,
    f"POST {CONVERSATION}resolve/": DESK,
    f"POST {CONVERSATION}read/": DESK,
    # The admin's own frame.
    "GET admin/": STAFF,
    "GET admin/search/": STAFF,
    "GET admin/jsi18n/": STAFF,
    "GET admin/login/": STAFF,
    "POST admin/login/": STAFF,
    # Nobody is signed in afterwards.
    "POST admin/logout/": ANYBODY,
    "GET admin/password_change/": STAFF,
    "POST admin/password_change/": STAFF,
    "GET admin/password_change/done/": STAFF,
    # Of the chat here: an app in which somebody may see nothing is not there for them.
    "GET admin/(?P<app_label>accounts|auth|knowledge|chat|account)/": DESK,
    "GET admin/r/<path:content_type_id>/<path:object_id>/": STAFF,
    # To the choices of a collection's roles.
    "GET admin/autocomplete/": ADMINS,
    "GET admin/(?P<url>.*)": NOBODY,
    # Customers, and what is known of them elsewhere.
    "POST admin/accounts/customer/<int:pk>/export/": SUPERVISORS,
    "GET admin/accounts/customer/<int:pk>/erase/": ADMINS,
    "POST admin/accounts/customer/<int:pk>/erase/": ADMINS,
    "GET admin/chat/erasure/<int:pk>/json/": SUPERVISORS,
    "GET admin/accounts/connector/<int:pk>/try/": ADMINS,
    "POST admin/accounts/connector/<int:pk>/try/": ADMINS,
    "GET admin/accounts/user/<id>/password/": ADMINS,
    "POST admin/accounts/user/<id>/password/": ADMINS,
    # Widgets. Whoever holds a secret can speak as any customer.
    f"GET {WIDGET}sees/": SUPERVISORS,
    f"POST {WIDGET}sees/": ADMINS,
    f"GET {KEY}": ADMINS,
    f"POST {KEY}secret/": ADMINS,
    f"POST {KEY}public-key/": ADMINS,
    f"POST {KEY}check/": ADMINS,
    f"POST {KEY}<int:key>/show/": ADMINS,
    f"POST {KEY}<int:key>/retire/": ADMINS,
    # Documents: editors write, publishers decide what everybody is answered from.
    f"GET {DOCUMENT}try/": EDITORS,
    f"POST {DOCUMENT}preview/": EDITORS,
    f"GET {DOCUMENT}statuses/": EDITORS,
    f"GET {DOCUMENT}<int:pk>/status/": EDITORS,
    f"GET {DOCUMENT}reading/": EDITORS,
    f"POST {DOCUMENT}reading/stop/": EDITORS,
    f"GET {DOCUMENT}reviews/": EDITORS,
    f"GET {DOCUMENT}<int:pk>/file/": EDITORS,
    f"GET {DOCUMENT}<int:pk>/passages/": EDITORS,
    f"POST {DOCUMENT}<int:pk>/reindex/": EDITORS,
    f"POST {DOCUMENT}<int:pk>/verify/": EDITORS,
    f"POST {DOCUMENT}<int:pk>/retire/": PUBLISHERS,
    f"POST {DOCUMENT}<int:pk>/put-back/": PUBLISHERS,
    f"GET {DOCUMENT}<int:pk>/versions/": EDITORS,
    f"GET {VERSION}": EDITORS,
    f"POST {VERSION}restore/": EDITORS,
    f"POST {VERSION}approve/": PUBLISHERS,
    f"POST {VERSION}reject/": PUBLISHERS,
    f"GET {SOURCE}visits/": EDITORS,
    f"POST {SOURCE}sync/": EDITORS,
    f"POST {SOURCE}visits/<int:run_pk>/cancel/": EDITORS,
    f"POST {SOURCE}visits/<int:run_pk>/approve/": PUBLISHERS,
    f"GET {INDEX}<int:collection_pk>/card/": EDITORS,
    f"POST {INDEX}<int:collection_pk>/rebuild/": EDITORS,
    f"POST {INDEX}<int:collection_pk>/release/": PUBLISHERS,
    f"POST {INDEX}<int:pk>/roll-back/": PUBLISHERS,
    f"POST {INDEX}<int:pk>/cancel/": EDITORS,
}

# --- Pages of the login library ------------------------------------------------------------

LOGIN: dict[str, Who] = {
    "console/login/": ANYBODY,
    "console/logout/": ANYBODY,
    "console/inactive/": ANYBODY,
    # Closed: it says so.
    "console/signup/": ANYBODY,
    "console/password/reset/": ANYBODY,
    "console/password/reset/done/": ANYBODY,
    "console/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": ANYBODY,
    "console/password/reset/key/done/": ANYBODY,
    # Back to the beginning, for whoever is not half-way through signing in.
    "console/login/code/confirm/": ANYBODY,
    "console/second-factor/authenticate/": ANYBODY,
    # Not there: addresses are set in the admin.
    "console/email/": NOBODY,
    # Not there without OIDC_ISSUER.
    "console/sso/login/": NOBODY,
    "console/sso/callback/": NOBODY,
    # Not there for whoever has no second factor, as nobody here.
    "console/second-factor/totp/deactivate/": NOBODY,
    "console/second-factor/recovery-codes/": NOBODY,
    "console/second-factor/recovery-codes/download/": NOBODY,
    "console/reauthenticate/": SIGNED_IN,
    "console/password/change/": SIGNED_IN,
    "console/password/set/": SIGNED_IN,
    "console/second-factor/": SIGNED_IN,
    "console/second-factor/reauthenticate/": SIGNED_IN,
    "console/second-factor/totp/activate/": SIGNED_IN,
    "console/second-factor/recovery-codes/generate/": SIGNED_IN,
}

# --- Pages that the admin makes for a model ------------------------------------------------


@dataclass(frozen=True)
class Pages:
    look: Who
    add: Who = NOBODY
    change: Who = NOBODY
    delete: Who = NOBODY


MODELS: dict[str, Pages] = {
    # Written by the system and brought by the company's own: only looked at here.
    "accounts.auditentry": Pages(look=SUPERVISORS),
    "accounts.customer": Pages(look=DESK),
    "accounts.ticket": Pages(look=DESK),
    "chat.conversation": Pages(look=DESK),
    "chat.botmessage": Pages(look=DESK),
    "chat.feedback": Pages(look=DESK),
    "chat.spending": Pages(look=SUPERVISORS),
    "chat.erasure": Pages(look=SUPERVISORS),
    "knowledge.embeddingusage": Pages(look=ADMINS),
    "knowledge.indexversion": Pages(look=EDITORS),
    # Set up here.
    "accounts.connector": Pages(look=ADMINS, add=ADMINS, change=ADMINS, delete=ADMINS),
    "accounts.user": Pages(look=SUPERVISORS, add=ADMINS, change=ADMINS, delete=ADMINS),
    "auth.group": Pages(look=ADMINS, add=ADMINS, change=ADMINS, delete=ADMINS),
    "account.emailaddress": Pages(*[frozenset({SUPERUSER})] * len(fields(Pages))),
    "chat.widget": Pages(look=SUPERVISORS, add=ADMINS, change=ADMINS, delete=ADMINS),
    "knowledge.collection": Pages(look=EDITORS, add=PUBLISHERS, change=PUBLISHERS, delete=PUBLISHERS),
    "knowledge.document": Pages(look=EDITORS, add=EDITORS, change=EDITORS, delete=PUBLISHERS),
    "knowledge.curatedanswer": Pages(look=EDITORS, add=EDITORS, change=EDITORS, delete=PUBLISHERS),
    "knowledge.source": Pages(look=EDITORS, add=EDITORS, change=EDITORS, delete=PUBLISHERS),
}

# --- Documents by the collection they are in -------------------------------------------------

# Customers come by the link of a citation, which opens this one page.
SHELVES: dict[str, Who] = {
    "public": ANYBODY,
    "customers": STAFF | {CUSTOMER, OTHER_CUSTOMER},
    "staff": STAFF,
    # Of a group that nobody here belongs to.
    "sales": frozenset({SUPERUSER}),
}

# --- Sockets ---------------------------------------------------------------------------------

BEFORE_HELLO = "before hello"
DEACTIVATED = "deactivated customer"
LOST = "agent who lost the permission"

# Whose frame does something, by its type, where every id in it is one of Ada's, who is the customer. A frame
# without one is about one's own conversation. Whoever is not named gets an error, or is closed.
FRAMES: dict[str, Who] = {
    "hello": frozenset({BEFORE_HELLO}),
    "message": frozenset({CUSTOMER}),
    "stop": frozenset({CUSTOMER}),
    "retry": frozenset({CUSTOMER}),
    "feedback": frozenset({CUSTOMER}),
    "confirm": frozenset({CUSTOMER}),
    "handoff": IN_THE_WIDGET,
    "read": IN_THE_WIDGET,
    "new": IN_THE_WIDGET,
    # Says and learns nothing: it is not worth asking who somebody is, who is closed within two seconds anyway.
    "typing": IN_THE_WIDGET | {DEACTIVATED},
    # Whoever is signed in needs no code.
    "verify": frozenset({VISITOR}),
}
# To everybody else the agents' socket does not open, or it closes.
CONSOLE_FRAMES: dict[str, Who] = {"watch": DESK, "typing": DESK}
