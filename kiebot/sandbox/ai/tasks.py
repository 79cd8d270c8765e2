"""KIE-shaped tasks: records with a clock. Their files are made when they are fetched, so hundreds of tasks cost next to nothing.

Each record is a file of its own: a restart of the sandbox loses none.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.behaviour import TASK_ACTIONS, Rule
from kiebot.sandbox.ai.charges import credits
from kiebot.sandbox.ai.checking import media, taken
from kiebot.sandbox.ai.listing import ListedModel
from kiebot.sandbox.ai.programs import installed
from kiebot.sandbox.ai.sizes import seconds

RUN_S = {"image": 2.0, "video": 5.0, "audio": 3.0, "text": 1.0}
FRESH_S = 0.2  # so long recordInfo knows nothing of a task, at most a tenth of its run time
KEPT_S = 14 * 24 * 3600.0
VARIANTS = 16  # so many pictures of one order are drawn before they come again
NO_FFMPEG = "ffmpeg is not installed on this machine"


@dataclass(slots=True)
class Task:
    """One order. Times are Unix seconds; `fail_code` is set when there will be no result."""

    id: str
    model: str
    output: str
    makes: str
    shape: str
    input: dict[str, Any]  # as it was given
    taken: dict[str, Any]  # what the model works with
    callback_url: str | None
    base_url: str
    credits: float
    created_at: float
    run_s: float
    has_progress: bool = False
    fresh_s: float = 0.0
    fail_code: str = ""
    fail_msg: str = ""
    files: list[str] = field(default_factory=list)
    sources: list[list[str]] = field(default_factory=list)  # parameter, kind and address of every file of the input
    parents: list[str] = field(default_factory=list)  # names of earlier files that this one goes on from
    variant: int = 0  # the same order once more gives something else
    length_s: float = 0.0  # of a sound that nothing else gives its length
    trouble: dict[str, Any] = field(default_factory=dict)  # the rule that its files or callbacks follow
    told: bool = False

    def state(self, now: float) -> str:
        """KIE's word for where the task is: it passes through all of them in its run time."""
        ran = (now - self.created_at) / self.run_s if self.run_s > 0 else 1.0
        if ran >= 1:
            return "fail" if self.fail_code else "success"
        return "waiting" if ran < 0.2 else "queuing" if ran < 0.4 else "generating"

    def progress(self, now: float) -> int | None:
        """Percent of the run time, under 100 while it runs; few models say it."""
        if not self.has_progress or self.state(now) != "generating":
            return None
        return min(99, int(100 * (now - self.created_at) / self.run_s))

    @property
    def seed(self) -> str:
        """What two results of the same words differ by: the seed that was asked for, else which of the same orders this is."""
        return str(self.taken["seed"]) if "seed" in self.input else str(self.variant or "")

    def track_id(self, number: int) -> str:
        """What file `number` (1, 2, ...) is called by who goes on from it."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.id}/{number}"))

    def is_fresh(self, now: float) -> bool:
        """So new that recordInfo does not know it yet."""
        return now - self.created_at < self.fresh_s

    @property
    def ended_at(self) -> float:
        """When it becomes a success or a failure."""
        return self.created_at + self.run_s


class Tasks:
    """All tasks of one folder: `tasks/` holds the records, `files/` the results."""

    def __init__(self, folder: Path, run_s: Mapping[str, float] | None = None) -> None:
        self.files = folder / "files"
        self._records = folder / "tasks"
        self._run_s = {**RUN_S, **(run_s or {})}
        for path in (self.files, self._records):
            path.mkdir(parents=True, exist_ok=True)
        self.tasks: dict[str, Task] = {}
        self.spent = 0.0
        self._same: Counter[str] = Counter()
        self._tracks: dict[str, tuple[Task, int]] = {}
        for path in self._records.glob("*.json"):
            if (task := _read(path)) is not None:
                self._know(task)

    def add(
        self,
        model: ListedModel,
        given: dict[str, Any],
        rule: Rule | None,
        *,
        parents: Sequence[str] = (),
        callback_url: str | None = None,
        base_url: str = "",
    ) -> Task:
        """Record an order that was accepted. A rule can let it fail, run long, or spoil its files and callbacks."""
        works_with = taken(model, given)
        run_s = self._run_s.get(model.output, 2.0)
        task = Task(
            id=uuid.uuid4().hex,
            model=model.id,
            output=model.output,
            makes=model.result["makes"],
            shape=model.result.get("shape", "urls"),
            input=given,
            taken=works_with,
            callback_url=callback_url,
            base_url=base_url,
            credits=credits(model, works_with, count(model, given, works_with)),
            created_at=time.time(),
            run_s=run_s,
            has_progress=bool(model.result.get("progress")),
            fresh_s=min(FRESH_S, run_s / 10),
            sources=[[medium.parameter, medium.kind, medium.url] for medium in media(model, works_with)],
            parents=list(parents),
            variant=self._same[_order(model.id, given)] % VARIANTS,
        )
        task.length_s = self._length_s(task)
        task.files = [f"{task.id}-{number}{suffix(task)}" for number in range(1, count(model, given, works_with) + 1)]
        if model.output in ("video", "audio") and not installed("ffmpeg"):
            task.fail_code, task.fail_msg = "500", NO_FFMPEG
        _follow(task, rule)
        self._keep(task)
        return task

    def of_file(self, name: str) -> Task | None:
        """The task that a result belongs to."""
        return self.tasks.get(name.partition("-")[0])

    def of_track(self, track_id: str) -> tuple[Task, int] | None:
        """The task and the number of a track that was given out; None for others."""
        return self._tracks.get(track_id)

    def save(self, task: Task) -> None:
        """Write a task's record."""
        path = self._records / f"{task.id}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(task), ensure_ascii=False))
        os.replace(part, path)

    def _keep(self, task: Task) -> None:
        self._know(task)
        self.save(task)

    def _know(self, task: Task) -> None:
        self.tasks[task.id] = task
        self.spent += 0 if task.fail_code else task.credits
        self._same[_order(task.model, task.input)] += 1
        if task.shape == "tracks":
            self._tracks |= {task.track_id(number): (task, number) for number, _ in enumerate(task.files, 1)}

    def _length_s(self, task: Task) -> float:
        """An extension begins where it was told to, else where its source ends."""
        new_s = seconds(task.makes, task.taken)
        if task.makes != "extension":
            return new_s
        source = self.of_file(task.parents[0]) if task.parents else None
        begins_s = float(task.taken.get("continue_at") or (source.length_s if source is not None else 0))
        return begins_s + new_s


def count(model: ListedModel, given: Mapping[str, Any], works_with: Mapping[str, Any]) -> int:
    """How many files the model makes of an input."""
    result = model.result
    if model.output == "text":
        return 0
    asked = given.get(result.get("count_by", "")) or works_with.get(result.get("count_by", ""))
    if asked is not None and str(asked).isdecimal():
        return max(1, int(asked))
    for name, numbers in result.get("count_of", {}).items():
        if works_with.get(name) in numbers:
            return int(numbers[works_with[name]])
    switched = next((number for name, number in result.get("count_when", {}).items() if works_with.get(name)), None)
    return int(switched or result.get("count", 1))


def suffix(task: Task) -> str:
    """The end of the names of a task's files."""
    wished = str(task.taken.get("output_format", ""))
    if task.output == "video":
        return ".mov" if wished == "mov" else ".mp4"
    if task.output == "audio":
        return ".wav" if task.makes == "wave" else ".mp3"
    if task.makes in ("cutout", "layers"):
        return ".png"
    return {"jpeg": ".jpg", "jpg": ".jpg", "webp": ".webp"}.get(wished, ".png")


def _order(model_id: str, given: Mapping[str, Any]) -> str:
    """Equal for equal orders."""
    return json.dumps([model_id, given], sort_keys=True)


def _follow(task: Task, rule: Rule | None) -> None:
    if rule is None or rule.action not in TASK_ACTIONS:
        return
    if rule.action == "fail":
        task.fail_code, task.fail_msg = rule.fail_code, rule.fail_msg
    elif rule.action == "slow":
        task.run_s = rule.seconds
    elif rule.action == "fresh":
        task.fresh_s = rule.seconds
    else:
        task.trouble = {"action": rule.action, "bytes": rule.bytes, "url": rule.url}


def _read(path: Path) -> Task | None:
    """A record from the disk; None for one of an older shape."""
    record = json.loads(path.read_text())
    return Task(**record) if set(record) == {field.name for field in fields(Task)} else None
