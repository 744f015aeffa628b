"""Who may read which collections: asked before anything is searched, and once more when texts are loaded."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from knowledge.models import Collection


@dataclass(frozen=True)
class Audience:
    """Whose eyes a search is for. The default sees what everyone sees."""

    customer: bool = False
    plans: frozenset[str] = frozenset()
    staff: bool = False
    group_ids: frozenset[int] = frozenset()
    everything: bool = False


PUBLIC = Audience()
CUSTOMERS = Audience(customer=True)
EVERYTHING = Audience(customer=True, staff=True, everything=True)


def collections_for(audience: Audience) -> QuerySet[Collection]:
    """The collections this audience may read. Every way to a document goes through here."""
    if audience.everything:
        return Collection.objects.all()
    visible = Q(audience=Collection.Audience.PUBLIC)
    if audience.customer and not audience.staff:
        on_their_plan = Q(plans__isnull=True) | Q(plans__plan__in=audience.plans)
        visible |= Q(audience=Collection.Audience.CUSTOMERS) & on_their_plan
    if audience.staff:
        open_to_staff = Q(groups__isnull=True) | Q(groups__in=audience.group_ids)
        visible |= Q(audience=Collection.Audience.CUSTOMERS)
        visible |= Q(audience=Collection.Audience.STAFF) & open_to_staff
    return Collection.objects.filter(visible).distinct()
