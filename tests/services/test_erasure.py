"""A deleted account: nothing personal is left in any table or file, and the books are still right."""

from __future__ import annotations

import pytest

from kiebot.errors import UserFault
from kiebot.services import billing, bonuses, documents, erasure, export, forgetting, generation, promo, waiting
from kiebot.services.accounts import person_of
from kiebot.services.bonuses import Bonuses
from kiebot.services.delivery import Place, say_markdown
from kiebot.store import access, accounts, erasing, feedback, inputs, jobs, ledger, outbox, threads
from kiebot.store import promo as codes
from kiebot.store.db import database, transaction, utc_now
from kiebot.store.models import Account, Job, OutboxRow
from kiebot.store.money_models import Payment

USER = 7_654_321_098
CANARY = "quokka"


@pytest.fixture
def quokka(data_dir):
    """Somebody who left traces in all corners."""
    account = accounts.of_user(USER, name=f"{CANARY} name", username=f"{CANARY}_user", language_code="en")
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 100, "grant:1", reason="welcome")
        Payment.create(
            account=account.id, provider="stars", token="t1", credits=50, amount=30, currency="XTR", state="paid",
            external_id="charge-1", chat_id=USER, language="en", expires_at=0, paid_at=1, detail={"words": CANARY},
        )  # fmt: skip
        ledger.add(account.id, "topup", 50, "topup:stars:charge-1")
    return account


@pytest.fixture
def traces(quokka, order, queue, limits, data_dir):
    """Talk, a document, a paid job with its folder, a given file, feedback, a half-filled order, what awaits an answer."""
    ordered = order(account_id=quokka.id, place=Place(USER, "en"), prompt=f"a {CANARY}", input={"prompt": f"a {CANARY}"})
    job_id = generation.request(ordered, queue=queue, limits=limits, billing_enabled=True)
    job = jobs.claim(job_id, "queued", "storing", "boot")
    folder = documents.folder(data_dir, job_id)
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"x")
    generation.finish(job, [{"path": str(folder / "1.png"), "mime": "image/png", "size": 1, "name": f"{CANARY}.png"}])
    thread = threads.active(USER, 0)
    content = [{"type": "text", "text": CANARY}]
    turn = threads.add_turn(thread=thread.id, account=quokka.id, chat_id=USER, message_id=1, language="en", content=content)
    row = say_markdown(Place(USER, "en"), f"You said {CANARY}", dedup_key=f"answer:{turn.id}:0")
    outbox.sent(row, 55)
    threads.end_turn(turn.id, "answered", answer=f"You said {CANARY}", answer_row=row)
    given = data_dir / "media" / "in" / "1"
    given.parent.mkdir(parents=True, exist_ok=True)
    given.write_bytes(b"x")
    file = {"kind": "image", "name": CANARY, "file_id": CANARY, "path": str(given), "state": "ready"}
    inputs.add(account=quokka.id, chat_id=USER, message_id=2, **file)
    feedback.add(quokka.id, USER, CANARY, job_id)
    waiting.expect(USER, "promo")
    accounts.first_seen(f"n:{quokka.id}:banned:1")
    with transaction():
        access.admit(quokka.id)
    return folder, given


def dump():
    """All that the tables hold, as one text."""
    return "\n".join(database.connection().iterdump())


def test_nothing_personal_is_left_in_any_table_or_file_and_the_books_are_right(quokka, traces, data_dir):
    assert CANARY in dump()
    assert str(USER) in dump()
    erasure.erase(quokka.id, data_dir)
    left = dump()
    assert [line for line in left.splitlines() if CANARY in line.lower() or str(USER) in line] == []
    assert not any(path.exists() for path in traces)
    assert billing.verify().problems == []
    assert ledger.balance(quokka.id) == 120
    assert Payment.get().amount == 30
    assert Job.get().price == 30


def test_whoever_comes_again_is_new_but_gets_no_second_welcome_and_no_code_twice(quokka, data_dir):
    with transaction(durable=True):
        codes.add("SUMMER", 40)
        promo.redeem(quokka.id, "summer")
    erasure.erase(quokka.id, data_dir)
    again = accounts.of_user(USER, name="Somebody")
    assert again.id != quokka.id
    assert again.returned
    with transaction(durable=True):
        assert bonuses.welcome(person_of(again), Bonuses(start=10)) == 0
        assert promo.redeem(again.id, "summer").key == "promo-used"
        codes.add("AUTUMN", 40)
        assert promo.redeem(again.id, "autumn").key == "promo-done"
    assert not bonuses.is_new(again.id)
    assert billing.verify().problems == []


def test_a_ban_outlives_the_account(quokka, data_dir):
    Account.update(banned=True).where(Account.id == quokka.id).execute()
    erasure.erase(quokka.id, data_dir)
    assert accounts.of_user(USER).banned
    assert not accounts.of_user(USER + 1).banned


def test_an_account_of_today_that_is_not_the_first_one_is_not_deleted_by_its_person_and_an_admins_never(quokka, data_dir):
    erasure.check(quokka)
    erasure.erase(quokka.id, data_dir)
    again = accounts.of_user(USER)
    with pytest.raises(UserFault, match="forget-account-later"):
        erasure.check(again)
    Account.update(created_at=utc_now() - forgetting.DAY_S - 1, role="admin").where(Account.id == again.id).execute()
    with pytest.raises(UserFault, match="forget-account-admin"):
        erasure.check(accounts.get(again.id))


def test_an_account_in_debt_or_with_a_link_that_can_be_paid_is_not_deleted_by_its_person(quokka):
    with transaction(durable=True):
        ledger.add(quokka.id, "reversal", -151, "grant:2")
    with pytest.raises(UserFault, match="forget-account-debt"):
        erasure.check(quokka)
    with transaction(durable=True):
        ledger.add(quokka.id, "bonus", 1, "grant:3")
        link = {"provider": "lavatop", "credits": 50, "amount": 50, "currency": "RUB", "state": "offered", "language": "en"}
        Payment.create(account=quokka.id, token="t2", chat_id=USER, expires_at=utc_now() + 60, **link)
    with pytest.raises(UserFault, match="forget-account-link"):
        erasure.check(quokka)
    Payment.update(expires_at=utc_now() - 1).execute()
    erasure.check(quokka)


def test_what_was_not_sent_is_cancelled_and_what_a_provider_works_on_is_waited_for(quokka, order, queue, limits, data_dir):
    def request(number):
        ordered = order(number, account_id=quokka.id, place=Place(USER, "en"))
        return generation.request(ordered, queue=queue, limits=limits, billing_enabled=True)

    waiting_job, sent = request(1), request(2)
    jobs.claim(sent, "queued", "submitting", "boot")
    assert jobs.leaving(sent, 1)
    with pytest.raises(UserFault, match="forget-account-busy"):
        erasure.erase(quokka.id, data_dir)
    assert jobs.get(waiting_job).state == "queued"
    generation.fail(jobs.get(sent), "unknown_outcome")
    erasure.erase(quokka.id, data_dir)
    assert jobs.get(waiting_job).state == "cancelled"
    assert ledger.balance(quokka.id) == 150
    assert billing.verify().problems == []


def test_the_goodbye_itself_is_swept_once_it_was_sent(quokka, data_dir):
    erasure.erase(quokka.id, data_dir)
    with transaction():
        goodbye = outbox.add(USER, "text", {"key": "forget-account-done"}, lane=outbox.Lane.ANSWER)
    assert erasing.sweep() == 0
    outbox.sent(goodbye.id, 9)
    assert erasing.sweep() == 1


def test_nothing_is_sent_to_nobody(data_dir):
    with transaction():
        row = outbox.add(outbox.NOBODY, "text", {"key": "payment-refunded"}, lane=outbox.Lane.NOTICE)
    assert row.state == "failed"
    assert not OutboxRow.select().where(OutboxRow.state == "queued").exists()


def test_what_the_operator_read_is_in_the_persons_export(quokka):
    with transaction():
        access.note_action("read-texts", quokka.id, shown=3)
    files = {name: "".join(pieces) for name, pieces in export.files(quokka.id)}
    assert "read-texts" in files["looks_of_the_operator.json"]
