"""Values that are compared letter by letter: addresses, telephone numbers, options and names from code. Pure."""

import re
from collections.abc import Iterator

WEB = re.compile(r"https?://[^\s<>\"'`|\\\[\]{}]+", re.IGNORECASE)
# A host that is written without its scheme; endings that are also those of files are not among them.
HOST_END = re.compile(
    r"\.(?:com|org|net|io|dev|app|co|de|fr|es|eu|uk|us|at|ch|info|ai|cloud|shop|support|help|example|test)(?![\w-]|\.\w)",
    re.IGNORECASE,
)
HOST = re.compile(r"(?:[\w-]+\.)*[\w-]*$")
PATH = re.compile(r"/[^\s<>\"'`|\\\[\]{}]*")
LOCAL_PART = re.compile(r"[\w.+-]+$")
DOMAIN = re.compile(r"(?:[\w-]+\.)+\w+")
PHONE = re.compile(r"(?:\+\d|\(\+?\d|00\d|0\d{2,4}[ /-])[\d ()/-]{4,}\d")
PHONE_DIGITS = 7
OPTION = re.compile(r"--[A-Za-z][\w-]*")
UNDERSCORED = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+")
ROUTE = re.compile(r"/[A-Za-z][\w.{}:-]*(?:/[\w.{}:-]+)+")
LINK_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
TRAILING = ".,;:!?)*_”’"

Found = tuple[int, int, tuple[tuple[str, str], ...]]


def verbatim(text: str) -> Iterator[Found]:
    """Where each one stands, and what it is; of addresses their host, too."""
    for start, address in _web(text):
        yield start, start + len(address), (("url", _compared(address)), ("host", _host(address)))
    for start, end in _mail(text):
        yield start, end, (("mail", text[start:end].casefold()),)
    for match in PHONE.finditer(text) if "+" in text or "0" in text else ():
        digits = re.sub(r"\D", "", match[0]).removeprefix("00")
        if len(digits) >= PHONE_DIGITS and _stands_alone(text, match.start()):
            yield match.start(), match.end(), (("phone", digits),)
    for pattern, sign in ((OPTION, "--"), (UNDERSCORED, "_"), (ROUTE, "/")):
        for match in pattern.finditer(text) if sign in text else ():
            if _stands_alone(text, match.start()):
                yield match.start(), match.end(), (("id", match[0].rstrip(TRAILING).casefold()),)


def _stands_alone(text: str, start: int) -> bool:
    before = text[max(0, start - 1) : start]
    return not before.isalnum() and before not in (*"/:.-_@",)


def _web(text: str) -> Iterator[tuple[int, str]]:
    for match in WEB.finditer(text):
        yield match.start(), match[0].rstrip(TRAILING)
    text = WEB.sub(lambda match: " " * len(match[0]), text)
    for ending in HOST_END.finditer(text):
        host = HOST.search(text, max(0, ending.start() - 200), ending.start())
        start = host.start() if host else ending.start()
        before = text[max(0, start - 2) : start]
        if start < ending.start() and not before.endswith("@") and (not before.endswith("/") or before == "//"):
            path = PATH.match(text, ending.end())
            yield start, text[start : path.end() if path else ending.end()].rstrip(TRAILING)


def _mail(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("@")
    while at >= 0:
        local, domain = LOCAL_PART.search(text, max(0, at - 80), at), DOMAIN.match(text, at + 1)
        if local and domain:
            yield local.start(), domain.end()
        at = text.find("@", at + 1)


def _compared(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.casefold()).rstrip("/")


def _host(address: str) -> str:
    return _compared(address).partition("/")[0].partition("?")[0].partition("#")[0]
