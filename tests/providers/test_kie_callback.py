import base64
import hashlib
import hmac
import json
import time

import pytest

from kiebot.providers.base import Hint
from kiebot.providers.kie_callback import CallbackRefused, read_callback

KEY = "the key of the webhook"
BODY = json.dumps({"code": 200, "data": {"taskId": "t-1", "state": "success", "resultJson": "{}"}}).encode()


def signed(task_id="t-1", *, key=KEY, age_s=0.0):
    timestamp = str(int(time.time() - age_s))
    digest = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return {"x-webhook-timestamp": timestamp, "x-webhook-signature": base64.b64encode(digest).decode()}


def refusal(headers, body=BODY, key=KEY):
    with pytest.raises(CallbackRefused) as caught:
        read_callback(headers, body, key)
    return caught.value.reason


def test_a_signed_callback_names_its_task():
    assert read_callback(signed(), BODY, KEY) == Hint("t-1", signed=True)


def test_the_known_signature_of_a_known_key():
    """Computed by hand with openssl: printf t.1 | openssl dgst -sha256 -hmac k -binary | base64."""
    old = {"x-webhook-timestamp": "1", "x-webhook-signature": "/v5j7dZAyj30RlWjar58XuXH3rwsWZDAbakz0ozhgM8="}
    body = b'{"data": {"task_id": "t"}}'
    assert refusal(old, body, "k") == "age"
    assert refusal(old, body, "other") == "signature"


def test_a_task_may_be_spelt_in_two_ways():
    assert read_callback({}, b'{"data": {"task_id": "t-2"}}') == Hint("t-2", signed=False)


def test_without_a_key_any_callback_is_an_unsigned_hint():
    assert read_callback({}, BODY) == read_callback(signed(), BODY) == Hint("t-1", signed=False)


def test_with_a_key_an_unsigned_one_is_refused():
    assert refusal({}) == "signature"
    assert refusal({"x-webhook-timestamp": str(int(time.time()))}) == "signature"


def test_a_forged_one_is_refused():
    assert refusal(signed(key="another key")) == "signature"
    assert refusal(signed("t-2")) == "signature"
    later = {**signed(), "x-webhook-timestamp": str(int(time.time()) + 1)}
    assert refusal(later) == "signature"
    assert refusal({**signed(), "x-webhook-signature": "щ\x00\udcff"[:2]}) == "signature"


@pytest.mark.parametrize("age_s", [301, 3600, -310])
def test_a_replayed_one_and_one_of_the_future_are_refused(age_s):
    assert refusal(signed(age_s=age_s)) == "age"


def test_a_late_one_within_five_minutes_is_taken():
    assert read_callback(signed(age_s=290), BODY, KEY).signed


@pytest.mark.parametrize("timestamp", ["", "soon", "-5", "1e9", "٣٤", "9" * 5000])
def test_a_timestamp_that_is_none_is_refused(timestamp):
    digest = hmac.new(KEY.encode(), f"t-1.{timestamp}".encode(), hashlib.sha256).digest()
    headers = {"x-webhook-timestamp": timestamp, "x-webhook-signature": base64.b64encode(digest).decode()}
    assert refusal(headers) == "age"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"{}", b"[]", b"7", b'{"data": null}', b'{"data": []}', b'{"data": {}}', b'{"data": {"taskId": 7}}',
        b'{"data": {"taskId": ""}}', b'{"data": {"taskId": "a b"}}', b'{"data": {"taskId": "\\ud800"}}', b"[" * 100_000,
        b'{"data": {"taskId": "' + b"t" * 201 + b'"}}', b"\xff\xfe",
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_and_without_a_key(body):
    assert refusal({}, body, "") == refusal(signed(), body) == "body"
