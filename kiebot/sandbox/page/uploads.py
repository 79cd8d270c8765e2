"""Files that people send, streamed from the request to the disk: memory stays flat whatever their size."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from kiebot.sandbox.page.faults import RequestFault

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_FILE_BYTES = 2_000 * 1024 * 1024  # Telegram's own limit
MAX_FIELD_BYTES = 1024 * 1024
MAX_FIELDS = 64
JSON_FIELDS = ("entities", "extra")


@dataclass
class Upload:
    """One multipart request: its plain fields and, when there was one, its file."""

    fields: dict[str, Any] = field(default_factory=dict)
    path: Path | None = None
    name: str = ""
    mime: str = ""
    sha256: str = ""

    def discard(self) -> None:
        """Remove the file unless somebody has moved it away."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


async def receive_upload(request: Request, folder: Path, max_bytes: int = MAX_FILE_BYTES) -> Upload:
    """Read a multipart request. Nothing stays on the disk when it is broken or too large."""
    reader = _Reader(folder, max_bytes)
    try:
        await _feed(request, reader)
        return _finished(reader.upload)
    except BaseException:
        reader.upload.discard()
        raise
    finally:
        reader.close()


async def _feed(request: Request, reader: _Reader) -> None:
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise RequestFault("", "the multipart body has no boundary")
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
    except FormParserError as wrong:
        raise RequestFault("", f"the multipart body is broken: {wrong}") from wrong
    if not reader.complete:
        raise RequestFault("", "the multipart body ends in the middle")


def _finished(upload: Upload) -> Upload:
    for name in JSON_FIELDS:
        if name in upload.fields:
            try:
                upload.fields[name] = json.loads(upload.fields[name])
            except ValueError as wrong:
                raise RequestFault(name, f"not JSON: {wrong}") from wrong
    return upload


class _Reader:
    """The parser's callbacks: headers of a part, then its bytes, to memory (a field) or to the disk (a file)."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.upload = Upload()
        self.complete = False
        self._folder = folder
        self._max_bytes = max_bytes
        self._size = 0
        self._sha = hashlib.sha256()
        self._out: IO[bytes] | None = None
        self._header = (bytearray(), bytearray())
        self._headers: dict[str, bytes] = {}
        self._field = ""
        self._value = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._part_begin,
            "on_part_data": lambda data, start, end: self._part_data(data[start:end]),
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _part_begin(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        self._value.clear()
        if b"filename" in options:
            self._file_begin(options[b"filename"].decode("utf-8", "replace"))
        elif len(self.upload.fields) >= MAX_FIELDS:
            raise RequestFault(self._field, "too many fields")

    def _file_begin(self, name: str) -> None:
        if self.upload.path is not None:
            raise RequestFault(self._field, "one message carries one file; an album is several messages with the same `album`")
        self._folder.mkdir(parents=True, exist_ok=True)
        self.upload.path = self._folder / secrets.token_hex(16)
        self.upload.name = name.replace("\\", "/").rpartition("/")[2]
        self.upload.mime = self._headers.get("content-type", b"").decode("latin-1").partition(";")[0].strip()
        self._out = self.upload.path.open("xb")

    def _part_data(self, data: bytes) -> None:
        if self._out is not None:
            self._size += len(data)
            if self._size > self._max_bytes:
                raise RequestFault(self._field, f"the file is larger than {self._max_bytes} bytes", 413)
            self._sha.update(data)
            self._out.write(data)
            return
        if len(self._value) + len(data) > MAX_FIELD_BYTES:
            raise RequestFault(self._field, f"the field is larger than {MAX_FIELD_BYTES} bytes", 413)
        self._value += data

    def _part_end(self) -> None:
        if self._out is not None:
            self.upload.sha256 = self._sha.hexdigest()
            self.close()
            return
        self.upload.fields[self._field] = self._value.decode("utf-8", "replace")

    def _end(self) -> None:
        self.complete = True
