"""How the services misbehave on request, and what they have seen. Set by the chat page, by tests and by the bench."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

SERVICES = (
    "chat", "models", "transcription", "speech", "images",
    "kie", "kie_poll", "kie_credit", "kie_file", "kie_list", "upload",
    "lavatop", "lavatop_read", "lavatop_webhook",
    "listing", "limits",  # not requests but states of KIE: what it lists, whether it counts creates
)  # fmt: skip
STANDING = ("listing", "limits")
FILE_ACTIONS = ("expired", "oversized", "wrong_type", "redirect")  # kie_file, and cut; or kie, for all files of that order
CALLBACK_ACTIONS = ("duplicate", "forged", "foreign", "stale")  # kie: how the callbacks of that order go wrong
TASK_ACTIONS = ("fail", "slow", "fresh", "bad_result", *FILE_ACTIONS, *CALLBACK_ACTIONS)  # kie: accepted, and then
SPOILING = ("malformed", "wordy", "short")  # chat: what an answer in a form is like (film_answer.spoiled)
ACTIONS = (
    "error", "delay", "hang", "html", "http",  # any service
    "cut", "stream_error", "pace",  # chat; cut also for all of KIE
    *SPOILING,
    "nonsense",  # all of KIE
    *TASK_ACTIONS,
    "add", "remove", "change", "no_schema",  # listing
    "on",  # limits
    "wrong_amount",  # lavatop: the invoice is for another amount
    "drop",  # lavatop_webhook: nobody is told; besides duplicate, forged and delay
    "clear",
)  # fmt: skip
SHORT: dict[str, dict[str, Any]] = {  # other names for what is wished often
    "moderation": {"action": "fail", "fail_code": "501", "fail_msg": "Your prompt was flagged by our content policy."},
    "rate_limit": {"action": "error", "code": 429, "message": "The call frequency is too high, please try again later."},
    "lost": {"action": "cut", "accepted": True},
}
FOREVER = -1
PROMPTS_KEPT = 20
WORDS_KEPT = 20


class BehaviourFault(ValueError):
    """The wish cannot be understood; the text says why."""


@dataclass(slots=True)
class Rule:
    """One way to behave, for the next `times` requests to a service (-1: until cleared)."""

    service: str
    action: str
    model: str | None = None
    times: int = 1
    code: int = 500  # error: the HTTP status, for KIE the code in the body
    message: str = ""
    error_code: str = ""  # error, stream_error: `code` and `type` of OpenAI's error object
    error_type: str = ""
    retry_after_s: float | None = None
    delay_ms: float = 0  # delay: before anything; pace: between pieces
    after_bytes: int = 0  # cut: so much of the body arrives; malformed: so much of the JSON is there
    deltas: int = 20  # pace: so many pieces
    chars: int = 8  # pace: characters of a piece
    fail_code: str = "501"  # fail
    fail_msg: str = "The sandbox was told to fail."
    seconds: float = 60  # slow: how long the task runs; fresh: how long recordInfo is null
    bytes: int = 10**9  # oversized: what the file pretends to be
    accepted: bool = False  # kie: the task exists although the answer says otherwise
    url: str = "http://169.254.169.254/latest/meta-data/"  # redirect: where to
    like: str = ""  # listing, add: the model whose properties the new one has
    input: dict[str, Any] = field(default_factory=dict)  # listing, add and change: parameter → schema, or null without it


class Behaviour:
    """The rules in force, the words behind voices, the counters, and what the text model was asked last."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.words: dict[str, str] = {}  # sha256 of a sound file → what is said in it
        self._unheard: deque[str] = deque(maxlen=WORDS_KEPT)  # of these, what nobody has asked for yet
        self.counters: Counter[str] = Counter()
        self.prompts: deque[list[Any]] = deque(maxlen=PROMPTS_KEPT)  # the messages of the last chat requests

    async def apply(self, wish: Mapping[str, Any]) -> None:
        """What POST /api/ai/behaviour says: a rule, `{"action": "clear"}`, or the words of a voice by its sha256."""
        if "sha256" in wish:
            self.words[str(wish["sha256"])] = str(wish.get("text", ""))
            self._unheard.append(str(wish["sha256"]))
            return
        rule = _rule(wish)
        if rule.action == "clear":
            self.rules = [kept for kept in self.rules if rule.service not in ("*", kept.service)]
        else:
            self.rules.append(rule)

    def said(self, sha256: str) -> str | None:
        """What is said in a sound file; None when nobody told. A recording that was converted on its way has another sum: it is
        taken for the oldest one that nobody has asked for."""
        if sha256 not in self.words:
            sha256 = self._unheard.popleft() if self._unheard else sha256
        elif sha256 in self._unheard:
            self._unheard.remove(sha256)
        return self.words.get(sha256)

    def standing(self, service: str) -> list[Rule]:
        """The rules about a state, which no request uses up."""
        return [rule for rule in self.rules if rule.service == service]

    def take(self, service: str, model: str | None = None) -> Rule | None:
        """Count a request; the oldest rule that concerns it, used up by one. A delay is served by `pause`."""
        self.counters[f"requests.{service}"] += 1
        if model:
            self.counters[f"requests.{service}.{model}"] += 1
        for rule in self.rules:
            if rule.service in ("*", service) and rule.service not in STANDING and rule.model in (None, model):
                if rule.times != FOREVER:
                    rule.times -= 1
                    self.rules = [kept for kept in self.rules if kept.times != 0]
                return rule
        return None


async def pause(rule: Rule | None) -> None:
    """Wait as long as a rule of the action `delay` says."""
    if rule is not None and rule.action == "delay":
        await asyncio.sleep(rule.delay_ms / 1000)


def _rule(wish: Mapping[str, Any]) -> Rule:
    """A rule from JSON. A bare number as the action ("429") is short for an error of that code."""
    known = {field.name for field in fields(Rule)}
    given = {name: value for name, value in wish.items() if value is not None}
    if unknown := set(given) - known:
        raise BehaviourFault(f"unknown keys: {', '.join(sorted(unknown))}")
    short = SHORT.get(str(given.get("action", "")), {})
    action = str(short.get("action", given.get("action", "")))
    given = {**short, **given, "action": action}
    if action.isdecimal():
        given |= {"action": "error", "code": int(action)}
    elif action not in ACTIONS:
        raise BehaviourFault(f"action must be a status code or one of {', '.join(ACTIONS)}")
    given["service"] = {"text": "chat"}.get(str(given.get("service", "*")), str(given.get("service", "*")))
    if given["service"] not in (*SERVICES, "*"):
        raise BehaviourFault(f"service must be one of {', '.join(SERVICES)}, or *")
    for name, example in (
        ("times", 1),
        ("code", 1),
        ("after_bytes", 1),
        ("delay_ms", 1.0),
        ("deltas", 1),
        ("chars", 1),
        ("seconds", 1.0),
    ):
        if name in given and (isinstance(given[name], bool) or not isinstance(given[name], int | type(example))):
            raise BehaviourFault(f"{name} must be a number")
    if not isinstance(given.get("input", {}), dict):
        raise BehaviourFault("input must be an object: parameter to schema, or to null")
    return Rule(**given)
