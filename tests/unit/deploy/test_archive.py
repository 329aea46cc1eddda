"""A backup is for its owner alone, says how far it is, and leads nowhere outside itself."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import bson
import pytest

from deploy import archive, restore
from deploy.archive import CannotRestore, Manifest, Progress


async def documents(many: int) -> AsyncIterator[bytes]:
    for number in range(many):
        yield bson.encode({"_id": number})


async def written(root: Path, say: list[str]) -> Manifest:
    progress = Progress(say.append)
    files = {
        str(path): await archive.write(root, path, documents(3), progress)
        for path in (archive.collection_file("ieum_people", "people"), archive.stream_file("people"))
    }
    manifest = Manifest("2026-11-29", "", {"ieum_people": {"people": []}}, ("people",), files)
    archive.write_manifest(root, manifest)
    return manifest


async def test_nobody_but_its_owner_reads_a_backup(tmp_path: Path) -> None:
    await written(tmp_path, [])
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_dir()} <= {0o700, 0o755}


async def test_each_file_is_named_when_it_is_done(tmp_path: Path) -> None:
    said: list[str] = []
    await written(tmp_path, said)
    assert [line.split() for line in said] == [["3", "mongo/ieum_people/people"], ["3", "streams/people"]]


def test_a_large_file_is_named_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    progress, path = Progress(said.append), archive.stream_file("people")
    progress.reached(path, 1, 1_500_000)
    monkeypatch.setattr(archive, "_SAY_EVERY_SECONDS", 0.0)
    progress.reached(path, 500_000, 1_500_000)
    progress.reached(path, 600_000)
    assert [line.strip() for line in said] == ["500,000 of 1,500,000  streams/people", "600,000 so far  streams/people"]


async def test_a_whole_backup_is_believed(tmp_path: Path) -> None:
    assert await written(tmp_path, []) == archive.checked_manifest(tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "mongo/ieum_people/other.bson.gz"])
async def test_a_manifest_that_names_other_files_is_refused(tmp_path: Path, name: str) -> None:
    await written(tmp_path, [])
    given = json.loads((tmp_path / "manifest.json").read_text())
    given["files"][name] = next(iter(given["files"].values()))
    (tmp_path / "manifest.json").write_text(json.dumps(given))
    with pytest.raises(CannotRestore, match="none of a backup's"):
        archive.checked_manifest(tmp_path)


async def test_a_collection_whose_name_leads_outside_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "backup"
    root.mkdir()
    await written(root, [])
    given = json.loads((root / "manifest.json").read_text())
    given["collections"] = {"..": {"../../outside": []}}
    outside = archive.collection_file("..", "../../outside")
    given["files"] = {
        str(outside): {"documents": 1, "sha256": "0"},
        **{k: v for k, v in given["files"].items() if "streams" in k},
    }
    (root / "manifest.json").write_text(json.dumps(given))
    with pytest.raises(CannotRestore, match="none of a backup's"):
        archive.checked_manifest(root)


async def test_a_file_that_is_a_link_out_of_the_backup_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "backup"
    root.mkdir()
    await written(root, [])
    inside, outside = root / archive.stream_file("people"), tmp_path / "elsewhere"
    inside.rename(outside)
    inside.symlink_to(outside)
    with pytest.raises(CannotRestore, match="none of a backup's"):
        archive.checked_manifest(root)


def test_a_key_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "backup/secrets").mkdir(parents=True)
    (tmp_path / "private").write_text("of another program")
    (tmp_path / "backup/secrets/session_key").symlink_to(tmp_path / "private")
    with pytest.raises(CannotRestore, match="is no file"):
        restore.restore_secrets(tmp_path / "backup", tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_restore_asks_for_the_ledger_of_erasures(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "erasures"
    with pytest.raises(CannotRestore, match="is no ledger of erasures"):
        restore.ledger_to_apply("", kept)
    with pytest.raises(CannotRestore, match="is no ledger of erasures"):
        restore.ledger_to_apply(str(tmp_path / "elsewhere"), kept)
    assert restore.ledger_to_apply("none", kept) is None
    assert not kept.exists()


def test_a_ledger_of_elsewhere_is_kept_on_with_what_is_known_here(tmp_path: Path) -> None:
    kept, given = tmp_path / "data" / "erasures", tmp_path / "old"
    given.write_text("a people/kim\nb people/lee\n")
    assert restore.ledger_to_apply(str(given), kept) == kept
    kept.write_text("c people/han\na people/kim\n")
    restore.ledger_to_apply(str(given), kept)
    assert kept.read_text() == "c people/han\na people/kim\nb people/lee\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert restore.ledger_to_apply("", kept) == kept
