"""What the API accepts as a JSON body."""

import pytest

from common.parsers import MAX_DEPTH, is_shallow

pytestmark = pytest.mark.django_db


def sent(client, body: str | bytes):
    return client.post(
        "/api/v1/token/", body, content_type="application/json", headers={"Accept-Language": "en"}
    )


@pytest.mark.parametrize("depth", [30, 900, 100_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_deep_json_is_400_for_a_stranger_too(client, depth, opens, closes):
    answer = sent(client, '{"username": ' + opens * depth + "1" + closes * depth + "}")
    assert answer.status_code == 400
    assert "nested too deeply" in answer.json()["detail"]


@pytest.mark.parametrize("body", ["[]", "null", "5", '"x"'])
def test_what_is_no_object_is_400_with_a_sentence(client, body):
    answer = sent(client, body)
    assert (answer.status_code, answer.json()) == (400, {"detail": "The body must be one JSON object."})


@pytest.mark.parametrize("body", ["{bad", b'{"a": "\xff"}', '{"a": NaN}'])
def test_what_is_no_json_is_400_with_a_sentence(client, body):
    answer = sent(client, body)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The body is not JSON that can be read: ")


def test_half_a_character_is_400_by_field_and_never_echoed(client):
    answer = sent(client, r'{"username": "a\ud800", "password": {"x": ["\udfff"]}, "\udc00": 1}')
    assert answer.status_code == 400
    assert list(answer.json()) == ["username", "password", "?"]


def test_a_whole_pair_is_a_character(client):
    answer = sent(client, r'{"username": "\ud83d\ude00", "password": "x"}')
    assert answer.json()["code"] == "wrong_credentials"


def test_depth_counts_lists_and_objects():
    body = 1
    for n in range(MAX_DEPTH):
        body = [body] if n % 2 else {"a": body}
    assert is_shallow(body)
    assert not is_shallow([body])
