"""The steps of a search, each by itself. ``knowledge.search`` puts them together."""
