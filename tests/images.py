"""Images as customers send them."""

import random
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def screenshot(size: tuple[int, int] = (640, 400), mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, size[0] // 2, size[1] // 2), fill="navy")
    draw.text((30, 30), "Error E42: card declined", fill="white")
    return image


def photo(size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(7).randbytes(3 * size[0] * size[1]))


def png(size: tuple[int, int] = (640, 400)) -> bytes:
    return saved(screenshot(size))


def frames(format: str, **options: Any) -> bytes:
    """Red, then blue."""
    red, blue = (Image.new("RGB", (60, 40), colour) for colour in ("red", "blue"))
    return saved(red, format, save_all=True, append_images=[blue], duration=100, **options)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def brief(value: object) -> str | None:
    """The name of a test's parameter."""
    return f"{len(value)}-bytes" if isinstance(value, bytes) else None
