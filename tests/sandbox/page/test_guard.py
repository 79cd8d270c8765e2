"""Only this machine's own page and scripts come in."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::2]:80", ""])
async def test_a_foreign_host_name_is_refused(api, host):
    answer = await api.get("/state", headers={"Host": host})

    assert (answer.status_code, answer.json()["error"]["field"]) == (403, "Host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:5", "[::1]"])
async def test_the_names_of_this_machine_are_let_in(api, host):
    assert (await api.get("/state", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
async def test_a_request_of_another_page_is_refused(api, origin):
    answer = await api.post("/users", json={"name": "Mallory"}, headers={"Origin": origin})

    assert (answer.status_code, answer.json()["error"]["field"]) == (403, "Origin")
    assert (await api.get("/state")).json()["users"] == []


async def test_the_pages_own_requests_are_let_in(sandbox, api):
    origin = sandbox.url.rstrip("/")

    assert (await api.post("/users", json={"name": "You"}, headers={"Origin": origin})).status_code == 201


@pytest.mark.parametrize("path", ["", "static/app.css", "api/state", "api/nothing"])
async def test_every_answer_carries_the_security_headers(sandbox, api, path):
    headers = (await api.get(sandbox.url + path)).headers

    assert "'unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(("name", "mime"), [("x.html", "text/html"), ("x.svg", "image/svg+xml"), ("x.pdf", "application/pdf")])
async def test_files_that_could_run_are_only_downloaded(api, you, name, mime):
    files = {"file": (name, b"<script>alert(1)</script>", mime)}
    media = (await api.post(f"/chats/{you['chat']}/messages", data={"kind": "document"}, files=files)).json()["media"]

    headers = (await api.get(f"/files/{media['id']}")).headers

    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert "sandbox" in headers["content-security-policy"]


async def test_a_player_gets_the_part_of_a_film_it_asks_for(api, you, film):
    files = {"file": ("clip.webm", film.read_bytes(), "video/webm")}
    media = (await api.post(f"/chats/{you['chat']}/messages", data={"kind": "video"}, files=files)).json()["media"]

    part = await api.get(f"/files/{media['id']}", headers={"Range": "bytes=100-199"})

    assert (part.status_code, part.content) == (206, film.read_bytes()[100:200])
    assert part.headers["content-disposition"].startswith("inline")
