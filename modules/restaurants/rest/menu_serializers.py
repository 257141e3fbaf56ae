"""The shapes of `/api/v1/restaurant/menu`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.restaurants.interface import ChangeKind, MenuFormat, MenuPart
from modules.restaurants.menus.pictures import MAX_BYTES
from modules.restaurants.rest.serializers import WhichRestaurantSerializer
from tiffin.web.fields import IdField

MOST_VERSIONS = 2**31 - 1
_FORMATS = [each.value for each in MenuFormat if each is not MenuFormat.UNKNOWN]
_PARTS = [each.value for each in MenuPart if each is not MenuPart.UNKNOWN]
_KINDS = [each.value for each in ChangeKind if each is not ChangeKind.UNKNOWN]


class NewMenuSerializer(WhichRestaurantSerializer):
    document = serializers.JSONField(
        help_text="An Uber Eats menu v2, or a Deliverect menu or product document"
    )
    format = serializers.ChoiceField(
        choices=_FORMATS,
        required=False,
        allow_null=True,
        default=None,
        help_text="null: by what stands in it",
    )
    pictures = serializers.DictField(
        child=serializers.CharField(max_length=MAX_BYTES),
        required=False,
        default=dict,
        help_text="SVG text by the relative addresses in the document",
    )


class FieldChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="“price”: before and after are minor units")
    before = serializers.CharField()
    after = serializers.CharField()


class MenuChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=_KINDS)
    part = serializers.ChoiceField(choices=_PARTS)
    title = serializers.CharField()
    where = serializers.ListField(
        child=serializers.CharField(), help_text="The categories of an item, the dishes of a group or option"
    )
    fields = FieldChangeSerializer(many=True)  # type: ignore[assignment]  # that is what it is called
    price = serializers.IntegerField(allow_null=True, help_text="Of what is added or removed: minor units")


class ChangeCountsSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField()


class MenuDifferenceSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField(help_text="ISO 4217")
    categories = ChangeCountsSerializer()
    items = ChangeCountsSerializer()
    groups = ChangeCountsSerializer()
    options = ChangeCountsSerializer()
    changes = MenuChangeSerializer(many=True, help_text="The first 500; the counts count all")


class MenuPreviewSerializer(serializers.Serializer[Any]):
    id = IdField()
    restaurant_id = IdField()
    based_on = serializers.IntegerField(help_text="The version that it is compared to; 0: none")
    hash = serializers.CharField()
    format = serializers.ChoiceField(choices=_FORMATS)
    made_at = serializers.DateTimeField()
    differs = serializers.BooleanField()
    difference = MenuDifferenceSerializer()
    published_version = serializers.IntegerField(allow_null=True)


class MenuChangesSerializer(serializers.Serializer[Any]):
    """Titles of dishes."""

    version = serializers.IntegerField(help_text="The one that is published now")
    published = serializers.BooleanField(help_text="Whether a version was made; not when nothing differs")
    differs = serializers.BooleanField()
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())


class MenuVersionSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    hash = serializers.CharField()
    published_at = serializers.DateTimeField()
    source = serializers.CharField(  # type: ignore[assignment]  # that is what it is called
        help_text="The format of its document, or “version 3”"
    )


class MenuVersionsSerializer(serializers.Serializer[Any]):
    versions = MenuVersionSerializer(many=True)
    has_more = serializers.BooleanField(help_text="Ask again with `before`")


class VersionsFilterSerializer(WhichRestaurantSerializer):
    before = serializers.IntegerField(
        required=False, min_value=0, max_value=MOST_VERSIONS, help_text="Only versions below"
    )


class ComparedMenuSerializer(WhichRestaurantSerializer):
    compared_to = serializers.IntegerField(
        required=False, min_value=0, max_value=MOST_VERSIONS, help_text="0: no menu at all"
    )


class MenuComparisonSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    compared_to = serializers.IntegerField()
    difference = MenuDifferenceSerializer()


class PublishAgainSerializer(WhichRestaurantSerializer):
    instead_of = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=MOST_VERSIONS,
        help_text="Refuse when this is not the published version",
    )
