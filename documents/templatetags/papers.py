"""How days are written on papers."""

from django import template

from documents.wording import day_on_paper

register = template.Library()
register.filter("paper_day", day_on_paper)
