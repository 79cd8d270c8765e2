"""The OpenAI-shaped endpoints beside chat: models, transcriptions, speech, images."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import time
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from kiebot.sandbox.ai.backend import TextBackend
from kiebot.sandbox.ai.behaviour import Behaviour, pause
from kiebot.sandbox.ai.chat import tokens
from kiebot.sandbox.ai.drawing import draw_picture, picture_size
from kiebot.sandbox.ai.faults import faulty, openai_error
from kiebot.sandbox.ai.programs import ProgramFault
from kiebot.sandbox.ai.voices import listen, speak

EAR, MOUTH = "sandbox-ear", "sandbox-voice"  # the models of the two endpoints
LONGEST_SPEECH = 4096
MOST_SOUND_BYTES = 25 * 1024 * 1024
SOUND_ENDINGS = (".flac", ".m4a", ".mp3", ".mp4", ".mpeg", ".mpga", ".oga", ".ogg", ".wav", ".webm")
MOST_PICTURES = 10
LONGEST_SIDE = 1024
BORN = 1_790_000_000


class OpenAiService:
    """The endpoints under /v1 that are not chat."""

    def __init__(self, behaviour: Behaviour, backend: TextBackend) -> None:
        self._behaviour = behaviour
        self._backend = backend

    async def models(self, request: Request) -> Response:
        """GET /v1/models."""
        rule = self._behaviour.take("models")
        await pause(rule)
        rows = [
            {"id": name, "object": "model", "created": BORN, "owned_by": "sandbox"}
            for name in (*self._backend.models, EAR, MOUTH)
        ]
        return faulty(self._behaviour, rule) or JSONResponse({"object": "list", "data": rows})

    async def transcribe(self, request: Request) -> Response:
        """POST /v1/audio/transcriptions: the words that came with the voice, otherwise what is heard."""
        async with request.form() as form:
            file, model, shape = form.get("file"), str(form.get("model", "")), str(form.get("response_format", "json"))
            sound = await file.read() if isinstance(file, UploadFile) else b""
            name = str(file.filename or "") if isinstance(file, UploadFile) else ""
        rule = self._behaviour.take("transcription", model)
        await pause(rule)
        if fault := faulty(self._behaviour, rule):
            return fault
        if not sound:
            return openai_error(400, "'file' is required and must not be empty")
        if len(sound) > MOST_SOUND_BYTES:
            return openai_error(413, f"Maximum content size limit ({MOST_SOUND_BYTES}) exceeded")
        if not name.lower().endswith(SOUND_ENDINGS):
            return openai_error(400, f"Invalid file format. Supported formats: {', '.join(SOUND_ENDINGS)}")
        words = self._behaviour.said(hashlib.sha256(sound).hexdigest())
        text = words if words is not None else await listen(sound)
        if shape == "text":
            return PlainTextResponse(text)
        usage = {"type": "tokens", "input_tokens": tokens("x" * len(sound)) // 100, "output_tokens": tokens(text)}
        return JSONResponse({"text": text, "usage": usage})

    async def speech(self, request: Request) -> Response:
        """POST /v1/audio/speech."""
        body: dict[str, Any] = await request.json()
        rule = self._behaviour.take("speech", str(body.get("model", "")))
        await pause(rule)
        if fault := faulty(self._behaviour, rule):
            return fault
        text = str(body.get("input", ""))
        if not 0 < len(text) <= LONGEST_SPEECH:
            return openai_error(400, f"'input' must have 1 to {LONGEST_SPEECH} characters")
        try:
            sound, mime = await speak(text, str(body.get("response_format", "mp3")))
        except ProgramFault as exc:
            return openai_error(500, str(exc))
        return Response(sound, media_type=mime)

    async def images(self, request: Request) -> Response:
        """POST /v1/images/generations: always base64."""
        body: dict[str, Any] = await request.json()
        rule = self._behaviour.take("images", str(body.get("model", "")))
        await pause(rule)
        if fault := faulty(self._behaviour, rule):
            return fault
        prompt, count = str(body.get("prompt", "")), body.get("n", 1)
        if not prompt or not isinstance(count, int) or not 1 <= count <= MOST_PICTURES:
            return openai_error(400, f"'prompt' is required and 'n' must be 1 to {MOST_PICTURES}")
        size = picture_size(body.get("size"), LONGEST_SIDE)
        drawn = [
            await asyncio.to_thread(_drawn, prompt if number == 0 else f"{prompt} ({number + 1})", size)
            for number in range(count)
        ]
        usage = {"input_tokens": tokens(prompt), "output_tokens": 1056 * count, "total_tokens": tokens(prompt) + 1056 * count}
        about = {"created": int(time.time()), "size": f"{size[0]}x{size[1]}", "output_format": "png", "usage": usage}
        return JSONResponse({**about, "data": [{"b64_json": picture} for picture in drawn]})


def _drawn(prompt: str, size: tuple[int, int]) -> str:
    file = io.BytesIO()
    draw_picture(prompt, size).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()
