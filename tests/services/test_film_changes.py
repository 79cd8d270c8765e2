"""Scenes made anew, before and after the film is finished: what is made, what it costs, and what stays when it does not come."""

from __future__ import annotations

import pytest

from kiebot.errors import UserFault
from kiebot.services import billing, film, film_changes, film_sweep, film_work, generation
from kiebot.store.film_models import Film
from kiebot.store.models import OutboxRow
from tests.services.filming import SCENES

# -- while the person is asked ---------------------------------------------------------------------------------------------------


def test_a_picture_made_anew_while_it_is_asked_about_is_paid_twice_a_failed_one_stays_as_it_was(crew, account, spent):
    crew.to("pictures")
    first = crew.scenes[1].picture
    price = film_changes.redo_price(crew.film_id, account.id, 2, "picture")
    assert price == crew.film.prices["picture"]
    film_changes.redo(crew.film_id, account.id, 2)
    assert billing.verify().problems == []
    with pytest.raises(UserFault, match="film-late"):
        film_changes.redo(crew.film_id, account.id, 2)
    crew.make_all("picture")
    second = crew.scenes[1].picture
    assert second != first
    film_changes.redo(crew.film_id, account.id, 2)
    crew.make_all("picture", but=(2,))
    assert crew.where == ("waiting", "pictures")
    assert crew.scenes[1].picture == second
    assert film.failed(crew.film) == {}
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:2]) + price


def test_another_picture_when_the_clips_are_there_means_another_clip(crew, account, spent):
    crew.to("animation")
    film_changes.redo(crew.film_id, account.id, 4, "picture")
    assert crew.where == ("working", "pictures")
    assert billing.verify().problems == []
    crew.make_all("picture")
    assert crew.where == ("waiting", "pictures")
    crew.approve("pictures")
    assert [work.number for work in crew.open("clip")] == [4]
    crew.make_all("clip")
    assert crew.where == ("waiting", "animation")
    film.cancel(crew.film_id, account.id)
    one = crew.film.prices
    assert spent() == sum(crew.prices[:3]) + one["picture"] + one["clip"]


def test_another_picture_that_fails_when_the_clips_are_there_leaves_both_as_they_were(crew, account, spent):
    crew.to("animation")
    before = (crew.scenes[3].picture, crew.scenes[3].clip)
    film_changes.redo(crew.film_id, account.id, 4, "picture")
    crew.make_all("picture", but=(4,))
    assert crew.where == ("waiting", "pictures")
    assert (crew.scenes[3].picture, crew.scenes[3].clip) == before
    crew.approve("pictures")
    assert crew.where == ("waiting", "animation")
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:3])


def test_the_price_of_another_picture_names_the_clip_that_it_means(crew, account, spent):
    crew.to("animation")
    price = film_changes.redo_price(crew.film_id, account.id, 4, "picture")
    film_changes.redo(crew.film_id, account.id, 4, "picture")
    crew.make_all("picture")
    crew.approve("pictures")
    crew.make_all("clip")
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:3]) + price


@pytest.mark.parametrize("words", ["", "a calm sea"])
def test_each_of_several_pictures_made_anew_when_the_clips_are_there_gets_its_clip(crew, account, spent, words):
    crew.to("animation")
    clips = [scene.clip for scene in crew.scenes]
    film_changes.redo(crew.film_id, account.id, 4, "picture")
    crew.make_all("picture")
    price = film_changes.redo_price(crew.film_id, account.id, 2, "picture")
    if words:
        film_changes.reword(crew.film_id, account.id, 2, words)
    else:
        film_changes.redo(crew.film_id, account.id, 2, "picture")
    assert billing.verify().problems == []
    crew.make_all("picture")
    crew.approve("pictures")
    assert [work.number for work in crew.open("clip")] == [2, 4]
    crew.make_all("clip")
    assert [scene.clip == clip for scene, clip in zip(crew.scenes, clips, strict=True)] == [True, False, True, False]
    film.cancel(crew.film_id, account.id)
    one = crew.film.prices
    assert price == one["picture"] + one["clip"]
    assert spent() == sum(crew.prices[:3]) + 2 * price


def test_what_the_next_stage_costs_is_what_is_still_to_be_made(crew, account):
    crew.to("animation")
    film_changes.redo(crew.film_id, account.id, 4, "picture")
    crew.make_all("picture")
    asked = OutboxRow.get_by_id(crew.film.approval_row).payload["args"]
    assert asked["cost"]["args"] == {"credits": crew.film.prices["clip"]}


@pytest.mark.parametrize("fails", [False, True])
def test_a_picture_with_motion_becomes_a_clip_after_all_or_stays_what_it_was(crew, account, spent, fails):
    crew.to("pictures")
    crew.approve("pictures")
    crew.make_all("clip", but=(3,))
    film.choose(crew.film_id, account.id, [3], "still")
    film_changes.redo(crew.film_id, account.id, 3, "clip")
    assert [work.number for work in crew.open("clip")] == [3]
    crew.make_all("clip", but=(3,) if fails else ())
    assert (crew.where, film.failed(crew.film)) == (("waiting", "animation"), {})
    assert crew.scenes[2].treatment == ("still" if fails else "clip")
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:3]) - (crew.film.prices["clip"] if fails else 0)


def test_a_scene_whose_clip_failed_keeps_its_picture_when_another_one_fails_too(crew, account, spent):
    crew.to("pictures")
    crew.approve("pictures")
    crew.make_all("clip", but=(3,))
    before = crew.scenes[2].picture
    film_changes.redo(crew.film_id, account.id, 3, "picture")
    crew.make_all("picture", but=(3,))
    assert (crew.where, film.failed(crew.film)) == (("waiting", "pictures"), {})
    assert crew.scenes[2].picture == before
    crew.approve("pictures")
    crew.make_all("clip")
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:3])


# -- after the film is finished --------------------------------------------------------------------------------------------------


def test_a_scene_of_a_finished_film_is_made_anew_for_its_price_and_only_what_depends_on_it(crew, account, spent):
    crew.to("done")
    before = {scene.number: (scene.picture, scene.clip, scene.voice, scene.part) for scene in crew.scenes}
    price = film_changes.redo_price(crew.film_id, account.id, 2, "picture")
    film_changes.redo(crew.film_id, account.id, 2, "picture")
    with pytest.raises(UserFault, match="film-late"):
        film_changes.redo(crew.film_id, account.id, 2, "picture")
    assert billing.held(account.id) == price == crew.film.prices["picture"] + crew.film.prices["clip"]
    assert [work.number for work in crew.open()] == [2]
    crew.make_all("picture")
    crew.make_all("clip")
    assert crew.where == ("working", "assembly")
    assert billing.verify().problems == []
    crew.assemble()
    after = {scene.number: (scene.picture, scene.clip, scene.voice, scene.part) for scene in crew.scenes}
    assert [number for number in after if after[number] != before[number]] == [2]
    assert after[2][2] == before[2][2]
    assert (crew.where, crew.film.version) == (("done", "done"), 2)
    assert spent() == sum(crew.prices) + price


@pytest.mark.parametrize("what", ["clip", "narration"])
def test_a_clip_alone_or_the_narration_alone_is_made_anew(crew, account, spent, what):
    crew.to("done")
    price = film_changes.redo_price(crew.film_id, account.id, 3, what)
    film_changes.redo(crew.film_id, account.id, 3, what, "other words" if what == "narration" else "")
    if what == "clip":
        crew.make_all("clip")
    else:
        assert crew.scenes[2].narration == "other words"
        crew.speak()
    crew.assemble()
    assert crew.where == ("done", "done")
    assert spent() == sum(crew.prices) + price
    assert price == (crew.film.prices["clip"] if what == "clip" else -(-crew.film.prices["voice"] // SCENES))


@pytest.mark.parametrize("how", ["fails", "is cancelled", "rests too long"])
def test_a_change_that_does_not_come_leaves_the_film_as_it_was(crew, account, spent, how):
    crew.to("done")
    before = [(scene.picture, scene.clip, scene.part, scene.narration) for scene in crew.scenes]
    film_changes.redo(crew.film_id, account.id, 1, "picture")
    if how == "fails":
        crew.make_all("picture")
        crew.make_all("clip", but=(1,))
    elif how == "is cancelled":
        film.cancel(crew.film_id, account.id)
    else:
        crew.make_all("picture")
        crew.make_all("clip")
        film_work.stage_failed(crew.claimed(), "media", final=True)
        Film.update(asleep_until=1).execute()
        film_sweep.sweep()
    assert crew.where == ("done", "done")
    assert [(scene.picture, scene.clip, scene.part, scene.narration) for scene in crew.scenes] == before
    assert spent() == sum(crew.prices)
    price = film_changes.redo_price(crew.film_id, account.id, 1, "clip")
    film_changes.redo(crew.film_id, account.id, 1, "clip")
    crew.make_all("clip")
    crew.assemble()
    assert spent() == sum(crew.prices) + price


def test_what_a_cancelled_change_had_ordered_changes_nothing_when_it_comes_during_the_next_change(crew, account, spent):
    crew.to("done")
    before = crew.scenes[0].picture
    film_changes.redo(crew.film_id, account.id, 1, "picture")
    late = crew.stored(crew.open("picture")[0].job_id)
    film.cancel(crew.film_id, account.id)
    price = film_changes.redo_price(crew.film_id, account.id, 1, "clip")
    film_changes.redo(crew.film_id, account.id, 1, "clip")
    assert generation.finish(late, [crew.file(late.id, "picture")])
    assert crew.scenes[0].picture == before
    crew.make_all("clip")
    crew.assemble()
    assert crew.scenes[0].picture == before
    assert spent() == sum(crew.prices) + price


def test_a_change_of_a_finished_film_counts_as_a_film_in_the_making(crew, account):
    crew.to("done")
    first = crew.film_id
    crew.draft(message_id=2)
    film.start(crew.film_id, account.id)
    with pytest.raises(UserFault, match="film-limit-user"):
        film_changes.redo(first, account.id, 1, "clip")
    film.cancel(crew.film_id, account.id)
    assert film_changes.redo(first, account.id, 1, "clip").state == "working"


def test_files_that_were_asked_for_come_although_a_change_is_cancelled(crew, account):
    crew.to("done")
    film_changes.parts(crew.film_id, account.id)
    film_changes.redo(crew.film_id, account.id, 1, "clip")
    film.cancel(crew.film_id, account.id)
    assert [work.kind for work in crew.open()] == ["parts"]


def test_more_words_than_a_scene_takes_are_refused_with_the_number_that_fits(crew, account):
    crew.to("done")
    with pytest.raises(UserFault) as fault:
        film_changes.redo(crew.film_id, account.id, 1, "narration", "word " * 60)
    assert (fault.value.key, fault.value.sentence_args["chars"]) == ("film-words-long", 299)
    limit = fault.value.sentence_args["limit"]
    film_changes.redo(crew.film_id, account.id, 1, "narration", "w" * limit)
    assert crew.scenes[0].narration == "w" * limit
