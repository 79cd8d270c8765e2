import base64
import os
import time

import pytest

PNG = b"\x89PNG\r\n\x1a\n" + b"0123456789" * 20


async def base64_upload(services, data, **more):
    body = {"base64Data": data, "uploadPath": "images", **more}
    return (await services.post("/api/file-base64-upload", body)).json()


async def url_upload(services, url, **more):
    return (await services.post("/api/file-url-upload", {"fileUrl": url, "uploadPath": "copies", **more})).json()


async def test_bytes_can_come_as_base64(services):
    encoded = base64.b64encode(PNG).decode()
    for data in (encoded, f"data:image/png;base64,{encoded}"):
        answer = await base64_upload(services, data, fileName="cat.png")
        assert (answer["success"], answer["code"]) == (True, 200)
        assert answer["data"]["filePath"] == "images/cat.png"
        assert await services.file(answer["data"]["downloadUrl"]) == PNG


async def test_a_file_without_a_name_gets_one(services):
    answer = await base64_upload(services, f"data:image/png;base64,{base64.b64encode(PNG).decode()}")
    assert answer["data"]["fileName"].endswith(".png")


@pytest.mark.parametrize("data", ["", "not base64!", None])
async def test_what_is_no_base64_is_refused(services, data):
    assert (await base64_upload(services, data))["code"] == 400


async def test_the_same_place_and_name_overwrite(services):
    first = await services.lend("a.png", PNG)
    second = await services.lend("a.png", PNG + b"more")
    assert first == second
    assert await services.file(first) == PNG + b"more"


@pytest.mark.parametrize("place", ["", "/images", "images/", "../outside", "a//b", "a/../../b"])
async def test_a_place_must_be_a_plain_one(services, place, tmp_path):
    answer = await base64_upload(services, base64.b64encode(PNG).decode(), uploadPath=place)
    assert (answer["code"], "uploadPath" in answer["msg"]) == (400, True)
    assert not list(tmp_path.glob("*.png"))


async def test_a_file_of_this_machine_can_be_fetched_by_its_address(services):
    url = await services.lend("a.png", PNG)
    answer = await url_upload(services, url, fileName="copy.png")
    assert await services.file(answer["data"]["downloadUrl"]) == PNG
    assert (await url_upload(services, services.server.url + "/files/uploads/none/a.png"))["code"] == 451


@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "https://example.com/a.png", "file:///etc/passwd", ""])
async def test_nothing_is_fetched_from_elsewhere(services, url):
    assert (await url_upload(services, url))["code"] == 451


async def test_uploads_end_after_a_day(services, tmp_path):
    url = await services.lend("a.png", PNG)
    old = time.time() - 25 * 3600
    os.utime(tmp_path / "uploads" / "images" / "a.png", (old, old))
    assert (await services.http.send("GET", url)).status == 404


async def test_uploads_need_a_key_and_can_be_told_to_fail(services):
    answer = await services.http.send("POST", services.server.url + "/api/file-base64-upload", body={"base64Data": "eA=="})
    assert answer.json()["code"] == 401
    await services.behave(service="upload", action="500")
    assert (await base64_upload(services, base64.b64encode(PNG).decode()))["code"] == 500


async def test_a_download_url_stands_for_one_of_our_addresses(services):
    async def ask(url):
        return (await services.post("/api/v1/common/download-url", {"url": url})).json()

    answer = await ask(await services.lend("a.png", PNG))
    assert isinstance(answer["data"], str)
    assert await services.file(answer["data"]) == PNG
    assert await ask("https://example.com/a.png") == {"code": 422, "msg": "url is wrong", "data": None}
    assert (await services.http.send("GET", services.server.url + "/files/temporary/guess/a.png")).status == 404


async def test_addresses_lead_nowhere_else(services, tmp_path):
    (tmp_path / "secret.png").write_bytes(PNG)
    for path in ("/files/uploads/..%2Fsecret.png", "/files/uploads/%2e%2e/secret.png", "/files/..%2Fsecret.png"):
        assert (await services.http.send("GET", services.server.url + path)).status == 404


async def test_parts_of_a_file_can_be_fetched(services):
    url = await services.lend("a.png", PNG)
    answer = await services.http.send("GET", url, headers={"range": "bytes=0-7"})
    assert (answer.status, answer.body) == (206, PNG[:8])
