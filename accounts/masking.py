"""Secrets that people paste into tickets must not travel on: they are masked before text is used. Pure."""

import re

MASK = "•••"

# Groups of digits one after the other: a card, perhaps with its code, its date or an order's number beside it.
DIGITS = re.compile(r"(?<!\w)\d++(?!\w)(?:[ .-]{1,2}\d++(?!\w))*+")
GROUP = re.compile(r"\d+")
SHORTEST_CARD, LONGEST_CARD, USUAL_LENGTHS = 13, 19, (16, 15)
# The lengths and beginnings that issuers use: Visa, Mastercard, Maestro, American Express, Diners and JCB, the others.
ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|5[0678]\d{11,17}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6\d{12,18}|9792\d{12}"
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
# No two pieces begin inside one run of characters: a long text of nothing but beginnings is read once.
KEY = re.compile(
    r"""(?<![\w-])(?:
        (?:sk|pk|rk|whsec|ghp|gho|ghu|ghs|ghr|github_pat|glpat|npm|hf|dop_v1|shpat|sb|pypi)[-_][\w-]{12,}
        | xox[abeprs]-[\w-]{10,}                    # Slack
        | (?:AKIA|ASIA)[A-Z0-9]{12,} | AIza[\w-]{12,} | ya29\.[\w-]{12,}    # Amazon, Google
        | SG\.[\w-]{16,}\.[\w-]{16,}                # SendGrid
        | (?:SK|AC)[0-9a-f]{32}                     # Twilio
        | \d{8,10}:AA[\w-]{30,}                     # Telegram
        | eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}        # a signed token
    )"""
    r"|https://hooks\.slack\.com/\S+"
    r"|-----BEGIN\ [A-Z\ ]{0,30}PRIVATE\ KEY-----.*?(?:-----END\ [A-Z\ ]{0,30}PRIVATE\ KEY-----|\Z)",
    re.VERBOSE | re.DOTALL,
)
# As configuration and connection strings write it: AWS_SECRET_ACCESS_KEY=..., "api_key": "...".
ASSIGNED = re.compile(
    r"""(?ix)(?<![\w-])(
        (?:[a-z0-9]+[_-]){0,6}
        (?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key)
        (?:[_-][a-z]+){0,3}["']?\s*[=:]\s*["']?
    )([^\s"',;]+)"""
)
BEARER = re.compile(r"(?i)\b((?:authorization:\s*\w+|bearer)\s+)([\w.~+/=-]{8,})")
IN_ADDRESS = re.compile(r"(?<![\w+.-])([A-Za-z][\w+.-]{1,30}://[^\s:/@]{0,100}:)([^\s@/]{1,200})(?=@)")
PASSWORD = re.compile(r"(?i)\b((?:password|passwort|passcode|pin|secret|token)\s*(?:(is)|=|:)\s*)(\S+)")
# "My password is not accepted" gives nothing away, and would ask something else without its "not".
SAID_OF_PASSWORDS = re.compile(
    r"(?:[a-z]+(?:ed|ing)|a|always|an|being|broken|case|correct|different|empty|for|from|in|incorrect|invalid|it|lost|"
    r"missing|my|never|no|not|now|on|only|right|same|secure|sent|set|so|still|strong|that|the|this|to|too|weak|what|"
    r"where|wrong|your)[.,;:!?]*",
    re.IGNORECASE,
)


def mask_secrets(text: str) -> str:
    """Card numbers (by Luhn, keeping the last four), IBANs (by their check digits), keys and passwords."""
    text = IBAN.sub(lambda match: MASK if _is_iban(match.group()) else match.group(), text)
    text = DIGITS.sub(lambda match: _mask_cards(match.group()), text)
    text = KEY.sub(MASK, text)
    for named in (ASSIGNED, BEARER, IN_ADDRESS):
        text = named.sub(rf"\1{MASK}", text)
    return PASSWORD.sub(lambda match: match.group() if _is_no_password(match) else match[1] + MASK, text)


def _mask_cards(written: str) -> str:
    """Alone, any number that may be a card's; beside other digits, what an issuer gives out."""
    alone = re.sub(r"[ -]", "", written)
    if alone.isdecimal() and SHORTEST_CARD <= len(alone) <= LONGEST_CARD and _luhn(alone):
        return _masked(alone)
    groups, kept, done, first = list(GROUP.finditer(written)), "", 0, 0
    while first < len(groups):
        until, card = _card_from(groups, first)
        kept += written[done : groups[first].start()] + card
        done, first = groups[until - 1].end(), until
    return kept


def _card_from(groups: list[re.Match[str]], first: int) -> tuple[int, str]:
    """The longest card that begins with this group: the group after it, and what is to be read instead."""
    found, digits = None, ""
    for until, group in enumerate(groups[first : first + LONGEST_CARD], first + 1):
        digits += group.group()
        if len(digits) > LONGEST_CARD:
            break
        if _is_card(digits):
            found = until, _masked(digits)
    return found or (first + 1, _mask_inside(groups[first].group()))


def _mask_inside(digits: str) -> str:
    """A card to which something else was written without a space: of a usual length, for numbers of parcels have 20."""
    for length in (length for length in USUAL_LENGTHS if length < len(digits)):
        if _is_card(digits[:length]):
            return f"{_masked(digits[:length])} {MASK}"
        if _is_card(digits[-length:]):
            return f"{MASK} {_masked(digits[-length:])}"
    return digits


def _masked(digits: str) -> str:
    return f"{MASK} {digits[-4:]}"


def _is_card(digits: str) -> bool:
    return bool(ISSUED.fullmatch(digits)) and _luhn(digits)


def _is_no_password(match: re.Match[str]) -> bool:
    return bool(match[2] and SAID_OF_PASSWORDS.fullmatch(match[3]))


def _luhn(written: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right counts double, digit sums add up to a multiple of ten."""
    digits = [int(character) for character in written]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(written: str) -> bool:
    """ISO 13616: country and check digits moved to the end, letters as 10 to 35, remainder 1 modulo 97."""
    compact = written.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1
