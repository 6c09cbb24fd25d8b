"""What the API accepts as a JSON body: one object, readable, of a depth that nothing behind it trips over."""

import json

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20
"""A whole inspection needs four; walking thousands would end the interpreter's patience, not the reader's."""


class ReadableJSONParser(JSONParser):
    """JSON of one object; anything else answers 400 with a sentence, never a crash."""

    def parse(self, stream, media_type=None, parser_context=None):
        """The object sent. ParseError for what is no JSON, nested too deeply, or no object."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except ParseError as error:
            sentence = _("The body is not JSON that can be read: %(why)s")
            raise ParseError(sentence % {"why": str(error).removeprefix("JSON parse error - ")}) from error
        except RecursionError as error:
            raise _too_deep() from error
        if not isinstance(body, dict):
            raise ParseError(_("The body must be one JSON object."))
        if not is_shallow(body):
            raise _too_deep()
        refuse_halves(body)
        return body


def refuse_halves(body: dict) -> None:
    """400 by field for half of a surrogate pair: JSON can spell it, no database and no answer can hold it."""
    halves = [name for name, value in body.items() if not _is_whole([name, value])]
    if halves:
        sentence = _("The text holds half a character (U+D800 to U+DFFF).")
        raise ValidationError({name.encode(errors="replace").decode(): [sentence] for name in halves})


def _is_whole(value) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_shallow(body, most: int = MAX_DEPTH) -> bool:
    """Whether lists and objects are nested at most `most` deep; without recursion, which is the point."""
    level = [body]
    for _depth in range(most + 1):
        level = [node for node in level if isinstance(node, dict | list)]
        if not level:
            return True
        level = [child for node in level for child in (node.values() if isinstance(node, dict) else node)]
    return False


def _too_deep() -> ParseError:
    return ParseError(_("The JSON is nested too deeply."))
