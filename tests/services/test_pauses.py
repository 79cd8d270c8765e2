"""A provider that the operator has to mend gets no orders for a while."""

from __future__ import annotations

from kiebot.services import pauses
from kiebot.store import accounts, incidents


def test_a_pause_names_its_reason_and_passes(data_dir):
    assert pauses.of("kie") is None
    pauses.pause("kie", "auth", "401 wrong key")
    pause = pauses.of("kie")
    assert pause is not None
    assert pause.kind == "auth"
    assert 0 < pause.seconds <= pauses.PAUSE_S
    assert pauses.of("runway") is None
    assert [(row.kind, row.location) for row in incidents.listed()] == [("provider-auth", "kie")]
    accounts.change_setting("pause:kie", {"kind": "auth", "until": 0})
    assert pauses.of("kie") is None
