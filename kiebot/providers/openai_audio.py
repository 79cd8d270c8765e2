"""Speech to text and text to speech through any server that speaks OpenAI's audio API.

Both may be asked again: nothing is ordered that could arrive twice, at worst a few seconds of work are paid twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import Answer, HttpClient, HttpFault
from kiebot.http.multipart import FileForm
from kiebot.providers.openai_errors import body_error, foreign_answer

TRANSCRIPTION, SPEECH = "transcription", "speech"  # the sections of the configuration, and the names in errors
MOST_UPLOAD_BYTES = 25 * 10**6  # OpenAI's own limit
LONGEST_SPEECH_CHARS = 4096
ENDINGS = frozenset({".flac", ".m4a", ".mp3", ".mp4", ".mpeg", ".mpga", ".ogg", ".wav", ".webm"})  # what OpenAI takes
TRANSCRIBED_WITHIN_S = 300.0  # ten minutes of speech on somebody's own machine
SPOKEN_WITHIN_S = 180.0
MOST_SOUND_BYTES = 48 << 20  # five minutes as WAV, from servers that know no other format

Kind = ProviderErrorKind


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model listens or speaks. Without an address there is none."""

    base_url: str
    api_key: str
    model: str

    @property
    def there(self) -> bool:
        """Whether the operator named one."""
        return bool(self.base_url)

    @property
    def headers(self) -> dict[str, str]:
        """A server of one's own may want no key."""
        return {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}


class Transcriber:
    """Writes down what is said."""

    def __init__(self, http: HttpClient, server: Server, language: str = "") -> None:
        self._http = http
        self.server = server
        self._language = language

    async def transcribe(self, path: Path, *, name: str, mime: str) -> str:
        """The words in a sound file, empty when there are none. Servers tell the format by the ending of `name`.

        Raises ProviderError; INPUT: the server does not take this file.
        """
        fields = {"model": self.server.model, "response_format": "json"}
        if self._language:
            fields["language"] = self._language
        form = await asyncio.to_thread(FileForm, path, name=name, mime=mime, fields=fields)
        answer = await self._answer(form)
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("text"), str):
            raise foreign_answer(TRANSCRIPTION, answer.body, answer.headers)
        return str(body["text"]).strip()

    async def _answer(self, form: FileForm) -> Answer:
        try:
            answer = await self._http.send(
                "POST",
                f"{self.server.base_url}/audio/transcriptions",
                headers=self.server.headers,
                form=form,
                timeout_s=TRANSCRIBED_WITHIN_S,
            )
        except HttpFault as fault:
            raise _unanswered(TRANSCRIPTION, fault) from fault
        return _checked(TRANSCRIPTION, answer)


class Speaker:
    """Reads texts aloud."""

    def __init__(self, http: HttpClient, server: Server, voice: str) -> None:
        self._http = http
        self.server = server
        self._voice = voice

    async def speak(self, words: str, voice: str = "") -> bytes:
        """A sound file of at most LONGEST_SPEECH_CHARS characters: Ogg with Opus is asked for, another format may come.

        `voice`: another one than usual. Raises ProviderError.
        """
        body = {"model": self.server.model, "voice": voice or self._voice, "input": words, "response_format": "opus"}
        try:
            answer = await self._http.send(
                "POST",
                f"{self.server.base_url}/audio/speech",
                headers={**self.server.headers, "accept": "*/*"},
                body=body,
                timeout_s=SPOKEN_WITHIN_S,
                most_bytes=MOST_SOUND_BYTES,
            )
        except HttpFault as fault:
            raise _unanswered(SPEECH, fault) from fault
        answer = _checked(SPEECH, answer)
        kind = answer.headers.get("content-type", "")
        if not answer.body or kind.startswith(("application/json", "text/")):
            raise foreign_answer(SPEECH, answer.body, answer.headers)
        return answer.body


def _unanswered(provider: str, fault: HttpFault) -> ProviderError:
    return ProviderError(Kind.TRANSIENT, provider, str(fault), code="no_answer" if fault.sent else "unreachable")


def _checked(provider: str, answer: Answer) -> Answer:
    if answer.status == 200:
        return answer
    body = answer.json()
    told = body if body is not None else answer.body[:500].decode(errors="replace")
    raise body_error(provider, told, status=answer.status, headers=answer.headers)
