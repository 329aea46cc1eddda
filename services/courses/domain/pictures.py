"""Pictures without what only the photographer knows: the place, the device, the time. Pure.

What is not about the picture itself is cut out of the file, so the picture is as sharp as before. Only the rotation is
kept. Then the picture is decoded once: what breaks here would break on the learner's phone.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, ImageSequence, UnidentifiedImageError

from services.chassis.errors import Invalid

MOST_MEGAPIXELS = 40
_MOST_PIXELS = MOST_MEGAPIXELS * 1_000_000
_MOST_PIXELS_OF_ALL_FRAMES = 10 * _MOST_PIXELS
# Sizes are checked here, before anything is decoded; Pillow would warn at another one.
Image.MAX_IMAGE_PIXELS = None

_PNG = b"\x89PNG\r\n\x1a\n"
_ORIENTATION = 0x0112
_EXIF_IN_JPEG = b"Exif\0\0"
# Of PNG, what decides how it looks, animation included. Texts, times and Exif are left out.
_PNG_CHUNKS = frozenset(b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD hIST pHYs acTL fcTL fdAT".split())
_JFIF, _ICC, _ADOBE = 0xE0, 0xE2, 0xEE
_START_OF_SCAN, _END_OF_IMAGE, _COMMENT = 0xDA, 0xD9, 0xFE


def cleaned(data: bytes, content_type: str) -> bytes:
    """Raises Invalid for a picture that is broken or too large."""
    try:
        orientation = _check_and_find_orientation(data)
        match content_type:
            case "image/jpeg":
                clean = _jpeg(data, orientation)
            case "image/png":
                clean = _png(data, orientation)
            case "image/webp":
                clean = _webp(data, orientation)
            case _:
                clean = data
    except (OSError, SyntaxError, ValueError, struct.error, IndexError, UnidentifiedImageError) as error:
        raise Invalid("PICTURE_BROKEN", field="data") from error
    return clean


def _check_and_find_orientation(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as picture:
        size = picture.width * picture.height
        if size > _MOST_PIXELS:
            raise Invalid("PICTURE_TOO_LARGE", field="data", limit=MOST_MEGAPIXELS)
        for number, frame in enumerate(ImageSequence.Iterator(picture), 1):
            if size * number > _MOST_PIXELS_OF_ALL_FRAMES:
                raise Invalid("PICTURE_TOO_LARGE", field="data", limit=MOST_MEGAPIXELS)
            frame.load()
            if picture.format == "MPO":
                break  # a camera's further pictures, which are cut off
        picture.seek(0)
        return int(picture.getexif().get(_ORIENTATION, 1))


def _exif(orientation: int) -> bytes:
    """Nothing but the rotation; empty for an upright picture."""
    if orientation not in range(2, 9):
        return b""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes().removeprefix(_EXIF_IN_JPEG)


def _jpeg(data: bytes, orientation: int) -> bytes:
    exif = _EXIF_IN_JPEG + _exif(orientation)
    own = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if exif != _EXIF_IN_JPEG else b""
    parts, inserted = [data[:2]], False
    for marker, part in _jpeg_parts(data):
        if marker != _JFIF and not inserted:
            parts.append(own)
            inserted = True
        if _belongs_to_jpeg(marker, part):
            parts.append(part)
    return b"".join(parts)


def _belongs_to_jpeg(marker: int, part: bytes) -> bool:
    if marker == _ICC:
        return part[4:16] == b"ICC_PROFILE\x00"
    return marker in (_JFIF, _ADOBE) or not (0xE0 <= marker <= 0xEF or marker == _COMMENT)


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment, a scan with its pixels; nothing behind the end of the image."""
    at = 2
    while True:
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == _END_OF_IMAGE:
            yield marker, data[at : at + 2]
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _START_OF_SCAN:
            end = _end_of_pixels(data, end)
        yield marker, data[at:end]
        at = end


def _end_of_pixels(data: bytes, at: int) -> int:
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _png(data: bytes, orientation: int) -> bytes:
    exif = b"eXIf" + _exif(orientation)
    own = struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)) if len(exif) > 4 else b""
    parts, at = [_PNG], len(_PNG)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, end = data[at + 4 : at + 8], at + 12 + length
        if name == b"IDAT":
            parts.append(own)
            own = b""
        if name in _PNG_CHUNKS:
            parts.append(data[at:end])
        if name == b"IEND":
            break
        at = end
    return b"".join(parts)


def _webp(data: bytes, orientation: int) -> bytes:
    exif = _exif(orientation)
    body, at, end = b"", 12, 8 + struct.unpack_from("<I", data, 4)[0]
    while at + 8 <= end:
        name, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        chunk = data[at : at + 8 + length + length % 2]
        at += 8 + length + length % 2
        if name == b"VP8X":  # flags: 0x08 says that there is Exif, 0x04 that there is XMP
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C | (0x08 if exif else 0)]) + chunk[9:]
        if name not in (b"EXIF", b"XMP "):
            body += chunk
    if exif:
        body += b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\0" * (len(exif) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
