"""Why a cluster, or one of its workers, cannot be used for a trial: one sentence each, with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.executors.dask.proof import differences
from engine.machine.remote_files import is_address


def unfit(
    who: str, hello: Mapping[str, Any], packages: Mapping[str, str], unanswered: Sequence[tuple[str, str]]
) -> str | None:
    """Why the worker `who`, which said `hello`, must not be used; None where it has proven all.

    `packages` are those that this process has imported; `unanswered` are the places in which its file was not found.
    """
    if hello["problem"]:
        return f"{who} cannot run these tasks: {hello['problem']}"
    for package, ours, theirs in differences(packages, hello["packages"]):
        return (
            f"{who} has {package} {theirs}, and this server {ours}: "
            f"install the same there (pip install {package}=={ours}) and start it again."
        )
    for place, why in [*hello["unseen"], *unanswered]:
        if is_address(place):
            return (
                f"{who} cannot use {place} ({why}): give the environment that it is started in the address and the "
                "credentials of that store, such as AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID."
            )
        return (
            f"{who} does not see {place} of this server, which these tasks read or write ({why}): share that disk with "
            "it, or name inputs and outputs that all can reach, such as s3://bucket/folder."
        )
    return None


def too_few(address: str, threads: int, wanted: int, seated: int, patience_s: float) -> str:
    """Why the cluster at `address` cannot run `wanted` tasks at once.

    It has `threads`, of which `seated` became free within `patience_s` seconds.
    """
    what = f"The Dask cluster at {address} offers {threads} threads"
    if threads < wanted:
        return f"{what}, fewer than the {wanted} workers asked for: ask for fewer, or start more workers."
    return (
        f"{what}, but only {seated} of {wanted} became free within {patience_s:g} s: "
        "others use them. Ask for fewer workers, or try again later."
    )
