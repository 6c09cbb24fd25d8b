"""The schema tells other systems what measures on units are, and what each of their steps takes."""

import pytest
from drf_spectacular.generators import SchemaGenerator

PATHS = {
    "/suspensions/": {"get", "post"},
    "/suspensions/{id}/": {"get"},
    **{
        f"/suspensions/{{id}}/{step}/": {"post"}
        for step in ("decide", "decline", "ask-to-resume", "accept", "lift", "refuse")
    },
    "/seals/": {"get", "post"},
    "/seals/{id}/": {"get"},
    **{
        f"/seals/{{id}}/{step}/": {"post"}
        for step in ("decide", "decline", "execute", "ask-to-lift", "inspect", "lift", "refuse")
    },
    "/lookbacks/": {"get"},
    "/lookbacks/{id}/": {"get"},
    "/lookbacks/{id}/record/": {"post"},
    "/watches/": {"get"},
    "/watches/{id}/": {"get"},
    "/watches/{id}/look/": {"post"},
    "/orders/": {"get", "post"},
    "/orders/{id}/": {"get"},
}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.mark.parametrize("path", PATHS)
def test_each_door_stands_in_the_schema_with_words(schema, path):
    doors = schema["paths"][f"/api/v1{path}"]
    assert PATHS[path] <= doors.keys()
    for method in PATHS[path]:
        assert doors[method]["description"].strip()


def body(schema, path):
    content = schema["paths"][f"/api/v1{path}"]["post"]["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    return schema["components"]["schemas"][name]


def test_a_body_is_the_form_of_the_page(schema):
    taken = body(schema, "/suspensions/{id}/accept/")
    assert set(taken["properties"]) == {"client_id", "outcome", "note", "officers", "held_on"}
    assert set(taken["required"]) == {"outcome", "note", "officers"}
    assert taken["properties"]["held_on"]["format"] == "date"
    assert taken["properties"]["officers"]["type"] == "array"
    photos = body(schema, "/lookbacks/{id}/record/")["properties"]["photos"]
    assert photos["type"] == "array"
    assert {"unit", "again_of", "part", "circumstance"} <= set(body(schema, "/seals/")["properties"])
    assert set(body(schema, "/orders/")["required"]) == {"unit", "items"}


def test_a_refusal_and_what_a_post_makes_stand_there_too(schema):
    for path in (path for path, methods in PATHS.items() if "post" in methods):
        told = schema["paths"][f"/api/v1{path}"]["post"]["responses"]
        assert "409" in told and told.keys() & {"200", "201"}
    assert {"200", "201", "409"} == set(schema["paths"]["/api/v1/orders/"]["post"]["responses"])


def test_no_list_of_choices_has_a_name_that_nobody_can_read(schema):
    names = [name for name in schema["components"]["schemas"] if name.endswith("Enum")]
    assert [name for name in names if any(letter.isdigit() for letter in name)] == []
