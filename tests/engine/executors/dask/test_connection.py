"""What keeps a server from its scheduler is one sentence that says what to set."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.errors import NotAvailable

if find_spec("distributed") is None:
    pytest.skip("Dask is not installed.", allow_module_level=True)

from engine.executors.dask.connection import connected, mismatch
from tests.engine.executors.dask.cluster import Cluster, certificates

# distributed leaves sockets of failed connections to the collector, which warns of them: here, not in the next test.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


class Two(NamedTuple):
    """A scheduler with TLS and one without, and certificates of somebody else."""

    tls: Cluster
    plain: Cluster
    others: dict[str, str]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("schedulers")
    (folder / "tls").mkdir()
    (folder / "plain").mkdir()
    tls = Cluster(folder / "tls", certificates(folder / "own"))
    plain = Cluster(folder / "plain")
    yield Two(tls, plain, certificates(folder / "others"))
    tls.close()
    plain.close()


def why(**settings: Any) -> str:
    """What a server with these settings is told."""

    async def connect() -> None:
        client = await connected(settings)
        await client.close()

    with pytest.raises(NotAvailable) as caught:
        asyncio.run(connect())
    gc.collect()
    assert str(caught.value).count("\n") == 0
    return str(caught.value)


def test_with_its_certificates_a_scheduler_is_reached(two: Two) -> None:
    async def connect() -> None:
        client = await connected(two.tls.settings())
        assert await client.nthreads() == {}
        await client.close()

    asyncio.run(connect())


def test_certificates_of_another_authority_are_named_as_the_fault(two: Two) -> None:
    told = why(dask_address=two.tls.address, **two.others)
    assert f"The Dask scheduler at {two.tls.address} and this server do not trust each other's certificates" in told
    assert "OVERLAP_DASK_TLS_CA, OVERLAP_DASK_TLS_CERT and OVERLAP_DASK_TLS_KEY" in told


def test_tls_without_a_certificate_says_which_settings_are_missing(two: Two) -> None:
    assert "asked for by TLS, and no certificate is named: set OVERLAP_DASK_TLS_CA" in why(dask_address=two.tls.address)


def test_a_scheduler_that_speaks_tls_only_is_not_reached_without_it(two: Two) -> None:
    told = why(dask_address=two.tls.address.replace("tls://", "tcp://"))
    assert "where it speaks TLS only, write the address with tls:// and name its certificates" in told


def test_certificates_beside_an_address_without_tls_are_refused(two: Two) -> None:
    told = why(**{**two.tls.settings(), "dask_address": two.plain.address})
    assert "which is not encrypted, although TLS files are named: write it with tls:// in front" in told


def test_tls_to_a_scheduler_without_it_says_so(two: Two) -> None:
    told = why(**{**two.tls.settings(), "dask_address": two.plain.address.replace("tcp://", "tls://")})
    assert "speaks no TLS: write the address with tcp:// in front" in told


def test_files_that_are_missing_or_do_not_match_are_named(two: Two, tmp_path: Path) -> None:
    own = two.tls.settings()
    assert "OVERLAP_DASK_TLS_KEY names none: set it, too." in why(**{**own, "dask_tls_key": ""})
    assert f"OVERLAP_DASK_TLS_CA names {tmp_path / 'x'}, which is no file" in why(
        **{**own, "dask_tls_ca": str(tmp_path / "x")}
    )
    told = why(**{**own, "dask_tls_key": two.others["dask_tls_key"]})
    assert "OVERLAP_DASK_TLS_KEY is not the key of OVERLAP_DASK_TLS_CERT" in told


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1/", "tcp://127.0.0.1"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    assert f"No Dask scheduler answers at {address} (" in why(dask_address=address)


def test_another_python_or_distributed_is_told_with_what_to_install() -> None:
    def party(python: str, distributed: str) -> dict[str, Any]:
        return {"host": {"python": python}, "packages": {"distributed": distributed}}

    ours = version("distributed")
    assert mismatch("The worker", party("2.7.18.final.0", ours)) == (
        "The worker runs Python 2.7, and this server {}.{}: start it with Python {}.{}.".format(*PYTHON, *PYTHON)
    )
    assert f"(pip install distributed=={ours} dask=={ours})" in str(mismatch("X", party("{}.{}".format(*PYTHON), "1")))
    assert mismatch("X", party("{}.{}.9".format(*PYTHON), ours)) is None
    assert mismatch("X", None) is None, "a worker that has just left"


PYTHON = __import__("sys").version_info[:2]
