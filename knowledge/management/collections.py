"""Collections as commands are told them."""

from collections.abc import Sequence

from django.core.management.base import CommandError

from knowledge.models import Collection

BAD_ARGUMENTS = 2


def chosen(slugs: Sequence[str]) -> list[Collection]:
    """Those with these slugs, or all if there are none. ``CommandError`` that names what is not there."""
    known = {collection.slug: collection for collection in Collection.objects.order_by("slug")}
    if unknown := sorted(set(slugs) - set(known)):
        there = ", ".join(known) or "none yet"
        raise CommandError(
            f"There is no collection {', '.join(unknown)} (there are: {there}).", returncode=BAD_ARGUMENTS
        )
    return [collection for slug, collection in known.items() if not slugs or slug in slugs]
