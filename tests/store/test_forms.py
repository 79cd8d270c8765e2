"""Rows around an order: forms, preferences, votes, overrides."""

from __future__ import annotations

from kiebot.store import accounts, forms, jobs, overrides, preferences, votes
from kiebot.store.db import transaction, utc_now


def job_of(account, number=1, **fields):
    with transaction():
        place = {"chat_id": 7, "language": "en", "kind": "generation"}
        return jobs.add(order_key=f"m:7:{number}", account=account.id, **place, **fields).id


def test_a_new_form_takes_the_place_of_the_old_one_and_old_buttons_do_not_reach_it(data_dir):
    ann, bob = accounts.of_user(7), accounts.of_user(8)
    old = forms.begin(ann.id, -5, 3, model="a/b", type="text_to_image")
    other = forms.begin(bob.id, -5, 3, model="a/b")
    new = forms.begin(ann.id, -5, 3, model="c/d", input={"prompt": "a boat"})
    assert forms.by_id(old.id) is None
    assert forms.get(ann.id, -5, 3).id == new.id
    assert forms.save(new.id, step="confirm", input={"prompt": "a ship"})
    assert forms.by_id(new.id).input == {"prompt": "a ship"}
    assert not forms.save(old.id, step="confirm")
    assert forms.get(bob.id, -5, 3).id == other.id
    assert forms.get(ann.id, -5, 4) is None


def test_a_form_is_dropped_when_it_is_done_or_nobody_touched_it(data_dir):
    ann = accounts.of_user(7)
    forms.begin(ann.id, 7)
    assert forms.drop(ann.id, 7)
    assert not forms.drop(ann.id, 7)
    forms.begin(ann.id, 7)
    assert forms.drop_before(utc_now() - 60) == 0
    assert forms.drop_before(utc_now() + 1) == 1


def test_the_last_parameters_of_a_model_are_remembered(data_dir):
    ann = accounts.of_user(7)
    assert preferences.get(ann.id, "a/b") == {}
    preferences.save(ann.id, "a/b", {"size": "1:1"})
    preferences.save(ann.id, "a/b", {"size": "16:9"})
    assert preferences.get(ann.id, "a/b") == {"size": "16:9"}
    assert preferences.get(ann.id, "c/d") == {}


def test_the_last_vote_of_a_person_counts(data_dir):
    ann, bob = accounts.of_user(7), accounts.of_user(8)
    first, second = job_of(ann, 1, model="a/b"), job_of(ann, 2, model="c/d")
    votes.save(first, ann.id, 1)
    votes.save(first, ann.id, -1)
    votes.save(first, bob.id, 1)
    votes.save(second, ann.id, 1)
    assert (votes.get(first, ann.id), votes.get(second, bob.id)) == (-1, 0)
    assert votes.by_model() == {"a/b": (1, 1), "c/d": (1, 0)}


def test_every_change_of_an_override_is_another_version(data_dir):
    seen = [overrides.version()]
    overrides.save("a/b", enabled=False, reason="broken")
    seen.append(overrides.version())
    overrides.save("a/b", price={"unit": "image", "credits": 4})
    seen.append(overrides.version())
    row = overrides.get("a/b")
    assert (row.enabled, row.reason, row.price) == (False, "broken", {"unit": "image", "credits": 4})
    assert overrides.drop("a/b")
    seen.append(overrides.version())
    assert len(set(seen[:3])) == 3
    assert seen[3] != seen[2]
    assert overrides.every() == []
