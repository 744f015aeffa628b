import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from chat.errors import ImageRefused
from chat.pictures import LARGEST_PNG, LONGEST_SIDE, redrawn
from tests.images import brief, frames, opened, photo, png, saved, screenshot

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WORDS = b"CANARY-WORDS"


def refusal(data: bytes) -> str:
    with pytest.raises(ImageRefused) as error:
        redrawn(data)
    return error.value.code


def huge_png(width: int, height: int) -> bytes:
    """Says that it is huge, and has next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_an_image"),
        (b"hello", "not_an_image"),
        (SVG, "not_an_image"),
        (b"%PDF-1.7", "not_an_image"),
        (b"BM" + bytes(60), "not_an_image"),
        (png()[:-200], "image_damaged"),
        (png()[:30], "image_damaged"),
        (saved(photo(), "JPEG")[:-3000], "image_damaged"),
        (saved(photo(), "WEBP")[:-3000], "image_damaged"),
        (frames("GIF")[:100], "image_damaged"),
        (b"\x89PNG\r\n\x1a\n" + SVG, "image_damaged"),
        (huge_png(8000, 5001), "too_many_pixels"),
        (huge_png(60_000, 60_000), "too_many_pixels"),
        (huge_png(2**31 - 1, 2**31 - 1), "too_many_pixels"),
    ],
    ids=brief,
)
def test_what_cannot_be_taken_is_refused_by_name(data: bytes, code: str):
    assert refusal(data) == code


@given(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]), st.data())
def test_no_damage_breaks_anything(format: str, draw):
    data = bytearray(saved(screenshot((80, 60)), format))
    for at in draw.draw(st.lists(st.integers(4, len(data) - 1), max_size=12)):
        data[at] = draw.draw(st.integers(0, 255))

    with suppress(ImageRefused):
        assert redrawn(bytes(data)).width <= LONGEST_SIDE


def test_nothing_of_the_file_but_its_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010E] = exif[0x8298] = WORDS.decode()
    data = saved(photo(), "JPEG", exif=exif, comment=WORDS, icc_profile=WORDS * 20) + b"<script>" + WORDS

    kept = redrawn(data)

    assert WORDS in data
    assert WORDS not in kept.content
    assert not opened(kept.content).getexif()


def test_what_an_image_says_in_text_is_not_kept():
    info = PngInfo()
    info.add_text("Author", WORDS.decode())

    assert WORDS not in redrawn(saved(screenshot(), "PNG", pnginfo=info)).content


def test_a_photo_that_was_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    kept = redrawn(saved(photo((300, 200)), "JPEG", exif=exif))

    assert (kept.width, kept.height) == opened(kept.content).size == (200, 300)


@pytest.mark.parametrize(
    ("size", "scaled"), [((3000, 1500), (1568, 784)), ((100, 3136), (50, 1568)), ((60, 50), (60, 50))]
)
def test_it_is_as_large_as_models_look_at_and_never_larger(size, scaled):
    kept = redrawn(png(size))

    assert (kept.width, kept.height) == scaled


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (saved(photo(), "JPEG"), "image/jpeg"),
        (saved(photo(), "PNG"), "image/jpeg"),
        (saved(photo(), "WEBP"), "image/jpeg"),
        (saved(screenshot(), "PNG"), "image/png"),
        (saved(screenshot((4000, 3000)), "PNG"), "image/png"),
        (saved(screenshot(), "WEBP", lossless=True), "image/png"),
        (saved(screenshot().convert("P"), "PNG"), "image/png"),
        (saved(screenshot().convert("1"), "PNG"), "image/png"),
        (saved(screenshot().convert("CMYK"), "JPEG"), "image/jpeg"),
        (saved(Image.new("RGBA", (40, 40), (255, 0, 0, 90)), "PNG"), "image/png"),
        (saved(Image.new("LA", (40, 40), (255, 90)), "PNG"), "image/png"),
        (saved(Image.new("I;16", (40, 40), 40_000), "PNG"), "image/png"),
    ],
    ids=brief,
)
def test_screenshots_stay_sharp_and_photos_small(data: bytes, content_type: str):
    kept = redrawn(data)

    assert kept.content_type == content_type == Image.MIME[opened(kept.content).format or ""]


def test_a_transparent_image_that_is_too_large_as_one_is_put_on_white():
    noisy = photo((1500, 1500))
    noisy.putalpha(Image.new("L", noisy.size, 0))

    kept = redrawn(saved(noisy, "PNG", compress_level=1))

    assert kept.content_type == "image/jpeg"
    assert len(kept.content) < LARGEST_PNG
    assert opened(kept.content).getpixel((700, 700)) == (255, 255, 255)


def test_sixteen_bits_keep_their_brightness():
    kept = redrawn(saved(Image.new("I;16", (40, 40), 40_000), "PNG"))

    assert opened(kept.content).convert("L").getpixel((5, 5)) == 40_000 // 256


@pytest.mark.parametrize(
    "data", [frames("GIF"), frames("WEBP", lossless=True), frames("PNG")], ids=["GIF", "WEBP", "PNG"]
)
def test_of_an_animation_the_first_frame_is_taken(data: bytes):
    kept = opened(redrawn(data).content)

    assert kept.convert("RGB").getpixel((5, 5)) == (255, 0, 0)
    assert getattr(kept, "n_frames", 1) == 1
