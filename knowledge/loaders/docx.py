import io
import re
import zlib
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

import mammoth
from html_to_markdown import ConversionOptions, convert

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.loaders.properties import core_properties
from knowledge.text.markdown import first_heading

STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
OPTIONS = ConversionOptions(compact_tables=True, escape_misc=False, extract_metadata=False)
# The library has no errors of its own: what is missing or wrong in a file shows as whatever it makes fail.
DAMAGES = (
    *(BadZipFile, ExpatError, KeyError, ValueError, AttributeError, TypeError, IndexError, OSError, EOFError),
    *(RecursionError, NotImplementedError, zlib.error),
)
# Where Word's table of contents points to; the text around stays.
BOOKMARK = re.compile(r"<a id=\"[^\"]*\"></a>")
CONTENTS_LINE = re.compile(r"<p>(?:<a href=\"#[^\"]*\">[^<]*(?:<[^<>]*>[^<]*)*?</a>)+</p>")


def load_docx(source: bytes) -> Loaded:
    """By way of HTML: the library's own Markdown has no tables."""
    try:
        html = mammoth.convert_to_html(io.BytesIO(source), style_map=STYLES, convert_image=no_image).value
        title, updated_at = core_properties(source)
    except DAMAGES as error:
        raise DocumentError("This document is damaged. Open it in Word, save it again and try once more.") from error
    markdown = convert(CONTENTS_LINE.sub("", BOOKMARK.sub("", html)), OPTIONS).content or ""
    return Loaded(first_heading(markdown) or title, "", markdown, updated_at=updated_at)


def no_image(_: object) -> list[object]:
    return []
