import pytest

from accounts.models import User
from knowledge.models import Collection
from tests import factories
from tests.knowledge.admin.people import sign_in


@pytest.fixture
def help_centre(db) -> Collection:
    return factories.collection("public", name="Help centre", slug="help")


@pytest.fixture
def minutes(db) -> Collection:
    """A collection of a group that nobody here belongs to."""
    collection = factories.collection("staff", name="Board minutes", slug="board")
    collection.groups.create(name="Board")
    return collection


@pytest.fixture
def editor(client, db) -> User:
    return sign_in(client, "view", "add", "change", "delete")


@pytest.fixture
def publisher(client, db) -> User:
    return sign_in(client, "view", "add", "change", "delete", "publish")
