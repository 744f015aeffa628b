import pytest

from tests.accounts.sync.programs import Program


@pytest.fixture
def program(client) -> Program:
    return Program(client)
