"""What needs no search: small talk gets a short human reply, anger and a wish for a person lead to one. Pure."""

import re

from chat.phrases import phrase
from chat.records import HandOver, Question

# The whole message, in lower case and without punctuation.
GREETING = (
    r"(hi|hello|hey|hiya|howdy|good (morning|afternoon|evening|day))( (there|all|team|everyone))?( how are you)?"
    r"|(hallo|servus|moin|gr(ü|ue)(ß|ss) gott|guten (tag|morgen|abend))|(bonjour|bonsoir|salut)( à tous)?"
    r"|(hola|buen(os|as) (días|dias|tardes|noches))|ciao|buongiorno|ol(á|a)"
)
THANKS = (
    r"((ok(ay)?|great|perfect|super|cool|nice) )?(many )?(thanks|thank you|thx|cheers|ty)"
    r"( (a lot|so much|very much|again|for (the|your) help|that (helps|helped|worked)))?( (bye|goodbye))?"
    r"|ok(ay)?|great|perfect|got it|cool|that (helps|helped|worked)|(vielen |danke )?(dank|danke|schön|dankeschön)"
    r"|(danke|merci|gracias)( (schön|sehr|vielmals|beaucoup|bien|muchas))?|muchas gracias|grazie( mille)?|obrigad[oa]"
)
WHO = (
    r"(are you|am i (talking|speaking|chatting) (to|with)|is this) "
    r"(an? )?(real )?(bot|robot|human|person|ai)( or (an? )?\w+)?|who are you|what (can|do) you do|what are you"
    r"|bist du ein (bot|mensch|roboter)|sind sie ein (bot|mensch|roboter)|wer bist du|es-tu un (robot|humain)"
    r"|(eres|es usted) (un robot|una persona|humano)"
)
BYE = r"(bye|goodbye|see you|have a (nice|good) (day|evening))|tsch(ü|ue)ss|auf wiedersehen|au revoir|adi(ó|o)s"
REPLIES = [
    (re.compile(pattern), name)
    for pattern, name in ((GREETING, "hello"), (THANKS, "welcome"), (WHO, "who"), (BYE, "bye"))
]
WORDLESS = re.compile(r"[\W_]*")

SOMEBODY = (
    r"(human( being)?|real person|live (agent|person|chat)|person|agent|representative|operator|manager|supervisor"
    r"|someone|somebody|one of your (people|agents|team)|your (team|support team|manager))"
)
PERSON = re.compile(
    r"((ok|please|just|no|sorry|look|hi|hello) )*"
    rf"((can|could|may) (i|you|we) (please )?(talk|speak|chat|get|have|transfer me|connect me|put me through)"
    rf"( me)?( to| with)?( an?| the)? ?(\w+ )?{SOMEBODY}"
    rf"|(i|we) (really |just )?(want|need|would like|d like|wish)( to)?( \w+){{0,4}} {SOMEBODY}"
    rf"|(let me|please|connect me|put me through|transfer me|get me|give me)( \w+){{0,5}} {SOMEBODY}"
    rf"|(talk|speak|chat) (to|with) (an? |the )?{SOMEBODY}"
    rf"|(a |an )?{SOMEBODY}"
    r"|(ich (möchte|will|brauche)|kann ich|bitte)( \w+){0,5} (menschen|mensch|mitarbeiter(in)?|person)( \w+)?"
    r"|(je (veux|voudrais|souhaite)|(puis|peux|pouvez|pourriez)[- ](je|tu|vous)|passez[- ]moi)"
    r"( \w+){0,4} (humain|personne|conseiller|agent)"
    r"|(quiero|necesito|puedo)( \w+){0,4} (humano|persona|agente))"
    r"( (please|now|instead|here|about (this|it|that)|bitte|sprechen|reden))*"
)
ANGER = re.compile(
    r"\b(this is|that is|thats|you are|youre|its|absolutely|totally|completely|utterly|so|such a)"
    r"( (really|absolutely|totally|completely|utterly|so|just|a|an|fucking|bloody))* "
    r"(ridiculous|unacceptable|outrageous|a joke|joke|useless|terrible|awful|pathetic|disgraceful|disgusting"
    r"|a scam|scam|a nightmare|nightmare|appalling|infuriating|worthless|incompetent|stupid|an idiot|idiots)\b"
    r"|\b(worst (support|service|company|bot|product|experience)|fed up|sick of (this|you|it|waiting)|had enough"
    r"|waste of (my )?(time|money)|(i am|im) (so |really |very )?(angry|furious|livid)"
    r"|wtf|what the (hell|fuck)|fuck(ing)? (you|this|useless|ridiculous)|rip ?off|(i will|ill) sue|my lawyer)\b"
    r"|\b(eine frechheit|unverschämt(heit)?|lächerlich|saftladen|scandaleux|inadmissible|vergüenza|inaceptable)\b"
)
# Longer messages tell a story; a person in it is not necessarily one they ask for.
LONGEST_WISH = 12
SENTENCE_END = re.compile(r"[.!?\n;]+|, (?=please|i want|i need|let me|can i|could i)")


def reply(question: Question) -> str:
    """The reply when the whole message is small talk, else nothing: a greeting before a question is no reason."""
    if WORDLESS.fullmatch(question.text):
        return phrase("welcome" if question.history else "no_words", question.language)
    said = _said(question.text)
    for pattern, name in REPLIES:
        if pattern.fullmatch(said):
            return phrase(name, question.language, widget=question.widget_name)
    return ""


def leads_to_person(text: str) -> HandOver | None:
    if is_angry(text):
        return "anger"
    return "wish" if wants_person(text) else None


def wants_person(text: str) -> bool:
    """Whether a sentence of the message asks for a person, and for nothing else."""
    sentences = (_said(sentence) for sentence in SENTENCE_END.split(text))
    return any(len(said.split()) <= LONGEST_WISH and PERSON.fullmatch(said) for said in sentences)


def is_angry(text: str) -> bool:
    """Whether somebody has had enough, of us or of what they bought: no quote from a page will help them."""
    return bool(ANGER.search(_said(text)))


def _said(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]+", " ", text.lower().replace("'", "").replace("’", "")).split())
