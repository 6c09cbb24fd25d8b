"""The frame: a signed-in page with the navigation and nothing in it, the measure of every other page.

It is part of the benchmarks' server alone, and so is the header that says how many statements a page has sent.
"""

from contextlib import ExitStack

from django.db import connection
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as product

ASKED, TOLD = "X-Count-Statements", "X-Statements"


def frame(request):
    """What every page does and no more: session, person, jurisdiction, navigation, unread messages."""
    if not request.user.scope:
        raise AssertionError("The frame is measured as somebody in a post.")
    return render(request, "frame.html")


urlpatterns = [path("frame/", frame, name="frame"), *product]


class CountStatements:
    """Counts the statements of a request that asks for it; leaves all others alone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if ASKED not in request.headers:
            return self.get_response(request)
        sent = []

        def note(execute, sql, params, many, context):
            sent.append(sql)
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(note))
            response = self.get_response(request)
        response[TOLD] = str(len(sent))
        return response
