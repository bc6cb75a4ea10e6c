"""What restic is trusted with, asked of the real one; and the comparison of two dumps."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.backup import database, unpack
from deploy.backup.restic import Repository
from deploy.native.stack_error import StackError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("repository")


@pytest.fixture(scope="module")
def repository(folder):
    password = folder / "password"
    password.write_text("a-long-password-of-the-repository")
    found = Repository(str(folder / "kept"), password)
    assert found.make()
    return found


def test_a_second_backup_adds_what_is_new_and_both_come_back(repository, folder):
    data = folder / "data"
    (data / "images").mkdir(parents=True)
    (data / "images" / "first").write_bytes(b"first" * 50_000)
    (data / "images" / "index").write_bytes(b"changes")
    one, _ = repository.save(data, ["images"], ["images/index"])
    (data / "images" / "second").write_bytes(b"second" * 50_000)
    two, all_read = repository.save(data, ["images"], ["images/index"])
    assert all_read
    assert (one["files_new"], two["files_new"], two["files_unmodified"]) == (1, 1, 1)
    assert not repository.make(), "it is there"
    assert dict(repository.sizes(two["snapshot_id"], "images")) == {
        "images/first": 250_000,
        "images/second": 300_000,
    }
    repository.restore("latest", folder / "back")
    assert {path.name for path in (folder / "back" / "images").iterdir()} == {"first", "second"}
    for path in (folder / "kept" / "data").rglob("*"):
        assert path.is_dir() or b"firstfirst" not in path.read_bytes()


def test_what_could_not_be_read_is_reported_and_such_a_snapshot_can_be_removed(repository, folder):
    data = folder / "partly"
    data.mkdir()
    (data / "there").write_bytes(b"there")
    whole, _ = repository.save(data, ["there"], [])
    partly, all_read = repository.save(data, ["there", "/proc/self/mem"], [])
    assert not all_read
    repository.forget(partly["snapshot_id"])
    with pytest.raises(StackError):
        repository.read(partly["snapshot_id"], "there")
    assert repository.read("latest", "there") == b"there"
    repository.forget(whole["snapshot_id"])


@pytest.mark.parametrize("folder", ["cdss/ai_seg", "cdss/rna_seq"])
def test_data_that_are_there_are_not_restored_over(tmp_path, folder):
    unpack.refuse_unless_vacant(tmp_path)
    kept = tmp_path / folder / "1"
    kept.mkdir(parents=True)
    unpack.refuse_unless_vacant(tmp_path)
    (kept / "1").write_bytes(b"kept")
    with pytest.raises(StackError, match="--force"):
        unpack.refuse_unless_vacant(tmp_path)


def test_another_password_is_named(repository, folder):
    other = folder / "other"
    other.write_text("some-other-password-than-that-one")
    with pytest.raises(StackError, match="another password"):
        Repository(repository.address, other).make()


def test_a_damaged_repository_does_not_pass_its_check(repository, folder):
    repository.check("100%")
    packs = [path for path in (folder / "kept" / "data").rglob("*") if path.is_file()]
    pack = max(packs, key=lambda path: path.stat().st_size)
    pack.chmod(0o600)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    with pytest.raises(StackError, match="check"):
        repository.check("100%")


DUMP = """-- MariaDB dump
CREATE TABLE `ris_study` (
  `id` bigint
);
INSERT INTO `ris_study` VALUES (1,'a\\nb');
INSERT INTO `ris_study` VALUES (2,'INSERT INTO `other` VALUES (1)');
CREATE TABLE `empty` (
  `id` bigint
);
"""


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("(1,", "(1,", []),
        ("(1,'a", "(1,'A", ["ris_study"]),
        ("INSERT INTO `ris_study` VALUES (1,'a\\nb');\n", "", ["ris_study"]),
        ("`empty`", "`full`", ["empty", "full"]),
    ],
)
def test_each_changed_table_is_named(tmp_path: Path, old: str, new: str, named: list[str]):
    assert old in DUMP
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_text(DUMP)
    after.write_text(DUMP.replace(old, new, 1))
    assert database.tables(before)["ris_study"]["rows"] == 2
    assert database.differences(database.tables(before), database.tables(after)) == named
