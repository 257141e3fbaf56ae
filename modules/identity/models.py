"""Identity's tables: accounts with their grants and sessions, and personal data that only a key can open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from modules.identity.interface import AccountKind
from tiffin import clock, ids
from tiffin.db import Aggregate

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


class Account(AbstractBaseUser, Aggregate):
    """Somebody who can log in. One kind each, because a token says one: who orders and delivers has two.

    `region` is empty for a customer until it is known. `email` is kept in lower case. Every access token
    names the `token_family` it was drawn in: a new family makes all tokens of the old one revocable at once.
    """

    last_login = None  # written at each login and read by nobody
    email = models.EmailField(max_length=254)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in AccountKind])
    is_active = models.BooleanField(default=True)
    token_family = models.UUIDField(default=ids.new_id, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[BaseUserManager[Any]] = BaseUserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_unique")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        return self.kind == AccountKind.STAFF.value


class Grant(models.Model):
    """What an account may do, and where. For a restaurant's user `scope` is the restaurant's id; for a
    courier and for staff a region's code, or empty for every region; `role` is staff's role."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32)
    scope = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "role", "scope"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.role} for {self.scope or 'every region'}"


class Session(AbstractBaseSession):
    """One login of somebody: what refresh tokens are drawn from. It knows whose it is, so as to be ended."""

    account_id = models.UUIDField(null=True, db_index=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from modules.identity.sessions import SessionStore

        return SessionStore


class DataKey(models.Model):
    """The key of a customer's personal data, wrapped by the master key. Without it nothing can be read."""

    customer_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    destroyed_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"key of {self.customer_id}{' (destroyed)' if self.destroyed_at else ''}"


class Profile(models.Model):
    """A customer's name and phone number, sealed."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True)
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"profile of {self.account_id}"


class Address(models.Model):
    """Where a customer wants to be delivered to: all of it sealed but `area`, the city."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="addresses")
    sealed = models.BinaryField()
    area = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"address in {self.area}"
