"""What runs in the confined child: `python -m kiebot.documents.child`, under kiebot.confined.launch or a systemd unit."""

from __future__ import annotations

from kiebot.confined.child import serve
from kiebot.documents.extract import extract_operation, unlock_operation
from kiebot.media.operations import picture_operation, probe_operation, thumbnail_operation
from kiebot.media.sounds import parts_operation, voice_operation
from kiebot.media.views import view_operation

OPERATIONS = {
    "extract": extract_operation,
    "picture": picture_operation,
    "probe": probe_operation,
    "sound_parts": parts_operation,
    "thumbnail": thumbnail_operation,
    "unlock": unlock_operation,
    "view": view_operation,
    "voice": voice_operation,
}

if __name__ == "__main__":
    serve(OPERATIONS)
