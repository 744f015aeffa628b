"""Answers with what the connector itself holds: facts can be tried out before a system is connected."""

from accounts.connectors.base import Asks, Lookup


class AsksNobody(Asks):
    def answer(self, lookup: Lookup) -> bytes:
        return lookup.sample.encode()
