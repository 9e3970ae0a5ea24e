"""ZIP archives in and out: what is refused and why, and streaming. Row 22 of the list of faults."""

from __future__ import annotations

import io
import os
import stat
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.images.sets.archive import unpack, zip_stream
from tests.engine.workloads.images.pictures import quarters


def png() -> bytes:
    buffer = io.BytesIO()
    quarters().save(buffer, "PNG")
    return buffer.getvalue()


def packed(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    buffer.seek(0)
    return buffer


def refused(archive: io.BytesIO, tmp_path: Path, told: str, **limits: float) -> None:
    """Check that an archive is refused with a sentence, and that nothing of it is left, inside or outside."""
    folder = tmp_path / "deep" / "in"
    folder.mkdir(parents=True)
    with pytest.raises(InputRefused, match=told) as failure:
        unpack(archive, folder, Settings(home=tmp_path, **limits))  # type: ignore[arg-type]
    assert str(failure.value).endswith(".")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_images_are_unpacked_with_their_folders_and_everything_else_is_left_out(tmp_path: Path) -> None:
    archive = packed(
        {
            "a.png": png(),
            "May/b.JPG": b"whatever it is, the gate will tell",
            "notes.txt": b"no image",
            "__MACOSX/._a.png": b"dust",
            "May/.DS_Store": b"dust",
        }
    )
    found = unpack(archive, tmp_path / "in", Settings(home=tmp_path))
    assert [path.relative_to(tmp_path / "in").as_posix() for path in found] == ["a.png", "May/b.JPG"]
    assert found[0].read_bytes() == png()
    assert sorted(path.name for path in (tmp_path / "in").rglob("*") if path.is_file()) == ["a.png", "b.JPG"]


def test_a_path_works_like_an_open_file(tmp_path: Path) -> None:
    (tmp_path / "photos.zip").write_bytes(packed({"a.png": png()}, zipfile.ZIP_STORED).getvalue())
    assert len(unpack(tmp_path / "photos.zip", tmp_path / "in", Settings(home=tmp_path))) == 1


def test_names_become_safe_and_distinct(tmp_path: Path) -> None:
    archive = packed({"CON.png": b"1", "a.png": b"2", "A.png": b"3", "x?/b\x07.png": b"4", "./c.png": b"5"})
    found = unpack(archive, tmp_path / "in", Settings(home=tmp_path))
    names = [path.relative_to(tmp_path / "in").as_posix() for path in found]
    assert names == ["CON_.png", "a.png", "A-2.png", "x_/b_.png", "c.png"]
    assert [path.read_bytes() for path in found] == [b"1", b"2", b"3", b"4", b"5"]


@pytest.mark.parametrize(
    "name",
    ["../x.png", "a/../../x.png", "/etc/x.png", "..\\x.png", "\\x.png", "C:\\x.png", "C:x.png", "a/..", "//h/x.png"],
)
def test_a_path_that_leads_out_refuses_the_archive(tmp_path: Path, name: str) -> None:
    refused(packed({"a.png": png(), name: png()}), tmp_path, "leads out of its folder")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_refuse_the_archive(tmp_path: Path, kind: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a.png")
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    refused(buffer, tmp_path, "link or a device")


@pytest.mark.parametrize("name", ["inner.zip", "x/inner.TAR", "inner.7z", "photos.tar.gz"])
def test_an_archive_within_refuses_the_archive(tmp_path: Path, name: str) -> None:
    refused(packed({"a.png": png(), name: b"PK\x03\x04"}), tmp_path, "another archive")


def test_a_ratio_bomb_is_refused(tmp_path: Path) -> None:
    refused(packed({"bomb.png": bytes(30_000_000)}), tmp_path, "times its size")


def test_a_small_blank_picture_is_no_bomb(tmp_path: Path) -> None:
    assert len(unpack(packed({"blank.bmp": bytes(1_000_000)}), tmp_path / "in", Settings(home=tmp_path))) == 1


def test_too_many_files_or_bytes_are_refused_with_the_limit(tmp_path: Path) -> None:
    many = packed({f"{number}.png": b"x" for number in range(12)})
    refused(many, tmp_path / "1", "at most 10 are unpacked", archive_max_files=10)
    refused(packed({"a.png": bytes(2_000_000)}), tmp_path / "2", "at most 1 MB are unpacked", archive_max_mb=1.0)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.png": png()}).getvalue())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    refused(io.BytesIO(bytes(content)), tmp_path, "encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_unusual_compression_is_refused(tmp_path: Path, method: int) -> None:
    refused(packed({"a.png": png()}, method), tmp_path, "make an ordinary ZIP")


def test_no_images_is_said(tmp_path: Path) -> None:
    refused(packed({"notes.txt": b"words"}), tmp_path, "holds no image")
    refused(packed({}), tmp_path / "2", "holds no image")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"not a ZIP at all" * 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    refused(io.BytesIO(content), tmp_path, "cannot be read|holds no image")


def test_an_archive_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = packed({"a.png": png(), "b.png": png()[::-1]}).getvalue()
    for percent in range(1, 100):
        refused(io.BytesIO(whole[: len(whole) * percent // 100]), tmp_path / str(percent), "cannot be read")


def test_a_wrong_checksum_refuses_and_removes_what_was_written(tmp_path: Path) -> None:
    content = bytearray(packed({"a.png": png(), "b.png": b"Q" * 500}, zipfile.ZIP_STORED).getvalue())
    content[content.index(b"Q" * 100) + 50] ^= 1
    refused(io.BytesIO(bytes(content)), tmp_path, "cannot be read")


def test_an_entry_larger_than_its_directory_says_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.png": bytes(5_000_000)}).getvalue())
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 1000)
    refused(io.BytesIO(bytes(content)), tmp_path, "cannot be read|larger than it says")


def overlapping() -> bytes:
    """Two directory entries for the same data, as in overlapping-file bombs."""
    content = b"x" * 1000
    body = zlib.compress(content)[2:-4]
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, zlib.crc32(content), len(body), len(content), 5, 0)
    local = b"PK\x03\x04" + fields + b"a.png" + body
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    central = entry + b"a.png" + entry + b"a.png"
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 2, 2, len(central), len(local), 0)
    return local + central + end


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    refused(io.BytesIO(overlapping()), tmp_path, "overlap")


def test_old_names_in_the_ibm_code_page_are_no_overlap(tmp_path: Path) -> None:
    content = packed({"aXXXXXXXX.png": b"1", "bXXXXXXXX.png": b"2"}, zipfile.ZIP_STORED).getvalue()
    content = content.replace(b"XXXXXXXX", b"\x81" * 8)
    found = unpack(io.BytesIO(content), tmp_path / "in", Settings(home=tmp_path))
    assert [path.name for path in found] == ["a" + "ü" * 8 + ".png", "b" + "ü" * 8 + ".png"]


def test_an_absurd_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    content = bytearray(packed({"a.png": png()}).getvalue())
    content[-10:-6] = struct.pack("<I", 900_000_000)
    refused(io.BytesIO(bytes(content)), tmp_path, "directory alone")


def test_absurdly_deep_folders_are_refused(tmp_path: Path) -> None:
    refused(packed({"a/" * 200 + "a.png": png()}), tmp_path, "deep")


def test_a_stream_is_a_valid_zip_of_the_named_files(tmp_path: Path) -> None:
    contents = {"a.jpg": os.urandom(700_000), "May/ü.png": b"", "May/c.png": b"c" * 1000}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    whole = b"".join(zip_stream(tmp_path, [*contents, "gone.png"]))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_a_stream_holds_little_in_memory(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(300_000_000)
    tracemalloc.start()
    length = sum(len(block) for block in zip_stream(tmp_path, ["a.jpg", "b.jpg"]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 600_000_000
    assert peak < 5_000_000


@pytest.mark.stress
def test_a_stream_goes_beyond_65535_files(tmp_path: Path) -> None:
    for number in range(65_600):
        (tmp_path / f"{number}.png").write_bytes(b"x")
    whole = b"".join(zip_stream(tmp_path, [f"{number}.png" for number in range(65_600)]))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert len(archive.infolist()) == 65_600


@pytest.mark.parametrize("name", ["../x.png", "/etc/hostname", "a/../../x.png", "out/x.png"])
def test_a_stream_never_reads_outside_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (tmp_path / "x.png").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(InputRefused, match="not below"):
        zip_stream(folder, [name])


def test_a_link_among_the_results_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (tmp_path / "x.png").write_bytes(b"secret")
    (folder / "x.png").symlink_to(tmp_path / "x.png")
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_stream(folder, ["x.png"])))) as archive:
        assert archive.namelist() == []
