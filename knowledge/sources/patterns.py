"""Which paths of a source are wanted, by patterns as people write them."""

import re
from functools import cache


class Patterns:
    """``*`` stays within a folder, ``**`` does not, and ``guides/`` means everything below it. A leading slash says
    nothing. Exclusion wins; no pattern to include means everything."""

    def __init__(self, include: str, exclude: str) -> None:
        self.include = lines(include)
        self.exclude = lines(exclude)

    def match(self, path: str) -> bool:
        path = path.strip("/")
        if any(compiled(pattern).fullmatch(path) for pattern in self.exclude):
            return False
        return not self.include or any(compiled(pattern).fullmatch(path) for pattern in self.include)


def lines(patterns: str) -> list[str]:
    return [line.strip().lstrip("/") for line in patterns.splitlines() if line.strip()]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    if pattern.endswith("/"):
        pattern += "**"
    # A folder belongs to what is below it: ``guides/**`` has the page /guides/, too.
    parts = re.split(r"(/\*\*\Z|\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(WILDCARDS.get(part, re.escape(part)) for part in parts))


WILDCARDS = {"/**": "(?:/.*)?", "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
