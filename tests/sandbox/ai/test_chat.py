import asyncio
import base64
import io
import json
from contextlib import aclosing

import pytest
from openai import BadRequestError
from PIL import Image

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.openai_text import TextDelta, TextEnd, TextUsage

Kind = ProviderErrorKind


def ask(text):
    return [{"role": "system", "content": "Be kind."}, {"role": "user", "content": text}]


async def events_of(services, text="Привет", **more):
    async with aclosing(services.text.stream(ask(text), **more)) as events:
        return [event async for event in events]


async def error_of(services):
    with pytest.raises(ProviderError) as caught:
        await events_of(services)
    return caught.value


async def test_an_answer_streams_with_usage_and_says_that_the_sandbox_speaks(services):
    events = await events_of(services, "Привет, как дела?")
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert "песочница" in text
    assert "Привет, как дела?" in text
    assert events[-1] == TextEnd("stop")
    assert isinstance(events[-2], TextUsage)
    assert events[-2].completion_tokens > 10
    assert len(events) > 8


async def test_the_language_of_the_question_is_the_language_of_the_answer(services):
    assert "sandbox" in (await services.text.complete(ask("Hello there")))[0]
    assert "песочница" in (await services.text.complete(ask("Что такое SQL?")))[0]


async def test_a_message_without_letters_is_answered_in_the_language_that_the_person_wrote_before(services):
    talk = [{"role": "system", "content": "You are kiebot, a friendly assistant. " * 5}, {"role": "user", "content": "Кто там?"}]
    answer, _ = await services.text.complete([*talk, {"role": "user", "content": "2 + 2"}])
    assert "В сообщении написано: «2 + 2»" in answer


@pytest.mark.parametrize(("first", "second", "name"), [("Hello", "And now?", "sandbox"), ("Привет", "А теперь?", "песочница")])
async def test_the_script_says_once_in_a_conversation_what_it_is(services, first, second, name):
    (answer, _), talk = await services.text.complete(ask(first)), ask(first)
    assert name in answer
    talk += [{"role": "assistant", "content": answer}, {"role": "user", "content": second}]
    assert name not in (await services.text.complete(talk))[0]


async def test_what_a_person_quotes_is_not_their_wish(services):
    hint = "> Ask for code, a table, a list, a formula or a long text to see how each of them looks.\n\n"
    answer = (await services.text.complete(ask(hint + "Why should I?")))[0]
    assert "«Why should I?»" in answer
    assert "```" not in answer
    assert "```" in (await services.text.complete(ask(hint + "Code, please")))[0]


async def test_the_same_question_has_the_same_answer_whole_or_streamed(services, openai):
    whole = await openai.chat.completions.create(model="sandbox-script", messages=ask("Hello"))
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    assert (await services.text.complete(ask("Hello")))[0] == whole.choices[0].message.content


async def test_the_wire_has_a_role_chunk_an_empty_usage_chunk_and_done(services):
    body = {"model": "m", "stream": True, "stream_options": {"include_usage": True}, "messages": ask("Hi")}
    raw = (await services.post("/v1/chat/completions", body)).body.decode()
    events = [line.removeprefix("data: ") for line in raw.strip().split("\n\n")]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] > 0
    assert all(chunk["usage"] is None for chunk in chunks[:-1])


@pytest.mark.parametrize(
    ("wish", "sign"),
    [
        ("show me some code", "```python"),
        ("покажи таблицу", "|:--|"),
        ("список дел", "- [x]"),
        ("a formula please", "$$x_{1,2}"),
        ("напиши длинный текст", "## Часть 10"),
    ],
)
async def test_samples_of_markdown_can_be_asked_for(services, wish, sign):
    assert sign in (await services.text.complete(ask(wish)))[0]


async def test_a_long_answer_is_about_twelve_thousand_characters(services):
    assert 12_000 < len((await services.text.complete(ask("a long story")))[0]) < 13_500


async def test_the_limit_of_tokens_is_kept(services):
    events = await events_of(services, "a long story", max_tokens=50)
    assert events[-1] == TextEnd("length")
    assert events[-2].completion_tokens < 80


async def test_structured_answers_conform_to_their_schema(services, openai):
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "scenes"],
        "properties": {
            "title": {"type": "string", "minLength": 3, "maxLength": 20},
            "mood": {"enum": ["calm", "wild"]},
            "scenes": {"type": "array", "minItems": 3, "items": {"$ref": "#/$defs/scene"}},
        },
        "$defs": {
            "scene": {
                "type": "object",
                "properties": {"seconds": {"type": "integer", "minimum": 4, "maximum": 8}, "loud": {"type": ["boolean", "null"]}},
            }
        },
    }
    answer = await openai.chat.completions.create(
        model="m",
        messages=ask("Фильм про море"),
        response_format={"type": "json_schema", "json_schema": {"name": "film", "schema": schema}},
    )
    made = json.loads(answer.choices[0].message.content)
    assert made == {"title": "Фильм про море", "mood": "calm", "scenes": [{"seconds": 4, "loud": True}] * 3}
    answer = await openai.chat.completions.create(model="m", messages=ask("x"), response_format={"type": "json_object"})
    assert json.loads(answer.choices[0].message.content)["source"] == "sandbox"


def picture_message(data, text="Что здесь?"):
    url = "data:image/png;base64," + base64.b64encode(data).decode()
    return [{"role": "user", "content": [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]}]


async def test_a_picture_is_really_looked_at(services):
    file = io.BytesIO()
    Image.new("RGB", (320, 200), (220, 30, 30)).save(file, "PNG")
    answer, _ = await services.text.complete(picture_message(file.getvalue()))
    assert "PNG, 320x200" in answer
    assert "красный (100 %)" in answer
    answer, _ = await services.text.complete(picture_message(file.getvalue(), "What is it?"))
    assert "mostly red (100 %)" in answer


async def test_a_broken_picture_is_refused(services):
    with pytest.raises(ProviderError) as caught:
        await services.text.complete(picture_message(b"not a picture"))
    assert (caught.value.kind, caught.value.code) == (Kind.INPUT, "invalid_image")


async def test_tools_are_named_and_not_called(openai):
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}]
    answer = await openai.chat.completions.create(model="m", messages=ask("Weather?"), tools=tools)
    assert "get_weather" in answer.choices[0].message.content
    assert answer.choices[0].message.tool_calls is None


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'{"messages": []}', b'{"messages": [5]}'])
async def test_malformed_requests_get_an_error_object(services, openai, body):
    answer = await services.raw.post(services.server.url + "/v1/chat/completions", content=body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    with pytest.raises(BadRequestError):
        await openai.chat.completions.create(model="m", messages=[])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, Kind.INPUT),
        (401, Kind.AUTH),
        (402, Kind.PROVIDER_FUNDS),
        (403, Kind.AUTH),
        (429, Kind.RATE_LIMIT),
        (500, Kind.TRANSIENT),
        (503, Kind.CAPACITY),
    ],
)
async def test_status_codes_on_request(services, code, kind):
    await services.behave(service="chat", action=str(code), retry_after_s=7)
    error = await error_of(services)
    assert (error.kind, error.retry_after_s) == (kind, 7)
    assert (await events_of(services))[-1] == TextEnd("stop")


async def test_an_error_can_be_worded(services):
    wish = {"service": "chat", "action": "error", "code": 400, "error_code": "context_length_exceeded", "message": "too long"}
    await services.behave(**wish)
    assert (await error_of(services)).code == "context_length"


async def test_a_page_instead_of_an_answer(services):
    await services.behave(service="chat", action="html")
    assert (await error_of(services)).code == "foreign_answer"


async def test_a_stream_is_cut_after_so_many_bytes(services):
    await services.behave(service="chat", action="cut", after_bytes=900)
    got = []

    async def read():
        async with aclosing(services.text.stream(ask("a long story"))) as events:
            async for event in events:
                got.append(event)

    with pytest.raises(ProviderError) as caught:
        await read()
    assert caught.value.code == "cut"
    assert got


async def test_an_error_in_the_middle_of_a_stream(services):
    await services.behave(service="chat", action="stream_error", deltas=2, code=503)
    assert (await error_of(services)).kind is Kind.CAPACITY


async def test_silence_ends_when_the_other_side_hangs_up(services):
    await services.behave(service="chat", action="hang")
    task = asyncio.create_task(events_of(services))
    await asyncio.wait([task], timeout=0.3)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0.1)
    assert (await services.counters())["disconnects"] == 1


async def test_a_delay_comes_before_the_answer(services):
    await services.behave(service="chat", action="delay", delay_ms=300)
    began = asyncio.get_running_loop().time()
    await events_of(services)
    assert asyncio.get_running_loop().time() - began > 0.3


async def test_the_pace_of_an_answer_can_be_set(services):
    await services.behave(service="chat", action="pace", deltas=7, chars=10, delay_ms=1, times=-1)
    for _ in range(2):
        pieces = [event.text for event in await events_of(services) if isinstance(event, TextDelta)]
        assert [len(piece) for piece in pieces] == [10] * 7
        assert pieces[6] == "7 ........"


async def test_a_stopped_answer_is_no_longer_made(services):
    await services.behave(service="chat", action="pace", deltas=1000, delay_ms=20)
    async with aclosing(services.text.stream(ask("x"))) as events:
        await anext(events)
    await asyncio.sleep(0.2)
    counters = await services.counters()
    assert (counters["disconnects"], counters.get("chat.finished", 0)) == (1, 0)


async def test_rules_concern_their_model_and_can_be_cleared(services):
    await services.behave(service="chat", model="another", action="500", times=-1)
    assert (await events_of(services))[-1] == TextEnd("stop")
    await services.behave(service="*", action="503", times=-1)
    assert (await error_of(services)).kind is Kind.CAPACITY
    await services.behave(action="clear")
    assert (await events_of(services))[-1] == TextEnd("stop")
    counters = await services.counters()
    assert counters["requests.chat"] == counters["requests.chat.sandbox-script"] == 3


@pytest.mark.parametrize(
    "wish",
    [{"action": "dance"}, {"action": "500", "service": "x"}, {"action": "500", "tims": 1}, {"action": "500", "times": "a"}],
)
async def test_a_wish_that_makes_no_sense_is_refused(services, wish):
    assert (await services.behave(**wish)).status == 400
