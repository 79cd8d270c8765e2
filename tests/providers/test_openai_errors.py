import json

import pytest

from kiebot.errors import ProviderErrorKind
from kiebot.providers.openai_errors import body_error, foreign_answer

Kind = ProviderErrorKind


def openai(message="", kind="", code=None):
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


CASES = [
    (429, openai("slow", "requests", "rate_limit_exceeded"), Kind.RATE_LIMIT, "rate_limit_exceeded"),
    (429, openai("no money", "insufficient_quota", "insufficient_quota"), Kind.PROVIDER_FUNDS, "insufficient_quota"),
    (429, openai("no money", "insufficient_quota", "credit_balance_exhausted"), Kind.PROVIDER_FUNDS, "credit_balance_exhausted"),
    (429, openai("", "", "project_spend_limit_exceeded"), Kind.PROVIDER_FUNDS, "project_spend_limit_exceeded"),
    (429, openai("", "", "organization_usage_limit_exceeded"), Kind.PROVIDER_FUNDS, "organization_usage_limit_exceeded"),
    (400, openai("too long", "invalid_request_error", "context_length_exceeded"), Kind.INPUT, "context_length"),
    (
        400,
        openai("the request exceeds the available context size", "exceed_context_size_error", 400),
        Kind.INPUT,
        "context_length",
    ),
    (400, openai("This endpoint's maximum context length is 8192 tokens", "", 400), Kind.INPUT, "context_length"),
    (400, openai("no", "image_generation_user_error", "moderation_blocked"), Kind.MODERATION, "moderation_blocked"),
    (400, openai("no", "invalid_request_error", "content_policy_violation"), Kind.MODERATION, "content_policy_violation"),
    (400, openai("bad field", "invalid_request_error"), Kind.INPUT, "400"),
    (401, openai("bad key", "invalid_request_error", "invalid_api_key"), Kind.AUTH, "invalid_api_key"),
    (
        403,
        openai("country", "request_forbidden", "unsupported_country_region_territory"),
        Kind.AUTH,
        "unsupported_country_region_territory",
    ),
    (404, openai("no model", "invalid_request_error", "model_not_found"), Kind.NOT_FOUND, "model_not_found"),
    (404, openai("no path", "invalid_request_error"), Kind.NOT_FOUND, "404"),
    (402, openai("Insufficient Balance", "unknown_error", "invalid_request_error"), Kind.PROVIDER_FUNDS, "invalid_request_error"),
    (402, {"error": {"code": 402, "message": "Insufficient credits"}}, Kind.PROVIDER_FUNDS, "402"),
    (
        403,
        {"error": {"code": 403, "message": "Forbidden", "metadata": {"reasons": ["violence"], "flagged_input": "x"}}},
        Kind.MODERATION,
        "403",
    ),
    (422, {"detail": [{"msg": "field"}]}, Kind.INPUT, "422"),
    (500, openai("oops", "server_error"), Kind.TRANSIENT, "500"),
    (503, openai("", "", "server_is_overloaded"), Kind.CAPACITY, "server_is_overloaded"),
    (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, Kind.CAPACITY, "503"),
    (502, "<html>", Kind.TRANSIENT, "502"),
    (0, {"message": "provider died", "code": 502}, Kind.TRANSIENT, "502"),
    (0, {"message": "slow", "code": "429"}, Kind.RATE_LIMIT, "429"),
    (0, {"error": "just words"}, Kind.TRANSIENT, ""),
    (400, [{"error": {"code": 400, "message": "API key not valid", "status": "INVALID_ARGUMENT"}}], Kind.INPUT, "400"),
    (418, None, Kind.TRANSIENT, "418"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), CASES)
def test_the_body_says_what_is_wrong(status, body, kind, code):
    error = body_error("text", body, status=status, headers={"retry-after": "3"})
    assert (error.kind, error.code, error.retry_after_s) == (kind, code, 3)


FOREIGN = [
    ({"code": 402, "msg": "Credits insufficient", "data": None}, Kind.PROVIDER_FUNDS, "402"),
    ({"code": 401, "msg": "You do not have access permissions"}, Kind.AUTH, "401"),
    ({"code": 500, "msg": "Server exception"}, Kind.TRANSIENT, "500"),
    ({"code": 455, "msg": "maintenance"}, Kind.CAPACITY, "455"),
    ({"error": {"message": "x", "code": 429}}, Kind.RATE_LIMIT, "429"),
    ({"hello": "world"}, Kind.TRANSIENT, ""),
]


@pytest.mark.parametrize(("body", "kind", "code"), FOREIGN)
def test_an_error_under_http_200_is_seen(body, kind, code):
    error = foreign_answer("text", json.dumps(body).encode(), {})
    assert (error.kind, error.code) == (kind, code)


def test_a_page_under_http_200_is_a_passing_fault():
    error = foreign_answer("text", b"<html>please log in", {})
    assert (error.kind, error.code) == (Kind.TRANSIENT, "foreign_answer")
