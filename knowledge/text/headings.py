"""Anchors of headings, made the way GitHub and Docusaurus make them, so that links land where they should."""

import re

EXPLICIT_ID = re.compile(r"\s*\{:?\s*(?:/\*\s*)?#(\w[\w:.%,+~-]*)[^{}]*\}\s*$")
NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")


def explicit_id(text: str) -> tuple[str, str | None]:
    """A heading without its ``{#id}`` marker, and the id if it has one."""
    if match := EXPLICIT_ID.search(text):
        return text[: match.start()].rstrip(), match.group(1)
    return text, None


class Slugger:
    """The anchors of one page: a heading that occurs again gets ``-1``, then ``-2``."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def slug(self, text: str) -> str:
        """``text`` is the heading as a reader sees it, without Markdown marks."""
        base = slug = NOT_IN_A_SLUG.sub("", text.strip().lower()).replace(" ", "-")
        while slug in self.seen:
            self.seen[base] += 1
            slug = f"{base}-{self.seen[base]}"
        self.seen[slug] = 0
        return slug
