"""The local model: its settings, and its limit, with the sandbox's own server in its place."""

import asyncio
import contextlib
import signal
import sys
from asyncio.subprocess import PIPE
from types import SimpleNamespace

import pytest

from kiebot.providers.openai_text import TextEnd, TextModel
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.backend import Choice, LimitReached
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.llama import configured
from kiebot.sandbox.ai.local import KEPT_BYTES, MAX_TOKENS, LocalModel
from kiebot.sandbox.ai.question import read_question
from kiebot.sandbox.ai.samples import long_text
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer

LONG = [{"role": "user", "content": "a long story"}]


@pytest.fixture
async def local(services):
    """The client of the child process; the server that it talks to is the scripted one."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=PIPE, stderr=asyncio.subprocess.DEVNULL)

    async def address():
        return services.server.url

    model = LocalModel(child, address())
    yield model
    await model.aclose()


async def said(pieces, heard):
    async for piece in pieces:
        heard.append(piece)


async def test_an_answer_ends_at_the_limit_and_says_so(local):
    pieces, heard = local.answer(read_question({"messages": LONG})), []
    with pytest.raises(LimitReached):
        await said(pieces, heard)
    assert MAX_TOKENS <= len("".join(heard)) / 4 < MAX_TOKENS + 50


async def test_the_limit_of_the_local_model_reaches_the_one_who_asked(local, tmp_path):
    server = LocalServer(create_app(tmp_path, Behaviour(), local))
    await server.start()
    asker = TextModel(server.url + "/v1", "key", "smollm2-135m", timeout_s=5)
    events = [event async for event in asker.stream(LONG)]
    await asker.aclose()
    await server.stop()
    assert events[-1] == TextEnd("length")


def turn(role, content):
    return {"role": role, "content": content}


async def shown(local, services, *talk):
    """What the model is shown of a talk, behind our own system prompt."""
    with contextlib.suppress(LimitReached):
        await said(local.answer(read_question({"messages": [turn("system", "You are kiebot."), *talk]})), [])
    return services.behaviour.prompts[-1][1:]


async def test_however_long_the_talk_was_the_model_reads_little_and_so_answers_soon(local, services):
    earlier = [turn(role, long_text("en")) for _ in range(4) for role in ("user", "assistant")]
    messages = await shown(local, services, *earlier, turn("user", "first: say one"))
    assert messages[-1] == turn("user", "first: say one")
    assert [message["role"] for message in messages[-3:]] == ["user", "assistant", "user"]
    assert sum(len(message["content"]) for message in messages) <= KEPT_BYTES


@pytest.mark.parametrize("text", ["Tell me more. " * 500, "\N{ROCKET}" * 2000 + " more"])
async def test_of_a_long_question_the_beginning_is_read(local, services, text):
    (message,) = await shown(local, services, turn("user", "hello"), turn("assistant", "hi"), turn("user", text))
    assert text.startswith(message["content"])
    assert KEPT_BYTES - 4 < len(message["content"].encode()) <= KEPT_BYTES


async def test_a_model_that_knows_english_only_is_not_shown_what_was_said_in_russian(local, services):
    russian = [turn("user", "Расскажи что-нибудь длинное про моря"), turn("assistant", long_text("ru"))]
    english = [turn("user", "2 + 2?"), turn("assistant", "It is 4.")]
    question = turn("user", "first: say one")
    assert await shown(local, services, *english, *russian, question) == [*english, question]


def test_the_model_may_vary_and_is_kept_from_repeating_itself(tmp_path):
    params = SimpleNamespace(model=SimpleNamespace(), sampling=SimpleNamespace(), cpuparams=SimpleNamespace())
    sampling = configured(params, tmp_path / "any.gguf").sampling
    assert sampling.temp > 0
    assert sampling.penalty_repeat > 1
    assert sampling.penalty_last_n > 0


async def test_a_model_that_does_not_come_up_is_replaced_by_the_script(tmp_path):
    model = await LocalModel.start(tmp_path / "no such weights.gguf", tmp_path)
    backend, heard = Choice(model, Scripted()), []
    await said(backend.answer(read_question({"messages": [{"role": "user", "content": "hello there"}]})), heard)
    await backend.aclose()
    assert "sandbox speaking" in "".join(heard)


async def test_a_model_that_does_not_end_is_ended(services):
    async def nowhere():
        return None

    code = "import sys, time; sys.stdin.close(); time.sleep(60)"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=PIPE)
    async with asyncio.timeout(20):
        await LocalModel(child, nowhere()).aclose()
    assert child.returncode == -signal.SIGKILL
