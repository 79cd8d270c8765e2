"""Reading what models take from published pages, in the forms in which KIE publishes them."""

import asyncio
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kiebot.catalog.openapi import read_input
from kiebot.catalog.sync_docs import DocsFault, documents, read_docs

PAGE = """\
# Film

## OpenAPI Specification

```yaml
openapi: 3.0.1
info:
  title: ''
paths:
  /api/v1/jobs/createTask:
    post:
      summary: Film
      description: >-
        ## Usage


        ```json

        {{"model": "acme/other", "input": {{}}}}

        ```

      requestBody:
        content:
          application/json:
            schema:
              type: object
              required:
                - model
              properties:
                model:
                  type: string
                  enum:
                    - {model}
                  default: {model}
                input:
                  type: object
                  required:
                    - prompt
                  properties:
                    prompt:
                      type: string
                      maxLength: 800
                    size:
                      type: string
                      enum:
                        - 480p
                        - '1:1'
                      x-apidog-enum: []
                  x-apidog-orders:
                    - prompt
```
"""
OLDER = """\
> ## Documentation Index

# Song

## OpenAPI

````yaml market/acme/song.json post /api/v1/jobs/createTask
openapi: 3.0.0
paths: {/api/v1/jobs/createTask: {post: {requestBody: {content: {application/json: {schema: {properties: {
  model: {enum: [acme/neighbour]}, input: {properties: {words: {type: string}}}}},
  example: {model: acme/song}}}}}}}
````
"""
INDEX = """\
# KIE

- Video Models > Acme [Film](https://docs.example/market/acme/film.md): sample
- Song Models [Song](market/acme/song.md)
- [Film in Chinese]({url}/cn/market/acme/film.md)
- [Gone]({url}/market/acme/gone.md)
- [Prices]({url}/pricing.md)
- [Film]({url}/market/acme/film-page.md): sample
"""


class Pages(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path in self.server.redirects:
            self.send_response(302)
            self.send_header("Location", self.server.redirects[self.path])
            self.end_headers()
        else:
            super().do_GET()


@pytest.fixture
def site(tmp_path):
    """A web server with the pages; `asked` are the paths that were fetched."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(tmp_path)))
    server.asked, server.redirects = [], {}
    server.url = f"http://127.0.0.1:{server.server_port}"
    server.folder = tmp_path
    (tmp_path / "market/acme").mkdir(parents=True)
    (tmp_path / "cn/market/acme").mkdir(parents=True)
    (tmp_path / "llms.txt").write_text(INDEX.format(url=server.url))
    (tmp_path / "pricing.md").write_text("# Prices\n\n```yaml\nnot: [closed\n```\n")
    (tmp_path / "market/acme/film-page.md").write_text(PAGE.format(model="acme/film"))
    (tmp_path / "market/acme/song.md").write_text(OLDER)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def read(site, *wanted, **more):
    return asyncio.run(read_docs(site.url, wanted, **more))


def test_pages_of_both_forms_tell_what_models_take(site):
    steps = []
    found = read(site, "acme/film", "acme/song", "acme/unknown", on_page=lambda done, of: steps.append((done, of)))
    assert set(found) == {"acme/film", "acme/song"}
    film = read_input(found["acme/film"])
    assert (film["prompt"].required, film["prompt"].max_length, film["size"].values) == (True, 800, ("480p", "1:1"))
    assert read_input(found["acme/song"])["words"].type == "string"
    assert steps[-1] == (4, 4)


def test_only_pages_of_the_one_host_are_fetched_and_no_translations(site):
    read(site, "acme/unknown")
    pages = ["/market/acme/film-page.md", "/market/acme/gone.md", "/market/acme/song.md", "/pricing.md"]
    assert sorted(site.asked) == ["/llms.txt", *pages]


def test_nothing_is_fetched_when_nothing_is_missing(site):
    assert read(site) == {}
    assert site.asked == []


def test_a_site_without_an_index_is_an_error_in_words(site):
    (site.folder / "llms.txt").unlink()
    with pytest.raises(DocsFault, match=r"llms\.txt: status: 404"):
        read(site, "acme/film")


def test_a_redirect_to_another_private_address_is_not_followed(site):
    site.redirects["/llms.txt"] = "http://127.0.0.1:1/llms.txt"
    with pytest.raises(DocsFault, match="address"):
        read(site, "acme/film")


def test_a_fence_inside_a_description_does_not_end_the_document():
    (found,) = documents(PAGE.format(model="acme/film"))
    assert "requestBody" in found["paths"]["/api/v1/jobs/createTask"]["post"]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "no fence",
        "```yaml\n/jobs/createTask: [\n```\n",
        "```json\n/jobs/createTask\n```\n",
        "```yaml\n- /jobs/createTask\n```\n",
    ],
)
def test_a_page_that_is_none_has_no_documents(page):
    assert list(documents(page)) == []
