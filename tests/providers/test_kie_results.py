import json

import pytest

from kiebot.errors import ProviderErrorKind
from kiebot.providers.base import Failed, Finished, Result, Running
from kiebot.providers.kie_results import read_state

Kind = ProviderErrorKind


def results(**record):
    found = read_state({"state": "success", **record})
    assert isinstance(found, Finished)
    return found.results


def in_json(**made):
    return results(resultJson=json.dumps(made))


@pytest.mark.parametrize("state", ["waiting", "queuing", "queueing", "wait", "generating", "something new", "", None, 7])
def test_every_other_state_is_still_running(state):
    assert read_state({"state": state, "resultJson": "", "failCode": ""}) == Running()


@pytest.mark.parametrize(
    ("told", "progress"), [(0, 0), (40, 40), (99.5, 99), (100, 100), (-1, None), (101, None), ("40", None), (None, None)]
)
def test_progress_is_passed_on_where_it_makes_sense(told, progress):
    assert read_state({"state": "generating", "progress": told}) == Running(progress=progress)


@pytest.mark.parametrize("state", ["success", "SUCCESS", "completed"])
def test_success_gives_the_urls_in_their_order_and_the_cost(state):
    urls = ["https://a/2.png", "https://a/1.png", "https://a/3.png"]
    found = read_state({"state": state, "resultJson": json.dumps({"resultUrls": urls}), "creditsConsumed": 4.5})
    assert found == Finished([Result(url=url) for url in urls], provider_cost=4.5)


def test_the_cost_of_a_callback_and_an_unknown_one():
    made = json.dumps({"resultUrls": ["https://a/x"]})
    assert read_state({"state": "success", "resultJson": made, "consumeCredits": 3}).provider_cost == 3
    assert read_state({"state": "success", "resultJson": made, "creditsConsumed": "much"}).provider_cost is None


SHAPES = [
    {"resultJson": '{"resultUrls":["https://a/x"]}'},
    {"resultJson": '{"resultUrls":"[\\"https://a/x\\"]"}'},
    {"resultJson": '{"result_urls":["https://a/x"]}'},
    {"resultJson": '{"data":{"result_urls":["https://a/x"]}}'},
    {"resultJson": '{"response":{"resultUrls":"[\\"https://a/x\\"]"}}'},
    {"resultJson": '{"response":{"data":[{"audio_url":"https://a/x"}]}}'},
    {"resultJson": '{"data":[{"audio_url":"https://a/x"}]}'},
    {"resultJson": '{"resultUrl":"https://a/x"}'},
    {"resultJson": '{"resultImageUrl":"https://a/x","originImageUrl":"https://a/o"}'},
    {"resultJson": '{"resultVideoUrl":"https://a/x","resultImageUrl":""}'},
    {"resultJson": '{"audio_url":"https://a/x"}'},
    {"resultJson": {"resultUrls": ["https://a/x"]}},
    {"resultJson": "", "response": {"resultUrls": ["https://a/x"]}},
    {"resultJson": "{}", "response": '{"resultUrls":["https://a/x"]}'},
    {"resultJson": "{}", "response": {"data": [{"audio_url": "https://a/x", "stream_audio_url": "https://a/s"}]}},
    {"resultJson": None, "data": {"result_urls": ["https://a/x"]}},
    {"resultJson": None, "resultUrls": ["https://a/x"]},
    {"resultJson": '{"resultUrls":[],"resultVideoUrl":"https://a/x"}'},
    {"resultJson": '{"resultUrls":["https://a/x","https://a/x"],"data":{"resultUrls":["https://a/x"]}}'},
    {"resultJson": '{"resultUrls":["https://a/x"],"resultWaterMarkUrls":["https://a/marked"]}'},
    {"resultJson": '{"resultUrls":["https://a/x", 7, null, "", "ftp://a/y", "file:///etc/passwd"]}'},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_in_which_kie_gives_urls(shape):
    assert [result.url for result in results(**shape)] == ["https://a/x"]


def test_each_track_keeps_the_id_by_which_others_go_on_from_it():
    tracks = [{"id": "a-1", "audio_url": "https://a/1.mp3"}, {"audioId": "a-2", "audioUrl": "https://a/2.mp3"}]
    assert [result.remote_id for result in in_json(data=tracks)] == ["a-1", "a-2"]
    assert in_json(id="task", resultUrls=["https://a/1.wav"])[0].remote_id is None, "that is not the id of the file"


def test_the_parts_of_a_separated_track_are_named():
    info = {"vocal_url": "https://a/v.mp3", "instrumental_url": "https://a/i.mp3", "origin_url": "https://a/o.mp3"}
    for made in (
        info,
        {"vocal_removal_info": info},
        {"data": {"vocalUrl": info["vocal_url"], "instrumentalUrl": info["instrumental_url"]}},
    ):
        assert [(result.name, result.url) for result in in_json(**made)] == [
            ("vocal", "https://a/v.mp3"),
            ("instrumental", "https://a/i.mp3"),
        ]


def test_the_tracks_of_a_song_keep_order_and_title_and_leave_their_covers():
    track = {"audio_url": "https://a/1.mp3", "stream_audio_url": "https://a/s", "image_url": "https://a/1.jpg", "duration": 198.4}
    other = {"audio_url": "https://a/2.mp3", "image_url": "https://a/2.jpg", "title": ""}
    made = {"response": {"data": [{**track, "title": "Ночь"}, other, "nonsense"]}}
    assert in_json(**made) == [Result(url="https://a/1.mp3", name="Ночь"), Result(url="https://a/2.mp3")]


@pytest.mark.parametrize("words", ["слова", {"text": "слова"}, {"text": "слова", "language_code": "ru", "words": [1]}])
def test_words_come_plain(words):
    assert in_json(resultObject=words) == [Result(text="слова")]


def test_an_object_of_another_shape_comes_as_json():
    (result,) = in_json(resultObject={"score": 7, "text": ""})
    assert (json.loads(result.text), result.mime) == ({"score": 7, "text": ""}, "application/json")


def test_each_version_of_lyrics_is_a_result():
    versions = [{"text": "[Verse] раз", "title": "Первая"}, {"text": "два", "title": ""}, {"text": "", "title": "пусто"}, 7]
    found = in_json(resultObject={"lyricsData": versions})
    assert found == [Result(text="[Verse] раз", name="Первая"), Result(text="два")]


def test_files_go_before_the_words_about_them():
    assert in_json(resultObject={"text": "a cat"}, resultUrls=["https://a/x"]) == [Result(url="https://a/x")]


@pytest.mark.parametrize(
    "made",
    [
        "", None, "not json", '{"resultUrls":["https://a/x"', "{}", "[]", "7", '{"resultUrls":[]}', '{"resultUrls":"[x"}',
        '{"resultUrls":["file:///etc/passwd"]}', '{"resultObject":{}}', '{"resultObject":{"lyricsData":[]}}', "[" * 100_000,
        '{"data":' * 500 + "{}" + "}" * 500,
    ],
)  # fmt: skip
def test_success_without_a_result_is_a_failure(made):
    found = read_state({"state": "success", "resultJson": made})
    assert isinstance(found, Failed)
    assert (found.error.kind, found.error.code) == (Kind.TRANSIENT, "empty")


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("400", "The prompt was flagged by our safety filter", Kind.MODERATION),
        ("422", "duration must be 5 or 10", Kind.INPUT),
        (422, "duration must be 5 or 10", Kind.INPUT),
        ("413", "matches protected audio", Kind.MODERATION),
        ("451", "image could not be fetched", Kind.INPUT),
        ("500", "Internal server error", Kind.TRANSIENT),
        ("501", "generation failed", Kind.TRANSIENT),
        (None, None, Kind.TRANSIENT),
        ("", "sensitive content", Kind.MODERATION),
        ("SENSITIVE_WORD_ERROR", "words", Kind.TRANSIENT),
    ],
)
@pytest.mark.parametrize("state", ["fail", "failed", "FAIL"])
def test_a_failed_task_is_final_and_says_why(code, message, kind, state):
    found = read_state({"state": state, "failCode": code, "failMsg": message})
    assert isinstance(found, Failed)
    assert (found.error.kind, found.error.message) == (kind, message or "")
    assert found.error.code == (str(code) if str(code).isdecimal() else "501")


@pytest.mark.parametrize(("flag", "seen"), [(0, Running), (1, Finished), (2, Failed), (3, Failed), ("3", Failed), ([], Running)])
def test_a_record_without_a_state_is_read_by_its_flag(flag, seen):
    made = {"successFlag": flag, "response": {"resultUrls": ["https://a/x"]}, "errorCode": 500, "errorMessage": "words"}
    found = read_state(made)
    assert isinstance(found, seen)
    if isinstance(found, Failed):
        assert (found.error.code, found.error.message) == ("500", "words")
