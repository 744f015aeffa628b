"""The permission matrix of every address: who may is let in, who may not is told nothing and changes nothing."""

import pytest

from tests.canaries import canary
from tests.supportbot.permissions.asking import Asker, Reply, address
from tests.supportbot.permissions.policy import (
    ADMIN,
    CLERK,
    CONVERSATION,
    CUSTOMER,
    EDITOR,
    KEPT_KEY,
    LOGIN,
    MODELS,
    OTHER_CUSTOMER,
    PROGRAMS,
    PUBLISHER,
    RECORD,
    ROUTES,
    SEES_CUSTOMERS,
    SHELVES,
    SUPERUSER,
    Who,
)
from tests.supportbot.permissions.routes import METHODS, Route, routes

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
KNOWN = [route for route in routes() if len(route.policies) == 1]
READING = {"GET", "OPTIONS"}
# What an ORM that takes a query's words for its own would do: join, order and filter by columns that nobody may see.
REACHING = [
    {"_connector": "OR 1=1", "_negated": "1"},
    {"ordering": "-password", "order_by": "password", "o": "-password"},
    {"password__startswith": "md5", "customer__email__contains": "a", "user__password__gt": ""},
    {"q": "' OR 1=1 --\x01", "page": "1; DROP TABLE accounts_customer", "p": "-1"},
]
CHANGING = [route for route in KNOWN if route.policy.keys() - READING]
ON_RECORD = 'INTO "accounts_auditentry"'


# --- The tables are about the addresses that there are ---------------------------------------


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.pattern)
def test_every_address_has_exactly_one_policy(route: Route):
    named = f'a row such as "GET {route.pattern}" for every method'
    where = f'MODELS has to name "{route.model}"' if route.model else f"ROUTES has to have {named}"

    assert len(route.policies) == 1, f"Who may do what at {route.pattern!r}? In policy.py, {where}."


@pytest.mark.parametrize("route", [route for route in KNOWN if not route.model], ids=lambda route: route.pattern)
def test_every_method_of_a_view_has_a_policy(route: Route):
    unsaid = set(route.methods) - route.policy.keys()

    assert not unsaid, f"Who may {unsaid} {route.pattern!r}? ROUTES in policy.py has to say so."


def test_every_policy_is_about_an_address_that_there_is():
    patterns = {route.pattern for route in routes()}
    models = {route.model for route in routes()}

    assert {key for key in ROUTES if key.partition(" ")[2] not in patterns} == set()
    assert set(LOGIN) - patterns == set()
    assert set(MODELS) - models == set()


# --- Everybody asks ----------------------------------------------------------------------------


@pytest.mark.parametrize("route", KNOWN, ids=lambda route: route.pattern)
def test_each_address_lets_in_whoever_may_and_nobody_else(asker: Asker, route: Route):
    path, wrong = address(route.pattern, asker.company.ids(route.pattern)), []

    for method, may in route.policy.items():
        for role in asker.company.cast:
            wrong += what_is_wrong(method, role, may, asker.ask(role, method, route.pattern, path))

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", KNOWN, ids=lambda route: route.pattern)
def test_a_method_that_no_policy_names_changes_nothing(asker: Asker, route: Route):
    """And tells nothing to whoever may nothing else here, but which methods there are.

    Pages that the admin makes take any other method for GET.
    """
    path, wrong = address(route.pattern, asker.company.ids(route.pattern)), []
    roles = [CLERK, *([] if route.model else [SUPERUSER]), *(PROGRAMS - {KEPT_KEY} if route.is_api else [])]

    for method in set(METHODS) - route.policy.keys():
        for role in roles:
            reply = asker.ask(role, method, route.pattern, path)
            may_something = any(role in may for may in route.policy.values())
            if reply.written or reply.status >= 500 or not (may_something or reply.is_refused or not reply.said):
                wrong.append(f"{method} as {role}: {reply.status} {reply.written}")

    assert not wrong, "\n".join(wrong)


def what_is_wrong(method: str, role: str, may: Who, reply: Reply) -> list[str]:
    request, wrong = f"{method} as {role}", []
    if reply.is_refused == (role in may) or reply.status >= 500:
        let = "refused" if reply.is_refused else "let in"
        wrong.append(f"{request}: {let}, with {reply.status} {reply.location}")
    if reply.is_refused and reply.written:
        wrong.append(f"{request}: refused, but it wrote {reply.written[0][:80]}")
    if method in READING and (changed := [sql for sql in reply.written if ON_RECORD not in sql]):
        wrong.append(f"{request}: reading changed something, by {changed[0][:80]}")
    own = {"ada"} if role == CUSTOMER else set()
    if (reply.is_refused or role not in SEES_CUSTOMERS) and reply.names_customers - own:
        wrong.append(f"{request}: it told of {reply.names_customers}")
    return wrong


@pytest.mark.parametrize("route", CHANGING, ids=lambda route: route.pattern)
def test_a_form_of_another_site_changes_nothing(asker: Asker, route: Route):
    """It brings the cookie of whoever is signed in, and no token of ours. Programs bring no cookie at all."""
    path = address(route.pattern, asker.company.ids(route.pattern))

    for method in route.policy.keys() - READING:
        reply = asker.ask(SUPERUSER, method, route.pattern, path, from_elsewhere=True)

        assert reply.is_refused, f"{method}: {reply.status}"
        assert not reply.written


@pytest.mark.parametrize("route", [route for route in KNOWN if "GET" in route.policy], ids=lambda route: route.pattern)
def test_no_query_reaches_into_the_database(asker: Asker, route: Route):
    path = address(route.pattern, asker.company.ids(route.pattern))
    role = next(iter(route.policy["GET"] & {SUPERUSER, *PROGRAMS, CUSTOMER}), SUPERUSER)
    plain = asker.ask(role, "GET", route.pattern, path)

    for query in REACHING:
        reply = asker.ask(role, "GET", route.pattern, path, also=query)

        assert reply.status < 500, query
        assert "md5$" not in reply.said, query
        assert reply.names_customers <= plain.names_customers, query


# --- Rows of somebody else -------------------------------------------------------------------

NESTED = [route for route in KNOWN if route.is_inside(CONVERSATION) or route.is_inside(f"{RECORD}/")]
SHELVED = [route for route in KNOWN if route.pattern.startswith("docs/<")]
EDITED = [route for route in KNOWN if route.is_about_a_collection]


@pytest.mark.parametrize("route", NESTED, ids=lambda route: route.pattern)
def test_a_row_of_bob_is_not_found_under_the_address_of_ada(asker: Asker, route: Route):
    """Whoever may see both: an id that names the owner twice has to mean the same one both times."""
    outer = {"conversation_id", "external_id"}
    ada, bob = (asker.company.ids(route.pattern, name) for name in ("ada", "bob"))
    path = address(route.pattern, {**bob, **{name: ada[name] for name in outer}})

    for method, may in route.policy.items():
        for role in may:
            reply = asker.ask(role, method, route.pattern, path)
            assert "bob" not in reply.names_customers, f"{method} as {role}"
            assert not reply.touched_bob, f"{method} as {role}"


@pytest.mark.parametrize("shelf", SHELVES)
@pytest.mark.parametrize("route", SHELVED, ids=lambda route: route.pattern)
def test_documents_are_for_their_readers(asker: Asker, route: Route, shelf: str):
    """A collection's list is for those who need no link to its pages."""
    path, wrong = address(route.pattern, asker.company.ids(route.pattern, shelf=shelf)), []
    is_page = "<slug:slug>" in route.pattern
    may = SHELVES[shelf] if is_page or shelf == "public" else SHELVES[shelf] - {CUSTOMER, OTHER_CUSTOMER}

    for role in asker.company.cast:
        reply = asker.ask(role, "GET", route.pattern, path)
        wrong += what_is_wrong("GET", role, may, reply)
        if reply.is_refused and canary(shelf) in reply.said:
            wrong.append(f"{role} was told of {shelf}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", EDITED, ids=lambda route: route.pattern)
def test_collections_of_other_groups_are_closed_to_their_editors(asker: Asker, route: Route):
    path, wrong = address(route.pattern, asker.company.ids(route.pattern, shelf="sales")), []

    for method, may in route.policy.items():
        for role in (EDITOR, PUBLISHER, ADMIN, SUPERUSER):
            reply = asker.ask(role, method, route.pattern, path)
            wrong += what_is_wrong(method, role, may & SHELVES["sales"], reply)

    assert not wrong, "\n".join(wrong)
