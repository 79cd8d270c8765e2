"""KIE-shaped tasks: made in the background, kept in files, so that a restart of the sandbox loses none."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kiebot.catalog.schema import Model
from kiebot.sandbox.ai.behaviour import Rule
from kiebot.sandbox.ai.clips import save_clip
from kiebot.sandbox.ai.drawing import picture_size, save_picture
from kiebot.sandbox.ai.programs import ProgramFault

log = logging.getLogger(__name__)

RUN_S = {"image": 2.0, "video": 5.0}
AT_ONCE = 2
PICTURE_SIDE = 768
CLIP_S = 5.0


@dataclass(slots=True)
class Task:
    """One order. Times are Unix seconds; `file` is set when the result exists, `fail_code` when there will be none."""

    id: str
    model: str
    output: str
    input: dict[str, Any]
    callback_url: str | None
    credits: int
    created_at: float
    run_s: float
    file: str = ""
    made_at: float = 0.0
    fail_code: str = ""
    fail_msg: str = ""

    def state(self, now: float) -> str:
        """KIE's word for where the task is: it passes through all of them in its run time, and then waits for its file."""
        ran = (now - self.created_at) / self.run_s if self.run_s > 0 else 1.0
        if ran >= 1 and self.fail_code:
            return "fail"
        if ran >= 1 and self.file:
            return "success"
        return "waiting" if ran < 0.2 else "queuing" if ran < 0.4 else "generating"

    def progress(self, now: float) -> int:
        """Percent of the run time, under 100 while it runs."""
        return min(99, int(100 * (now - self.created_at) / self.run_s)) if self.run_s > 0 else 99

    @property
    def ended_at(self) -> float:
        """When it became a success or a failure."""
        return max(self.created_at + self.run_s, self.made_at)


class Tasks:
    """All tasks of one folder: `tasks/` holds the records, `files/` the results."""

    def __init__(self, folder: Path, run_s: Mapping[str, float] | None = None) -> None:
        self.files = folder / "files"
        self._records = folder / "tasks"
        self._run_s = {**RUN_S, **(run_s or {})}
        self._making = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        for path in (self.files, self._records):
            path.mkdir(parents=True, exist_ok=True)
        records = (json.loads(path.read_text()) for path in self._records.glob("*.json"))
        self.tasks = {record["id"]: Task(**record) for record in records}

    def resume(self) -> None:
        """Go on with what a stop interrupted."""
        for task in self.tasks.values():
            if not task.file and not task.fail_code:
                self._begin(task)

    def add(self, model: Model, given: dict[str, Any], callback_url: str | None, rule: Rule | None) -> Task:
        """Record an order and begin to make it. A rule can make it slow or let it fail."""
        run_s = rule.seconds if rule is not None and rule.action == "slow" else self._run_s.get(model.output, 2.0)
        price = model.price.credits
        task = Task(uuid.uuid4().hex, model.id, model.output, given, callback_url, price, time.time(), run_s)
        if rule is not None and rule.action == "fail":
            task.fail_code, task.fail_msg = rule.fail_code, rule.fail_msg
        self.tasks[task.id] = task
        self._save(task)
        if not task.fail_code:
            self._begin(task)
        return task

    def of_file(self, name: str) -> Task | None:
        """The task that a result belongs to."""
        return self.tasks.get(Path(name).stem)

    async def stop(self) -> None:
        """End what is being made; the next start makes it anew."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self, task: Task) -> None:
        running = asyncio.create_task(self._make(task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _make(self, task: Task) -> None:
        path = self.files / f"{task.id}{_suffix(task)}"
        try:
            async with self._making:
                await self._made(task, path)
            task.file = path.name
        except ProgramFault as exc:
            task.fail_code, task.fail_msg = "500", str(exc)
        except Exception:
            log.exception("sandbox task failed task=%s", task.id)
            task.fail_code, task.fail_msg = "500", "The sandbox could not make this; its log says why."
        task.made_at = time.time()
        await asyncio.to_thread(self._save, task)

    async def _made(self, task: Task, path: Path) -> None:
        prompt, ratio = str(task.input.get("prompt", "")), task.input.get("aspect_ratio")
        if task.output == "video":
            duration = str(task.input.get("duration", CLIP_S))
            await save_clip(prompt, ratio, float(duration) if duration.isdecimal() else CLIP_S, path)
            return
        part = path.with_name(f"part-{path.name}")
        await asyncio.to_thread(save_picture, prompt, picture_size(ratio, PICTURE_SIDE), part)
        await asyncio.to_thread(os.replace, part, path)

    def _save(self, task: Task) -> None:
        path = self._records / f"{task.id}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(task), ensure_ascii=False))
        os.replace(part, path)


def _suffix(task: Task) -> str:
    if task.output == "video":
        return ".mp4"
    return ".jpg" if task.input.get("output_format") in ("jpeg", "jpg") else ".png"
