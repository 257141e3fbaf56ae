"""What views about the customer who asks have in common."""

from __future__ import annotations

from uuid import UUID

from rest_framework.exceptions import NotAuthenticated
from rest_framework.views import APIView

from tiffin.web.auth import IsCustomer, actor_of


class CustomerView(APIView):
    """Base of views that are about the customer who asks."""

    permission_classes = (IsCustomer,)

    def customer_id(self) -> UUID:
        """Raises NotAuthenticated."""
        customer_id = actor_of(self.request).id
        if customer_id is None:
            raise NotAuthenticated()
        return customer_id
