import asyncio
import io
import json
import subprocess
import time

import pytest
from PIL import Image, ImageChops, ImageDraw

EDIT = "google/nano-banana-edit"


def picture(body):
    return Image.open(io.BytesIO(body))


def png(size=(400, 300), colour=(40, 90, 200), spot=(230, 30, 30)):
    """A picture with something in its middle."""
    drawn = Image.new("RGB", size, colour)
    middle = (size[0] * 0.35, size[1] * 0.3, size[0] * 0.65, size[1] * 0.7)
    ImageDraw.Draw(drawn).ellipse(middle, fill=spot)
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


async def probe(body, path):
    path.write_bytes(body)
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    found = json.loads(await asyncio.to_thread(subprocess.check_output, command))
    return {one["codec_type"]: one for one in found["streams"]}, float(found["format"]["duration"])


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({}, (1024, 1024)),
        ({"aspect_ratio": "16:9"}, (1024, 576)),
        ({"aspect_ratio": "9:16", "resolution": "2K"}, (1152, 2048)),
        ({"resolution": "4K"}, (4096, 4096)),
        ({"aspect_ratio": "auto"}, (1024, 1024)),
    ],
)
async def test_pictures_have_the_size_that_was_asked_for(quick, given, size):
    (url,) = await quick.urls("nano-banana-2", {"prompt": "кот", **given})
    assert picture(await quick.file(url)).size == size


@pytest.mark.parametrize(
    ("image_size", "upright"),
    [("portrait_4_3", True), ("landscape_16_9", False), ("portrait_16_9", True), ("landscape_4_3", False)],
)
async def test_named_sizes_are_understood(quick, image_size, upright):
    (url,) = await quick.urls("ideogram/v3-text-to-image", {"prompt": "a cat", "image_size": image_size})
    width, height = picture(await quick.file(url)).size
    assert (height > width) is upright


@pytest.mark.parametrize(("wish", "mime"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
async def test_pictures_come_in_the_format_that_was_asked_for(quick, wish, mime):
    (url,) = await quick.urls("qwen2-1/text-to-image", {"prompt": "a cat", "output_format": wish})
    assert picture(await quick.file(url)).format == mime


async def test_an_edit_draws_on_the_lent_picture(quick):
    lent = await quick.lend("a.png", png())
    given = {"prompt": "a boat", "aspect_ratio": "auto"}
    (url,) = await quick.urls(EDIT, {**given, "image_urls": [lent]})
    made = picture(await quick.file(url)).convert("RGB")
    assert made.size == (1024, 768)  # the lent picture's shape, for none was asked for
    spot, corner = made.getpixel((512, 384)), made.getpixel((20, 20))
    assert spot[0] > corner[0] + 60  # the red spot is still there
    other = await quick.lend("b.png", png(spot=(30, 230, 30)))
    (second,) = await quick.urls(EDIT, {**given, "image_urls": [other]})
    assert await quick.file(second) != await quick.file(url)


async def test_further_pictures_are_seen_too(quick):
    first, second = await quick.lend("a.png", png()), await quick.lend("b.png", png(colour=(0, 0, 0)))
    (alone,) = await quick.urls(EDIT, {"prompt": "x", "image_urls": [first]})
    (both,) = await quick.urls(EDIT, {"prompt": "x", "image_urls": [first, second]})
    assert await quick.file(alone) != await quick.file(both)


async def test_a_mask_says_where_to_draw(quick):
    mask = Image.new("L", (400, 300), 0)
    mask.paste(255, (0, 0, 200, 300))
    file = io.BytesIO()
    mask.save(file, "PNG")
    given = {"prompt": "x", "image_url": await quick.lend("a.png", png()), "mask_url": await quick.lend("m.png", file.getvalue())}
    (url,) = await quick.urls("ideogram/v3-edit", given)
    made, before = picture(await quick.file(url)).convert("RGB"), picture(png()).convert("RGB")
    right = (200, 80, 400, 300)  # below the caption
    assert ImageChops.difference(made.crop(right), before.crop(right)).getbbox() is None
    assert ImageChops.difference(made.crop((0, 0, 200, 200)), before.crop((0, 0, 200, 200))).getbbox() is not None


async def test_an_upscaled_picture_is_the_same_one_larger(quick):
    lent = await quick.lend("a.png", png())
    (url,) = await quick.urls("topaz/image-upscale", {"image_url": lent, "upscale_factor": "2"})
    made = picture(await quick.file(url))
    assert made.size == (800, 600)
    assert made.convert("RGB").getpixel((400, 300)) == (230, 30, 30)


async def test_a_removed_background_is_transparent(quick):
    lent = await quick.lend("a.png", png())
    (url,) = await quick.urls("recraft/remove-background", {"image": lent})
    made = picture(await quick.file(url))
    assert (made.mode, made.getpixel((5, 5))[3], made.getpixel((200, 150))[3]) == ("RGBA", 0, 255)


async def test_a_new_picture_can_have_a_transparent_background(quick):
    given = {"prompt": "a cat", "aspect_ratio": "1:1", "background": "transparent"}
    (url,) = await quick.urls("gpt-image-2-text-to-image", given)
    made = picture(await quick.file(url))
    assert (made.mode, made.getpixel((5, 5))[3]) == ("RGBA", 0)
    assert made.crop((200, 400, 800, 800)).getchannel("A").getextrema() == (0, 255), "the cat is not"
    (url,) = await quick.urls("qwen2-1/text-to-image", {**given, "output_format": "jpeg"})
    assert picture(await quick.file(url)).getpixel((5, 5)) == (255, 255, 255), "a JPEG has no transparency"


async def test_layers_are_pictures_of_their_own(quick):
    urls = await quick.urls("seedream/5-flash-layer-decomposition", {"image_url": await quick.lend("a.png", png())})
    assert len({await quick.file(url) for url in urls}) == 3


@pytest.mark.parametrize(
    ("model", "given", "count"),
    [
        ("grok-imagine/text-to-image", {"aspect_ratio": "1:1"}, 6),
        ("grok-imagine/text-to-image", {"aspect_ratio": "1:1", "enable_pro": True}, 4),
        ("ideogram/v3-remix", {"image_url": "https://example.com/a.png", "num_images": "3"}, 3),
        ("wan/2-7-image", {}, 4),
        ("wan/2-7-image", {"n": 1}, 1),
        ("wan/2-7-image", {"enable_sequential": True}, 12),
    ],
)
async def test_some_models_give_several_pictures_at_once(quick, model, given, count):
    record = await quick.made(model, {"prompt": "a cat", **given})
    assert len(json.loads(record["resultJson"])["resultUrls"]) == count


@pytest.mark.parametrize(
    ("given", "size", "seconds", "sounds"),
    [
        ({"aspect_ratio": "9:16", "duration": 5, "resolution": "480p", "generate_audio": False}, (480, 854), 5, False),
        ({"aspect_ratio": "16:9", "duration": 4, "resolution": "1080p", "generate_audio": True}, (1920, 1080), 4, True),
    ],
)
async def test_clips_have_the_shape_length_and_sound_that_were_asked_for(quick, tmp_path, given, size, seconds, sounds):
    (url,) = await quick.urls("bytedance/seedance-2", {"prompt": "кот", **given})
    streams, length = await probe(await quick.file(url), tmp_path / "a.mp4")
    assert (streams["video"]["codec_name"], streams["video"]["pix_fmt"]) == ("h264", "yuv420p")
    assert (streams["video"]["width"], streams["video"]["height"]) == (
        pytest.approx(size[0], abs=2),
        pytest.approx(size[1], abs=2),
    )
    assert (length, "audio" in streams) == (pytest.approx(seconds, abs=0.3), sounds)


async def test_a_speaking_head_is_as_long_as_its_words(quick, tmp_path):
    (tune,) = [track["audio_url"] for track in json.loads((await song(quick, duration=10))["resultJson"])["data"]][:1]
    voice = await quick.lend("voice.mp3", await quick.file(tune), place="audio")
    given = {"prompt": "speak", "image_url": await quick.lend("a.png", png()), "audio_url": voice}
    (url,) = await quick.urls("kling/ai-avatar-pro", given)
    streams, length = await probe(await quick.file(url), tmp_path / "a.mp4")
    assert length == pytest.approx(10, abs=0.3)
    assert (streams["video"]["width"], streams["video"]["height"]) == (640, 480)
    assert streams["audio"]["codec_name"] == "aac"


async def test_an_enlarged_clip_is_larger_and_a_later_task_starts_from_an_earlier_one(quick, tmp_path):
    clip = await quick.made("grok-imagine/text-to-video", {"prompt": "кот", "duration": "6", "aspect_ratio": "16:9"})
    (url,) = await quick.urls("grok-imagine/upscale", {"task_id": clip["taskId"], "resolution": "720p"})
    streams, length = await probe(await quick.file(url), tmp_path / "a.mp4")
    assert (streams["video"]["height"], length) == (720, pytest.approx(6, abs=0.3))


async def test_the_same_seed_gives_the_same_picture_and_none_another_one_each_time(quick):
    async def made(**more):
        (url,) = await quick.urls("bytedance/seedream", {"prompt": "a cat", **more})
        return await quick.file(url)

    assert await made() != await made()
    assert await made(seed=7) == await made(seed=7)
    assert await made(seed=7) != await made(seed=8)


async def song(quick, **more):
    given = {"custom_mode": False, "instrumental": True, "model": "V6", "prompt": "calm jazz"}
    return await quick.made("ai-music-api/generate", {**given, **more})


async def test_songs_come_as_tracks_with_covers(quick, tmp_path):
    record = await song(quick, duration=12)
    tracks = json.loads(record["resultJson"])["data"]
    assert tracks == record["response"]["data"]
    assert len(tracks) == 2
    assert tracks[0]["duration"] == 12
    assert picture(await quick.file(tracks[0]["image_url"])).format == "JPEG"
    streams, length = await probe(await quick.file(tracks[1]["audio_url"]), tmp_path / "a.mp3")
    assert (streams["audio"]["codec_name"], length) == ("mp3", pytest.approx(12, abs=0.2))
    given = {"task_id": record["taskId"], "audio_id": tracks[0]["id"]}
    (wave,) = await quick.urls("ai-music-api/convert-to-wav-format", given)
    streams, length = await probe(await quick.file(wave), tmp_path / "a.wav")
    assert (streams["audio"]["codec_name"], length) == ("pcm_s16le", pytest.approx(12, abs=0.2))


async def test_a_song_is_as_long_as_was_asked_and_goes_on_from_where_it_is_told_to(quick, tmp_path):
    record = await song(quick, duration=90)
    track = json.loads(record["resultJson"])["data"][1]
    _, length = await probe(await quick.file(track["audio_url"]), tmp_path / "a.mp3")
    assert (length, track["duration"]) == (pytest.approx(90, abs=0.2), 90)
    given = {"audio_id": track["id"], "default_param_flag": False, "model": "V6", "continue_at": 60}
    longer = json.loads((await quick.made("ai-music-api/extend", given))["resultJson"])["data"][0]
    _, length = await probe(await quick.file(longer["audio_url"]), tmp_path / "b.mp3")
    assert (length, longer["duration"]) == (pytest.approx(80, abs=0.2), 80)


async def test_the_video_of_a_song_is_as_long_as_the_song(quick, tmp_path):
    record = await song(quick, duration=11)
    given = {"task_id": record["taskId"], "audio_id": json.loads(record["resultJson"])["data"][0]["id"]}
    (video,) = await quick.urls("ai-music-api/create-music-video", given)
    streams, length = await probe(await quick.file(video), tmp_path / "c.mp4")
    assert (length, set(streams)) == (pytest.approx(11, abs=0.5), {"video", "audio"})


REFUSED = [
    ({"audio_id": "0" * 32}, "audio_id is not the id of a track"),
    ({"task_id": "0" * 32}, "task_id does not exist or has not succeeded"),
    ({"task_id": "lyrics"}, "task_id is of a task that this model does not go on from"),
    ({"task_id": "other"}, "audio_id does not belong to the task"),
]


@pytest.mark.parametrize(("wrong", "words"), REFUSED, ids=[words for _, words in REFUSED])
async def test_ids_of_earlier_tasks_and_tracks_are_checked(quick, wrong, words):
    first, other = await song(quick), await song(quick, prompt="loud jazz")
    lyrics = await quick.made("ai-music-api/generate-lyrics", {"prompt": "x"})
    names = {"lyrics": lyrics["taskId"], "other": other["taskId"]}
    track = json.loads(first["resultJson"])["data"][0]["id"]
    given = {"task_id": first["taskId"], "audio_id": track, **{name: names.get(value, value) for name, value in wrong.items()}}
    answer = await quick.order("ai-music-api/convert-to-wav-format", given)
    assert (answer["code"], answer["msg"]) == (422, words)


async def test_a_song_goes_on_only_with_the_model_that_made_it(quick):
    track = json.loads((await song(quick))["resultJson"])["data"][0]["id"]
    answer = await quick.order("ai-music-api/extend", {"audio_id": track, "default_param_flag": False, "model": "V5"})
    assert (answer["code"], answer["msg"]) == (422, "model must be the same as in the source task")


async def test_the_parts_of_a_song_are_two_or_all_its_instruments(quick):
    record = await song(quick, duration=10)
    given = {"task_id": record["taskId"], "audio_id": json.loads(record["resultJson"])["data"][0]["id"]}
    assert len(await quick.urls("ai-music-api/separate-vocals", given)) == 2
    parts = await quick.urls("ai-music-api/separate-vocals", {**given, "type": "split_stem"})
    assert len({await quick.file(url) for url in parts}) == 4


async def test_speech_lasts_as_long_as_its_words(quick, tmp_path):
    given = {"text": "one two three four five six seven eight", "voice": "Rachel"}
    (url,) = await quick.urls("elevenlabs/text-to-speech-multilingual-v2", given)
    streams, length = await probe(await quick.file(url), tmp_path / "a.mp3")
    assert streams["audio"]["codec_name"] == "mp3"
    assert length > 1


async def test_words_come_as_objects(quick):
    record = await quick.made("ai-music-api/generate-lyrics", {"prompt": "a song of the sea"})
    (first, _) = json.loads(record["resultJson"])["resultObject"]["lyricsData"]
    assert "a song of the sea" in first["text"]
    made = await song(quick, duration=10)
    given = {"task_id": made["taskId"], "audio_id": json.loads(made["resultJson"])["data"][0]["id"]}
    parts = await quick.made("ai-music-api/separate-vocals", given)
    notes = await quick.made("ai-music-api/generate-midi-from-audio", {"task_id": parts["taskId"]})
    assert json.loads(notes["resultJson"])["resultObject"]["instruments"][0]["notes"]


async def test_high_resolutions_of_veo_lie_one_level_deeper(quick):
    low = json.loads((await quick.made("veo-3-1", {"prompt": "x", "resolution": "720p"}))["resultJson"])
    high = json.loads((await quick.made("veo-3-1", {"prompt": "x", "resolution": "1080p"}))["resultJson"])
    assert list(low) == ["resultUrls"]
    assert len(high["data"]["result_urls"]) == 1


async def test_nothing_is_drawn_before_it_is_fetched_and_only_once_then(quick, tmp_path):
    """Two hundred orders cost next to nothing; of equal ones every sixteenth shares a file."""
    began = time.perf_counter()
    answers = await asyncio.gather(*(quick.order("google/nano-banana", {"prompt": "кот"}) for _ in range(200)))
    assert time.perf_counter() - began < 10
    assert not list((tmp_path / "files").iterdir())
    urls = [f"{quick.server.url}/files/{answer['data']['taskId']}-1.png" for answer in answers]
    assert len({await quick.file(url) for url in urls[:20]}) == 16
    assert len(list((tmp_path / "files").iterdir())) == 16


async def test_addresses_of_other_machines_are_never_fetched(quick):
    (url,) = await quick.urls(EDIT, {"prompt": "a cat", "image_urls": ["http://169.254.169.254/x.png"]})
    assert picture(await quick.file(url)).size == (1024, 1024)
