"""The webhook beside the bot, asked of a Bot-API-shaped server on loopback."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from kiebot.sandbox.server import LocalServer
from kiebot.telegram.bot_api import remove_webhook, webhook_host

TOKEN = "123456:SECRET-TOKEN"


async def asked(answer, call=webhook_host):
    path = f"/bot{TOKEN}/{'getWebhookInfo' if call is webhook_host else 'deleteWebhook'}"
    server = LocalServer(Starlette(routes=[Route(path, lambda request: answer, methods=["GET", "POST"])]))
    await server.start()
    try:
        return await call(server.url, TOKEN)
    finally:
        await server.stop()


async def test_no_webhook_is_an_empty_host():
    result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    assert await asked(JSONResponse({"ok": True, "result": result})) == ""


async def test_of_a_webhook_only_the_host_is_told():
    result = {"url": "https://other.example/hook/secret", "pending_update_count": 7}
    assert await asked(JSONResponse({"ok": True, "result": result})) == "other.example"


async def test_a_webhook_is_removed():
    await asked(JSONResponse({"ok": True, "result": True}), remove_webhook)


@pytest.mark.parametrize("call", [webhook_host, remove_webhook])
@pytest.mark.parametrize("answer", [PlainTextResponse("<html>", 502), JSONResponse({"ok": False, "error_code": 401}, 401)])
async def test_another_answer_is_words_without_the_token(answer, call):
    with pytest.raises(ValueError, match=r"answered (502|401)") as caught:
        await asked(answer, call)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(("call", "words"), [(webhook_host, "without a webhook's state"), (remove_webhook, "did not remove")])
async def test_a_result_of_another_shape_is_words(call, words):
    with pytest.raises(ValueError, match=words):
        await asked(JSONResponse({"ok": True, "result": False}), call)


async def test_nobody_there_is_words_without_the_token():
    with pytest.raises(ValueError, match="does not answer") as caught:
        await webhook_host("http://127.0.0.1:9", TOKEN)
    assert "SECRET" not in str(caught.value)
