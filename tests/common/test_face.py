"""The tags, the components and the rules that every template keeps."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django import forms
from django.template import Context, Template, engines
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import timezone, translation

from common.context import ALL, Shell
from common.listing import Listing
from common.templatetags import face

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt", ".xml"}
)
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
TODAY = date(2026, 4, 1)  # a Wednesday


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"), time_machine.travel(datetime(2026, 4, 1, 14, 30), tick=False):
        yield


def render(source, **context):
    return Template(source).render(Context(context))


# --- every template


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=str)
def test_template_keeps_the_content_policy(path):
    """`script-src 'self'; style-src 'self'`: nothing inline."""
    text = re.sub(
        r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}",
        "",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert not re.search(r"<[^>]*\sstyle\s*=", text)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text)
    assert "<style" not in text
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag
    assert "javascript:" not in text
    assert not re.search(r"(src|href)=\"https?://", text)


def test_every_component_says_what_it_takes():
    for path in (ROOT / "templates" / "components").glob("*.html"):
        assert path.read_text(encoding="utf-8").startswith(("{#", "{% comment")), path.name


def test_icons_that_templates_name_exist():
    sprite = set(
        re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/vendor/icons.svg").read_text(encoding="utf-8"))
    )
    asked = {
        (name, path.name)
        for path in TEMPLATES
        for name in re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert {pair for pair in asked if pair[0] not in sprite} == set()
    told = {row[1] for table in (face.STATES, face.GRADES) for row in table.values()}
    assert told <= sprite


# --- deadlines


@pytest.mark.parametrize(
    ("due_on", "words", "tone"),
    [
        (date(2026, 3, 20), "逾期 12 天", "danger"),
        (date(2026, 3, 31), "逾期 1 天", "danger"),
        (date(2026, 4, 1), "今日到期", "warning"),
        (date(2026, 4, 3), "还剩 2 天", "warning"),
        (date(2026, 4, 6), "还剩 5 天", "warning"),  # Thursday, Friday, Monday: three working days
        (date(2026, 4, 7), "还剩 6 天", "info"),
        (None, "无期限", "muted"),
    ],
)
def test_due_chip(due_on, words, tone):
    html = render("{% due_chip due_on %}", due_on=due_on, today=TODAY)
    assert words in html
    assert f'data-tone="{tone}"' in html
    assert "#" in html  # an icon, too: colour is never alone


def test_due_chip_shows_the_date_and_explains_itself():
    html = render(
        "{% due_chip day why=why %}", day=date(2026, 4, 3), today=TODAY, why="送达次日起 <3> 个工作日"
    )
    assert "4月3日 周五" in html
    assert "<details" in html
    assert "&lt;3&gt;" in html


def test_closed_case_is_not_alarmed():
    html = render("{% due_chip day live=False %}", day=date(2026, 1, 1), today=TODAY)
    assert 'data-tone="muted"' in html
    assert "逾期" not in html


# --- dates, numbers, people


def test_dates_carry_the_year_only_when_it_is_another():
    assert face.day_words(date(2026, 4, 1)) == "4月1日 周三"
    assert face.day_words(date(2025, 10, 11)) == "2025年10月11日 周六"
    with translation.override("en"):
        assert face.day_words(date(2025, 10, 11)) == "Sat 11 Oct 2025"
    assert face.cn_date(None) == "—"


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=5), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(days=1), "昨天"),
    ],
)
def test_ago(back, words):
    assert words in face.ago(timezone.now() - back)


@pytest.mark.parametrize(
    ("share", "words"),
    [(Decimal(8) / 13, "61.5 %"), (None, "—"), (0, "0.0 %"), (1, "100.0 %"), ("0.8755", "87.6 %")],
)
def test_percent(share, words):
    assert face.percent(share) == words


def test_nothing_of_nothing_is_a_dash():
    html = render("{% rate None part=0 whole=0 %}")
    assert "—" in html
    assert "0/0" in html
    assert "<rect" not in html


def test_rate_is_worked_out_from_its_parts_and_drawn():
    html = render('{% rate None part=8 whole=13 formula="a ÷ b" %}')
    assert "61.5 %" in html
    assert 'width="61.5%"' in html
    assert "a ÷ b" in html


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13803181234", "138****1234"),
        ("138 0318 1234", "138****1234"),
        ("8225119", "*****19"),
        ("", ""),
        (None, ""),
    ],
)
def test_mask_phone(number, shown):
    assert face.mask_phone(number) == shown


def test_person_is_masked_unless_cleared():
    masked = render('{% person "张三" phone="13803181234" reveal_url="/x/" %}')
    assert "13803181234" not in masked
    assert 'hx-post="/x/"' in masked
    clear = render('{% person "张三" phone="13803181234" reveal_url="/x/" clear=True %}')
    assert 'href="tel:13803181234"' in clear
    assert "/x/" not in clear


def test_highlight_escapes_first():
    assert face.highlight("<b>消防</b>", "消") == "&lt;b&gt;<mark>消</mark>防&lt;/b&gt;"


# --- badges


def test_badges_carry_tone_icon_and_word():
    html = render('{% state_badge "ordered" %}')
    assert 'data-tone="info"' in html
    assert "<svg" in html
    assert "整改中" in html


def test_unknown_state_is_shown_as_it_is():
    assert "&lt;odd&gt;" in render("{% state_badge state %}", state="<odd>")


def test_listed_ribbon_names_each_level():
    html = render("{% listed_ribbon levels %}", levels=["city", "county"])
    assert "市级挂牌督办 · 县级挂牌督办" in html
    assert render("{% listed_ribbon levels %}", levels=[]) == ""


# --- forms


class Sample(forms.Form):
    name = forms.CharField(label="单位名称", help_text="全称")
    due_on = forms.DateField(label="期限", required=False)


def test_field_ties_label_help_and_error_together():
    html = render("{% field form.name %}", form=Sample({}))
    assert '<label class="field-label" for="id_name">' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    described = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert set(described) == {"id_name_helptext", "id_name_error"}


def test_dates_use_the_picker_of_the_device():
    html = render("{% field form.due_on %}", form=Sample(initial={"due_on": date(2026, 4, 1)}))
    assert 'type="date"' in html
    assert 'value="2026-04-01"' in html


def test_field_group_of_django_is_our_field():
    assert Sample()["name"].as_field_group().strip() == render("{% field form.name %}", form=Sample()).strip()


def test_refused_form_says_so_on_top():
    html = render('{% include "components/form_errors.html" %}', form=Sample({}))
    assert 'role="alert"' in html
    assert 'href="#id_name"' in html
    assert render('{% include "components/form_errors.html" %}', form=Sample()).strip() == ""


# --- the frame


class Person:
    is_authenticated = True
    is_superuser = False

    def __init__(self, *roles):
        self.roles = frozenset(roles)


def shell_of(*roles, path="/"):
    request = RequestFactory().get(path)
    request.user = Person(*roles)
    return Shell(request)


@pytest.fixture
def all_names(monkeypatch):
    """As if every page of the plan existed."""
    monkeypatch.setattr("common.context._address", lambda name, _urlconf: "/" + name.replace(":", "/") + "/")


@pytest.mark.usefixtures("all_names")
def test_inspector_has_five_places_under_the_thumb():
    places = shell_of("inspector").phone
    assert [str(place.short) for place in places] == ["今日", "单位", "检查", "隐患", "我的"]
    assert [place.big for place in places] == [False, False, True, False, False]


@pytest.mark.usefixtures("all_names")
@pytest.mark.parametrize("role", sorted(ALL))
def test_every_role_has_a_side_bar_and_a_bottom_bar(role):
    shell = shell_of(role)
    assert shell.groups
    assert 3 <= len(shell.phone) <= 5


@pytest.mark.usefixtures("all_names")
def test_present_place_is_the_longest_that_fits():
    shell = shell_of("inspector", path="/hazards/list/12/")
    current = [place.entry.url_name for _heading, places in shell.groups for place in places if place.current]
    assert current == ["hazards:list"]


def test_places_that_do_not_exist_are_left_out(monkeypatch):
    monkeypatch.setattr("common.context._address", lambda name, _urlconf: "")
    assert shell_of("inspector").groups == []


# --- long lists


class Rows:
    """A stand-in for a queryset of `total` rows."""

    def __init__(self, total):
        self.total = total

    def order_by(self, *_fields):
        return self

    def __getitem__(self, part):
        if part.start is None:
            return Rows(min(self.total, part.stop))
        return list(range(part.start, min(part.stop, self.total)))

    def count(self):
        return self.total


def listing(total, query=""):
    return Listing(RequestFactory().get(f"/x/?{query}"), Rows(total))


def test_short_list_is_not_counted():
    page = listing(3)
    assert (page.count_text, page.start, page.end, page.pages) == ("3", 1, 3, 1)
    assert not page.has_next


def test_counting_stops_at_the_cap():
    page = listing(1_000_000)
    assert (page.count_text, page.pages, page.has_next) == ("10,000+", None, True)


@pytest.mark.parametrize(
    "query", ["page=abc", "page=-3", "size=100000", "size=abc", "ordering=;drop", "page="]
)
def test_bad_values_fall_back(query):
    page = listing(45, query)
    assert (page.number, page.size, page.count) == (1, 20, 45)


def test_pages_end_at_the_cap_and_say_so():
    page = listing(1_000_000, "page=99999&size=100")
    assert (page.number, page.has_next, page.at_cap) == (100, False, True)


def test_list_of_exactly_the_cap_is_counted_exactly():
    assert listing(10_000).count_text == "10,000"


class Filter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("ordered", "整改中")])
    overdue = forms.BooleanField(label="逾期", required=False)
    q = forms.CharField(label="搜索", required=False)


def test_chips_name_their_filter_and_how_to_drop_it():
    request = RequestFactory().get("/x/?state=ordered&q=%E8%A3%98&page=3&overdue=")
    chips = Listing(request, Rows(0), filterset=Filter(request.GET)).chips
    assert [(chip.label, chip.value) for chip in chips] == [("状态", "整改中"), ("搜索", "裘")]
    assert "state" not in chips[0].without
    assert "page" not in chips[0].without
    assert "q=%E8%A3%98" in chips[0].without


def test_engine_has_our_tags_built_in():
    assert "common.templatetags.face" in engines["django"].engine.builtins
