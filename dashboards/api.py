"""Rectification figures over the API, as contracted."""

from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from common.days import today
from dashboards.forms import ApiForm
from dashboards.periods import Period
from dashboards.selectors import area_of, rectification_figures
from dashboards.selectors.figures import BY, COHORTS
from reference.models import Region

RATE = {"max_digits": 5, "decimal_places": 4, "allow_null": True}


class RowSerializer(serializers.Serializer):
    """One line: counts, rates as strings with four places (null where nothing was found), and the lists behind."""

    key = serializers.CharField()
    name = serializers.CharField()
    found = serializers.IntegerField()
    closed = serializers.IntegerField()
    on_time = serializers.IntegerField()
    overdue = serializers.IntegerField()
    live = serializers.IntegerField()
    transferred = serializers.IntegerField()
    discontinued = serializers.IntegerField()
    rate = serializers.DecimalField(**RATE)
    on_time_rate = serializers.DecimalField(**RATE)
    small = serializers.BooleanField(source="is_small")
    cases_url = serializers.CharField()
    urls = serializers.DictField(child=serializers.CharField())


class FiguresSerializer(serializers.Serializer):
    definition = serializers.CharField()
    as_of = serializers.DateTimeField()
    region = serializers.CharField()
    rows = RowSerializer(many=True)
    total = RowSerializer()


PARAMETERS = [
    OpenApiParameter("region", str, description="Code of the division; without it one's own."),
    OpenApiParameter("from", OpenApiTypes.DATE),
    OpenApiParameter("to", OpenApiTypes.DATE),
    OpenApiParameter("by", str, enum=BY),
    OpenApiParameter("cohort", str, enum=COHORTS),
]


class RectificationFigures(APIView):
    """Hazards found (or due) in a period: how many are closed, on time, overdue."""

    @extend_schema(parameters=PARAMETERS, responses=FiguresSerializer)
    def get(self, request):
        roles.need(request.user, "figures.view")
        form = ApiForm(request.query_params)
        if not form.is_valid():
            raise ValidationError(form.errors)
        asked, on = form.cleaned_data, today()
        try:
            area = area_of(request.user, asked["region"], on)
        except Region.DoesNotExist:
            raise Http404 from None
        period = Period(asked["from"], asked["to"])
        found = rectification_figures(
            request.user, area, period=period, by=asked["by"], cohort=asked["cohort"], on=on
        )
        body = {
            "definition": found.definition,
            "as_of": timezone.localtime(),
            "region": area.code,
            "rows": found.rows,
            "total": found.total,
        }
        return Response(FiguresSerializer(body).data)


urlpatterns = [path("figures/rectification/", RectificationFigures.as_view(), name="figures-rectification")]
