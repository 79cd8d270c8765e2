"""kiebot-admin outbox retry: a message that failed goes after all."""

from __future__ import annotations

import pytest

from kiebot.store import db, outbox
from kiebot.store.outbox import Lane


@pytest.fixture
def failed(filled):
    """Ends a message as failed; gives its number."""

    def fail(lane=Lane.RESULT):
        db.open_store(filled.data_dir)
        with db.transaction():
            row = outbox.add(77, "text", {"key": "common-cancel"}, lane=lane)
            outbox.delay(row.id, 9e9, "SLOW")
            outbox.end(row.id, "failed", "MEDIA_INVALID")
        db.close_store()
        return row.id

    return fail


def shown(filled, row_id):
    (found,) = (row for row in filled.json("outbox", "list") if row["id"] == row_id)
    return found["state"], found["attempts"], found["error"]


def test_a_failed_message_waits_to_be_sent_again(filled, failed):
    row_id = failed()
    assert filled.json("outbox", "retry", str(row_id), "--yes") == {"id": row_id, "retried": True}
    assert shown(filled, row_id) == ("queued", 0, "")


def test_it_is_asked_about_and_a_dry_run_changes_nothing(filled, failed):
    row_id = failed()
    asked = filled("outbox", "retry", str(row_id), given="n\n")
    assert "MEDIA_INVALID" in asked.output
    assert asked.exit_code == 1
    assert "left as it is" in filled("outbox", "retry", str(row_id), "--dry-run").output
    assert shown(filled, row_id)[0] == "failed"


def test_what_did_not_fail_is_left_alone(filled, failed):
    sent = filled("outbox", "retry", "2", "--yes")
    assert sent.exit_code == 1
    assert "only what failed can be tried again" in sent.output
    assert "no message 999" in filled("outbox", "retry", "999", "--yes").output
    assert "broadcast" in filled("outbox", "retry", str(failed(Lane.BROADCAST)), "--yes").output
