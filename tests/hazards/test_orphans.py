"""Which standing cases nobody answers for, spelled out by hand."""

from datetime import date

import pytest

from accounts.models import Post
from hazards.models import HazardCase
from tests import journeys
from tests.cast import COUNTY, EAST, QUZHOU_COUNTY, WEST
from tests.factories import plus

pytestmark = pytest.mark.django_db
ON = plus(30)


@pytest.fixture
def two(make_case, make_unit, west_village):
    """A case in East, a case in West."""
    return [make_case(), make_case(unit=make_unit("恩察加油站", region=west_village))]


def orphans(on=ON):
    return list(HazardCase.objects.orphaned(on).order_by("pk"))


def test_none_while_inspector_and_officers_serve(two, django_assert_num_queries):
    assert orphans() == []
    with django_assert_num_queries(6):  # two walks, three looks at posts, the cases
        orphans()


def test_no_case_at_all(db):
    assert orphans() == []


def test_the_inspectors_post_has_ended(two, inspector_a):
    inspector_a.posts.update(ends_on=ON)
    assert orphans() == []  # the last day counts
    inspector_a.posts.update(ends_on=plus(29))
    assert orphans() == two


def test_the_account_is_locked_and_a_deputy_saves_it(two, inspector_a, inspector_b):
    inspector_a.is_active = False
    inspector_a.save()
    assert orphans() == two
    inspector_a.posts.update(deputy=inspector_b, deputy_from=plus(10), deputy_to=ON)
    assert orphans() == []
    inspector_a.posts.update(deputy_to=plus(29))
    assert orphans() == two
    inspector_a.posts.update(deputy_to=None)
    assert orphans() == []
    inspector_b.is_active = False
    inspector_b.save()
    assert orphans() == two


def test_the_township_has_no_officer(two, officer_west):
    officer_west.posts.update(ends_on=plus(29))
    assert orphans() == [two[1]]


def test_a_post_in_another_role_is_no_substitute(two, inspector_a):
    inspector_a.posts.update(role="assistant")
    assert orphans() == two


def test_moved_to_another_county_or_to_one_township_of_his_own(two, inspector_a):
    inspector_a.posts.update(ends_on=plus(20))
    post = Post.objects.create(
        user=inspector_a, role="inspector", region_id=QUZHOU_COUNTY, starts_on=date(2026, 3, 31)
    )
    assert orphans() == two
    Post.objects.filter(pk=post.pk).update(region_id=EAST)
    assert orphans() == [two[1]]
    Post.objects.filter(pk=post.pk).update(region_id=COUNTY)
    assert orphans() == []


def test_only_standing_cases(two, inspector_a, cast):
    journeys.reach(two[0], "closed", cast)
    inspector_a.posts.update(ends_on=plus(29))
    assert orphans() == [two[1]]


def test_a_case_without_an_inspector_hangs_on_its_township(two, officer_east, head_east):
    HazardCase.objects.filter(pk=two[0].pk).update(inspector=None)
    assert orphans() == []
    for person in (officer_east, head_east):
        person.posts.update(ends_on=plus(29))
    assert orphans() == [two[0]]


def test_a_case_known_by_its_county_alone_hides_no_township(two, make_case, officer_west):
    county_wide = make_case(description="全县性隐患")
    HazardCase.objects.filter(pk=county_wide.pk).update(region_id=COUNTY)
    officer_west.posts.update(ends_on=plus(29))
    assert orphans() == [two[1]]
    assert WEST in two[1].region_id
