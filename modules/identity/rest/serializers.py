"""The shapes of `/api/v1/auth` and `/api/v1/me`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from tiffin.web.fields import IdField

PHONE = r"^\+?[0-9 ()-]{6,20}$"


class ProfileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, allow_blank=True)
    phone = serializers.RegexField(
        PHONE,
        allow_blank=True,
        error_messages={"invalid": "Give a phone number such as +48 600 100 200."},
    )


class MeSerializer(ProfileSerializer):
    id = IdField(read_only=True)
    email = serializers.EmailField(read_only=True)


class AddressSerializer(serializers.Serializer[Any]):
    """An address as the customer writes it; `lat` and `lon` are WGS 84 degrees."""

    street = serializers.CharField(max_length=160)
    city = serializers.CharField(max_length=80)
    postcode = serializers.CharField(max_length=16, allow_blank=True, default="")
    notes = serializers.CharField(max_length=400, allow_blank=True, default="")
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class KeptAddressSerializer(AddressSerializer):
    """A kept address with the `ticket` by which quotes and orders accept it."""

    id = IdField(read_only=True)
    ticket = serializers.CharField(read_only=True)


class AddressListSerializer(serializers.Serializer[Any]):
    results = KeptAddressSerializer(many=True)


class ErasureSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class ExportSerializer(serializers.Serializer[Any]):
    """Everything identity knows of a customer, opened."""

    id = IdField()
    email = serializers.EmailField()
    registered_at = serializers.DateTimeField()
    profile = ProfileSerializer()
    addresses = AddressSerializer(many=True)


class CredentialsSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField()


class RefreshSerializer(serializers.Serializer[Any]):
    refresh_token = serializers.CharField()


class UserSerializer(serializers.Serializer[Any]):
    id = IdField()
    email = serializers.EmailField()
    display = serializers.CharField()
    has_usable_password = serializers.BooleanField()


class LoggedInDataSerializer(serializers.Serializer[Any]):
    user = UserSerializer()


class TokensSerializer(serializers.Serializer[Any]):
    """`access_token` goes with each request, `Authorization: Bearer …`; `expires_in` is in seconds."""

    is_authenticated = serializers.BooleanField()
    access_token = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_token = serializers.CharField()
    session_token = serializers.CharField()


class RefreshedTokensSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()


# allauth's form has a member `data`, which a serializer class cannot have.
LOGGED_IN = inline_serializer(
    "LoggedIn",
    {"status": serializers.IntegerField(), "data": LoggedInDataSerializer(), "meta": TokensSerializer()},
)
REFRESHED = inline_serializer(
    "Refreshed", {"status": serializers.IntegerField(), "data": RefreshedTokensSerializer()}
)
