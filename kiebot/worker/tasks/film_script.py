"""Writing the script of a film: the outline first, then the scenes a dozen at a time; later what a person wants changed.

One claim does one such slice, and what a model answered is kept before anything else is asked, so that a crash asks again for one
slice at most. What an answer lacks is asked for again, and the model is told what was wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from typing import Any

from kiebot.errors import ProviderError
from kiebot.films import answers
from kiebot.films.answers import Plan, ScenesRead
from kiebot.films.asking import SCENES_AT_ONCE, Brief, ask_changes, ask_outline, ask_plan, ask_scenes
from kiebot.films.naming import scenes_named
from kiebot.films.near_json import read_json
from kiebot.films.script import Look, Outline, Scene, scene_of
from kiebot.providers.openai_text import Message, TextModel, identifier_of
from kiebot.services import film_work, incidents
from kiebot.services.film_studio import choices_of
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.tasks.film_bench import ClaimLost
from kiebot.worker.tasks.voices import FOR_THE_OPERATOR, MAY_PASS

log = logging.getLogger(__name__)

ASKS = 4  # for one slice
PLANNED = 10  # percent: the outline, or what a change is about

Work = Callable[[Any], None]
Keep = Callable[[Sequence[Scene]], None]
Ask = Callable[[Sequence[int], Sequence[str]], ScenesRead]  # numbers, what was wrong


class Unusable(Exception):
    """The model gave nothing usable, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Script:
    """What there is of a script, and what it is to be."""

    job: Any
    brief: Brief
    account_id: int
    title: str
    look: Look
    scenes: list[Scene]

    @property
    def unwritten(self) -> list[int]:
        """The numbers of the scenes that are not written yet."""
        return [scene.number for scene in self.scenes if not scene.written]


class ScriptTasks:
    """Bound once in worker/app.py. `instructions`: the operator's own, in the place of ours."""

    def __init__(self, *, model: TextModel, loop: LoopThread, instructions: str = "") -> None:
        self._model = model
        self._loop = loop
        self._instructions = instructions

    def works(self) -> dict[str, Work]:
        """What is done for a film's job, by its "do"."""
        return {"script": lambda job: self._do(job, self._write), "revise": lambda job: self._do(job, self._change)}

    def _do(self, job: Any, work: Callable[[Script], None]) -> None:
        """One slice. Whatever is asked again by itself, later, is said by the services."""
        film = film_work.film_of(job)
        if film is None:
            return
        try:
            work(self._script(job, film))
        except ClaimLost:
            log.info("script let go job=%d", job.id)
        except CancelledError:  # the worker stops: the next one asks again
            log.info("script left for the next worker job=%d", job.id)
        except Unusable:
            log.warning("script unusable job=%d film=%d do=%s", job.id, film.id, job.input["do"])
            film_work.stage_failed(job, "script")
        except ProviderError as error:
            _not_answered(job, error)

    def _script(self, job: Any, film: Any) -> Script:
        earlier = job.input.get("earlier") or {}
        unwanted = (str(earlier["title"]), *map(str, earlier["lines"])) if earlier else ()
        brief = Brief(film.idea, choices_of(film), self._instructions, unwanted)
        scenes = [scene_of(row) for row in film_work.scenes_of(film)]
        return Script(job, brief, film.account_id, film.title, Look.from_json(film.look), scenes)

    # -- a new script -----------------------------------------------------------------------------------------------------

    def _write(self, script: Script) -> None:
        if not script.scenes:
            outline = self._outline(script)
            look, lines = outline.look.to_json(), list(outline.lines)
            _held(film_work.outline_kept(script.job, title=outline.title, look=look, lines=lines, percent=PLANNED))
            film_work.go_on(script.job)
            return
        numbers = script.unwritten[:SCENES_AT_ONCE]
        left = len(script.unwritten)

        def ask(wanted: Sequence[int], problems: Sequence[str]) -> ScenesRead:
            asked = ask_scenes(script.brief, script.title, script.look, script.scenes, wanted, problems)
            return self._read_scenes(script, asked, wanted)

        def keep(scenes: Sequence[Scene]) -> None:
            nonlocal left
            left -= len(scenes)
            _held(film_work.script_kept(script.job, _rows(scenes), percent=_percent(left, len(script.scenes))))

        if self._asked(numbers, ask, keep):
            raise Unusable
        self._end_slice(script, done=left == 0)

    def _outline(self, script: Script) -> Outline:
        """The outline; after all asks also one with too few lines or too many."""
        best: Outline | None = None
        problems: list[str] = []
        count = script.brief.choices.scene_count
        for _ in range(ASKS):
            answer = self._answer(script, ask_outline(script.brief, problems), answers.outline_schema(count))
            outline, problems = answers.outline_of(answer, count)
            if outline is not None and not problems:
                return outline
            best = outline or best
        if best is None:
            raise Unusable
        return answers.fitted(best, count)

    # -- a change ---------------------------------------------------------------------------------------------------------

    def _change(self, script: Script) -> None:
        wish, todo = str(script.job.input["words"]), script.job.input.get("todo")
        if todo is None:
            plan = self._plan(script, wish)
            _held(film_work.revision_planned(
                script.job, title=plan.title, look=plan.look.to_json(), todo=plan.numbers, percent=PLANNED
            ))  # fmt: skip
            self._end_slice(script, done=not plan.numbers)
            return
        numbers, rest = todo[:SCENES_AT_ONCE], todo[SCENES_AT_ONCE:]
        self._change_some(script, wish, numbers, rest)
        self._end_slice(script, done=not rest)

    def _plan(self, script: Script, wish: str) -> Plan:
        """What the wish is about: the scenes that it names, and nothing else; otherwise the model says."""
        count = len(script.scenes)
        named = scenes_named(wish, count)
        if named:
            return Plan(script.title, script.look, named)
        problems: list[str] = []
        for _ in range(ASKS):
            asked = ask_plan(script.brief, script.title, script.look, script.scenes, wish, problems)
            plan, problems = answers.plan_of(self._answer(script, asked, answers.plan_schema(count)), count)
            if plan is not None:
                return plan
        raise Unusable

    def _change_some(self, script: Script, wish: str, numbers: Sequence[int], rest: Sequence[int]) -> None:
        changed: list[Scene] = []

        def ask(wanted: Sequence[int], problems: Sequence[str]) -> ScenesRead:
            asked = ask_changes(script.brief, script.title, script.look, script.scenes, wanted, wish, problems)
            return self._read_scenes(script, asked, wanted, some=True)

        if self._asked(numbers, ask, changed.extend):
            raise Unusable
        percent = _percent(len(rest), len(script.scenes))
        _held(film_work.script_kept(script.job, _rows(changed), percent=percent, todo=list(rest)))

    # -- asking -----------------------------------------------------------------------------------------------------------

    def _asked(self, numbers: Sequence[int], ask: Ask, keep: Keep) -> list[int]:
        """Ask for these scenes until all are there, keeping what can be kept. The numbers of those that could not be had.

        A narration that is too long after all asks loses its last sentences.
        """
        left, problems = list(numbers), list[str]()
        long: dict[int, Scene] = {}
        for _ in range(ASKS):
            if not left:  # from the first on where a worker died when everything was kept
                return []
            read = ask(left, problems)
            left, problems = read.again, read.problems
            long |= {scene.number: scene for scene in read.long}
            if read.scenes:
                keep(read.scenes)
        return self._make_do(left, long, keep)

    def _make_do(self, left: Sequence[int], long: dict[int, Scene], keep: Keep) -> list[int]:
        shortened = [long[number] for number in left if number in long]
        if shortened:
            keep(shortened)
        return [number for number in left if number not in long]

    def _read_scenes(self, script: Script, asked: list[Message], numbers: Sequence[int], *, some: bool = False) -> ScenesRead:
        most, language = script.brief.most_chars, script.brief.choices.language
        answer = self._answer(script, asked, answers.scenes_schema(numbers, most, some=some))
        read = answers.scenes_of(answer, numbers, most, language, some=some)
        return replace(read, long=[replace(each, narration=answers.shortened(each.narration, most)) for each in read.long])

    def _answer(self, script: Script, asked: list[Message], schema: dict[str, Any]) -> Any | None:
        """What the model answers, as JSON; None when it is none."""
        identifier = identifier_of(script.account_id)
        text, usage = self._loop.run(self._model.complete(asked, schema=schema, safety_identifier=identifier))
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        log.info("script asked job=%d model=%s tokens=%d+%d chars=%d", script.job.id, self._model.model, *tokens, len(text))
        failpoint("film-script-answered")
        return read_json(text)

    def _end_slice(self, script: Script, *, done: bool) -> None:
        if done:
            film_work.stage_done(script.job)
        else:
            film_work.go_on(script.job)


def _not_answered(job: Any, error: ProviderError) -> None:
    log.warning("script not written job=%d kind=%s code=%s", job.id, error.kind, error.code)
    if error.kind in FOR_THE_OPERATOR:
        incidents.alarm(f"provider-{error.kind}", error.provider, process="worker", words=str(error), context={"job": job.id})
    film_work.stage_failed(job, error.kind.value, final=error.kind not in MAY_PASS, wait_s=error.retry_after_s)


def _held(kept: bool) -> None:
    if not kept:
        raise ClaimLost


def _rows(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    return [scene.to_json() for scene in scenes]


def _percent(left: int, count: int) -> int:
    return 100 - (100 - PLANNED) * left // max(1, count)
