"""What a sentence that asks states besides: "I've refunded you, is there anything else?" Pure."""

import re

# Where one clause may end and a question begin.
PAUSE = re.compile(r"(?:[,;:]|\s[–—-])\s+|\s(?=¿)")
# Where a statement may go on within a question: "anything else now that I've refunded you?"
LINK = re.compile(
    rf"{PAUSE.pattern}|\s(?=(?:now that|because|and|weil|nachdem|und|puisque|ya que|porque)\b"
    r"|(?:that|dass) (?:i|we|ich|wir)\b|qu(?:e|['’])\s?(?:j['’]ai|je|nous|he|hemos)\b)",
    re.IGNORECASE,
)
BEFORE = r"\W*(?:(?:and|but|or|so|then|und|aber|oder|et|mais|ou|y|pero|o|please|bitte)\s+)*"
ENGLISH = (
    r"(?:is|are|am|was|were|do|does|did|have|has|had|can|could|will|would|shall|should|may|must)(?:n['’]t)?\b"
    r"|(?:what|which|who|whom|whose|where|why|how|when (?:is|are|was|were|do|does|did|will|can|should))\b"
)
GERMAN = (
    r"(?:kann|können|könnten|könnte|soll|sollen|darf|dürfen|möchten|möchtest|wollen|haben|habe|hast|ist|sind|war|wird"
    r"|werden|werde|gibt|meinen|meinst|brauchen|benötigen|hilft)\b"
    r"|(?:was|welche[rsnm]?|wer|wen|wem|wann|wo|warum|wieso|wie(?! gewünscht| besprochen| gebeten))\b"
)
FRENCH = (
    r"(?:y )?[\w'’]+(?:-t)?-(?:je|tu|il|elle|on|nous|vous|ils|elles|ce)\b|(?:quelles?|quels?|où|comment|pourquoi"
    r"|combien|qui)\b"
)
SPANISH = r"¿|(?:qué|cuál(?:es)?|quién|cuándo|dónde|cómo|cuánt\w+|puedo|puede|podría|quiere|desea)\b"
OPENS = re.compile(rf"{BEFORE}(?:{ENGLISH}|{GERMAN}|{FRENCH}|{SPANISH})", re.IGNORECASE)
# Behind a question these are no part of it.
STATES = re.compile(
    r"(?:now that|since|because|that|dass|weil|da|nachdem|puisque|car|ya que|porque|que"
    r"|(?:and|und|et|y) (?:i|we|ich|wir|je|j['’]ai|nous|he|hemos))\b|qu['’]",
    re.IGNORECASE,
)
ENDS = ("?", "？")


def is_question(sentence: str) -> bool:
    return sentence.rstrip().rstrip('*_"”») ').endswith(ENDS)


def stated(sentence: str, splits: re.Pattern[str] = PAUSE) -> list[str]:
    """Its clauses that do not plainly ask; of what is no question, all of it."""
    if not is_question(sentence):
        return [sentence]
    said, asking = [], False
    for clause in splits.split(sentence):
        asking = bool(OPENS.match(clause)) or (asking and not STATES.match(clause))
        if not asking:
            said.append(clause)
    return said
