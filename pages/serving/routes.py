"""Routes beside the pages that stream a run's files from disk, never through the server's memory.

    /files/<token>/results.zip              the pictures that a resize run made
    /files/<token>/export/<format>          one of the formats of `engine.report`
    /files/<token>/picture/<task>/<which>   one picture: thumb, after, before
    /files/<token>/live                     a job's figures and lanes of now

Pictures are addressed by the task's number and found through the run's records, so that no path
ever comes from outside. The routes hold no state: Streamlit evicts project modules after an edit,
so each request imports what it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from engine.errors import OverlapError, RunNotFound
from pages.serving.health import PATH, health

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "Referrer-Policy": "no-referrer",
}
"""For every answer: what is streamed was made from strangers' files, so no browser may run any of it."""


def archive(request: Request) -> Response:
    """The run's pictures as a ZIP, packed while it is sent."""
    from engine.workloads.images.sets.archive import zip_stream
    from pages.parts.run.pictures import made_files
    from pages.parts.shared.server import run_of, store

    run = run_of(request.path_params["token"])
    folder, names = made_files(store(), run)
    headers = {**SAFE, **_attachment(f"overlap-resize-run-{run.id}.zip")}
    return StreamingResponse(zip_stream(folder, names), media_type="application/zip", headers=headers)


def export(request: Request) -> Response:
    """The run's table or document in one of the report's formats."""
    from engine.report import MEDIA_TYPES, export_chunks, file_name
    from pages.parts.shared.server import run_of, store

    run, file_format = run_of(request.path_params["token"]), request.path_params["format"]
    chunks = export_chunks(store(), run, file_format)
    headers = {**SAFE, **_attachment(file_name(run, file_format))}
    return StreamingResponse(chunks, media_type=MEDIA_TYPES[file_format], headers=headers)


def picture(request: Request) -> Response:
    """One picture of a run; 404 for one that is not there or not this server's to show."""
    from pages.parts.run.pictures import found_picture
    from pages.parts.shared.server import run_of, store

    kept = store()
    run = run_of(request.path_params["token"])
    path = found_picture(kept, run, request.path_params["task"], request.path_params["which"])
    return _picture_file(path)


def live_figures(request: Request) -> Response:
    """What a live job's page shows between two looks."""
    from pages.parts.job.live import live
    from pages.parts.shared.server import run_of, store

    run = run_of(request.path_params["token"])
    if run.kind != "job":
        return _missing("Only a job has lanes.")
    return JSONResponse(live(store(), run), headers={**SAFE, "Cache-Control": "no-store"})


def _picture_file(path: Path | None) -> Response:
    from pages.parts.run.pictures import SHOWN_AS

    if path is None:
        return _missing("There is no such picture.")
    media_type = SHOWN_AS.get(path.suffix.lower())
    return FileResponse(
        path,
        media_type=media_type or "application/octet-stream",
        filename=path.name,
        content_disposition_type="inline" if media_type else "attachment",
        headers={**SAFE, "Cache-Control": "private, max-age=3600"},
    )


def _attachment(name: str) -> dict[str, str]:
    """The header that saves the answer under a name; the names are this server's own, plain ASCII."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _missing(sentence: str) -> Response:
    return PlainTextResponse(sentence, 404, SAFE)


def guarded(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The endpoint, with what stops it answered in its own words: 404 for an unknown run, else 400."""

    def answer(request: Request) -> Response:
        from pages.parts.shared.person import acting_for

        try:
            with acting_for(request):
                return endpoint(request)
        except RunNotFound:
            return _missing("There is no such run.")
        except FileNotFoundError:  # the run was deleted between two looks
            return _missing("The file is gone: its run may have been deleted.")
        except OverlapError as error:
            return PlainTextResponse(str(error), 400, SAFE)

    return answer


ROUTES = [
    Route(PATH, health),
    Route("/files/{token}/results.zip", guarded(archive)),
    Route("/files/{token}/export/{format}", guarded(export)),
    Route("/files/{token}/live", guarded(live_figures)),
    Route("/files/{token}/picture/{task:int}/{which}", guarded(picture)),
]
