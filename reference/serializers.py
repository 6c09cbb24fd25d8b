"""How divisions, the hazard catalogue, place types and checklists look in the API."""

from rest_framework import serializers

from reference.models import Checklist, ChecklistItem, Clause, HazardCategory, PlaceType, Region


class RegionSerializer(serializers.ModelSerializer):
    parent = serializers.CharField(source="parent_id", allow_null=True)
    path = serializers.CharField(source="path_names")

    class Meta:
        model = Region
        fields = (
            "code",
            "name",
            "short_name",
            "path",
            "level",
            "parent",
            "initials",
            "valid_from",
            "valid_to",
        )


class ClauseSerializer(serializers.ModelSerializer):
    citation = serializers.CharField(source="label")
    asks = serializers.CharField(source="summary")

    class Meta:
        model = Clause
        fields = ("code", "citation", "asks", "confidence", "valid_from", "valid_to")


class CategorySerializer(serializers.ModelSerializer):
    """`id` is what a finding's `category` takes."""

    id = serializers.CharField(source="code")
    group = serializers.CharField(source="group_id")
    group_label = serializers.CharField(source="group.label")
    grade = serializers.CharField(source="default_grade")
    basis = ClauseSerializer(source="clauses", many=True)

    class Meta:
        model = HazardCategory
        fields = (
            "id",
            "code",
            "name",
            "name_en",
            "label",
            "group",
            "group_label",
            "grade",
            "on_site",
            "default_days",
            "for_suspension",
            "phrases",
            "parts",
            "basis",
        )


class PlaceTypeSerializer(serializers.ModelSerializer):
    parent = serializers.CharField(source="parent_id", allow_null=True)
    regulator = serializers.CharField(source="regulator_id", allow_null=True)

    class Meta:
        model = PlaceType
        fields = ("code", "name", "name_en", "label", "parent", "default_flags", "regulator")


class ChecklistItemSerializer(serializers.ModelSerializer):
    label = serializers.CharField()
    hint = serializers.CharField(source="hint_label")
    group = serializers.CharField(source="group_id")
    category = serializers.CharField(source="category_id")

    class Meta:
        model = ChecklistItem
        fields = ("id", "number", "group", "label", "hint", "category")


class ChecklistSerializer(serializers.ModelSerializer):
    place_types = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = Checklist
        fields = ("id", "code", "version", "label", "audience", "place_types", "valid_from", "valid_to")


class ChecklistWithItemsSerializer(ChecklistSerializer):
    items = ChecklistItemSerializer(many=True)

    class Meta(ChecklistSerializer.Meta):
        fields = (*ChecklistSerializer.Meta.fields, "items")
