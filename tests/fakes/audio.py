"""A small server of OpenAI's audio API on 127.0.0.1, with a memory of everything that was asked."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import contextmanager
from email import message_from_bytes
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@cache
def sound(kind="mp3", seconds=1, source="sine=f=300"):
    """A sound file as ffmpeg makes it."""
    codec = {"ogg": ["-c:a", "libopus"]}.get(kind, [])
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"{source}:d={seconds}", *codec, "-f", kind, "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


class FakeAudio:
    """`answers` says what the next requests come to, then "ok": an int is a status, ("wait", seconds) a 429 with Retry-After."""

    def __init__(self):
        self.answers = []
        self.words = ["hello there"]  # one after another, the last one for ever
        self.sound = sound()
        self.heard = []  # (name of the file, bytes, fields)
        self.spoken = []  # bodies
        self.refused_endings = ()
        self.url = ""

    def transcribe(self, name, content, fields):
        self.heard.append((name, content, fields))
        if name.endswith(self.refused_endings or ("nothing",)):
            return 400, {"error": {"message": "Invalid file format.", "type": "invalid_request_error"}}
        return 200, {"text": self.words.pop(0) if len(self.words) > 1 else self.words[0]}


@contextmanager
def running_audio():
    fake = FakeAudio()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = fake.answers.pop(0) if fake.answers else "ok"
            if answer != "ok":
                waits = {"retry-after": str(answer[1])} if isinstance(answer, tuple) else {}
                self.say(429 if waits else answer, {"error": {"message": "as told"}}, **waits)
            elif self.path.endswith("/audio/speech"):
                fake.spoken.append(json.loads(body))
                self.say(200, fake.sound)
            else:
                self.say(*fake.transcribe(*self.form(body)))

        def form(self, body):
            parts = message_from_bytes(b"content-type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + body)
            fields = {}
            for part in parts.get_payload():
                field = part.get_param("name", header="content-disposition")
                fields[field] = (part.get_filename(), part.get_payload(decode=True))
            name, content = fields.pop("file")
            return name, content, {field: value.decode() for field, (_, value) in fields.items()}

        def say(self, status, content, **headers):
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "audio/mpeg" if isinstance(content, bytes) else "application/json")
            self.send_header("content-length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
