"""What the owner of a site allows a program to read."""

from dataclasses import dataclass

from protego import Protego

from knowledge.errors import FetchError, SourceError
from knowledge.sources.fetching import AGENT, Fetcher
from knowledge.sources.urls import clean_url

LARGEST = 500_000
LONGEST_DELAY = 10.0
USUAL_DELAY = 0.2


@dataclass(frozen=True)
class Robots:
    rules: Protego
    sitemaps: list[str]
    delay: float

    def allows(self, url: str) -> bool:
        return bool(self.rules.can_fetch(url, AGENT))


def read_robots(site: str, fetcher: Fetcher) -> Robots:
    """``SourceError`` if nobody can say: RFC 9309 takes that for a no."""
    address = clean_url("/robots.txt", site)
    try:
        text = (fetcher.get(address, limit=LARGEST).body or b"").decode("utf-8", "replace")
    except FetchError as error:
        if error.retryable:
            raise SourceError(
                f"What {address} allows could not be read, so nothing was. {error.user_message}"
            ) from None
        text = ""
    rules = Protego.parse(text)
    sitemaps = [clean_url(found, site) for found in rules.sitemaps]
    delay = rules.crawl_delay(AGENT)
    return Robots(rules, sitemaps, USUAL_DELAY if delay is None else min(float(delay), LONGEST_DELAY))
