"""The webhook beside the bot, asked of a Bot-API-shaped server on loopback."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from kiebot.sandbox.server import LocalServer
from kiebot.telegram.bot_api import webhook_info

TOKEN = "123456:SECRET-TOKEN"


async def asked(answer):
    server = LocalServer(Starlette(routes=[Route(f"/bot{TOKEN}/getWebhookInfo", lambda request: answer)]))
    await server.start()
    try:
        return await webhook_info(server.url, TOKEN)
    finally:
        await server.stop()


async def test_no_webhook_is_an_empty_host():
    result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    assert await asked(JSONResponse({"ok": True, "result": result})) == {"host": "", "pending": 0, "error": ""}


async def test_of_a_webhook_only_the_host_is_told():
    result = {"url": "https://other.example/hook/secret", "pending_update_count": 7, "last_error_message": "Connection refused"}
    found = await asked(JSONResponse({"ok": True, "result": result}))
    assert found == {"host": "other.example", "pending": 7, "error": "Connection refused"}


@pytest.mark.parametrize("answer", [PlainTextResponse("<html>", 502), JSONResponse({"ok": False, "error_code": 401}, 401)])
async def test_another_answer_is_words_without_the_token(answer):
    with pytest.raises(ValueError, match=r"answered (502|401)") as caught:
        await asked(answer)
    assert "SECRET" not in str(caught.value)


async def test_nobody_there_is_words_without_the_token():
    with pytest.raises(ValueError, match="does not answer") as caught:
        await webhook_info("http://127.0.0.1:9", TOKEN)
    assert "SECRET" not in str(caught.value)
