from kiebot.providers.openai_shape import SHAPES, next_shape, shape_arguments, with_schema_in_words

SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}


def test_a_refusal_about_the_form_leads_one_step_down():
    shapes = [SHAPES[0]]
    for _ in range(4):
        shapes.append(next_shape(shapes[-1], "Unsupported: 'response_format'"))
    assert shapes == ["strict_schema", "json_schema", "json_object", "words", "words"]


def test_another_refusal_leaves_the_form_as_it_is():
    assert next_shape("strict_schema", "max_tokens is too large") == "strict_schema"


def test_words_need_no_field_of_the_request():
    assert shape_arguments("words", SCHEMA) == {}
    assert shape_arguments("json_schema", SCHEMA)["response_format"]["json_schema"]["strict"] is False


def test_the_form_in_words_ends_the_last_message_only():
    asked = [{"role": "system", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"}]}]
    first, last = with_schema_in_words(asked, SCHEMA)
    assert first == asked[0]
    assert last["content"][0] == {"type": "text", "text": "b"}
    assert '"title"' in last["content"][1]["text"]
    assert asked[1]["content"] == [{"type": "text", "text": "b"}]
