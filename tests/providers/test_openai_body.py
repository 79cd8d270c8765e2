import base64
import json
import random

from kiebot.providers.openai_body import encoded, shows_pictures

PICTURE = "data:image/jpeg;base64," + base64.b64encode(random.Random(3).randbytes(200_000)).decode()
OTHER = "data:image/png;base64,AAAA"


def asked(*parts):
    return [
        {"role": "system", "content": "say"},
        {"role": "user", "content": [*parts, {"type": "text", "text": 'Что "это"?\ud83d'}]},
    ]


def shown(url, **more):
    return {"type": "image_url", "image_url": {"url": url, **more}}


def test_what_is_written_is_the_same_json():
    body = {"model": "m", "messages": asked(shown(PICTURE), shown(OTHER, detail="low"), shown(PICTURE)), "stream": True}
    assert json.loads(encoded(body)) == body
    assert body["messages"][1]["content"][0]["image_url"]["url"] == PICTURE, "nothing is changed on the way"


def test_only_pictures_themselves_count():
    assert shows_pictures(asked(shown(OTHER)))
    assert not shows_pictures(asked(shown("https://example.com/a.png")))
    assert not shows_pictures([{"role": "user", "content": OTHER}])


def test_an_address_is_escaped_like_any_other_word():
    body = {"messages": asked(shown('https://example.com/"a.png'), shown(OTHER))}
    assert json.loads(encoded(body)) == body
