"""Cite or don't say: whether an answer's statements are in what they cite. Pure, and without a model.

``ValueGate`` while the answer streams, ``checked`` when it is whole, then ``reasons`` to have it written
again, once, or ``without`` to take out what is not supported.
"""

from chat.grounding.checking import Finding, checked
from chat.grounding.gate import ValueGate
from chat.grounding.offers import is_about_offer
from chat.grounding.revising import reasons, without

__all__ = ["Finding", "ValueGate", "checked", "is_about_offer", "reasons", "without"]
