"""The files that clients lend to KIE: three ways in, one address out, gone after a day.

The sandbox fetches and is fetched from on this machine only.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import mimetypes
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request

from kiebot.http.client import HttpClient, HttpFault

KEPT_S = 24 * 3600.0
LARGEST = 100 * 1024 * 1024
LARGEST_BASE64 = 10 * 1024 * 1024
TEMPORARY_S = 20 * 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WRONG_URL = "url is wrong"


class UploadFault(Exception):
    """The file is not taken; the text is KIE's `msg`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Upload:
    """What is to be stored, and where."""

    place: str
    name: str
    content: BinaryIO
    mime: str


class Uploads:
    """The store, and the addresses that lead into it. The same place and name overwrite what was there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._temporary: dict[str, tuple[str, float]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, url: str) -> Path | None:
        """The stored file behind one of our own addresses; None when it is somebody else's, unknown or too old."""
        parts = urlsplit(url)
        place = unquote(parts.path).removeprefix("/files/uploads/")
        if parts.hostname not in LOOPBACK or place == unquote(parts.path):
            return None
        return self.find(place)

    def find(self, place: str) -> Path | None:
        """A stored file by its place and name."""
        path = (self.folder / place).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            return None
        return path if time.time() - path.stat().st_mtime < KEPT_S else None

    def store(self, upload: Upload) -> Path:
        """Keep a file. Raises UploadFault when its place is none."""
        place = upload.place
        if not place or place != place.strip("/") or any(part in ("", ".", "..") for part in place.split("/")):
            raise UploadFault(400, "uploadPath is required, without leading or trailing slashes")
        target = self.folder / place / upload.name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{secrets.token_hex(8)}.part")
        with part.open("wb") as file:
            shutil.copyfileobj(upload.content, file)
        os.replace(part, target)
        return target

    def temporary(self, url: str) -> str | None:
        """Another path for one of our addresses that ends after twenty minutes; None for other people's addresses."""
        parts = urlsplit(url)
        if parts.hostname not in LOOPBACK or not parts.path.startswith("/files/"):
            return None
        token = secrets.token_urlsafe(16)
        self._temporary[token] = (parts.path, time.time() + TEMPORARY_S)
        return f"files/temporary/{token}/{Path(parts.path).name}"

    def behind(self, token: str) -> str | None:
        """The path that a temporary one stands for, while it does."""
        path, until = self._temporary.get(token, ("", 0.0))
        return path if until > time.time() else None


async def from_form(request: Request, uploads: Uploads) -> dict[str, Any]:
    """A multipart upload: file, uploadPath and perhaps fileName."""
    async with request.form() as form:
        file, place = form.get("file"), str(form.get("uploadPath") or "")
        if not isinstance(file, UploadFile):
            raise UploadFault(400, "file is required")
        if (file.size or 0) > LARGEST:
            raise UploadFault(413, "the file is over 100 MB")
        name = _name(str(form.get("fileName") or file.filename or ""), file.content_type)
        return await _stored(uploads, Upload(place, name, file.file, _mime(name, file.content_type)))


async def from_base64(body: dict[str, Any], uploads: Uploads) -> dict[str, Any]:
    """JSON with base64Data, as a data URL or bare."""
    head, comma, data = str(body.get("base64Data") or "").rpartition(",")
    mime = head.removeprefix("data:").partition(";")[0] if comma else None
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error as exc:
        raise UploadFault(400, "base64Data is invalid") from exc
    if not content or len(content) > LARGEST_BASE64:
        raise UploadFault(400, "base64Data is required, and at most 10 MB")
    name = _name(str(body.get("fileName") or ""), mime)
    return await _stored(uploads, Upload(str(body.get("uploadPath") or ""), name, io.BytesIO(content), _mime(name, mime)))


async def from_url(body: dict[str, Any], uploads: Uploads) -> dict[str, Any]:
    """JSON with fileUrl. Only addresses of this machine are fetched."""
    url = str(body.get("fileUrl") or "")
    if urlsplit(url).hostname not in LOOPBACK:
        raise UploadFault(451, "could not fetch fileUrl: the sandbox fetches from this machine only")
    http = HttpClient(timeout_s=30)
    try:
        answer = await http.send("GET", url)
    except HttpFault as exc:
        raise UploadFault(451, f"could not fetch fileUrl: {exc}") from exc
    finally:
        await http.aclose()
    if answer.status != 200:
        raise UploadFault(451, f"could not fetch fileUrl: status {answer.status}")
    mime = answer.headers.get("content-type", "").partition(";")[0] or None
    name = _name(str(body.get("fileName") or Path(urlsplit(url).path).name), mime)
    return await _stored(uploads, Upload(str(body.get("uploadPath") or ""), name, io.BytesIO(answer.body), _mime(name, mime)))


async def _stored(uploads: Uploads, upload: Upload) -> dict[str, Any]:
    """Keep it, and say what KIE says; the address lacks the host."""
    path = await asyncio.to_thread(uploads.store, upload)
    place = f"{upload.place}/{upload.name}"
    return {
        "success": True,
        "fileName": upload.name,
        "filePath": place,
        "downloadUrl": f"files/uploads/{place}",
        "fileSize": path.stat().st_size,
        "mimeType": upload.mime,
        "uploadedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _name(wished: str, mime: str | None) -> str:
    """A plain file name; one of our own when none was given."""
    name = re.sub(r"[^\w.\- ]", "_", Path(wished).name).strip(". ")
    return name[-100:] or f"{secrets.token_hex(8)}{mimetypes.guess_extension(mime or '') or '.bin'}"


def _mime(name: str, said: str | None) -> str:
    return said or mimetypes.guess_type(name)[0] or "application/octet-stream"
