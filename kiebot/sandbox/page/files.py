"""Files out: what a browser may show is shown, everything else is only ever downloaded.

A person's (or a model's) HTML or SVG file opened under our own address would be a script of ours.
"""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse

SHOWN_INLINE = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/webm", "video/quicktime"}
    | {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/x-wav", "audio/webm", "audio/flac", "audio/aac"}
)
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600"}


def file_response(path: Path, mime: str, name: str, *, download: bool = False) -> FileResponse:
    """Answer with a stored file; parts of it when the player asks for a range."""
    kind = mime.partition(";")[0].strip().lower()
    shown = kind in SHOWN_INLINE
    return FileResponse(
        path,
        media_type=kind if shown else "application/octet-stream",
        filename=name or path.name,
        content_disposition_type="inline" if shown and not download else "attachment",
        headers=FILE_HEADERS,
    )
