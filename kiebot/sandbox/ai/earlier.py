"""Orders that go on from earlier ones: whether the ids that they name are of something that there is, and which files that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kiebot.sandbox.ai.listing import ListedModel
from kiebot.sandbox.ai.tasks import Task, Tasks

NO_TASK = "{} does not exist or has not succeeded"
NO_TRACK = "{} is not the id of a track"
OTHER_MODEL = "{} is of a task that this model does not go on from"
OTHER_TASK = "{} does not belong to the task"
NOT_AS_BEFORE = "{} must be the same as in the source task"


def refusal(tasks: Tasks, model: ListedModel, given: Mapping[str, Any], now: float) -> tuple[int, str] | None:
    """The code and the words with which such an order is refused; None when it is not."""
    words = _faults(tasks, model, given, now)
    return next(((422, fault) for fault in words), None)


def _faults(tasks: Tasks, model: ListedModel, given: Mapping[str, Any], now: float) -> Iterator[str]:
    named = [tasks.tasks.get(task_id) for _, task_id, _ in _ids(model, given, "x-task")]
    for name, task_id, of in _ids(model, given, "x-task"):
        yield from _task_faults(name, tasks.tasks.get(task_id), of, now)
    for name, track_id, of in _ids(model, given, "x-track"):
        found = tasks.of_track(track_id)
        if found is None:
            yield NO_TRACK.format(name)
            continue
        task, _ = found
        yield from _task_faults(name, task, of, now)
        if named and task not in named:
            yield OTHER_TASK.format(name)
        yield from (NOT_AS_BEFORE.format(each) for each in _as_before(model) if given.get(each) != task.taken.get(each))


def _task_faults(name: str, task: Task | None, of: list[str], now: float) -> Iterator[str]:
    if task is None or task.state(now) != "success":
        yield NO_TASK.format(name)
    elif task.model not in of:
        yield OTHER_MODEL.format(name)


def files(tasks: Tasks, model: ListedModel, given: Mapping[str, Any]) -> list[str]:
    """Names of the files that an order goes on from: the track that it names, else the first file of its task."""
    tracks = [found for _, track_id, _ in _ids(model, given, "x-track") if (found := tasks.of_track(track_id)) is not None]
    if tracks:
        return [task.files[number - 1] for task, number in tracks]
    named = [tasks.tasks.get(task_id) for _, task_id, _ in _ids(model, given, "x-task")]
    return [task.files[0] for task in named if task is not None and task.files]


def _ids(model: ListedModel, given: Mapping[str, Any], mark: str) -> Iterator[tuple[str, str, list[str]]]:
    """Parameter, id, and the models whose work it may be."""
    for name, about in model.properties.items():
        if mark in about and name in given:
            yield name, str(given[name]), about[mark]


def _as_before(model: ListedModel) -> list[str]:
    return [name for name, about in model.properties.items() if about.get("x-as-before")]
