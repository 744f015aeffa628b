from collections.abc import Iterator

import pytest

from tests.knowledge.sources.website import Website, website


@pytest.fixture
def web(settings) -> Iterator[Website]:
    """A web site on a host that was opened to us."""
    settings.FETCH_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    with website() as site:
        yield site
