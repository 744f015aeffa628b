"""Secrets that people paste into tickets must not travel on: they are masked before text is used. Pure."""

import re

MASK = "•••"

CARD = re.compile(r"(?<![\w.])(?:\d[ -]?){12,18}\d(?![\w])")
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
    text = CARD.sub(lambda match: _mask_card(match.group()), text)
    text = IBAN.sub(lambda match: MASK if _is_iban(match.group()) else match.group(), text)
    text = KEY.sub(MASK, text)
    for named in (ASSIGNED, BEARER, IN_ADDRESS):
        text = named.sub(rf"\1{MASK}", text)
    return PASSWORD.sub(lambda match: match.group() if _is_no_password(match) else match[1] + MASK, text)


def _mask_card(written: str) -> str:
    digits = [int(character) for character in written if character.isdigit()]
    return f"{MASK} {''.join(map(str, digits[-4:]))}" if _luhn(digits) else written


def _is_no_password(match: re.Match[str]) -> bool:
    return bool(match[2] and SAID_OF_PASSWORDS.fullmatch(match[3]))


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1: every second digit from the right counts double, digit sums add up to a multiple of ten."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(written: str) -> bool:
    """ISO 13616: country and check digits moved to the end, letters as 10 to 35, remainder 1 modulo 97."""
    compact = written.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1
