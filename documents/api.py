"""Issued papers over the API: the list, one with its frozen content, and its files to print."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.reverse import reverse

from documents import typesetting, word
from documents.filters import DocumentFilter
from documents.models import Document


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


routes = [("papers", PaperViewSet, "paper")]
