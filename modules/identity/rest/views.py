"""What a customer may see and change of themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from modules.identity import selectors, services
from modules.identity.contact import PlainAddress, PlainProfile, ticket_for
from modules.identity.errors import AddressUnknown, PasswordWrong
from modules.identity.models import Account, Address
from modules.identity.rest.serializers import (
    AddressListSerializer,
    AddressSerializer,
    ErasureSerializer,
    ExportSerializer,
    KeptAddressSerializer,
    MeSerializer,
    ProfileSerializer,
)
from modules.identity.sealing import CustomerKey
from tiffin.web.customers import CustomerView
from tiffin.web.openapi import refuses

ADDRESS_EXAMPLE = OpenApiExample(
    "In London",
    value={
        "street": "12 Frith Street",
        "city": "London",
        "postcode": "W1D 4RQ",
        "notes": "Second floor, ring twice",
        "lat": 51.5137,
        "lon": -0.1312,
    },
    request_only=True,
)


class Me(CustomerView):
    @extend_schema(responses=MeSerializer, operation_id="me_read", summary="Who I am")
    def get(self, request: Request) -> Response:
        return Response(self._me())

    @extend_schema(
        request=ProfileSerializer(partial=True),
        responses=MeSerializer,
        operation_id="me_change",
        summary="Change my name or phone number",
        examples=[OpenApiExample("A name", value={"name": "Zofia Nowak"}, request_only=True)],
    )
    def patch(self, request: Request) -> Response:
        wanted = ProfileSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        customer_id = self.customer_id()
        before = selectors.profile_of(customer_id, selectors.key_of(customer_id))
        profile = msgspec.structs.replace(before, **wanted.validated_data)
        services.save_profile(customer_id=customer_id, profile=profile)
        return Response(self._me())

    @refuses(PasswordWrong)
    @extend_schema(
        request=ErasureSerializer,
        responses={204: None},
        operation_id="me_erase",
        summary="Forget me: my account is closed and my personal data can be read by nobody any more",
        examples=[OpenApiExample("With my password", value={"password": "correct horse"}, request_only=True)],
    )
    def delete(self, request: Request) -> Response:
        confirmed = ErasureSerializer(data=request.data)
        confirmed.is_valid(raise_exception=True)
        services.erase_customer(customer_id=self.customer_id(), password=confirmed.validated_data["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _me(self) -> dict[str, Any]:
        account = Account.objects.get(pk=self.customer_id())
        profile = selectors.profile_of(account.id, selectors.key_of(account.id))
        return {"id": account.id, "email": account.email, **msgspec.structs.asdict(profile)}


class Export(CustomerView):
    @extend_schema(
        responses=ExportSerializer,
        operation_id="me_export",
        summary="All that identity keeps of me; my orders are at /api/v1/orders",
    )
    def get(self, request: Request) -> Response:
        account = Account.objects.get(pk=self.customer_id())
        key = selectors.key_of(account.id)
        addresses = selectors.addresses_of(account.id)
        return Response(
            {
                "id": account.id,
                "email": account.email,
                "registered_at": account.created_at,
                "profile": msgspec.structs.asdict(selectors.profile_of(account.id, key)),
                "addresses": [msgspec.structs.asdict(selectors.plain_address(a, key)) for a in addresses],
            }
        )


class Addresses(CustomerView):
    @extend_schema(responses=AddressListSerializer, operation_id="addresses_list", summary="My addresses")
    def get(self, request: Request) -> Response:
        customer_id = self.customer_id()
        key = selectors.key_of(customer_id)
        profile = selectors.profile_of(customer_id, key)
        kept = selectors.addresses_of(customer_id)
        return Response({"results": [_shown(address, profile, key) for address in kept]})

    @extend_schema(
        request=AddressSerializer,
        responses={201: KeptAddressSerializer},
        operation_id="addresses_add",
        summary="Keep an address",
        examples=[ADDRESS_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        customer_id = self.customer_id()
        address = services.add_address(customer_id=customer_id, address=_written(request))
        return Response(_shown_to(customer_id, address), status=status.HTTP_201_CREATED)


class OneAddress(CustomerView):
    @refuses(AddressUnknown)
    @extend_schema(responses=KeptAddressSerializer, operation_id="addresses_read", summary="One address")
    def get(self, request: Request, address_id: UUID) -> Response:
        customer_id = self.customer_id()
        address = Address.objects.filter(pk=address_id, account_id=customer_id).first()
        if address is None:
            raise AddressUnknown()
        return Response(_shown_to(customer_id, address))

    @refuses(AddressUnknown)
    @extend_schema(
        request=AddressSerializer,
        responses=KeptAddressSerializer,
        operation_id="addresses_change",
        summary="Replace an address",
        examples=[ADDRESS_EXAMPLE],
    )
    def put(self, request: Request, address_id: UUID) -> Response:
        customer_id = self.customer_id()
        address = services.change_address(
            customer_id=customer_id, address_id=address_id, address=_written(request)
        )
        return Response(_shown_to(customer_id, address))

    @refuses(AddressUnknown)
    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="addresses_remove",
        summary="Forget an address",
    )
    def delete(self, request: Request, address_id: UUID) -> Response:
        services.remove_address(customer_id=self.customer_id(), address_id=address_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _written(request: Request) -> PlainAddress:
    serializer = AddressSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return PlainAddress(**serializer.validated_data)


def _shown_to(customer_id: UUID, address: Address) -> dict[str, Any]:
    key = selectors.key_of(customer_id)
    return _shown(address, selectors.profile_of(customer_id, key), key)


def _shown(address: Address, profile: PlainProfile, key: CustomerKey) -> dict[str, Any]:
    plain = selectors.plain_address(address, key)
    ticket = ticket_for(key, address.id, profile, plain)
    return {"id": address.id, **msgspec.structs.asdict(plain), "ticket": ticket}
