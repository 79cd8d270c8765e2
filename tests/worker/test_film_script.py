"""Writing scripts: the real services and steps against the sandbox's text model, which answers as it is told."""

from __future__ import annotations

import json
import signal

import pytest

from kiebot.catalog import loading
from kiebot.config.keys import Billing, Limits
from kiebot.config.keys import Film as Rules
from kiebot.films import choices
from kiebot.films.timeline import most_chars
from kiebot.providers.openai_text import TextModel
from kiebot.services import film as service
from kiebot.services import film_studio
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.delivery import Place
from kiebot.services.film_studio import Studio
from kiebot.services.pricing import Tariff
from kiebot.store import films, jobs
from kiebot.store.models import Incident
from kiebot.worker.runner import Runner, Step, do_again
from kiebot.worker.tasks.film_script import ScriptTasks
from tests.fakes.serving import Services
from tests.worker.conftest import wait_for

IDEA = "Фильм о смотрителе маяка, который спасает корабль в бурю"
RULES = Rules(segments=30, segment_s=5)


class TextService(Services):
    """The sandbox's AI services, of which only the text model is asked."""

    def behaves(self, **wish):
        self.behave(service="chat", **wish)

    @property
    def v1(self):
        return f"{self.url}/v1"

    @property
    def asked(self):
        return self.behaviour.counters["requests.chat"]

    @property
    def last(self):
        """The last message that it was sent."""
        return self.behaviour.prompts[-1][-1]["content"]


@pytest.fixture
def text(tmp_path):
    with TextService(tmp_path / "ai") as service:
        yield service


@pytest.fixture
def runner(text, loop, data_dir, queue):
    film_studio.bind(Studio(RULES, Limits(), Tariff(Billing()), LiveCatalogue(loading.load()), queue, data_dir))
    model = TextModel(text.v1, "", "m", timeout_s=5)
    works = ScriptTasks(model=model, loop=loop).works()
    step = Step("storing", lambda job: works[job.input["do"]](job), do_again, do_again)
    yield Runner({("film", "queued"): step, ("film", "storing"): step}, "this life", lambda: None)
    loop.run(model.aclose())


@pytest.fixture
def film(account, runner):
    """A film of 30 scenes whose script is to be written."""
    chosen = choices.defaults(RULES, language="ru", voice="", image_model="", animation_model="")
    draft = service.begin(account.id, Place(7, "ru"), 1, IDEA, chosen)
    return service.start(draft.id, account.id)


def slice_of(film, runner):
    """One claim of the film's present work; its job's id."""
    job_id = films.get(film.id).job_id
    runner.run(job_id)
    return job_id


def written(film, runner, most=12):
    """Slices until the film waits for the person, or rests. How many they were."""
    for count in range(most):
        if films.get(film.id).state != "working":
            return count
        job_id = films.get(film.id).job_id
        jobs.change(job_id, next_poll_at=None)
        runner.run(job_id)
    raise AssertionError("the script does not end")


def test_a_script_is_written_in_slices_and_then_waits_for_the_person(film, runner, text):
    assert written(film, runner) == 4  # the outline, and 12 + 12 + 6 scenes
    row, scenes = films.get(film.id), films.scenes(film.id)
    assert (row.state, row.stage, text.asked) == ("waiting", "script", 4)
    assert row.title
    assert [scene.number for scene in scenes] == list(range(1, 31))
    assert (scenes[-1].start_s, scenes[-1].end_s) == (145, 150)
    assert all(0 < len(scene.narration) <= most_chars("ru", 5) for scene in scenes)
    assert all(scene.image_prompt and scene.motion_prompt and scene.line for scene in scenes)
    assert len({scene.image_prompt for scene in scenes}) == 30


def test_each_slice_is_kept_before_the_next_is_asked_for(film, runner, text):
    job_id = slice_of(film, runner)
    assert (len(films.scenes(film.id)), jobs.get(job_id).progress) == (30, 10)
    slice_of(film, runner)
    assert sum(bool(scene.narration) for scene in films.scenes(film.id)) == 12
    assert jobs.get(job_id).progress == 46
    assert "Written already" not in text.last
    slice_of(film, runner)
    assert "11. " in text.last.split("Written already, next to them:")[1]


def test_the_operators_instructions_go_with_each_question(film, runner, text, loop):
    model = TextModel(text.v1, "", "m")
    works = ScriptTasks(model=model, loop=loop, instructions="Only comedies.").works()
    step = Step("storing", lambda job: works[job.input["do"]](job), do_again, do_again)
    slice_of(film, Runner({("film", "queued"): step}, "this life", lambda: None))
    assert text.behaviour.prompts[-1][0] == {"role": "system", "content": "Only comedies."}
    loop.run(model.aclose())


def test_a_malformed_answer_is_asked_for_again_with_what_was_wrong(film, runner, text):
    text.behaves(action="malformed", times=2)
    slice_of(film, runner)
    assert (len(films.scenes(film.id)), text.asked) == (30, 3)
    assert "the title is missing" in text.last


def test_of_an_answer_that_was_cut_off_the_whole_scenes_are_kept(film, runner, text):
    slice_of(film, runner)
    text.behaves(action="malformed", after_bytes=900)
    slice_of(film, runner)
    assert text.asked == 3
    assert sum(bool(scene.narration) for scene in films.scenes(film.id)) == 12
    assert "scene 12 is missing" in text.last
    assert "scene 1 is missing" not in text.last


def test_narration_that_is_too_long_is_asked_for_again(film, runner, text):
    slice_of(film, runner)
    text.behaves(action="wordy")
    slice_of(film, runner)
    assert text.asked == 3
    assert "characters, at most 56 fit" in text.last
    assert all(len(scene.narration) <= 56 for scene in films.scenes(film.id)[:12])


def test_narration_that_stays_too_long_loses_its_last_sentences(film, runner, text):
    slice_of(film, runner)
    text.behaves(action="wordy", times=4)
    slice_of(film, runner)
    assert text.asked == 5
    assert all(0 < len(scene.narration) <= 56 for scene in films.scenes(film.id)[:12])


def test_an_outline_with_too_few_lines_is_made_do_with_in_the_end(film, runner, text):
    text.behaves(action="short", times=4)
    slice_of(film, runner)
    assert (len(films.scenes(film.id)), text.asked) == (30, 4)
    assert written(film, runner) == 3


def test_a_model_that_never_answers_usably_lets_the_film_rest(film, runner, text):
    text.behaves(action="malformed", times=-1)
    assert written(film, runner) == 3  # tried three times
    row = films.get(film.id)
    assert (row.state, row.fail_code, text.asked) == ("resting", "script", 12)


def test_a_busy_server_is_asked_again_later(film, runner, text):
    text.behaves(action="429", retry_after_s=1)
    job_id = slice_of(film, runner)
    assert films.get(film.id).state == "working"
    assert jobs.get(job_id).next_poll_at is not None
    assert written(film, runner) == 4


@pytest.mark.parametrize(("code", "kind", "alarms"), [(401, "auth", 1), (400, "input", 0)])
def test_what_does_not_pass_lets_the_film_rest_at_once(film, runner, text, code, kind, alarms):
    text.behaves(action=str(code))
    slice_of(film, runner)
    row = films.get(film.id)
    assert (row.state, row.fail_code, text.asked) == ("resting", kind, 1)
    assert Incident.select().count() == alarms


def test_a_server_without_schemas_writes_the_same_script(film, runner, text):
    text.behaves(action="error", code=400, message="Unknown parameter: response_format", times=3)
    assert written(film, runner) == 4
    assert text.asked == 3 + 4
    assert films.get(film.id).state == "waiting"


def test_a_film_that_was_cancelled_meanwhile_is_written_no_further(film, runner, text, account):
    job_id = slice_of(film, runner)
    service.cancel(film.id, account.id)
    runner.run(job_id)
    assert text.asked == 1


@pytest.mark.parametrize("wish", ["make scene 12 darker", "сделай сцену 12 темнее"])
def test_a_wish_changes_only_the_scene_that_it_names(film, runner, text, account, wish):
    written(film, runner)
    before = {scene.number: (scene.narration, scene.image_prompt) for scene in films.scenes(film.id)}
    title = films.get(film.id).title
    service.revise(film.id, account.id, wish)
    written(film, runner)
    after = {scene.number: (scene.narration, scene.image_prompt) for scene in films.scenes(film.id)}
    assert [number for number in after if after[number] != before[number]] == [12]
    assert after[12][0] == before[12][0]
    assert wish in after[12][1]
    assert (films.get(film.id).state, films.get(film.id).title) == ("waiting", title)
    assert text.asked == 4 + 1


def test_a_wish_about_the_title_changes_no_scene(film, runner, account):
    written(film, runner)
    before = [scene.narration for scene in films.scenes(film.id)]
    service.revise(film.id, account.id, "Назови фильм «Свет в тумане»")
    written(film, runner)
    assert films.get(film.id).title == "Свет в тумане"
    assert [scene.narration for scene in films.scenes(film.id)] == before


def test_a_wish_about_all_scenes_goes_through_them_slice_by_slice(film, runner, text, account):
    written(film, runner)
    service.revise(film.id, account.id, "сделай все сцены темнее")
    assert written(film, runner) == 4  # what it is about, and 12 + 12 + 6 scenes
    assert all("темнее" in scene.image_prompt for scene in films.scenes(film.id))
    assert text.asked == 8


def test_a_change_goes_on_where_it_was_left(film, runner, account):
    written(film, runner)
    service.revise(film.id, account.id, "make all scenes darker")
    slice_of(film, runner)
    job_id = slice_of(film, runner)
    assert jobs.get(job_id).input["todo"] == list(range(13, 31))
    slice_of(film, runner)
    assert jobs.get(job_id).input["todo"] == list(range(25, 31))


def test_a_change_that_does_not_work_out_leaves_the_script_as_it_was(film, runner, text, account):
    written(film, runner)
    before = [scene.image_prompt for scene in films.scenes(film.id)]
    service.revise(film.id, account.id, "make scene 3 darker")
    text.behaves(action="malformed", times=-1)
    written(film, runner)
    assert (films.get(film.id).state, films.get(film.id).stage) == ("waiting", "script")
    assert [scene.image_prompt for scene in films.scenes(film.id)] == before


def test_a_rewrite_is_another_script(film, runner, text, account):
    written(film, runner)
    title, before = films.get(film.id).title, {scene.image_prompt for scene in films.scenes(film.id)}
    service.rewrite(film.id, account.id)
    slice_of(film, runner)
    assert title in text.last.split("did not want")[1]
    written(film, runner)
    assert {scene.image_prompt for scene in films.scenes(film.id)} != before
    assert len(films.scenes(film.id)) == 30


def test_what_the_model_is_told_of_the_idea_is_the_persons_own_words(film, runner, text):
    slice_of(film, runner)
    assert f"<idea>\n{IDEA}\n</idea>" in text.last
    assert json.dumps(IDEA, ensure_ascii=False) not in text.last


@pytest.mark.parametrize(
    ("failpoint", "asked"),
    [("film-script-answered", 5), ("film-outline-kept", 4), ("film-script-kept", 4), ("film-slice-done", 4)],
)
def test_a_worker_killed_in_the_middle_asks_for_nothing_again_that_was_kept(film, worker, text, failpoint, asked):
    sections = {"text": {"base_url": text.v1}, "film": {"segments": 30}}
    assert worker(failpoint, **sections).wait(20) == -signal.SIGKILL
    worker(**sections)
    wait_for(lambda: films.get(film.id).state == "waiting", 30)
    assert text.asked == asked
    assert all(scene.narration for scene in films.scenes(film.id))


def test_a_worker_killed_when_the_last_scene_was_kept_asks_for_nothing_more(film, worker, text):
    sections = {"text": {"base_url": text.v1}, "film": {"segments": 30}}
    for _ in range(3):  # after 12, 24 and 30 scenes
        assert worker("film-script-kept", **sections).wait(20) == -signal.SIGKILL
    assert all(scene.narration for scene in films.scenes(film.id))
    worker(**sections)
    wait_for(lambda: films.get(film.id).state == "waiting", 30)
    assert text.asked == 4
