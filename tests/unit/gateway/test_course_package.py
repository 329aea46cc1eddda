from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

import pytest

from gateway.documents import course_package
from gateway.documents.course_package import PackageReader, PackageWriter, PackedMedium, is_package
from services.chassis.errors import Invalid

BYTES = {"media/b": b"picture", "media/a": b"film", "media/c": b"film"}
CONTENT = '{"title": {"ko": "이음"}}'.encode()


def medium(name: str) -> PackedMedium:
    data = BYTES[name]
    return PackedMedium(name, f"{name[-1]}.png", "image/png", len(data), hashlib.sha256(data).hexdigest())


def package(*names: str) -> bytes:
    writer = PackageWriter(CONTENT, tuple(map(medium, names)))
    pieces = [writer.fetch(), *(writer.add(each, BYTES[each.name]) for each in writer.files), writer.end()]
    return b"".join(pieces)


def test_a_package_holds_everything_and_its_bytes_follow_from_it_alone() -> None:
    data = package(*BYTES)
    assert data == package(*reversed(BYTES))
    assert is_package(io.BytesIO(data))
    read = PackageReader(io.BytesIO(data))
    assert read.content == CONTENT
    assert {each.name: read.data(each) for each in read.media} == BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
    assert names[:3] == ["mimetype", "manifest.json", "course.json"]
    assert len(names) == 5  # the same bytes once
    assert (
        hashlib.sha256(data).hexdigest() == "49bdf177a5ea9677a262a097534fec16f4187f19103848ba9db2122dea214972"
    )  # whoever changes these bytes changes the format


def repacked(changes: Mapping[str, bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package("media/a"))) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as written:
        for name, data in {**parts, **changes}.items():
            if data is not None:
                written.writestr(name, data)
    return out.getvalue()


def test_a_package_that_another_program_packed_is_read_too() -> None:
    assert PackageReader(io.BytesIO(repacked({}))).content == CONTENT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "PACKAGE_BROKEN"),
        (b"PK\x03\x04" + b"0" * 100, "PACKAGE_BROKEN"),
        (package("media/a")[:-30], "PACKAGE_BROKEN"),
        (repacked({"mimetype": b"application/zip"}), "PACKAGE_BROKEN"),
        (repacked({"course.json": b"{}"}), "PACKAGE_BROKEN"),
        (repacked({"course.json": None}), "PACKAGE_BROKEN"),
        (repacked({"course.json": b"0" * (course_package.LARGEST_JSON + 1)}), "PACKAGE_BROKEN"),
        (repacked({"manifest.json": b"{" * 100_000}), "PACKAGE_BROKEN"),
        (repacked({"../../etc/passwd": b"x"}), "PACKAGE_STRANGE_FILE"),
        (repacked({f"media/{number}": b"" for number in range(10_000)}), "PACKAGE_UNSAFE"),
    ],
    ids=["empty", "no zip", "cut", "other", "changed", "without", "bomb", "deep", "traversal", "many"],
)
def test_a_broken_or_hostile_package_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        PackageReader(io.BytesIO(data))


def test_a_package_of_a_later_version_is_refused_by_that_word() -> None:
    with zipfile.ZipFile(io.BytesIO(package("media/a"))) as opened:
        manifest = opened.read("manifest.json").replace(b'"version": 1', b'"version": 2')
    with pytest.raises(Invalid, match="PACKAGE_NEWER"):
        PackageReader(io.BytesIO(repacked({"manifest.json": manifest})))


def test_a_file_whose_bytes_were_changed_is_refused() -> None:
    data = package("media/a").replace(b"film", b"filn")
    read = PackageReader(io.BytesIO(data))
    with pytest.raises(Invalid, match="PACKAGE_BROKEN"):
        read.data(read.media[0])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_hides_another_is_refused() -> None:
    out = io.BytesIO(package("media/a"))
    with zipfile.ZipFile(out, "a") as opened:
        opened.writestr("course.json", CONTENT)
    with pytest.raises(Invalid, match="PACKAGE_UNSAFE"):
        PackageReader(out)
