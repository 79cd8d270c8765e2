from dataclasses import dataclass

import pytest

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
    kie: Kie
    text: TextModel

    async def behave(self, **wish):
        return await self.http.send("POST", self.server.url + "/api/ai/behaviour", body=wish)

    async def post(self, path, body):
        return await self.http.send("POST", self.server.url + path, headers={"authorization": "Bearer k"}, body=body)

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
        services = Services(server, behaviour, http, Kie(http, "key", server.url), text)
        opened.append(services)
        return services

    yield begin
    for services in opened:
        await services.text.aclose()
        await services.http.aclose()
        await services.server.stop()


@pytest.fixture
async def services(start):
    return await start(run_s={"image": 0.3, "video": 0.3})
