"""What is logged with a traceback becomes an incident, whoever logs it, and never in the thread that logs."""

import asyncio
import logging
import threading
from contextlib import closing

import pytest
from peewee import IntegrityError

from kiebot.errors import OperatorFault
from kiebot.services import incidents
from kiebot.services.incident_watch import MOST_WAITING, watched
from kiebot.store import db
from kiebot.store import incidents as rows

log = logging.getLogger("kiebot.somewhere")


def raise_and_log(error, logger=log):
    try:
        raise error
    except Exception:
        logger.exception("it broke job=%d", 4)


def kinds():
    return sorted((row.kind, row.process, row.count) for row in rows.listed())


def test_a_logged_exception_is_recorded(data_dir):
    with watched("bot"):
        raise_and_log(KeyError("x"))
        log.error("nothing was raised here")
    assert kinds() == [("KeyError", "bot", 1)]


def test_what_ends_the_process_is_recorded_but_not_what_the_operator_has_to_mend(data_dir):
    with pytest.raises(ZeroDivisionError), watched("worker"):
        1 / 0  # noqa: B018
    with pytest.raises(OperatorFault), watched("worker"):
        raise OperatorFault("no disk")
    assert kinds() == [("ZeroDivisionError", "worker", 1)]


def test_what_was_recorded_by_hand_is_not_counted_again(data_dir):
    with watched("bot"):
        try:
            raise KeyError("x")
        except KeyError as error:
            log.exception("first the log")
            incidents.record(error, process="bot", context={"job": 4})
            log.exception("and once more")
    assert kinds() == [("KeyError", "bot", 1)]
    assert rows.listed()[0].context == {"job": 4}


async def test_a_task_that_nobody_waited_for_is_recorded(data_dir):
    async def broken():
        raise ValueError("lost")

    with watched("bot"):
        task = asyncio.create_task(broken())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
    assert kinds() == [("ValueError", "bot", 1)]


@pytest.mark.parametrize(
    ("error", "logger", "counts"),
    [
        (ConnectionResetError("gone"), "pyrogram.session", 0),
        (ConnectionResetError("gone"), "kiebot.x", 1),
        (ValueError("a bug of theirs"), "pyrogram.dispatcher", 1),
        (IntegrityError("a bug of ours"), "kiebot.x", 1),
    ],
)
def test_connections_of_libraries_break_every_day(data_dir, error, logger, counts):
    with watched("bot"):
        raise_and_log(error, logging.getLogger(logger))
    assert rows.count() == counts


def test_a_locked_store_is_no_incident_and_a_missing_one_no_trouble(tmp_path):
    with watched("bot"):
        raise_and_log(KeyError("before the store is open"))
        db.open_store(tmp_path)
        with closing(db.sqlite3.connect(tmp_path / "kiebot.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            try:
                db.database.execute_sql("PRAGMA busy_timeout = 10")
                db.database.execute_sql("BEGIN IMMEDIATE")
            except db.StoreError:
                log.exception("locked")
    assert rows.count() == 0
    db.close_store()


def test_an_exception_that_cannot_be_recorded_does_not_end_the_watch(data_dir):
    class Strange(Exception):
        @property
        def kiebot_incident(self) -> str:
            raise IndexError

    with watched("bot"):
        raise_and_log(Strange())
        raise_and_log(KeyError("the next"))
    assert [row.kind for row in rows.listed()] == ["KeyError"]


def test_who_logs_never_waits(data_dir):
    held = threading.Event()

    def hold():
        with db.transaction():
            held.set()
            release.wait(10)
        db.close_store()

    release = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with watched("bot"):
        for _ in range(3 * MOST_WAITING):
            raise_and_log(KeyError("x"))
        release.set()
    holder.join()
    assert MOST_WAITING <= rows.listed()[0].count <= MOST_WAITING + 1
