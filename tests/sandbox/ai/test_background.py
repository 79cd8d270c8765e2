"""Work beside the requests: what fails is logged, what still runs ends with the sandbox."""

import asyncio

from kiebot.sandbox.ai.background import Background


async def test_what_fails_is_logged_and_what_still_runs_is_ended(caplog):
    background, ended = Background(), []

    async def broken():
        raise RuntimeError("broken on purpose")

    async def endless():
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(True)

    background.start(broken())
    background.start(endless())
    await asyncio.sleep(0)
    await background.stop()
    assert "broken on purpose" in caplog.text
    assert ended == [True]
