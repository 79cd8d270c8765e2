import asyncio
import json
import subprocess
import sys
from contextlib import aclosing, asynccontextmanager

import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.openai_text import TextDelta, TextEnd, TextModel, TextUsage
from tests.fakes.wire import wire

Kind = ProviderErrorKind
ASK = [{"role": "user", "content": "Привет"}]


def chunk(text=None, reason=None, usage=None, **delta):
    if text is not None:
        delta["content"] = text
    choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": reason}]
    counted = usage and {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return json.dumps(
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, "usage": counted}
    )


def streaming(*events):
    async def reply(exchange):
        await exchange.begin()
        for event in events:
            await exchange.event(event)

    return reply


@asynccontextmanager
async def model_at(reply, **more):
    async with wire(reply) as server:
        model = TextModel(server.url + "/v1", "", "some-model", timeout_s=more.pop("timeout_s", 2), **more)
        yield model, server
        await model.aclose()


async def collect(model, **more):
    async with aclosing(model.stream(ASK, **more)) as events:
        return [event async for event in events]


async def error_of(reply, **more):
    async with model_at(reply, **more) as (model, _):
        with pytest.raises(ProviderError) as caught:
            await collect(model)
    return caught.value


async def test_an_answer_comes_in_pieces_then_its_usage_then_its_end():
    whole = streaming(chunk("При", role="assistant"), chunk("вет"), chunk(reason="stop"), chunk(usage=(9, 3)), "[DONE]")
    async with model_at(whole) as (model, server):
        assert await collect(model) == [TextDelta("При"), TextDelta("вет"), TextUsage(9, 3), TextEnd("stop")]
        sent = json.loads(server.requests[0].body)
        assert (server.requests[0].path, sent["model"], sent["stream"]) == ("/v1/chat/completions", "some-model", True)
        assert sent["stream_options"] == {"include_usage": True}
        assert "safety_identifier" not in sent
        assert "max_tokens" not in sent


async def test_reasoning_and_comments_are_not_part_of_the_answer():
    async def reply(exchange):
        await exchange.begin()
        await exchange.send(b": OPENROUTER PROCESSING\n\n")
        for event in (chunk(reasoning_content="hm"), chunk(reasoning="hm"), chunk("yes"), chunk(reason="stop"), "[DONE]"):
            await exchange.event(event)

    async with model_at(reply) as (model, _):
        assert await collect(model) == [TextDelta("yes"), TextEnd("stop")]


async def test_a_refusal_is_shown_as_the_answer():
    async with model_at(streaming(chunk(refusal="I cannot"), chunk(reason="stop"), "[DONE]")) as (model, _):
        assert await collect(model) == [TextDelta("I cannot"), TextEnd("stop")]


@pytest.mark.parametrize("reason", ["length", "content_filter", "tool_calls"])
async def test_the_reason_of_the_end_is_told(reason):
    async with model_at(streaming(chunk("x"), chunk(reason=reason), "[DONE]")) as (model, _):
        assert (await collect(model))[-1] == TextEnd(reason)


async def test_a_stream_without_a_finish_reason_is_cut():
    error = await error_of(streaming(chunk("half")))
    assert (error.kind, error.code) == (Kind.TRANSIENT, "cut")


async def test_a_connection_that_breaks_in_the_middle_is_cut():
    async def broken(exchange):
        await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        line = f"data: {chunk('half')}\n\n".encode()
        await exchange.send(b"%x\r\n%s\r\n" % (len(line), line))
        await asyncio.sleep(0.1)

    error = await error_of(broken)
    assert (error.kind, error.code) == (Kind.TRANSIENT, "cut")


async def test_what_breaks_after_the_end_is_no_error():
    async def broken(exchange):
        await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        line = f"data: {chunk('x')}\n\ndata: {chunk(reason='stop')}\n\n".encode()
        await exchange.send(b"%x\r\n%s\r\n" % (len(line), line))
        await asyncio.sleep(0.1)

    async with model_at(broken) as (model, _):
        assert await collect(model) == [TextDelta("x"), TextEnd("stop")]


async def test_a_silent_server_runs_into_the_timeout():
    async def hang(exchange):
        await exchange.left()

    async def hang_in_the_middle(exchange):
        await exchange.begin()
        await exchange.event(chunk("x"))
        await exchange.left()

    for reply in (hang, hang_in_the_middle):
        error = await error_of(reply, timeout_s=0.3)
        assert (error.kind, error.code) == (Kind.TRANSIENT, "timeout")


async def test_nobody_at_the_address():
    model = TextModel("http://127.0.0.1:9/v1", "key", "m", timeout_s=1)
    with pytest.raises(ProviderError) as caught:
        await collect(model)
    assert (caught.value.kind, caught.value.code) == (Kind.TRANSIENT, "connection")
    await model.aclose()


async def test_an_error_object_inside_the_stream():
    openrouter = json.dumps(
        {"id": "c", "error": {"code": 429, "message": "slow"}, "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}
    )
    assert (await error_of(streaming(chunk("x"), openrouter))).kind is Kind.RATE_LIMIT
    overloaded = json.dumps({"error": {"message": "x", "type": "server_error", "code": "server_is_overloaded"}})
    assert (await error_of(streaming(chunk("x"), overloaded))).kind is Kind.CAPACITY
    assert (await error_of(streaming(chunk("x"), chunk(reason="error")))).kind is Kind.CAPACITY


async def test_a_line_that_is_no_json():
    assert (await error_of(streaming(chunk("x"), "{oops"))).code == "garbled"


@pytest.mark.parametrize("event", ["5", "null", "[]", '{"choices": 5}', '{"choices": [null, {"delta": 5}]}', '{"choices": null}'])
async def test_events_of_a_strange_shape_are_never_a_bug_of_ours(event):
    assert (await error_of(streaming(event))).kind is Kind.TRANSIENT
    assert (await error_of(lambda exchange: exchange.answer(event.encode()))).kind is Kind.TRANSIENT


async def test_errors_under_http_200():
    kie = await error_of(lambda exchange: exchange.answer(b'{"code":402,"msg":"Credits insufficient","data":null}'))
    assert kie.kind is Kind.PROVIDER_FUNDS
    page = await error_of(lambda exchange: exchange.answer(b"<html>log in", kind="text/html"))
    assert (page.kind, page.code) == (Kind.TRANSIENT, "foreign_answer")


async def test_a_foreign_object_in_a_stream_is_an_error():
    error = await error_of(streaming('{"code":402,"msg":"Credits insufficient","data":null}'))
    assert error.kind is Kind.PROVIDER_FUNDS


async def test_a_server_that_cannot_stream_is_understood():
    whole = {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "all"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }  # fmt: skip
    async with model_at(lambda exchange: exchange.answer(json.dumps(whole).encode())) as (model, _):
        assert await collect(model) == [TextDelta("all"), TextUsage(1, 2), TextEnd("stop")]


async def test_a_status_error_carries_retry_after_and_is_not_retried():
    body = json.dumps({"error": {"message": "slow", "type": "requests", "code": "rate_limit_exceeded"}}).encode()
    async with model_at(lambda exchange: exchange.answer(body, status=429, Retry_After="7")) as (model, server):
        with pytest.raises(ProviderError) as caught:
            await collect(model)
        assert (caught.value.kind, caught.value.retry_after_s, len(server.requests)) == (Kind.RATE_LIMIT, 7, 1)


async def test_a_field_that_the_server_does_not_know_is_left_out_from_then_on():
    def refuse(name):
        return json.dumps({"error": {"message": f"Unknown parameter: {name}", "type": "invalid_request_error"}}).encode()

    async def picky(exchange):
        sent = json.loads(exchange.body)
        for name in ("stream_options", "safety_identifier"):
            if name in sent:
                await exchange.answer(refuse(name), status=400)
                return
        if "max_tokens" in sent:
            await exchange.answer(refuse("max_tokens, use 'max_completion_tokens' instead"), status=422)
            return
        await streaming(chunk("ok"), chunk(reason="stop"), "[DONE]")(exchange)

    async with model_at(picky) as (model, server):
        for _ in range(2):
            answer = await collect(model, max_tokens=5, safety_identifier="u")
            assert answer == [TextDelta("ok"), TextEnd("stop")]
        assert len(server.requests) == 3 + 1 + 1
        assert json.loads(server.requests[-1].body)["max_completion_tokens"] == 5


SCHEMA = {"type": "object", "required": ["word"], "properties": {"word": {"type": "string"}}, "additionalProperties": False}


def knowing(*shapes):
    """A server that knows these types of response_format and refuses the others, as the real ones do."""

    async def reply(exchange):
        wanted = json.loads(exchange.body).get("response_format")
        if wanted is not None and wanted["type"] not in shapes:
            refusal = {"error": {"message": "This response_format type is unavailable now", "type": "invalid_request_error"}}
            await exchange.answer(json.dumps(refusal).encode(), status=400)
            return
        await streaming(chunk('{"word": "ok"}'), chunk(reason="stop"), chunk(usage=(9, 3)), "[DONE]")(exchange)

    return reply


async def test_an_answer_in_a_form_is_asked_for_by_its_schema():
    async with model_at(knowing("json_schema")) as (model, server):
        assert await model.complete(ASK, schema=SCHEMA) == ('{"word": "ok"}', TextUsage(9, 3))
        sent = json.loads(server.requests[0].body)
        assert sent["response_format"]["json_schema"] == {"name": "answer", "strict": True, "schema": SCHEMA}
        assert sent["messages"] == ASK
        assert await model.complete(ASK) == ('{"word": "ok"}', TextUsage(9, 3))
        assert "response_format" not in json.loads(server.requests[1].body)


async def test_a_server_without_strict_schemas_is_given_loose_ones():
    async def loose(exchange):
        if json.loads(exchange.body)["response_format"]["json_schema"]["strict"]:
            message = "Invalid schema for response_format 'answer': 'maxLength' is not permitted"
            await exchange.answer(json.dumps({"error": {"message": message}}).encode(), status=400)
            return
        await knowing("json_schema")(exchange)

    async with model_at(loose) as (model, server):
        for _ in range(2):
            assert (await model.complete(ASK, schema=SCHEMA))[0] == '{"word": "ok"}'
        assert len(server.requests) == 2 + 1


async def test_a_server_that_knows_no_schemas_reads_it_in_words():
    async with model_at(knowing("json_object")) as (model, server):
        await model.complete(ASK, schema=SCHEMA)
        sent = json.loads(server.requests[-1].body)
        assert (len(server.requests), sent["response_format"]) == (3, {"type": "json_object"})
        assert sent["messages"][-1]["content"].startswith("Привет\n\nAnswer with one JSON object")
        assert json.dumps(SCHEMA) in sent["messages"][-1]["content"]


async def test_a_server_that_knows_no_forms_at_all_is_asked_in_words_only():
    async with model_at(knowing()) as (model, server):
        for _ in range(2):
            assert (await model.complete(ASK, schema=SCHEMA))[0] == '{"word": "ok"}'
        sent = json.loads(server.requests[-1].body)
        assert (len(server.requests), "response_format" in sent) == (4 + 1, False)


async def test_a_form_that_is_refused_however_it_is_asked_for_is_an_error():
    body = json.dumps({"error": {"message": "response_format: no", "type": "invalid_request_error"}}).encode()
    async with model_at(lambda exchange: exchange.answer(body, status=400)) as (model, server):
        with pytest.raises(ProviderError) as caught:
            await model.complete(ASK, schema=SCHEMA)
        assert (caught.value.kind, len(server.requests)) == (Kind.INPUT, 4)


async def test_without_a_form_nothing_is_learnt_about_forms():
    body = json.dumps({"error": {"message": "response_format: no", "type": "invalid_request_error"}}).encode()
    async with model_at(lambda exchange: exchange.answer(body, status=400)) as (model, server):
        with pytest.raises(ProviderError):
            await model.complete(ASK)
        assert len(server.requests) == 1


async def test_a_plain_refusal_is_not_repeated():
    body = json.dumps({"error": {"message": "bad", "type": "invalid_request_error"}}).encode()
    async with model_at(lambda exchange: exchange.answer(body, status=400)) as (model, server):
        with pytest.raises(ProviderError) as caught:
            await collect(model)
        assert (caught.value.kind, len(server.requests)) == (Kind.INPUT, 1)


async def endless(exchange):
    await exchange.begin()
    await exchange.event(chunk("x"))
    assert await exchange.left()


async def test_closing_the_generator_ends_the_request_at_the_server():
    async with model_at(endless) as (model, server):
        async with aclosing(model.stream(ASK)) as events:
            assert await anext(events) == TextDelta("x")
        await asyncio.wait_for(server.ended.wait(), 0.5)


async def test_cancelling_the_task_ends_the_request_at_the_server():
    async with model_at(endless) as (model, server):
        task = asyncio.create_task(collect(model))
        await asyncio.wait([task], timeout=0.5)
        assert server.connections == 1
        assert not server.ended.is_set()
        task.cancel()
        await asyncio.wait_for(server.ended.wait(), 0.5)


async def test_complete_gives_text_and_usage():
    async with model_at(streaming(chunk("a"), chunk("b"), chunk(reason="length"), chunk(usage=(4, 2)), "[DONE]")) as (model, _):
        assert await model.complete(ASK) == ("ab", TextUsage(4, 2))


async def test_an_answer_emptied_by_a_filter_is_moderation():
    async with model_at(streaming(chunk(reason="content_filter"), "[DONE]")) as (model, _):
        with pytest.raises(ProviderError) as caught:
            await model.complete(ASK)
    assert caught.value.kind is Kind.MODERATION


async def test_pictures_pass_through_untouched():
    parts = [
        {"type": "text", "text": "?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "auto"}},
    ]
    async with model_at(streaming(chunk("a"), chunk(reason="stop"), "[DONE]")) as (model, server):
        await model.complete([{"role": "user", "content": parts}])
        assert json.loads(server.requests[0].body)["messages"][0]["content"] == parts


def test_the_package_is_not_loaded_before_the_first_request():
    code = (
        "import sys, kiebot.providers.openai_text as text; text.TextModel('http://x', '', 'm');"
        "print('openai' in sys.modules, 'httpx' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]
