"""From differences to edits of the files: only the lines in question change, and a model stays loadable."""

from datetime import date

import pytest

from kiebot.catalog.loading import load
from kiebot.catalog.openapi import Listed
from kiebot.catalog.proposals import propose
from kiebot.catalog.rows import CatalogueFault
from kiebot.catalog.schema import Parameter
from kiebot.catalog.sync import compare

TODAY = date(2026, 11, 22)
FILE = """\
# Acme. Prices from its list.

- id: acme/film
  label: {ru: "Фильм", en: Film}  # by hand
  about: {ru: "Ролики", en: "Clips"}
  emoji: 🎬
  vendor: Acme
  family: Film
  type: text_to_video
  output: video
  provider: kie
  status: current
  default: true
  price:
    unit: second
    units: seconds
    tiers:
      - {when: {size: 1080p}, credits: 8}
      - {credits: 4}
  input:
    # The words come first.
    prompt: {type: string, required: true, max_length: 500}
    size: {type: enum, values: [720p, 1080p], default: 720p}  # wire type: text
    seconds: {type: integer, min: 4, max: 12, default: 5}
    image_urls:
      type: array
      items: url-image
      # More makes no sense.
      max_items: 2
      max_mb: 10
      label: {ru: "Кадры", en: Frames}

  # Nothing else is known.

- id: acme/song
  label: {ru: "Песня", en: Song}
  about: {ru: "Песни", en: "Songs"}
  emoji: 🎵
  vendor: Acme
  family: Song
  type: text_to_music
  output: audio
  provider: kie
  status: current
  price: null
  input:
    prompt: {type: string, required: true}
"""
PROMPT = Parameter("prompt", "string", required=True, max_length=500)
SIZE = Parameter("size", "enum", values=("720p", "1080p"), default="720p")
SECONDS = Parameter("seconds", "integer", min=4, max=12, default=5)
FRAMES = Parameter("image_urls", "array", items="url-image", max_items=2)
SONG = Listed("acme/song", "Song", "Acme", ("text_to_music",), "", {"prompt": Parameter("prompt", "string", required=True)})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "acme.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def proposed(folder):
    """What the files would say if KIE listed these parameters of the film, and these models besides."""

    def make(*parameters, others=(SONG,), film=True):
        listed = list(others)
        if film:
            listed.append(Listed("acme/film", "Film", "Acme", (), "", {each.name: each for each in parameters}))
        return propose(folder, compare(load(folder), listed), listed, TODAY)

    return make


def changes(proposal):
    """The lines that go and come, without the context."""
    return [line for line in proposal.diff().splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_nothing_is_proposed_while_nothing_differs(proposed):
    proposal = proposed(PROMPT, SIZE, SECONDS, FRAMES)
    assert (proposal.changed, proposal.by_hand, proposal.diff()) == ([], [], "")


def test_one_more_value_changes_one_line_and_keeps_its_comment(proposed):
    bigger = Parameter("size", "enum", values=("720p", "1080p", "2160p", "16:9"), default="720p")
    assert changes(proposed(PROMPT, bigger, SECONDS, FRAMES)) == [
        "-    size: {type: enum, values: [720p, 1080p], default: 720p}  # wire type: text",
        '+    size: {type: enum, values: [720p, 1080p, 2160p, "16:9"], default: 720p}  # wire type: text',
    ]


def test_what_only_we_know_of_a_parameter_stays_and_comments_inside_move_above_it(proposed):
    more = Parameter("image_urls", "array", items="url-image", max_items=5)
    proposal = proposed(PROMPT, SIZE, SECONDS, more)
    frames = "    image_urls: {type: array, items: url-image, max_items: 5, max_mb: 10, label: {ru: Кадры, en: Frames}}"
    assert frames in proposal.after["acme.yaml"].splitlines()
    assert "    # More makes no sense.\n    image_urls:" in proposal.after["acme.yaml"]
    assert "  # Nothing else is known.\n\n- id: acme/song" in proposal.after["acme.yaml"]


def test_parameters_come_at_the_end_and_go_with_their_lines(proposed):
    mood = Parameter("mood", "enum", values=("calm", "wild"), default="calm")
    assert changes(proposed(PROMPT, SIZE, SECONDS, mood)) == [
        "-    image_urls:",
        "-      type: array",
        "-      items: url-image",
        "-      # More makes no sense.",
        "-      max_items: 2",
        "-      max_mb: 10",
        '-      label: {ru: "Кадры", en: Frames}',
        "+    mood: {type: enum, values: [calm, wild], default: calm}",
    ]


def test_a_default_that_is_not_taken_any_more_goes_with_the_values(proposed):
    seconds = Parameter("seconds", "enum", values=("5", "10"))
    assert '    seconds: {type: enum, values: ["5", "10"]}' in proposed(PROMPT, SIZE, seconds, FRAMES).after["acme.yaml"]


def test_another_default_is_our_choice_and_only_told(proposed):
    proposal = proposed(PROMPT, Parameter("size", "enum", values=SIZE.values, default="1080p"), SECONDS, FRAMES)
    assert proposal.changed == []
    assert proposal.by_hand == ["acme/film: changed size.default: 720p is now 1080p"]


def test_what_would_break_a_price_is_left_to_the_person(proposed):
    proposal = proposed(PROMPT, Parameter("size", "enum", values=("720p",), default="720p"), SECONDS, FRAMES)
    assert proposal.changed == []
    assert "price.tiers[0].when.size: is never '1080p'" in proposal.by_hand[0]
    gone = proposed(PROMPT, SIZE, FRAMES)
    assert gone.changed == []
    assert "(not written: acme.yaml: acme/film: price.units" in gone.by_hand[0]


def test_a_model_that_is_gone_is_kept_with_the_reason(proposed):
    assert changes(proposed(film=False)) == [
        "-  status: current",
        "+  status: unlisted",
        "+  reason: KIE has not listed it since 2026-11-22",
    ]


def test_a_new_model_waits_in_its_vendors_file_until_somebody_describes_it(folder, proposed):
    inputs = {
        "prompt": PROMPT,
        "keep_sound": Parameter("keep_sound", "boolean", default=False),
        "strength": Parameter("strength", "number", min=0, max=1),
    }
    new = Listed(
        "acme/film-2", "Film 2: the return", "acme", ("text_to_video", "image_to_video"), "8 credits  per second", inputs
    )
    proposal = proposed(PROMPT, SIZE, SECONDS, FRAMES, others=(SONG, new))
    proposal.write(folder)
    model = load(folder).get("acme/film-2")
    assert (model.status, model.type, model.also, model.output, model.price) == (
        "disabled",
        "text_to_video",
        ("image_to_video",),
        "video",
        None,
    )
    assert (model.input["strength"].min, model.input["keep_sound"].default) == (0, False)
    assert "# KIE on its price: 8 credits per second\n- id: acme/film-2" in proposal.after["acme.yaml"]
    assert "acme/film-2: new model in acme.yaml" in proposal.by_hand[0]
    assert not model.offered


def test_a_new_vendor_gets_a_file_and_a_new_model_without_a_description_none(proposed):
    inputs = {"prompt": PROMPT}
    other = Listed("b/one", "One", "Big & Co", ("text_to_image",), "", inputs)
    silent = Listed("b/two", "Two", "Big & Co", ("text_to_image",), "", None)
    strange = Listed("b/three", "Three", "Big & Co", ("text_to_smell",), "", inputs)
    proposal = proposed(PROMPT, SIZE, SECONDS, FRAMES, others=(SONG, other, silent, strange))
    assert proposal.changed == ["big-co.yaml"]
    told = " ".join(proposal.by_hand)
    assert "b/two: new model, text_to_image (not written: nobody says what it takes; try --from docs)" in told
    assert "b/three: new model, text_to_smell (not written: its type is not one of ours)" in told


def test_nonsense_from_the_listing_is_never_written(proposed):
    broken = Parameter("seconds", "integer", min=9, max="x", default=5)
    proposal = proposed(PROMPT, SIZE, broken, FRAMES)
    assert proposal.changed == []
    assert "not written" in proposal.by_hand[0]


def test_files_are_written_only_when_the_whole_catalogue_loads(folder, proposed):
    proposal = proposed(film=False)
    proposal.after["acme.yaml"] += "- [\n"
    with pytest.raises(CatalogueFault):
        proposal.write(folder)
    assert (folder / "acme.yaml").read_text(encoding="utf-8") == FILE
