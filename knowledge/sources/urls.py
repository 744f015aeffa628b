"""One page, one address, one path: however the links to it are written."""

import re
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from django.utils.text import slugify

from knowledge.loaders import FORMATS
from knowledge.sources.base import LONGEST_PATH

# They say where a reader came from, not what is read.
TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|yclid|mc_cid|mc_eid|_ga|_gl|hsa_\w+|ref_src", re.IGNORECASE)
INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)\Z", re.IGNORECASE)
PAGE_SUFFIX = re.compile(r"\.html?\Z", re.IGNORECASE)
UNFIT = re.compile(r"[\x00-\x1f\x7f\\]+")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def clean_url(url: str, base: str = "") -> str:
    """Absolute, without what changes nothing: fragment, tracking, the usual port. Empty if it is no page's."""
    if not url.strip():
        return ""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        return ""
    kept = urlencode([(name, value) for name, value in query if not TRACKING.fullmatch(name)])
    host = parts.netloc.lower().removesuffix(DEFAULT_PORTS[parts.scheme])
    return urlunsplit(
        (parts.scheme, host, parts.path or "/", kept if len(kept) < len(parts.query) else parts.query, "")
    )


def host_of(url: str) -> str:
    return urlsplit(url).netloc.lower()


def page_key(url: str) -> str:
    """The same for /a, /a/, /a.html and /a/index.html, over http and https."""
    parts = urlsplit(url)
    path = INDEX_PAGE.sub("/", unquote(parts.path, errors="replace"))
    return f"{parts.netloc.lower()}{PAGE_SUFFIX.sub('', path).rstrip('/')}?{parts.query}"


def document_path(url: str, format: str) -> str:
    """What the document of this page is called: host, path, and the ending of what it is."""
    host_and_path, _, query = page_key(url).partition("?")
    host, _, page = host_and_path.partition("/")
    name = UNFIT.sub("-", page.strip("/")) or "index"
    if query:
        name = f"{name}-{slugify(query)[:60]}-{short_hash(query)}"
    path = f"{host}/{name}"
    ending = ending_of(format)
    if FORMATS.get(PurePosixPath(path).suffix.lower()) != format:
        path += ending
    if len(path) > LONGEST_PATH:
        path = f"{path[: LONGEST_PATH - 30]}-{short_hash(path)}{ending}"
    return path


def ending_of(format: str) -> str:
    return {"html": ".html", "markdown": ".md"}.get(format) or next(
        (suffix for suffix, known in FORMATS.items() if known == format), ""
    )


def short_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
