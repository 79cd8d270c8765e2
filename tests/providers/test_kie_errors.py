import json

import pytest

from kiebot.errors import ProviderErrorKind
from kiebot.http.client import Answer
from kiebot.providers.kie_errors import read_reply

Kind = ProviderErrorKind


def reply(content, status=200, **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_reply(Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body))


def kinds(content, status=200):
    """What it means for a create, and for a call that only reads."""
    found = reply(content, status)
    return found.error(unclear=Kind.UNKNOWN_OUTCOME).kind, found.error().kind


def both(kind):
    """The server said no: the same for every call."""
    return kind, kind


SERVERS_FAULT = (Kind.UNKNOWN_OUTCOME, Kind.TRANSIENT)
TABLE = [
    (400, "bad", both(Kind.INPUT)),
    (400, "violates our content policy", both(Kind.MODERATION)),
    (401, "You do not have access permissions", both(Kind.AUTH)),
    (402, "Credits insufficient", both(Kind.PROVIDER_FUNDS)),
    (403, "forbidden", both(Kind.AUTH)),
    (404, "no path", both(Kind.NOT_FOUND)),
    (408, "upstream timeout", SERVERS_FAULT),
    (409, "WAV exists", both(Kind.INPUT)),
    (413, "audio matches", both(Kind.MODERATION)),
    (422, "prompt is too short", both(Kind.INPUT)),
    (422, "prompt contains sensitive words", both(Kind.MODERATION)),
    (422, "The model name you specified is not supported. See the docs", both(Kind.NOT_FOUND)),
    (429, "slow", both(Kind.RATE_LIMIT)),
    (430, "slow", both(Kind.RATE_LIMIT)),
    (433, "limit of the key", both(Kind.PROVIDER_FUNDS)),
    (451, "cannot fetch image", both(Kind.INPUT)),
    (455, "maintenance", both(Kind.CAPACITY)),
    (500, "This field is required", both(Kind.INPUT)),
    (500, "size is not within the range of allowed options", both(Kind.INPUT)),
    (500, "flagged as sensitive", both(Kind.MODERATION)),
    (500, "This interface is temporarily paused.", both(Kind.NOT_FOUND)),
    (500, "Server exception, please try again later", SERVERS_FAULT),
    (500, "Internal server error", SERVERS_FAULT),
    (501, "generation failed", SERVERS_FAULT),
    (505, "disabled", both(Kind.NOT_FOUND)),
    (531, "failed, credits returned", SERVERS_FAULT),
    (999, "news", SERVERS_FAULT),
]


@pytest.mark.parametrize("status", [200, 400, 500, 503])
@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(("code", "message", "expected"), TABLE)
def test_the_bodys_code_decides_whatever_its_type_and_the_status(code, message, expected, as_text, status):
    content = {"code": str(code) if as_text else code, "msg": message, "data": None}
    assert kinds(content, status) == expected
    error = reply(content, status).error()
    assert (error.code, error.message, error.provider) == (str(code), message, "kie")


@pytest.mark.parametrize(
    "body", [b"", b"<html>gateway", b'{"code":429,"ms', b'"429"', b"[429]", b"null", b"\xff\xfe", b"[" * 100_000]
)
def test_a_body_that_is_no_answer_leaves_open_what_happened(body):
    assert kinds(body) == SERVERS_FAULT
    assert reply(body).error().code == "0"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (301, SERVERS_FAULT),
        (400, both(Kind.INPUT)),
        (401, both(Kind.AUTH)),
        (403, both(Kind.AUTH)),
        (404, both(Kind.NOT_FOUND)),
        (408, SERVERS_FAULT),
        (413, both(Kind.INPUT)),  # a proxy's "too large", not KIE's protected work
        (429, both(Kind.RATE_LIMIT)),
        *[(status, SERVERS_FAULT) for status in (500, 502, 503, 504, 520, 524)],
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>gateway", b'{"error": "x"}', b'{"code": null}', b'{"code": true}'])
def test_without_a_code_in_the_body_the_status_decides(status, expected, body):
    assert kinds(body, status) == expected


@pytest.mark.parametrize("code", ["", "soon", "-1", "2e2", "99999999999", 1.5, [], {}])
def test_a_code_that_is_no_code_is_none(code):
    assert kinds({"code": code, "msg": "x"}) == SERVERS_FAULT


def test_success_needs_kies_own_word():
    assert reply({"code": 200}).ok
    assert reply({"code": "200"}).ok
    assert not reply({"taskId": "t"}).ok
    assert not reply(b"").ok
    assert reply({"code": 200, "data": 7}, status=500).data == 7


@pytest.mark.parametrize("field", ["msg", "message", "error"])
def test_the_message_is_found_under_its_names(field):
    assert reply({"code": 422, field: "words"}).message == "words"


def test_retry_after_is_read():
    assert reply({"code": 429, "msg": "slow"}, retry_after="7").error().retry_after_s == 7


@pytest.mark.parametrize(
    ("content", "unknown"),
    [
        ({"code": 422, "msg": "recordInfo is null"}, True),
        ({"code": 500, "msg": "RECORDINFO IS NULL"}, True),
        ({"code": 404, "msg": "Not Found"}, True),
        ({"code": 422, "msg": "The task does not exist"}, True),
        ({"code": 200, "data": None}, True),
        ({"code": 422, "msg": "taskId is required"}, False),
        ({"code": 200, "data": {"state": "waiting"}}, False),
        (b"<html>Not Found", False),
    ],
)
def test_an_unknown_task_is_told_from_other_faults(content, unknown):
    assert reply(content, status=404 if isinstance(content, bytes) else 200).unknown_task is unknown
