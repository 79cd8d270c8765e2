"""Files that try to make ffmpeg open something else. Each is tried twice: with its victim next to it, and the whole way."""

import http.server
import shutil
import subprocess
import threading
from pathlib import Path

import psutil
import pytest

from kiebot.errors import ConfinedError
from kiebot.media import calls
from kiebot.media.ffmpeg import probe_command, thumbnail_command
from kiebot.media.tool import run_tool

HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
ATTACKS = {
    "hls": HLS.format("victim.ts"),
    "hls file": HLS.format("file:victim.ts"),
    "hls http": HLS.format("http://127.0.0.1:{port}/canary.ts"),
    "hls concat": HLS.format("concat:http://127.0.0.1:{port}/canary.ts|file:victim.ts"),
    "hls subfile": HLS.format("subfile,,start,0,end,100,,:victim.ts"),
    "ffconcat": "ffconcat version 1.0\nfile victim.ts\n",
    "ffconcat http": "ffconcat version 1.0\nfile http://127.0.0.1:{port}/canary.ts\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    "<AdaptationSet><BaseURL>http://127.0.0.1:{port}/canary.mp4</BaseURL><Representation id='1'/></AdaptationSet></Period></MPD>",
}


class Hits(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hits.append(self.path)
        self.send_error(404)

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hits) as server:
        server.hits = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path, clips):
    """Where the attacker's file lies beside another person's."""
    shutil.copy(clips["stream"], tmp_path / "victim.ts")
    return tmp_path


@pytest.fixture(params=ATTACKS)
def attack(request, folder, server):
    path = folder / "holiday.mp4"
    path.write_text(ATTACKS[request.param].replace("{port}", str(server.server_port)))
    return path


def refused(function, *args, **kwargs):
    with pytest.raises(ConfinedError) as caught:
        function(*args, **kwargs)
    assert caught.value.reason == "refused"
    return caught.value.message


def test_without_the_guards_a_playlist_does_open_its_neighbour(folder):
    """Else the tests below would prove nothing."""
    (folder / "holiday.mp4").write_text(ATTACKS["ffconcat"])
    assert subprocess.run(["ffprobe", "-loglevel", "error", folder / "holiday.mp4"], check=False).returncode == 0


def test_no_neighbour_and_no_address_is_opened(attack, folder, server):
    target = folder / "thumbnail.jpg"
    refused(run_tool, probe_command(attack))
    refused(run_tool, thumbnail_command(attack, target, at_s=0, quality=4))
    assert not target.exists()
    assert server.hits == []


def test_the_whole_way_ends_in_a_refusal(confined, attack, tmp_path, server):
    assert refused(calls.probe, confined, attack, out_dir=tmp_path / "out") == "broken"
    assert server.hits == []
    assert psutil.Process().children(recursive=True) == []


@pytest.mark.parametrize(
    "name", ["concat:victim.ts|victim.ts", "-i.mp4", "%d.mp4", "pipe:0", "https:x.mp4", "a\nb.mp4", "'; rm -rf $HOME #"]
)
def test_a_name_is_never_more_than_a_name(confined, clips, folder, name):
    path = folder / name
    path.write_bytes(clips["video"].read_bytes())
    assert calls.probe(confined, path, out_dir=folder / "out").codec == "h264"
    assert b'"h264"' in run_tool(probe_command(path))


def test_an_address_instead_of_a_file_is_not_fetched(server):
    refused(run_tool, probe_command(Path(f"http://127.0.0.1:{server.server_port}/canary.mp4")))
    assert server.hits == []


def test_decoders_with_known_holes_are_refused(confined, clips, tmp_path):
    assert refused(calls.thumbnail, confined, clips["magicyuv"], out_dir=tmp_path / "out") in {"codec", "broken"}
    refused(run_tool, thumbnail_command(clips["magicyuv"], tmp_path / "out.jpg", at_s=0, quality=4))
    assert not (tmp_path / "out.jpg").exists()


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 5000, b"\x00\x00\x00\x20ftypisom" + b"\xff" * 5000, b"OggS" + b"\x01" * 500, b"plain words"]
)
def test_damage_is_refused(confined, tmp_path, data):
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    assert refused(calls.thumbnail, confined, path, out_dir=tmp_path / "out") == "broken"


def test_a_missing_ffmpeg_is_named():
    with pytest.raises(ConfinedError) as caught:
        run_tool(["no-such-ffmpeg"])
    assert (caught.value.reason, caught.value.message) == ("missing", "no-such-ffmpeg")
