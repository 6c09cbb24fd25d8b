"""The shapes of the API: pages, refusals, mistakes."""

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from rest_framework import serializers, viewsets
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.models import User
from common.errors import NotAllowed, RuleBroken


class Row(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["username"]


class People(viewsets.ReadOnlyModelViewSet):
    queryset = User.objects.order_by("username")
    serializer_class = Row
    filter_backends = ()


class Refusing(viewsets.ViewSet):
    error = None

    def list(self, request):
        raise self.error


@pytest.fixture
def page(officer_east, make_person):
    for n in range(60):
        make_person(f"p{n:02}", "人")

    def ask(**query):
        request = APIRequestFactory().get("/api/v1/people/", query, headers={"Accept-Language": "en"})
        force_authenticate(request, officer_east)
        return People.as_view({"get": "list"})(request)

    return ask


def test_a_list_has_its_four_parts_and_fifty_rows(page):
    answer = page().data
    assert list(answer) == ["count", "next", "previous", "results"]
    assert (answer["count"], len(answer["results"]), answer["previous"]) == (61, 50, None)
    assert answer["next"].endswith("?page=2")


@pytest.mark.parametrize(("size", "rows"), [("1", 1), ("200", 61), ("7", 7)])
def test_a_size_up_to_200_is_given(page, size, rows):
    assert len(page(page_size=size).data["results"]) == rows


@pytest.mark.parametrize("size", ["abc", "100000", "201", "0", "-1", "1.5", "", "٣", "1e2", "9" * 5000])
def test_a_bad_size_is_400_and_names_the_field(page, size):
    answer = page(page_size=size)
    assert answer.status_code == 400
    assert list(answer.data) == ["page_size"]
    assert "200" in answer.data["page_size"][0]


@pytest.mark.parametrize("number", ["abc", "0", "-1", "1.5", "", "٣"])
def test_what_is_no_page_number_is_400_and_names_the_field(page, number):
    answer = page(page=number)
    assert answer.status_code == 400
    assert list(answer.data) == ["page"]


@pytest.mark.parametrize("number", ["3", "99999999999999999999"])
def test_beyond_the_last_page_is_404_with_a_sentence(page, number):
    answer = page(page=number)
    assert answer.status_code == 404
    assert "page" in str(answer.data["detail"]) or "页" in str(answer.data["detail"])


def refused(error, user):
    request = APIRequestFactory().get("/api/v1/x/")
    force_authenticate(request, user)
    return type("View", (Refusing,), {"error": error}).as_view({"get": "list"})(request)


def test_a_refusal_is_409_with_code_and_detail(officer_east):
    answer = refused(RuleBroken("期限已过。", code="too_late", field="due_on"), officer_east)
    assert answer.status_code == 409
    assert answer.data == {"code": "too_late", "detail": "期限已过。", "field": "due_on"}


def test_a_role_that_may_not_is_a_refusal_too(officer_east):
    answer = refused(NotAllowed("由监督员办理。"), officer_east)
    assert (answer.status_code, answer.data["code"]) == (409, "not_allowed")


def test_mistakes_of_a_model_are_listed_by_field(officer_east):
    answer = refused(ValidationError({"name": ["缺少名称。"], "__all__": ["重复。"]}), officer_east)
    assert answer.status_code == 400
    assert {key: [str(text) for text in value] for key, value in answer.data.items()} == {
        "name": ["缺少名称。"],
        "non_field_errors": ["重复。"],
    }


def test_a_plain_mistake_of_a_model_is_no_500(officer_east):
    assert refused(ValidationError("重复。"), officer_east).status_code == 400


def test_a_calendar_that_is_not_loaded_is_a_refusal(officer_east):
    from common.workdays import YearNotLoaded

    answer = refused(YearNotLoaded(2027), officer_east)
    assert (answer.status_code, answer.data["code"]) == (409, "year_not_loaded")
    assert "2027" in answer.data["detail"]


def test_what_is_not_there_is_said_without_naming_our_tables(officer_east):
    answer = refused(Http404("No HazardCase matches the given query."), officer_east)
    assert answer.status_code == 404
    assert "HazardCase" not in str(answer.data["detail"])
