"""How a task looks from outside: recordInfo, callbacks, the four shapes of results. JSON within JSON strings, as KIE has it."""

from __future__ import annotations

import json
import time
from typing import Any

from kiebot.sandbox.ai.answers import words_of
from kiebot.sandbox.ai.tasks import Task

FLAGS = {"success": 1, "fail": 3}
NESTED_FOR = ("1080p", "4k")  # the resolutions whose results lie one level deeper
NONSENSE = '{"resultUrls": [nil, "'
ENDED = {
    "success": (200, "Playground task completed successfully."),
    "fail": (501, "Playground task failed."),
}


def record(task: Task, base_url: str, now: float) -> dict[str, Any]:
    """A task as recordInfo shows it: milliseconds everywhere, but seconds in costTime."""
    state = task.state(now)
    ended, failed = state in FLAGS, state == "fail"
    found = results(task, base_url) if state == "success" else None
    spoilt = task.trouble.get("action") == "bad_result"
    return {
        "taskId": task.id,
        "model": task.model,
        "state": state,
        "param": _param(task),
        "resultJson": "" if found is None else NONSENSE if spoilt else json.dumps(found, ensure_ascii=False),
        "failCode": task.fail_code if failed else None,
        "failMsg": task.fail_msg if failed else None,
        "costTime": round(task.run_s) if ended else None,
        "completeTime": _ms(task.ended_at) if ended else None,
        "createTime": _ms(task.created_at),
        "updateTime": _ms(task.ended_at if ended else now),
        "progress": task.progress(now),
        "successFlag": FLAGS.get(state, 0),
        "creditsConsumed": task.credits if state == "success" else None,
        "response": None if spoilt else found,
    }


def callback_body(task: Task, remaining: float) -> dict[str, Any]:
    """What a callback says of a task that has ended."""
    about = record(task, task.base_url, time.time())
    code, message = ENDED[about["state"]]
    left_out = ("progress", "successFlag", "creditsConsumed", "response")
    data = {name: value for name, value in about.items() if name not in left_out}
    spent = about["creditsConsumed"] or 0
    return {"code": code, "msg": message, "data": {**data, "consumeCredits": spent, "remainedCredits": remaining}}


def results(task: Task, base_url: str) -> dict[str, Any]:
    """What resultJson holds."""
    urls = [f"{base_url}files/{name}" for name in task.files]
    if task.shape == "object":
        return {"resultObject": words_of(task.makes, task.taken)}
    if task.shape == "tracks":
        return {"data": [_track(task, number, url) for number, url in enumerate(urls, 1)]}
    if task.shape == "nested" and task.taken.get("resolution") in NESTED_FOR:
        return {"data": {"result_urls": urls, "origin_urls": urls}}
    return {"resultUrls": urls}


def _track(task: Task, number: int, url: str) -> dict[str, Any]:
    """One song as Suno describes it, with its cover."""
    given = task.taken
    return {
        "id": task.track_id(number),
        "audio_url": url,
        "source_audio_url": url,
        "stream_audio_url": url,
        "image_url": url.rpartition(".")[0] + "-cover.jpg",
        "prompt": str(given.get("prompt") or given.get("lyrics") or ""),
        "model_name": str(given.get("model", "")),
        "title": str(given.get("title") or f"Sandbox track {number}"),
        "tags": str(given.get("style") or given.get("tags") or ""),
        "duration": task.length_s,
        "createTime": _ms(task.created_at),
    }


def _param(task: Task) -> str:
    inner = json.dumps(task.input, ensure_ascii=False)
    return json.dumps({"callBackUrl": task.callback_url, "input": inner, "model": task.model}, ensure_ascii=False)


def _ms(moment: float) -> int:
    return int(moment * 1000)
