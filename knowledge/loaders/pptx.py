import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Any
from zipfile import BadZipFile

from lxml.etree import LxmlError
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded, paged
from knowledge.loaders.properties import core_properties
from knowledge.loaders.tables import markdown_table
from supportbot.hygiene import clean

# A part that is missing or not what it should be shows as whatever it makes fail.
DAMAGES = (
    *(BadZipFile, PythonPptxError, LxmlError, KeyError, ValueError, AttributeError, TypeError, IndexError, OSError),
    *(EOFError, RecursionError, NotImplementedError, zlib.error),
)
# Shapes in groups in groups, further down than anybody draws on purpose.
DEEPEST = 20
ON_EVERY_SLIDE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER}


def load_pptx(source: bytes) -> Loaded:
    """Every slide is a page: its title as the heading, its text, tables and notes."""
    try:
        slides = list(Presentation(io.BytesIO(source)).slides)
        pages = [slide_markdown(slide) for slide in slides]
        title, updated_at = core_properties(source)
    except DAMAGES as error:
        raise DocumentError(
            "This presentation is damaged. Open it in PowerPoint, save it again and try once more."
        ) from error
    markdown, starts = paged(pages)
    return Loaded(title or next(map(title_of, slides), ""), "", markdown, page_starts=starts, updated_at=updated_at)


def slide_markdown(slide: Any) -> str:
    title = title_of(slide)
    parts = [f"## {title}"] if title else []
    parts += filter(None, map(shape_markdown, shapes_of(slide.shapes)))
    notes = notes_of(slide)
    return "\n\n".join([*parts, *([notes] if notes else [])])


def title_of(slide: Any) -> str:
    title = slide.shapes.title
    return " ".join(clean(title.text_frame.text).split()) if title is not None else ""


def notes_of(slide: Any) -> str:
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    return paragraphs(frame.paragraphs) if frame is not None else ""


def shapes_of(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """In the order they were drawn, those inside groups included, without the title and what every slide has."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from shapes_of(shape.shapes, depth + 1) if depth < DEEPEST else ()
        elif not shape.is_placeholder or not is_frame(shape.placeholder_format):
            yield shape


def is_frame(placeholder: Any) -> bool:
    # The title of a slide is always its placeholder number 0.
    return placeholder.idx == 0 or placeholder.type in ON_EVERY_SLIDE


def shape_markdown(shape: Any) -> str:
    if getattr(shape, "has_table", False):
        return markdown_table([cell.text for cell in row.cells] for row in shape.table.rows)
    return paragraphs(shape.text_frame.paragraphs) if shape.has_text_frame else ""


def paragraphs(found: Iterable[Any]) -> str:
    """Several are points of a list, as slides are written; one alone is a sentence."""
    lines = [(paragraph.level, " ".join(clean(paragraph.text).split())) for paragraph in found]
    lines = [(level, text) for level, text in lines if text]
    if len(lines) == 1:
        return lines[0][1]
    return "\n".join(f"{'  ' * level}- {text}" for level, text in lines)
