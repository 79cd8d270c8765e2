import pytest

from kiebot.catalog.loading import load as load_catalogue
from kiebot.catalog.openapi import read_listed
from kiebot.catalog.sync import compare
from kiebot.sandbox.ai.listing import load, row

PICTURE = "google/nano-banana"  # a name with a slash in it


async def schema(services, model):
    return (await services.get(f"/api/v1/models/{model}/schema"))["data"]["openapi"]


def parameters(document):
    body = document["paths"]["/api/v1/jobs/createTask"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return body["properties"]["input"]["properties"]


def test_the_facts_hold_every_model_of_createtask():
    models = load()
    assert len(models) == 190
    assert sum(model.status == "current" for model in models.values()) == 178
    assert {model.output for model in models.values()} == {"image", "video", "audio", "text"}


async def test_the_listing_shows_current_models_as_kie_does(services):
    data = (await services.get("/api/v1/models"))["data"]
    assert data["total"] == len(data["models"]) == 178
    found = next(one for one in data["models"] if one["model"] == PICTURE)
    assert set(found) == {"model", "slug", "title", "provider", "taskType", "description", "pricingDesc"}
    assert found["taskType"][0] == "text-to-image"
    assert found["slug"] != found["model"]


@pytest.mark.parametrize(
    ("wish", "total"), [({"taskType": "upscale"}, 6), ({"provider": "suno"}, 17), ({"q": "nano-banana-2"}, 3), ({"q": "zzz"}, 0)]
)
async def test_the_listing_can_be_filtered(services, wish, total):
    assert (await services.get("/api/v1/models", **wish))["data"]["total"] == total


async def test_a_schema_is_an_openapi_document_of_the_order(services):
    document = await schema(services, PICTURE)
    assert document["openapi"].startswith("3.")
    assert parameters(document)["output_format"]["enum"] == ["png", "jpeg"]


async def test_a_schema_speaks_of_files_in_prose(services):
    image = parameters(await schema(services, "topaz/image-upscale"))["image_url"]
    assert image["description"] == "Accepted types: image/jpeg, image/png, image/webp. Max size: 10MB"
    assert image["format"] == "uri"
    assert not [name for name in image if name.startswith("x-")]


def test_the_products_comparison_finds_nothing_grave():
    """Its catalogue and the listing were written from the same pages, each by itself."""
    listed = [read_listed(row(model), model.openapi()) for model in load().values() if model.status == "current"]
    assert [str(found) for found in compare(load_catalogue(), listed) if found.grave] == []


async def test_prices_are_prose(services):
    data = (await services.get(f"/api/v1/models/{PICTURE}/price"))["data"]
    assert data == {"model": PICTURE, "pricingDesc": "4 credits per image"}


@pytest.mark.parametrize("path", ["no/such/schema", f"{PICTURE}/nothing", "sora-2-text-to-video/schema"])
async def test_what_is_not_listed_has_no_schema(services, path):
    answer = await services.get(f"/api/v1/models/{path}")
    assert (answer["code"], answer["data"]) == (404, None)


async def test_the_listing_needs_a_key(services):
    answer = await services.http.send("GET", services.server.url + "/api/v1/models")
    assert answer.json()["code"] == 401


async def test_the_listing_can_differ_on_purpose(services):
    async def names():
        return {one["model"] for one in (await services.get("/api/v1/models"))["data"]["models"]}

    before = await names()
    await services.behave(service="listing", action="add", model="new/one", like=PICTURE, input={"mood": {"type": "string"}})
    await services.behave(service="listing", action="remove", model="z-image")
    await services.behave(
        service="listing", action="change", model=PICTURE, input={"output_format": None, "mood": {"type": "string"}}
    )
    assert await names() == before - {"z-image"} | {"new/one"}
    changed = parameters(await schema(services, PICTURE))
    assert "output_format" not in changed
    assert changed["mood"] == {"type": "string"}
    assert "mood" in parameters(await schema(services, "new/one"))
    assert (await services.order("z-image", {"prompt": "x", "aspect_ratio": "1:1"}))["code"] == 422
    assert (await services.order("new/one", {"prompt": "x", "mood": "calm"}))["code"] == 200
    await services.behave(service="listing", action="no_schema", model=PICTURE)
    assert await schema(services, PICTURE) is None
    await services.behave(action="clear")
    assert await names() == before


async def test_a_changed_listing_uses_up_no_other_rule(services):
    await services.behave(service="listing", action="remove", model="z-image")
    await services.behave(service="kie_list", action="429")
    assert (await services.get("/api/v1/models"))["code"] == 429
    assert (await services.get("/api/v1/models"))["data"]["total"] == 177
