"""A refusal, as a page, as a fragment, as JSON; and what is too large to be read."""

import io

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from common.errors import AlreadyDone, NotAllowed, RuleBroken, StaleForm
from common.forms import OnceForm, put_refusal
from common.middleware import RefusalMiddleware, RequestSizeMiddleware, refuse
from common.versions import refuse_stale, version_of

SENTENCE = "整改期限不能早于检查日。"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ask():
    def make(path="/cases/1/", method="post", **more):
        request = getattr(RequestFactory(), method)(path, **more)
        request.user = AnonymousUser()
        request.session = {}
        return request

    return make


def middleware_answer(request, error):
    return RefusalMiddleware(lambda request: None).process_exception(request, error)


def test_a_refused_page_says_why_and_leads_back(ask):
    request = ask(headers={"Referer": "http://testserver/cases/1/"})
    answer = middleware_answer(request, RuleBroken(SENTENCE))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert SENTENCE in page
    assert 'href="http://testserver/cases/1/"' in page


def test_the_way_back_never_leads_elsewhere(ask):
    request = ask(headers={"Referer": "https://evil.example/"})
    assert "evil.example" not in middleware_answer(request, RuleBroken(SENTENCE)).content.decode()


def test_a_refused_fragment_goes_to_the_toasts(ask):
    answer = middleware_answer(ask(headers=HTMX), AlreadyDone(SENTENCE))
    assert answer.status_code == 409
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#toasts", "beforeend")
    assert SENTENCE in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert 'data-code="already_done"' in answer.content.decode()


def test_a_refused_call_is_json(ask):
    answer = middleware_answer(ask("/api/v1/cases/1/order/"), RuleBroken(SENTENCE, code="too_early"))
    assert answer.status_code == 409
    assert answer.content.decode().startswith('{"code": "too_early", "detail": ')


def test_the_wrong_role_is_403_on_a_page_and_a_toast_in_a_fragment(ask):
    assert middleware_answer(ask(), NotAllowed(SENTENCE)).status_code == 403
    assert middleware_answer(ask(headers=HTMX), NotAllowed(SENTENCE)).status_code == 409


def test_other_errors_are_not_swallowed(ask):
    assert middleware_answer(ask(), ValueError("bug")) is None


def test_a_sentence_is_escaped(ask):
    answer = refuse(ask(), RuleBroken("<script>alert(1)</script>"))
    assert "<script>alert" not in answer.content.decode()


class Endless(io.RawIOBase):
    """A body of any size that takes no memory, and counts what was read of it."""

    def __init__(self):
        self.taken = 0

    def read(self, size=-1):
        assert 0 < size <= 1024 * 1024
        self.taken += size
        return b"\0" * size


def size_answer(request):
    return RequestSizeMiddleware(lambda request: "let through")(request)


def large(ask, length, kind="multipart/form-data; boundary=x", **more):
    request = ask(**more)
    request.META |= {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind, "wsgi.input": Endless()}
    return request


def test_two_hundred_megabytes_are_refused_with_a_sentence_and_kept_nowhere(ask):
    request = large(ask, 200 * 1024 * 1024)
    answer = size_answer(request)
    assert answer.status_code == 413
    assert "25" in answer.content.decode()
    assert request.META["wsgi.input"].taken == 200 * 1024 * 1024
    assert not request.FILES


def test_what_pretends_to_be_endless_is_not_read_to_its_end(ask, settings):
    settings.MAX_DRAINED_BYTES = 10 * 1024 * 1024
    request = large(ask, 10**15)
    assert size_answer(request).status_code == 413
    assert request.META["wsgi.input"].taken == 10 * 1024 * 1024


def test_a_photo_passes(ask):
    assert size_answer(large(ask, 20 * 1024 * 1024)) == "let through"


def test_a_json_body_has_a_lower_limit(ask):
    answer = size_answer(large(ask, 20 * 1024 * 1024, "application/json", path="/api/v1/inspections/"))
    assert answer.status_code == 413
    assert b'"code": "too_large"' in answer.content


def test_a_length_that_is_no_number_is_left_to_the_server(ask):
    assert size_answer(large(ask, "abc")) == "let through"


def test_a_real_request_of_200_megabytes_is_refused(client, db):
    """Through the whole stack: nothing behind the limit may have read the body first."""
    environ = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "wsgi.input": Endless()}
    answer = client.generic("POST", "/accounts/login/", b"", "multipart/form-data; boundary=x", **environ)
    assert answer.status_code == 413


def test_a_fresh_form_passes_and_a_stale_one_names_who_and_when(officer_east):
    class Row:
        from datetime import UTC, datetime

        updated_at = datetime(2025, 3, 3, 2, 15, tzinfo=UTC)

    refuse_stale(Row, version_of(Row))
    refuse_stale(Row, "")
    with pytest.raises(StaleForm) as refused:
        refuse_stale(Row, "2025-03-03T01:00:00+00:00", changed_by=officer_east, what="馬屯玩具厂")
    assert "马东" in str(refused.value)
    assert "2025-03-03 10:15" in str(refused.value)
    assert refused.value.code == "stale"


def test_a_form_keeps_its_id_when_it_comes_back():
    first = OnceForm()
    sent = str(first["client_id"].value())
    again = OnceForm({"client_id": sent})
    assert again.is_valid()
    assert str(again.cleaned_data["client_id"]) == sent
    assert OnceForm()["client_id"].value() != first["client_id"].value()


def test_a_refusal_stands_at_its_field_or_on_top():
    form = OnceForm({})
    form.is_valid()
    put_refusal(form, RuleBroken(SENTENCE, field="client_id"))
    put_refusal(form, RuleBroken("oben", field="no_such_field"))
    assert form.errors["client_id"] == [SENTENCE]
    assert form.non_field_errors() == ["oben"]
