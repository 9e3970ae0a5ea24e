"""Every setting and limit, from the environment and one TOML file; frozen.

`load()` reads defaults, then the TOML file (`OVERLAP_CONFIG`, else `overlap.toml` in the home
folder), then the environment. A name in the file is the environment's without its prefix, in
lower case: `allowed_hosts` for `OVERLAP_ALLOWED_HOSTS`. This module sits on the lowest floor;
platformdirs is imported only where no home folder was given. It is long because every setting stands here with its
meaning, beside the few functions that read one.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from engine.errors import NotAvailable, SettingRefused

PREFIX = "OVERLAP_"
SECRETS = ("database_url", "proxy", "access_token")
"""Settings that may hold a password: in no file, argument, log or export of ours."""
PASSED_ON = ("database_url", "proxy")
"""Those of them that runs may need: passed on in an environment alone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server's owner decided. Lists are comma-separated in the environment (folders: os.pathsep)."""

    home: Path
    """Runs, demo data and locks live below this folder."""
    database_url: str = field(default="", repr=False)
    """An SQLAlchemy address; empty is a SQLite file in the home folder."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts (name, name:port or address) that may be fetched although their address is private."""
    folders: tuple[Path, ...] = ()
    """Folders of this server that people may read images from."""
    addresses: tuple[str, ...] = ()
    """Storage addresses (s3://bucket/folder, …) below which people may read images, and write results."""
    allow_code: bool = False
    """Whether the app may run a user's own function."""
    pythons: tuple[str, ...] = ()
    """Other Python executables that the app may offer."""
    dask_address: str = ""
    """The scheduler of a Dask cluster."""
    dask_tls_ca: str = ""
    """Where the cluster speaks TLS: files with its certificate authority, …"""
    dask_tls_cert: str = ""
    """… with our certificate, …"""
    dask_tls_key: str = ""
    """… and with the key of that, all in PEM."""
    dask_patience_s: float = 20.0
    """How long a cluster may take to offer the threads that were asked for: an adaptive one must start them first."""
    proxy: str = field(default="", repr=False)
    """An outgoing proxy for web pages; it then checks addresses instead of the app."""
    contact: str = ""
    """Who runs this server: stands in the User-Agent, so that a shop can complain."""

    access_token: str = field(default="", repr=False)
    """What an address has to hold once (?token=...) before the app answers a browser; empty lets everybody in."""
    sign_in: bool = False
    """Whether the app lets nobody in who has not signed in (OpenID Connect, see docs/deployment.md)."""
    admins: tuple[str, ...] = ()
    """Who may see and delete everybody's runs, where people sign in."""

    log: str = ""
    """json: what happens is logged on stderr, an object a line."""
    metrics_port: int = 0
    """Where Prometheus finds this server's figures; 0 is nowhere."""
    metrics_address: str = "127.0.0.1"
    """The address of that port."""

    keep_days: float = 0.0
    """After how many days an ended run is removed with its files, unless it is pinned; 0 keeps all."""
    keep_gb: float = 0.0
    """How large all runs together may become before the oldest are removed, unless they are pinned; 0 sets no limit."""
    free_min_mb: float = 100.0
    """What has to be free on the disk of the home, and on that of the results, before a run starts."""
    runs_each: int = 0
    """How many runs of one person may wait or run at a time, where people sign in; 0 sets no limit."""
    gb_each: float = 0.0
    """What all runs of one person may take on the disk, where people sign in; 0 sets no limit."""

    # How many, how long, how large.
    max_tasks: int = 100_000
    max_workers: int = 256
    jobs_at_once: int = 2
    standby: bool = True
    """Whether the app keeps a process ready, idle and of 60 MB, that begins the next run half a second sooner."""
    task_time_limit_s: float = 60.0
    max_urls: int = 20_000
    fetch_deadline_s: float = 20.0
    page_max_mb: float = 5.0
    host_parallel: int = 4
    """Requests in flight to one host, over all workers."""
    host_gap_s: float = 0.25
    """Least time between the starts of two requests to one host."""
    retry_after_max_s: float = 30.0
    image_max_mb: float = 100.0
    image_max_megapixels: float = 120.0
    worker_memory_mb: float = 4000.0
    """What a worker process that resizes images may map beyond its start; 0 sets no limit. The largest picture that
    `image_max_megapixels` lets pass needs 2,900: whoever raises that one raises this one with it."""
    upload_max_mb: float = 1000.0
    """All uploads of one run together."""
    uploads_max_mb: float = 10_000.0
    """All uploads together that lie on the server's disk because somebody has them in a form."""
    reading_limit_s: float = 60.0
    """How long reading what was sent (a list, a sitemap, an exported run) may take, in a process of its own."""
    reading_memory_mb: float = 1_500.0
    """What that process may take of memory."""
    import_max_mb: float = 100.0
    """An exported run that is opened in the app."""
    archive_max_files: int = 20_000
    archive_max_mb: float = 10_000.0
    """What a ZIP may unpack to."""
    archive_max_ratio: float = 200.0

    @property
    def runs(self) -> Path:
        """The folder that holds a folder per run."""
        return self.home / "runs"

    def plain(self) -> dict[str, Any]:
        """The settings as JSON values, for a trial's specification: without what may hold a password."""
        return {name: _plain(value) for name, value in asdict(self).items() if name not in SECRETS}

    def secrets(self, names: Iterable[str] = PASSED_ON) -> dict[str, str]:
        """Those of these settings that may hold a password and are set, as variables for a child's environment."""
        return {PREFIX + name.upper(): value for name in names if (value := getattr(self, name))}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a child that needs no password."""
    named = {PREFIX + name.upper() for name in SECRETS}
    return {name: value for name, value in environment.items() if name not in named}


def from_plain(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> Settings:
    """The settings from what `Settings.plain` gave, and the variables `secrets` from this process's environment.

    Raises SettingRefused for an unknown name, NotAvailable where one of the variables is missing.
    """
    read = {name: _read(name, value) for name, value in values.items()}
    for variable in secrets:
        if variable not in os.environ:
            raise NotAvailable(
                f"{variable} is set where the run was started, but not where this worker runs: "
                "set it in the environment of the workers, too."
            )
        read[variable.removeprefix(PREFIX).lower()] = os.environ[variable]
    if "home" not in read:  # asked for only then: a trial under a bare interpreter has no platformdirs
        read["home"] = _default_home()
    return Settings(**read)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. Raises SettingRefused, naming the setting, for a value that cannot be used."""
    environment = os.environ if environment is None else environment
    home = _real(environment.get(PREFIX + "HOME") or _default_home())
    values: dict[str, Any] = {"home": home, **_file(environment, home)}
    names = {item.name for item in fields(Settings)}
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name in names and name != "home" and text.strip():
            values[name] = _read(name, text)
    return Settings(**values)


def _file(environment: Mapping[str, str], home: Path) -> dict[str, Any]:
    named = environment.get(PREFIX + "CONFIG")
    path = Path(named).expanduser() if named else home / "overlap.toml"
    if not path.is_file():
        if named:
            raise SettingRefused(f"OVERLAP_CONFIG names {path}, which is not a file: correct the path or unset it.")
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingRefused(f"The configuration file {path} is not valid TOML ({error}): correct it.") from None
    return {name: _read(name, value) for name, value in values.items()}


def _read(name: str, value: Any) -> Any:
    """One setting's value in its own type, from text (environment) or a plain value (TOML, JSON)."""
    kinds = {item.name: str(item.type) for item in fields(Settings)}
    if name not in kinds:
        raise SettingRefused(
            f"The configuration names {name!r}, which is no setting: docs/configuration.md has the names."
        )
    kind = kinds[name]
    try:
        if kind == "Path":
            return Path(value).expanduser()
        if kind == "bool":
            return _truth(value)
        if kind == "int":
            return int(_positive(_whole(value)))
        if kind == "float":
            return _positive(_number(value))
        if kind.startswith("tuple"):
            return _many(value, paths="Path" in kind)
        return str(value).strip()
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingRefused(f"{PREFIX}{name.upper()} cannot be {value!r}: {error}.") from None


def _truth(value: Any) -> bool:
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise ValueError("write 1 or 0")


def _whole(value: Any) -> int:
    with suppress(ValueError):
        return int(value)
    raise ValueError("write a whole number")


def _number(value: Any) -> float:
    with suppress(ValueError):
        return float(value)
    raise ValueError("write a number")


def _positive(number: float) -> float:
    if not 0 <= number < inf:  # also not nan, beside which every other number would be in order
        raise ValueError("it must be a number, not negative and not endless")
    return number


def _many(value: Any, paths: bool) -> tuple[Any, ...]:
    items = value if isinstance(value, (list, tuple)) else str(value).split(os.pathsep if paths else ",")
    texts = [str(item).strip() for item in items if str(item).strip()]
    return tuple(_real(text) for text in texts) if paths else tuple(texts)


def _real(path: str | Path) -> Path:
    """The path without links. Path.resolve would raise RuntimeError for a link to itself, until Python 3.13."""
    return Path(os.path.realpath(Path(path).expanduser()))


@cache
def _default_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("overlap", appauthor=False)


def usable_cpus() -> int:
    """CPUs that this process may use: affinity, then the container's quota (cgroup v2 cpu.max, v1 cfs)."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    quota = _cpu_quota()
    return max(1, min(allowed, round(quota)) if quota != float("inf") else allowed)


def _cpu_quota() -> float:
    """CPUs granted by the container's quota; infinite where there is none (kernel docs: cgroup-v2, sched-bwc)."""
    root = Path("/sys/fs/cgroup")
    try:
        quota, period = (root / "cpu.max").read_text().split()
        return float(quota) / float(period) if quota != "max" else float("inf")
    except (OSError, ValueError):
        pass
    try:
        quota_us = int((root / "cpu/cpu.cfs_quota_us").read_text())
        period_us = int((root / "cpu/cpu.cfs_period_us").read_text())
        return quota_us / period_us if quota_us > 0 else float("inf")
    except (OSError, ValueError):
        return float("inf")
