"""What runs in the confined child: `python -m kiebot.documents.child`, under kiebot.confined.launch or a systemd unit."""

from __future__ import annotations

from kiebot.confined.child import serve
from kiebot.documents.extract import extract_operation, unlock_operation
from kiebot.media.film_join import join_operation, sheet_operation
from kiebot.media.film_parts import compress_operation, copies_operation, junction_operation, part_operation
from kiebot.media.film_sound import mix_operation, track_operation
from kiebot.media.operations import picture_operation, probe_operation, thumbnail_operation
from kiebot.media.sounds import parts_operation, voice_operation
from kiebot.media.views import view_operation

OPERATIONS = {
    "extract": extract_operation,
    "film_compress": compress_operation,
    "film_copies": copies_operation,
    "film_join": join_operation,
    "film_junction": junction_operation,
    "film_mix": mix_operation,
    "film_part": part_operation,
    "film_sheet": sheet_operation,
    "film_track": track_operation,
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
