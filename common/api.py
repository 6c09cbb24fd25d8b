"""The shapes of the API: lists in pages, refusals as 409, mistakes by field."""

from django.core.exceptions import ValidationError as ModelMistake
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from common.errors import RuleBroken

MAX_PAGE_SIZE = 200


class Pages(PageNumberPagination):
    """`count`, `next`, `previous`, `results`; a page size outside 1..200 is a mistake, not a wish."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_page_size(self, request):
        """The size asked for, or 400 naming the field."""
        raw = request.query_params.get(self.page_size_query_param)
        if raw is None:
            return self.page_size
        if raw.isascii() and raw.isdigit() and 1 <= int(raw[:6]) <= MAX_PAGE_SIZE:
            return int(raw)
        message = _("A whole number from 1 to %(most)s is expected.") % {"most": MAX_PAGE_SIZE}
        raise ValidationError({self.page_size_query_param: [message]})

    def paginate_queryset(self, queryset, request, view=None):
        """One page of rows; 400 for what is no page number, 404 with a sentence beyond the last."""
        raw = request.query_params.get(self.page_query_param, "1")
        if not (raw.isascii() and raw.isdigit() and raw.strip("0")):
            raise ValidationError({self.page_query_param: [_("A whole number from 1 on is expected.")]})
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound as error:
            raise NotFound(_("There is no such page; ask for a smaller page number.")) from error


def answer_errors(exc, context):
    """Every error of the API as JSON: what is refused says `code` and `detail`, mistakes are listed by field."""
    if isinstance(exc, RuleBroken):
        set_rollback()
        body = {"code": exc.code, "detail": str(exc)}
        if exc.field:
            body["field"] = exc.field
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(exc, Http404):
        # Django's own words name the model, and in English.
        exc = NotFound()
    if isinstance(exc, ModelMistake):
        exc = ValidationError(_by_field(exc))
    return exception_handler(exc, context)


def _by_field(mistake: ModelMistake) -> dict:
    if not hasattr(mistake, "error_dict"):
        return {"non_field_errors": mistake.messages}
    return {("non_field_errors" if k == "__all__" else k): v for k, v in mistake.message_dict.items()}
