"""Simplified Chinese is complete, and the tool that says so sees each kind of fault."""

import polib
import pytest

from devtools import messages


def test_chinese_is_complete_and_compiled():
    found, fresh = messages.faults()
    assert found == []
    assert messages.COMPILED.read_bytes() == fresh


@pytest.fixture
def project(tmp_path):
    """A project with one app, one template and one fragment."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "templates").mkdir()
    home = tmp_path / "locale"
    home.mkdir()

    def check(code="", template="", **fragments):
        (tmp_path / "app" / "views.py").write_text(
            f"from django.utils.translation import gettext as _\n{code}"
        )
        (tmp_path / "templates" / "page.html").write_text(template)
        for name, entries in fragments.items():
            catalogue = polib.POFile()
            for entry in entries:
                catalogue.append(polib.POEntry(**entry))
            catalogue.save(str(home / f"{name}.po"))
        return messages.faults(tmp_path, home)

    return check


def test_complete_project_has_no_fault(project):
    found, binary = project(
        '_("Case")',
        "<p title=\"{% translate 'Unit' %}\">{% blocktranslate count n=n trimmed %}{{ n }} day{% plural %}"
        "{{ n }} days{% endblocktranslate %}</p>",
        app=[
            {"msgid": "Case", "msgstr": "隐患"},
            {"msgid": "Unit", "msgstr": "单位"},
            {"msgid": "%(n)s day", "msgid_plural": "%(n)s days", "msgstr_plural": {0: "%(n)s 天"}},
        ],
    )
    assert found == []
    assert "隐患".encode() in binary


def test_string_without_a_translation(project):
    (fault,), _binary = project('_("Case")')
    assert fault == "app/views.py:2: no translation: 'Case'"


def test_template_string_is_found_on_its_line(project):
    (fault,), _binary = project("", "<p>\n  {{ x }}\n  {% translate 'Unit' %}</p>")
    assert fault == "templates/page.html:3: no translation: 'Unit'"


def test_constant_in_a_template_tag_is_found(project):
    (fault,), _binary = project("", '{% include "a.html" with title=_("Unit") %}')
    assert fault.endswith("no translation: 'Unit'")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"msgid": "Case", "msgstr": ""}, "not translated"),
        ({"msgid": "Case", "msgstr": "隐患", "flags": ["fuzzy"]}, "fuzzy"),
    ],
)
def test_empty_and_fuzzy_entries(project, entry, fault):
    (found,), _binary = project('_("Case")', app=[entry])
    assert fault in found


@pytest.mark.parametrize(
    ("source", "words"),
    [("%(n)s cases", "隐患"), ("{name} is late", "{nmae}逾期"), ("%s of %s", "%s")],
)
def test_placeholders_must_agree(project, source, words):
    (found,), _binary = project(f'_("{source}")', app=[{"msgid": source, "msgstr": words}])
    assert "placeholders differ" in found


def test_two_fragments_may_agree_but_not_differ(project):
    one, same, other = ({"msgid": "Case", "msgstr": words} for words in ("隐患", "隐患", "案件"))
    assert project('_("Case")', app=[one], common=[same])[0] == []
    (found,), _binary = project('_("Case")', app=[one], common=[other])
    assert "common.po" in found and "app.po" in found


def test_entry_that_nothing_asks_for(project):
    (found,), _binary = project("", app=[{"msgid": "Case", "msgstr": "隐患"}])
    assert "nothing asks for 'Case'" in found


def test_words_of_libraries_need_no_caller(project):
    assert project("", third_party=[{"msgid": "Case", "msgstr": "隐患"}])[0] == []
