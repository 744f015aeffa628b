"""Everything in a Markdown file that is not Markdown: JSX, HTML, comments and template tags.

What a reader of the published page would see stays, as plain Markdown; the rest goes. Code is left as it is.
"""

import re
from collections.abc import Callable, Iterator

from knowledge.loaders.elements import BLOCK_ELEMENTS, INLINE_ELEMENTS
from knowledge.loaders.html import fragment_to_markdown
from knowledge.text.markdown import code_ranges

FLAGS = re.IGNORECASE | re.DOTALL
# Quoted values and {expressions} may hold ">". Possessive, so that an unclosed tag costs one look, not many.
ATTRIBUTES = r"""(?:[^<>"'{}]++|"[^"]*+"|'[^']*+'|\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\})*+"""

IS_MDX = re.compile(r"^(?:import|export)\s|^\s*<[A-Z]\w*[\s/>]", re.MULTILINE)
IMPORT = re.compile(r"""^import\s(?:[^;'"]{0,500}?\sfrom\s+)?["'][^"'\n]+["'];?[ \t]*$""", re.MULTILINE)
EXPORT = re.compile(
    r"^export\s+(?:const|let|default|function|async|class)\b.*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL
)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|\{/\*(?!\s*#).{0,2000}?\*/\}", FLAGS)
TEMPLATE_TAG = re.compile(r"\{%.{0,500}?%\}|\{\{[<%].{0,500}?[>%]\}\}", FLAGS)
UNSEEN = re.compile(rf"<(/?)(head|script|style)\b{ATTRIBUTES}>", FLAGS)
FRAGMENT = re.compile(rf"<(/?)(table|ul|ol|dl|pre)\b{ATTRIBUTES}>", FLAGS)
HEADING = re.compile(rf"<h([1-6])\b{ATTRIBUTES}>(.{{0,500}}?)</h\1\s*>", FLAGS)
ID = re.compile(r"""\s(?:id|name)=["']([\w:.%,+~-]{1,200})["']""", re.IGNORECASE)
EMPTY_ANCHOR = r"<a\s[^<>]{1,300}>\s*</a\s*>"
ANCHORED = re.compile(
    rf"^[ \t]*(?P<before>{EMPTY_ANCHOR})\s*\n[ \t]*(?P<heading>#{{1,6}}[ \t][^\n{{]*)$"
    rf"|^(?P<start>#{{1,6}}[ \t][^\n{{<]*)(?P<inside>{EMPTY_ANCHOR})(?P<rest>[^\n{{]*)$",
    re.MULTILINE | re.IGNORECASE,
)
SUMMARY = re.compile(rf"<summary\b{ATTRIBUTES}>\s*(.{{0,500}}?)\s*</summary\s*>", FLAGS)
BOLD = re.compile(r"</?(?:b|strong)\s*>", re.IGNORECASE)
CODE = re.compile(r"<(code|kbd|samp)\s*>([^<>`\n]+)</\1\s*>", re.IGNORECASE)
LINK = re.compile(rf"<a\b{ATTRIBUTES}>(.{{0,1000}}?)</a\s*>", FLAGS)
HREF = re.compile(r"""\shref=["']([^"'\s]+)["']""", re.IGNORECASE)
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
TAG = re.compile(rf"</?([A-Za-z][\w.-]*)\b{ATTRIBUTES}>|</?>")
# Components show their titles and labels. In the middle of a sentence they are icons and the like.
TITLED = re.compile(rf"^[ \t]*<[A-Z][\w.]*(?=\s){ATTRIBUTES}>", re.MULTILINE)
TITLE = re.compile(r"""\s(?:title|label|question|summary|heading|caption)=\{?(["'])([^"'{}<>\n]{1,300})\1""")
LITERAL = re.compile(r"""\{\s*(["'`])([^"'`{}\n]{0,200})\1\s*\}""")
ALERT = re.compile(r"^([ \t]*>[ \t]*)\[!(\w{1,20})\][ \t]*$", re.MULTILINE)
ADMONITION = re.compile(r"^[ \t]*:::+[ \t]*(?:(\w+)(?:\[([^\]\n]*)\])?[ \t]*([^\n{]*))?(?:\{[^}\n]*\})?$", re.MULTILINE)
INDENTED_ADMONITION = re.compile(
    r"""^(?P<margin>[ ]*)(?:!!!|\?\?\?\+?|===)[ ]+(?P<type>[\w-]+)?[^\n"]*(?:"(?P<title>[^"\n]*)")?[ \t]*\n"""
    r"(?P<body>(?:(?P=margin)[ ]{4}[^\n]*(?:\n|\Z)|[ \t]*\n)+)",
    re.MULTILINE,
)
BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
CODE_SPAN_MARK = re.compile("\x00(\\d+)\x00")


def plain_markdown(source: str) -> str:
    mdx = bool(IS_MDX.search(source))
    source = INDENTED_ADMONITION.sub(admonition_with_body, source)
    cleaned = "\n".join(
        text if is_code else clean_prose(text, mdx=mdx) for is_code, text in code_and_prose(source, indented=not mdx)
    )
    return BLANK_LINES.sub("\n\n", without_stray_indentation(cleaned) if mdx else cleaned).strip("\n")


def code_and_prose(source: str, *, indented: bool) -> Iterator[tuple[bool, str]]:
    """The document in turns of code and prose. MDX has no code by indentation."""
    lines = source.split("\n")
    position = 0
    for start, end in code_ranges(source, indented=indented):
        if position < start:
            yield False, "\n".join(lines[position:start])
        yield True, "\n".join(lines[start:end])
        position = end
    if position < len(lines):
        yield False, "\n".join(lines[position:])


def clean_prose(text: str, *, mdx: bool) -> str:
    text, spans = hide_code_spans(text)
    if mdx:
        text = TITLED.sub(with_title, EXPORT.sub("", IMPORT.sub("", text)))
    text = TEMPLATE_TAG.sub("", COMMENT.sub("", text))
    text = replace_elements(text, UNSEEN, lambda _: "")
    text = replace_elements(text, FRAGMENT, lambda html: f"\n\n{fragment_to_markdown(html)}\n\n")
    text = HEADING.sub(markdown_heading, ANCHORED.sub(with_anchor, text))
    text = SUMMARY.sub(r"\n\n**\1**\n\n", text)
    text = LINK.sub(markdown_link, BOLD.sub("**", CODE.sub(r"`\2`", LINE_BREAK.sub(" ", text))))
    text = ADMONITION.sub(admonition, TAG.sub(tag, text))
    if mdx:
        text = LITERAL.sub(r"\2", text)
    text = ALERT.sub(lambda match: f"{match[1]}**{match[2].capitalize()}**", text)
    return CODE_SPAN_MARK.sub(lambda match: spans[int(match[1])], text)


def replace_elements(text: str, tags: re.Pattern[str], replacement: Callable[[str], str]) -> str:
    """Each outermost element of these names, from its opening to its own closing tag, however they are nested."""
    pieces: list[str] = []
    position = start = 0
    open_names: list[str] = []
    for match in tags.finditer(text):
        name = match[2].lower()
        if not match[1]:
            start = start if open_names else match.start()
            open_names.append(name)
        elif open_names and open_names[-1] == name:
            open_names.pop()
            if not open_names:
                pieces += [text[position:start], replacement(text[start : match.end()])]
                position = match.end()
    return "".join([*pieces, text[position:]])


def hide_code_spans(text: str) -> tuple[str, list[str]]:
    """Code spans may show tags; they are put aside while tags are taken out. One pass, whatever the backticks."""
    runs = [(match.start(), match.end()) for match in re.finditer("`+", text)]
    partners: dict[int, list[int]] = {}
    for index in reversed(range(len(runs))):
        partners.setdefault(runs[index][1] - runs[index][0], []).append(index)
    spans: list[str] = []
    pieces: list[str] = []
    position = index = 0
    while index < len(runs):
        start, end = runs[index]
        candidates = partners[end - start]
        while candidates and candidates[-1] <= index:
            candidates.pop()
        index += 1
        if candidates and "\n\n" not in text[end : (close := runs[candidates[-1]])[0]]:
            pieces.append(f"{text[position:start]}\x00{len(spans)}\x00")
            spans.append(text[start : close[1]])
            position, index = close[1], candidates[-1] + 1
    return "".join([*pieces, text[position:]]), spans


def markdown_heading(match: re.Match[str]) -> str:
    anchor = ID.search(match[0][: match.start(2) - match.start()])
    words = " ".join(match[2].split())
    return f"\n\n{'#' * int(match[1])} {words}{f' {{#{anchor[1]}}}' if anchor else ''}\n\n"


def with_anchor(match: re.Match[str]) -> str:
    """A heading whose page has an anchor for it that is no part of it."""
    anchor = ID.search(match["before"] or match["inside"])
    heading = (match["heading"] or f"{match['start']}{match['rest']}").rstrip()
    return f"{heading} {{#{anchor[1]}}}" if anchor else heading


def with_title(match: re.Match[str]) -> str:
    title = TITLE.search(match[0])
    return f"\n\n**{title[2].strip()}**\n\n{match[0]}" if title else match[0]


def markdown_link(match: re.Match[str]) -> str:
    words = " ".join(TAG.sub("", match[1]).split())
    href = HREF.search(match[0][: match.start(1) - match.start()])
    return f"[{words}]({href[1]})" if words and href else words


def tag(match: re.Match[str]) -> str:
    """Known elements and components go; ``<your-domain>`` is a placeholder somebody wrote for the reader."""
    name = match[1] or ""
    if name.lower() in INLINE_ELEMENTS:
        return ""
    if not name or name.lower() in BLOCK_ELEMENTS:
        return "\n" if match.string[match.start() - 1 : match.start()] not in ("", "\n", " ") else ""
    return "" if name[:1].isupper() or "." in name else match[0]


def admonition(match: re.Match[str]) -> str:
    kind, label, title = match.groups(default="")
    words = (label or title).strip() or kind.capitalize()
    return f"\n**{words}**\n" if words else ""


def admonition_with_body(match: re.Match[str]) -> str:
    margin = match["margin"]
    title = match["title"] if match["title"] is not None else (match["type"] or "").capitalize()
    body = match["body"].replace(f"\n{margin}    ", f"\n{margin}").removeprefix(f"{margin}    ")
    heading = f"{margin}**{title}**\n\n" if title else ""
    return f"{heading}{margin}{body}"


def without_stray_indentation(markdown: str) -> str:
    """Text that was indented inside a component would now read as code."""
    lines = markdown.split("\n")
    for start, end in code_ranges(markdown, indented=True, fenced=False):
        lines[start:end] = [line.strip() for line in lines[start:end]]
    return "\n".join(lines)
