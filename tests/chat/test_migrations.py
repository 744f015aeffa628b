import pytest

from tests.migrating import migrating

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both, pytest.mark.slow]


@pytest.fixture
def migrate():
    with migrating("chat") as to:
        yield to


def test_the_secret_of_a_widget_becomes_its_first_key_and_comes_back(migrate):
    old = migrate("0014_console_permission")
    old.get_model("chat", "Widget").objects.create(name="Help", public_key="wk_1", signing_secret="s" * 40)

    new = migrate("0015_signing_keys")
    key = new.get_model("chat", "SigningKey").objects.get()
    assert (key.widget.public_key, key.algorithm, key.secret) == ("wk_1", "HS256", "s" * 40)

    back = migrate("0014_console_permission")
    assert back.get_model("chat", "Widget").objects.get().signing_secret == "s" * 40
