"""What is this user's alone, tried with another real user of the machine where these tests may become one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import NotAvailable
from engine.machine import leftovers, private
from engine.model import Configuration
from engine.orchestrator.turns import turn
from engine.store import Store
from tests.engine.support import faulty_plan, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps temporary files of each user apart.")
NOBODY = 65534


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files as systems have it: everybody may write, nobody may rename what is another's."""
    with tempfile.TemporaryDirectory(prefix="shared", dir="/tmp") as folder:
        os.chmod(folder, 0o1777)
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(folder)


@pytest.fixture
def other(shared: Path) -> str:
    """Skips where no command can be run as another user."""
    if os.geteuid() != 0:
        pytest.skip("Only root can become another user.")
    return str(shared)


def as_other(*command: str) -> subprocess.CompletedProcess[str]:
    """A command, run by another user of this machine."""
    return subprocess.run(command, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True)


def name_of(base: Path) -> Path:
    """The name that a user's folder usually has; everybody can know it."""
    return base / f"overlap-user-{os.geteuid()}"


def test_the_folder_is_made_once_and_for_its_owner_alone(shared: Path) -> None:
    folder = private.temporary_folder()
    assert folder == name_of(shared) == private.temporary_folder()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_another_user_can_neither_enter_it_nor_hold_a_lock_in_it(other: str) -> None:
    lock = private.temporary_folder() / "measuring.lock"
    lock.touch()
    assert as_other("ls", str(lock.parent)).returncode != 0
    assert as_other("flock", "--nonblock", "--shared", str(lock), "true").returncode != 0
    assert as_other("ln", "-s", "/etc/hostname", str(lock.with_suffix(".txt"))).returncode != 0


@pytest.mark.parametrize("trap", ["folder", "open folder", "link to a folder", "file"])
def test_a_name_that_another_user_took_is_not_used(trap: str, other: str, shared: Path) -> None:
    name = str(name_of(shared))
    (shared / "root's").mkdir()
    traps = {
        "folder": ["mkdir", "-m", "700", name],
        "open folder": ["mkdir", "-m", "777", name],
        "link to a folder": ["ln", "-s", str(shared / "root's"), name],
        "file": ["touch", name],
    }
    assert as_other(*traps[trap]).returncode == 0
    found = private.temporary_folder()
    assert found == shared / f"{name_of(shared).name}-1" and found.stat().st_uid == os.geteuid()
    as_other("rm", "-rf", name)
    assert private.temporary_folder() == found, "all of this user's processes keep to one folder"


def test_where_every_name_is_taken_a_sentence_says_so(other: str, shared: Path) -> None:
    name = str(name_of(shared))
    as_other("sh", "-c", f"mkdir {name}; for i in $(seq 30); do mkdir {name}-$i; done")
    with pytest.raises(NotAvailable, match=r"Other users of this machine have taken .* set TMPDIR"):
        private.temporary_folder()


def test_a_folder_that_others_could_write_into_is_not_used(shared: Path) -> None:
    name_of(shared).mkdir()
    name_of(shared).chmod(0o777)  # whatever lies in it may be a trap
    assert private.temporary_folder() != name_of(shared)


def test_a_folder_that_others_could_only_read_is_closed_and_used(shared: Path) -> None:
    name_of(shared).mkdir(mode=0o755)
    assert private.temporary_folder() == name_of(shared)
    assert name_of(shared).stat().st_mode & 0o777 == 0o700


def test_temporary_files_that_others_may_rename_are_refused_with_what_to_do(shared: Path) -> None:
    shared.chmod(0o777)
    with pytest.raises(NotAvailable, match=r"chmod \+t"):
        private.temporary_folder()


def test_no_link_is_followed_when_something_is_written(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "name").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError):
        private.write_text(tmp_path / "name", "overwritten")
    assert (tmp_path / "precious").read_text() == "kept"


def test_a_run_gets_its_turn_although_another_user_holds_the_name(store: Store, other: str, shared: Path) -> None:
    plan = faulty_plan([{"do": "fine"}], Configuration("threads", 1))
    run = store.create(plan, "rmine", {})
    name = name_of(shared)
    assert as_other("sh", "-c", f"mkdir -m 777 {name}; touch {name}/measuring.lock").returncode == 0
    holder = subprocess.Popen(["flock", f"{name}/measuring.lock", "sleep", "30"], user=NOBODY, start_new_session=True)
    try:
        with turn(run, 2, lambda whom: None, lambda: False) as got:
            assert got
    finally:
        os.killpg(holder.pid, 9)
        holder.wait()


# -- scratch folders --------------------------------------------------------------


def test_a_scratch_folder_is_empty_private_and_gone_afterwards(shared: Path) -> None:
    with private.scratch("unpacked") as folder:
        assert list(folder.iterdir()) == [] and folder.stat().st_mode & 0o777 == 0o700
        (folder / "below").mkdir()
        assert leftovers.sweep(own=False) == [], "it is in use"
    assert not folder.exists()


MAKES_ONE = "from engine.machine import private; print(private.scratch_folder('unpacked'), flush=True); input()"


def test_after_a_kill_the_next_sweep_removes_it(shared: Path) -> None:
    command = [sys.executable, "-c", MAKES_ONE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        (folder / "picture.jpg").write_bytes(b"1")
        assert leftovers.sweep(own=False) == [] and folder.is_dir(), "its process lives"
        process.kill()
    assert leftovers.sweep(own=False) == [folder.name] and not folder.exists()


def test_what_another_process_may_still_use_is_left_alone_though_its_number_is_unknown_here(shared: Path) -> None:
    """A process in another container has a number of its own there, and the same user and temporary files."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    folder = private.temporary_folder() / f"unpacked-{gone.pid}-abcdefgh"
    folder.mkdir()
    with subprocess.Popen(["flock", "--shared", str(folder), "sleep", "30"], start_new_session=True) as holder:
        until(lambda: private._in_use(folder))
        assert leftovers.sweep(own=False) == []
        os.killpg(holder.pid, 9)
    until(lambda: not private._in_use(folder))  # what flock has started ends a moment after it
    assert leftovers.sweep(own=False) == [folder.name]


def test_locks_of_start_py_and_of_older_versions_are_no_remains(shared: Path) -> None:
    old = shared / f"overlap-{NOBODY}-install-abc.lock"  # the number was a user's, not a process's
    for lock in (old, private.temporary_folder() / "install-1f2e.lock", private.temporary_folder() / "job-0.lock"):
        lock.touch()
        leftovers.sweep(own=False)
        assert lock.exists()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="This system does not list its shared memory.")
def test_another_users_shared_memory_is_not_removed(other: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    path = Path(f"/dev/shm/overlap-{gone.pid}-theirs")
    assert as_other("touch", str(path)).returncode == 0
    try:
        leftovers.sweep(own=False)
        assert path.exists()
    finally:
        path.unlink(missing_ok=True)


def test_sockets_have_room_for_their_names_whatever_the_number_of_a_process(shared: Path) -> None:
    place = Path("/" + "x" * (leftovers._LONGEST - 1)) / "overlap-user-1000000-19" / "s-4194304-abcdefgh"
    assert len(bytes(place / "listener-abcdefgh")) < 104 - 1
    folder = private.scratch_folder("s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "listener-abcdefgh"))
    shutil.rmtree(folder)


# -- the home ----------------------------------------------------------------------


def test_a_home_that_was_open_is_closed_with_all_that_overlap_keeps_in_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "runs" / "r1" / "inputs").mkdir(parents=True)
    for name in ("overlap.db", "overlap.toml", "runs/r1/tasks.jsonl", "runs/r1/inputs/a.jpg", "mine.sh"):
        (home / name).write_text("x")
        (home / name).chmod(0o755)
    private.close_home(home)
    assert home.stat().st_mode & 0o777 == 0o700
    kept = [path for path in home.rglob("*") if path.name != "mine.sh"]
    assert {oct(path.stat().st_mode & 0o077) for path in kept} == {"0o0"}
    assert (home / "mine.sh").stat().st_mode & 0o777 == 0o755, "what Overlap did not make is not its to change"


def test_a_home_that_is_everybodys_keeps_its_rights(shared: Path) -> None:
    (shared / "runs").mkdir(mode=0o755)
    private.close_home(shared)
    assert shared.stat().st_mode & 0o7777 == 0o1777
    assert (shared / "runs").stat().st_mode & 0o777 == 0o700


def test_a_new_file_is_as_open_as_the_folder_it_is_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert private.umask_like(tmp_path / "not" / "there") == 0o027
