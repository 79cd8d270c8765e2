import json
from dataclasses import dataclass

import httpx
import pytest
from openai import AsyncOpenAI

from kiebot.http.client import HttpClient
from kiebot.providers.kie import Kie
from kiebot.providers.openai_text import TextModel
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer


@dataclass
class Services:
    """The running services and the product's own clients for them."""

    server: LocalServer
    behaviour: Behaviour
    http: HttpClient
    raw: httpx.AsyncClient  # for requests that the product never makes
    kie: Kie
    text: TextModel

    async def behave(self, **wish):
        return await self.http.send("POST", self.server.url + "/api/ai/behaviour", body=wish)

    async def post(self, path, body):
        return await self.http.send("POST", self.server.url + path, headers={"authorization": "Bearer k"}, body=body)

    async def get(self, path, **params):
        """A GET with the key: what the server answers, as JSON."""
        url = path if path.startswith("http") else self.server.url + path
        return (await self.http.send("GET", url, headers={"authorization": "Bearer k"}, params=params)).json()

    async def order(self, model, given, **more):
        """The answer of createTask, as JSON."""
        return (await self.post("/api/v1/jobs/createTask", {"model": model, "input": given, **more})).json()

    async def made(self, model, given, **more):
        """The record of an order that ends at once."""
        answer = await self.order(model, given, **more)
        assert answer["code"] == 200, answer
        return (await self.get("/api/v1/jobs/recordInfo", taskId=answer["data"]["taskId"]))["data"]

    async def urls(self, model, given):
        """The addresses of what an order gave."""
        return json.loads((await self.made(model, given))["resultJson"])["resultUrls"]

    async def file(self, url):
        """A result's bytes."""
        answer = await self.http.send("GET", url)
        assert answer.status == 200, answer
        return answer.body

    async def lend(self, name, content, mime="application/octet-stream", place="images"):
        """Upload a file; its address."""
        answer = await self.raw.post(
            self.server.url + "/api/file-stream-upload",
            headers={"authorization": "Bearer k"},
            data={"uploadPath": place, "fileName": name},
            files={"file": (name, content, mime)},
        )
        return answer.json()["data"]["downloadUrl"]

    async def counters(self):
        return (await self.http.send("GET", self.server.url + "/debug/counters")).json()


@pytest.fixture
async def start(tmp_path):
    """Start the services over a folder; a second call is a restart of them."""
    opened = []

    async def begin(folder=tmp_path, **more):
        behaviour = Behaviour()
        server = LocalServer(create_app(folder, behaviour, Scripted(), **more))
        await server.start()
        http = HttpClient(timeout_s=10)
        text = TextModel(server.url + "/v1", "key", "sandbox-script", timeout_s=5)
        raw = httpx.AsyncClient(timeout=10, trust_env=False)
        services = Services(server, behaviour, http, raw, Kie(http, "key", server.url), text)
        opened.append(services)
        return services

    yield begin
    for services in opened:
        await services.text.aclose()
        await services.http.aclose()
        await services.raw.aclose()
        await services.server.stop()


AT_ONCE = dict.fromkeys(("image", "video", "audio", "text"), 0.0)


@pytest.fixture
async def quick(start):
    """Services whose tasks end at once."""
    return await start(run_s=AT_ONCE)


@pytest.fixture
async def services(start):
    return await start(run_s={"image": 0.3, "video": 0.3})


@pytest.fixture
async def openai(services):
    """The client of the text models' makers."""
    client = AsyncOpenAI(api_key="k", base_url=services.server.url + "/v1", max_retries=0)
    yield client
    await client.close()
