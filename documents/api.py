"""Issued papers over the API: the list, one with its frozen content, its files to print, and its service."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse

from common.days import now
from documents import services, typesetting, word
from documents.filters import DocumentFilter
from documents.forms import Outcome, ServeForm
from documents.models import Document, Service


class PaperSerializer(serializers.ModelSerializer):
    """A paper as other systems read it; `pdf` and `word` are addresses."""

    region = serializers.CharField(source="region_id")
    issued_by = serializers.CharField(source="issued_by.name")
    is_void = serializers.BooleanField()
    pdf = serializers.SerializerMethodField()
    word = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = [
            "id", "form", "number", "body", "year", "serial", "region", "about", "subject", "issued_by",
            "issued_at", "is_void", "voided_at", "void_reason", "content_hash", "pdf", "word",
        ]  # fmt: skip
        read_only_fields = fields

    def get_pdf(self, paper) -> str:
        return reverse("paper-pdf", args=[paper.pk], request=self.context["request"])

    def get_word(self, paper) -> str:
        return reverse("paper-word", args=[paper.pk], request=self.context["request"])


class WholePaperSerializer(PaperSerializer):
    """One paper with what was on it that day."""

    content = serializers.DictField()

    class Meta(PaperSerializer.Meta):
        fields = [*PaperSerializer.Meta.fields, "content"]
        read_only_fields = fields


class Bytes(BaseRenderer):
    """A file goes out as it is."""

    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return data


class Pdf(Bytes):
    media_type, format = "application/pdf", "pdf"


class Docx(Bytes):
    media_type, format = word.CONTENT_TYPE, "docx"


class PaperViewSet(viewsets.ReadOnlyModelViewSet):
    """Papers issued in one's area, the latest first."""

    filterset_class = DocumentFilter
    queryset = Document.objects.none()

    def get_queryset(self):
        return Document.objects.visible_to(self.request.user).select_related("issued_by")

    def get_serializer_class(self):
        return WholePaperSerializer if self.action == "retrieve" else PaperSerializer

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, renderer_classes=[JSONRenderer, Pdf], filterset_class=None, pagination_class=None)
    def pdf(self, request, pk=None):
        """The paper as PDF."""
        return HttpResponse(typesetting.pdf([self.get_object()]), content_type=Pdf.media_type)

    @extend_schema(responses={(200, word.CONTENT_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, renderer_classes=[JSONRenderer, Docx], filterset_class=None, pagination_class=None)
    def word(self, request, pk=None):
        """The paper as Word file."""
        return HttpResponse(word.docx(self.get_object()), content_type=Docx.media_type)


# --- service ----------------------------------------------------------------------------------------------
class ServiceSerializer(serializers.ModelSerializer):
    """One service or failed attempt; `receipt` is the number of its receipt (送达回证)."""

    recorded_by = serializers.CharField(source="recorded_by.name")
    colleague = serializers.CharField(source="colleague.name", default=None)
    receipt = serializers.CharField(source="receipt.number", default=None)

    class Meta:
        model = Service
        fields = [
            "id", "client_id", "succeeded", "method", "served_at", "receiver", "relation", "refused", "refusal_reason",
            "witness_1", "witness_2", "recorded_at", "recorded_by", "colleague", "receipt",
        ]  # fmt: skip
        read_only_fields = fields


class DocumentSerializer(serializers.ModelSerializer):
    """A paper; its content is what was on it the day it was issued."""

    title = serializers.CharField(read_only=True)
    void = serializers.BooleanField(source="is_void", read_only=True)
    services = ServiceSerializer(many=True, read_only=True)

    class Meta:
        model = Document
        fields = [
            "id", "number", "form", "title", "about", "region", "issued_at", "served_at", "void", "content",
            "content_hash", "services",
        ]  # fmt: skip
        read_only_fields = fields


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers of one's area."""

    queryset = Document.objects.none()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter

    def get_queryset(self):
        return Document.objects.visible_to(self.request.user).prefetch_related(
            "services__recorded_by", "services__colleague", "services__receipt"
        )

    @extend_schema(request=OpenApiTypes.OBJECT, responses=DocumentSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def serve(self, request, pk=None):
        """Record how the paper was served. 400 names the field that is wrong; 409 says why it is refused."""
        document = self.get_object()
        form = ServeForm(facts_of(request.data), request.FILES, user=request.user)
        if not form.is_valid():
            raise ValidationError(form.errors)
        services.serve(
            document,
            form.delivery,
            served_at=form.cleaned_data["served_at"],
            by=request.user,
            at=now(),
            client_id=form.cleaned_data["client_id"],
        )
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_200_OK)


def facts_of(data) -> dict:
    """The body as the form reads it: the result is served and handed over unless it says otherwise."""
    if not hasattr(data, "items"):
        raise ValidationError({"non_field_errors": [_("An object is expected.")]})
    wrong = {
        name: [_("Words are expected.")] for name, value in data.items() if isinstance(value, dict | list)
    }
    if wrong:
        raise ValidationError(wrong)
    sent = {name: "" if value is None else str(value) for name, value in data.items()}
    return {"outcome": Outcome.SERVED, "method": "direct"} | sent


routes = [("papers", PaperViewSet, "paper"), ("documents", DocumentViewSet, "document")]
