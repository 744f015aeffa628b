"""Cite or don't say: whether an answer's statements are in what they cite. Pure, and without a model.

``ValueGate`` while the answer streams, ``checked`` when it is whole, then ``attributed`` for what only cites the wrong
source, ``reasons`` to have the rest written again, once, and ``without`` to take out what is not supported. Where that
leaves something that misleads, ``is_gutted`` says so.
"""

from chat.grounding.attributing import attributed
from chat.grounding.checking import Finding, checked
from chat.grounding.gate import ValueGate
from chat.grounding.offers import is_about_offer
from chat.grounding.revising import is_gutted, reasons, without

__all__ = ["Finding", "ValueGate", "attributed", "checked", "is_about_offer", "is_gutted", "reasons", "without"]
