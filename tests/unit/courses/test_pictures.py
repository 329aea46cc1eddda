"""Pictures lose what only the photographer knows, and are decoded once."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from services.chassis.errors import Invalid
from services.courses.domain.media import accept

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(kind: str, orientation: int = 6, **options: object) -> bytes:
    image = Image.effect_noise((64, 48), 60).convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Trialphone"
    exif.get_ifd(GPS)[2] = (37.0, 12.0, 34.5)
    out = io.BytesIO()
    image.save(out, kind, exif=exif.tobytes(), **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_its_place_and_keeps_its_rotation_and_pixels(kind: str) -> None:
    before = picture(kind, **({"progressive": True} if kind == "JPEG" else {}))
    medium, kept = accept("사진", before)
    exif = opened(kept).getexif()
    assert dict(exif) == {ORIENTATION: 6}
    assert not exif.get_ifd(GPS)
    assert b"Trialphone" not in kept
    assert opened(kept).tobytes() == opened(before).tobytes()
    assert medium.size == len(kept)
    assert accept("사진", kept)[1] == kept
    assert not dict(opened(accept("사진", picture(kind, 1))[1]).getexif())


def test_texts_in_a_picture_and_bytes_behind_it_are_left_out() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Kim Haneul")
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=notes)
    assert b"Kim Haneul" not in accept("a.png", out.getvalue() + b"Kim Haneul")[1]
    jpeg = picture("JPEG", comment="Kim Haneul") + picture("JPEG")
    kept = accept("a.jpg", jpeg)[1]
    assert b"Kim Haneul" not in kept
    assert kept.count(b"\xff\xd8\xff") == 1


def test_an_animation_keeps_moving() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 100, 200)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    medium, kept = accept("a.png", out.getvalue())
    assert (medium.content_type, getattr(opened(kept), "n_frames", 1)) == ("image/png", 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_that_is_cut_off_is_refused(kind: str) -> None:
    whole = picture(kind) if kind != "GIF" else io.BytesIO()
    if isinstance(whole, io.BytesIO):
        Image.effect_noise((64, 48), 60).save(whole, "GIF")
        whole = whole.getvalue()
    with pytest.raises(Invalid, match="PICTURE_BROKEN"):
        accept("a", whole[: len(whole) // 2])


def test_a_picture_that_no_phone_can_decode_is_refused_before_it_is_decoded() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0))
    giant = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    with pytest.raises(Invalid, match="PICTURE_TOO_LARGE"):
        accept("a.png", giant)
