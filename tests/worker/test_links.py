"""Links: a direct file, a page, a video site played on loopback with the real library, and what is refused."""

from __future__ import annotations

import io
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiebot.config.keys import Limits
from kiebot.services import links
from kiebot.services.delivery import Place
from kiebot.store import inputs, jobs
from kiebot.store.models import OutboxRow
from kiebot.worker.loop import LoopThread
from kiebot.worker.runner import Runner
from kiebot.worker.tasks.links import LinkTasks

PAGE = b"<html><head><title>A clip</title></head><body><video src='/clip.mp4'></video></body></html>"


class Site(ThreadingHTTPServer):
    """Files by their paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Pages)
        self.files: dict[str, tuple[str, bytes]] = {}

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Pages(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        assert isinstance(self.server, Site)
        mime, body = self.server.files.get(self.path, ("", b""))
        self.send_response(200 if mime else 404)
        self.send_header("Content-Type", mime or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=s=160x120:d=2:r=10", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *source, str(path)], check=True)
    return path.read_bytes()


@pytest.fixture
def site(clip: bytes) -> Iterator[Site]:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(picture, "PNG")
    site = Site()
    site.files = {
        "/red.png": ("application/octet-stream", picture.getvalue()),
        "/watch": ("text/html", PAGE),
        "/clip.mp4": ("video/mp4", clip),
        "/notes": ("text/html", b"<html><body>Only words</body></html>"),
    }
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    yield site
    site.shutdown()
    site.server_close()


class Follower:
    """The link job's step, and the person who sends links."""

    def __init__(self, data_dir: Path, account: Any, queue: Any, loop: LoopThread) -> None:
        self.data_dir, self.account, self.queue, self.loop = data_dir, account, queue, loop
        self.number = 0

    def follow(self, url: str, *, own: str = "", most_bytes: int = 1 << 24, as_site: bool = False) -> tuple[Any, str]:
        """Send a link. Returns the job, and the key of the sentence that its message says at last."""
        self.number += 1
        job_id = links.receive(
            self.account.id, Place(7, "en"), url, message_id=self.number, order_key=f"m:7:{self.number}", limits=Limits(),
            queue=self.queue,
        )  # fmt: skip
        readers = {"127.0.0.1": ["generic", "html5"]} if as_site else {}
        tasks = LinkTasks(
            loop=self.loop, data_dir=self.data_dir, most_bytes=most_bytes, allowed_hosts=frozenset([own]), site_readers=readers
        )
        Runner(tasks.steps(), "life", lambda: None).run(job_id)
        newest = OutboxRow.select().where(OutboxRow.job == job_id).order_by(OutboxRow.id.desc()).get()
        return jobs.get(job_id), str(newest.payload["key"])


@pytest.fixture
def follower(data_dir: Path, account: Any, queue: Any, loop: LoopThread) -> Follower:
    return Follower(data_dir, account, queue, loop)


def test_a_direct_link_becomes_a_file_by_what_its_bytes_say(follower: Follower, site: Site) -> None:
    job, said = follower.follow(f"http://{site.host}/red.png", own=site.host)
    assert (job.state, said) == ("done", "link-ready")
    row = inputs.get(1)
    assert row is not None
    assert (row.kind, row.mime, row.state) == ("image", "image/png", "ready")
    assert Path(row.path).read_bytes() == site.files["/red.png"][1]
    assert not (follower.data_dir / "media" / str(job.id)).exists()


def test_a_page_of_a_video_site_gives_its_clip(follower: Follower, site: Site, clip: bytes) -> None:
    job, said = follower.follow(f"http://{site.host}/watch", own=site.host, as_site=True)
    assert (job.state, said) == ("done", "link-ready"), job.fail_code
    row = inputs.get(1)
    assert row is not None
    assert row.kind == "video"
    assert Path(row.path).read_bytes() == clip


@pytest.mark.parametrize("as_site", [False, True])
def test_a_file_that_is_too_large_is_not_taken(follower: Follower, site: Site, as_site: bool) -> None:
    path = "/watch" if as_site else "/clip.mp4"
    job, said = follower.follow(f"http://{site.host}{path}", own=site.host, most_bytes=2000, as_site=as_site)
    assert (job.state, said) == ("failed", "link-too-large")
    assert inputs.get(1) is None


def test_a_page_of_words_is_no_media(follower: Follower, site: Site) -> None:
    assert follower.follow(f"http://{site.host}/notes", own=site.host)[1] == "link-no-media"


def test_a_site_that_refuses_is_said_so(follower: Follower, site: Site) -> None:
    assert follower.follow(f"http://{site.host}/gone", own=site.host, as_site=True)[1] == "link-refused"
    assert follower.follow(f"http://{site.host}/gone", own=site.host)[1] == "link-refused"


@pytest.mark.parametrize("as_site", [False, True])
def test_no_link_leads_inside(follower: Follower, site: Site, as_site: bool) -> None:
    job, said = follower.follow(f"http://{site.host}/watch", as_site=as_site)
    assert job.state == "failed"
    assert said == ("link-refused" if as_site else "link-not-public")


def test_the_same_link_message_is_one_job(follower: Follower, site: Site) -> None:
    first, _ = follower.follow(f"http://{site.host}/red.png", own=site.host)
    follower.number -= 1
    again, _ = follower.follow(f"http://{site.host}/red.png", own=site.host)
    assert first.id == again.id
    assert inputs.get(2) is None
