"""A customer's image, drawn anew from its pixels. Pure, and slow: call it where nobody else waits.

Nothing of the file itself is kept: not what a camera wrote into it, and nothing that stands behind its end.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from chat.errors import ImageRefused

# What models scale to before they look: Anthropic's documentation names this long edge, OpenAI's a smaller one.
LONGEST_SIDE = 1568
# Of a phone's largest photos. A pixel takes up to four bytes while it is drawn.
MOST_PIXELS = 40_000_000
# Screenshots have some hundreds of colours, photos tens of thousands.
FEW_COLOURS = 4096
SAMPLE_SIDE = 512
# What is painted in few colours may have noise all the same, which a PNG keeps.
LARGEST_PNG = 2 * 1024 * 1024
QUALITY = 85

MAGIC = re.compile(
    rb"(?P<PNG>\x89PNG\r\n\x1a\n)|(?P<JPEG>\xff\xd8\xff)|(?P<GIF>GIF8[79]a)|(?P<WEBP>RIFF....WEBP)", re.DOTALL
)
# Not only OSError: decoders raise what they stumble over.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, struct.error)


@dataclass(frozen=True)
class Picture:
    content: bytes
    content_type: str
    width: int
    height: int


def redrawn(data: bytes) -> Picture:
    """The first frame, upright, of a size that models can read. Raises ImageRefused."""
    found = MAGIC.match(data)
    if found is None:
        raise ImageRefused(
            "not_an_image", "This file is not an image I can take. Please use PNG, JPEG, WebP or GIF.", http_status=415
        )
    try:
        with Image.open(BytesIO(data), formats=[str(found.lastgroup)]) as file:
            check_pixels(file)
            image = _levelled(file)
            is_photo = found.lastgroup == "JPEG" or not has_few_colours(image)
            return _encoded(_drawn(image), is_photo=is_photo)
    except Image.DecompressionBombError as error:
        raise too_many_pixels() from error
    except (*UNREADABLE, zlib.error) as error:
        raise ImageRefused(
            "image_damaged", "This image is damaged or incomplete. Please save it again, or take a new screenshot."
        ) from error


def check_pixels(image: Image.Image) -> None:
    """By what its header says: nothing was decoded so far."""
    if image.width * image.height > MOST_PIXELS:
        raise too_many_pixels()


def too_many_pixels() -> ImageRefused:
    return ImageRefused(
        "too_many_pixels",
        f"This image has more than {MOST_PIXELS // 1_000_000} megapixels. Please make it smaller.",
        http_status=413,
    )


def has_few_colours(image: Image.Image) -> bool:
    """Looked for among pixels as they are, for scaling mixes new colours."""
    sample = image.resize((min(image.width, SAMPLE_SIDE), min(image.height, SAMPLE_SIDE)), Image.Resampling.NEAREST)
    return sample.getcolors(FEW_COLOURS) is not None


def _drawn(image: Image.Image) -> Image.Image:
    """On a canvas of our own, which has no memory of the file."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode in ("1", "P", "PA"):  # which cannot be scaled smoothly
        image = image.convert(mode)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    upright = ImageOps.exif_transpose(image).convert(mode)
    canvas = Image.new(mode, upright.size)
    canvas.paste(upright)
    return canvas


def _levelled(image: Image.Image) -> Image.Image:
    """Sixteen bits a pixel as eight."""
    return image.point(lambda value: value * (1 / 256)).convert("L") if image.mode.startswith("I") else image


def _encoded(image: Image.Image, *, is_photo: bool) -> Picture:
    if image.mode == "RGBA" or not is_photo:
        png = _saved(image, "PNG", optimize=True)
        if len(png) <= LARGEST_PNG:
            return Picture(png, "image/png", *image.size)
    return Picture(_saved(_on_white(image), "JPEG", quality=QUALITY), "image/jpeg", *image.size)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
