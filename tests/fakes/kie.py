"""A small KIE on 127.0.0.1: createTask, recordInfo, uploads and the files, with a memory of everything that was asked."""

from __future__ import annotations

import io
import json
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from PIL import Image


@cache
def png(width=64, height=48):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "PNG")
    return file.getvalue()


@cache
def mp4():
    command = "ffmpeg -v error -f lavfi -i testsrc=d=1:s=64x48:r=10 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov -f mp4 -"
    return subprocess.run(command.split(), check=True, capture_output=True).stdout


class FakeKie:
    """`answers` says what the next creates come to, then "ok": an int is a code of KIE, "silent" takes it and never answers."""

    def __init__(self):
        self.answers = []
        self.run_s = 0.0
        self.fails_with = None
        self.progress = None
        self.read_faults = 0  # so many recordInfo answers are 500
        self.file_faults = 0  # so many downloads are 503
        self.upload_faults = 0  # so many uploads are 500
        self.file = png()
        self.uploaded = {}  # path on the file host: (mime, bytes)
        self.created = []  # (model, input)
        self.callbacks = []  # the address that each create gave
        self.tasks = {}
        self.calls = Counter()
        self.lock = threading.Lock()
        self.before_answer = lambda: None  # called once a create was taken or refused
        self.released = threading.Event()
        self.url = ""

    @property
    def host(self):
        return urlsplit(self.url).netloc

    def create(self, body):
        with self.lock:
            answer = self.answers.pop(0) if self.answers else "ok"
            self.before_answer()
            if isinstance(answer, int):
                return {"code": answer, "msg": f"refused with {answer}"}
            task_id = f"task-{len(self.tasks) + 1}"
            self.created.append((body["model"], body["input"]))
            self.callbacks.append(body.get("callBackUrl"))
            self.tasks[task_id] = time.monotonic()
        if answer == "silent":
            self.released.wait(30)
            return None
        return {"code": 200, "data": {"taskId": task_id}}

    def upload(self, kind, body):
        with self.lock:
            if self.upload_faults:
                self.upload_faults -= 1
                return {"success": False, "code": 500, "msg": "Internal server error"}
            parts = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + body).get_payload()
            form = {part.get_param("name", header="content-disposition"): part for part in parts}
            folder, name = (form[field].get_payload() for field in ("uploadPath", "fileName"))
            file = form["file"].get_payload(decode=True)
            self.uploaded[f"{folder}/{name}"] = form["file"].get_content_type(), file
        data = {"success": True, "fileName": name, "downloadUrl": f"{self.url}/uploads/{folder}/{name}", "fileSize": len(file)}
        return {"success": True, "code": 200, "msg": "File uploaded successfully", "data": data}

    def record(self, task_id):
        if self.read_faults:
            self.read_faults -= 1
            return {"code": 500, "msg": "server busy"}
        if task_id not in self.tasks:
            return {"code": 422, "msg": "recordInfo is null"}
        if time.monotonic() - self.tasks[task_id] < self.run_s:
            return {"code": 200, "data": {"state": "generating", "progress": self.progress}}
        if self.fails_with:
            return {"code": 200, "data": {"state": "fail", "failCode": self.fails_with, "failMsg": "their words"}}
        result = {"resultUrls": [f"{self.url}/files/{task_id}"]}
        return {"code": 200, "data": {"state": "success", "resultJson": json.dumps(result), "creditsConsumed": 4}}


class Handler(BaseHTTPRequestHandler):
    kie: FakeKie
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/api/file-stream-upload":
            self.kie.calls["upload"] += 1
            answer = self.kie.upload(self.headers["content-type"], body)
        else:
            self.kie.calls["create"] += 1
            answer = self.kie.create(json.loads(body))
        if answer is None:
            self.close_connection = True
            return
        self.send(200, json.dumps(answer).encode(), "application/json")

    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path.startswith("/files/"):
            self.kie.calls["file"] += 1
            if self.kie.file_faults:
                self.kie.file_faults -= 1
                self.send(503, b"busy", "text/plain")
            else:
                self.send(200, self.kie.file, "application/octet-stream")
            return
        if parts.path.startswith("/uploads/"):
            self.kie.calls["uploaded"] += 1
            mime, file = self.kie.uploaded[parts.path.removeprefix("/uploads/")]
            self.send(200, file, mime)
            return
        self.kie.calls["record"] += 1
        answer = self.kie.record(parse_qs(parts.query)["taskId"][0])
        self.send(200, json.dumps(answer).encode(), "application/json")

    def send(self, status, body, kind):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def running_kie():
    """The fake, listening."""
    kie = FakeKie()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"kie": kie}))
    server.daemon_threads = True
    kie.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield kie
    finally:
        kie.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
