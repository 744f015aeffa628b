"""Addresses, bodies and headers with the places that a verified customer's ids fill. Pure.

What fills them is data of the record: it is encoded for where it stands, and can add no path, no parameter and no
header.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

# Braces with a blank beside them are not ours: GraphQL writes { customer { name } }.
PLACE = re.compile(r"\{((?!\s)[^{}]*)(?<!\s)\}")
BRACES = re.compile(r"\{([^{}]*)\}")
KNOWN = re.compile(r"external_id|email|attributes\.[^{}]{1,100}")
# A host that a customer's data could change would be theirs to choose.
HOST = re.compile(r"https?://[^/?#{}]+(?=[/?#]|\Z)", re.IGNORECASE)
# Where a request goes, and where its body and the connection end, a connector decides by nothing but its address.
SET_BY_THE_REQUEST = {
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LONGEST_VALUE = 200


class NotFilled(ValueError):
    """A place has nothing that may stand there."""


def values_of(external_id: str, email: str, attributes: Mapping[str, Any]) -> dict[str, str]:
    """What may fill a place. Attributes that are no plain id are left out."""
    plain = {f"attributes.{name}": str(value) for name, value in attributes.items() if _is_plain(value)}
    return {"external_id": external_id, "email": email, **plain}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def problems(template: str) -> list[str]:
    """Of an address or a body: what is wrong with its places."""
    if wide := [name for name in BRACES.findall(template) if name != name.strip() and KNOWN.fullmatch(name.strip())]:
        return [f"Write {{{wide[0].strip()}}} without blanks."]
    unknown = [name for name in PLACE.findall(template) if not KNOWN.fullmatch(name)]
    listed = ", ".join("{" + name[:60] + "}" for name in unknown)
    return [f"Nothing fills {listed}: there are external_id, email and attributes.NAME."] if unknown else []


def url_problems(template: str) -> list[str]:
    """An address has no braces but those of its places."""
    if found := problems(template):
        return found
    is_unpaired = re.search(r"[{}]", BRACES.sub("", template))
    return ["Braces stand in pairs, one of each: {external_id}."] if is_unpaired else []


def filled_url(template: str, values: Mapping[str, str]) -> str:
    """Raises NotFilled for a value that is missing, or would lead to another place of the path."""
    return PLACE.sub(lambda place: quote(_value(place[1], values), safe=""), template)


def filled_body(template: str, values: Mapping[str, str]) -> bytes:
    """JSON in, JSON out: a value stays inside the text in which its place is. Raises NotFilled."""
    return json.dumps(_filled(json.loads(template), values)).encode() if template.strip() else b""


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, values) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, values) for value in part]
    return PLACE.sub(lambda place: _value(place[1], values), part) if isinstance(part, str) else part


def _value(name: str, values: Mapping[str, str]) -> str:
    value = values.get(name, "")
    if not value:
        raise NotFilled(f"This customer has no {name}.")
    if len(value) > LONGEST_VALUE or not value.isprintable() or value in {".", ".."} or "/" in value or "\\" in value:
        raise NotFilled(f"This customer's {name} cannot stand in an address.")
    return value


def headers_of(written: str) -> dict[str, str]:
    """From one in a line. Raises ValueError that names the line which is none, or one that is not for connectors."""
    found = {}
    for number, line in enumerate(filter(None, map(str.strip, written.splitlines())), start=1):
        name, _, value = (part.strip() for part in line.partition(":"))
        if not (HEADER_NAME.fullmatch(name) and value and value.isascii() and value.isprintable()):
            raise ValueError(f"Line {number} is no header. Write each as “Name: value”.")
        if name.lower() in SET_BY_THE_REQUEST:
            raise ValueError(f"Line {number}: {name} is set by the request itself. Leave it out.")
        found[name] = value
    return found
