"""The modules of this deployable: the only list of them."""

MODULES = ("identity", "restaurants", "payments", "delivery", "orders", "storefront")

# Those that own data; each has a schema, a role and an alias of this name.
STATELESS = frozenset({"storefront"})

# Apps of Django and of libraries that live in a module's schema.
ADOPTED_APPS = {
    "auth": "identity",
    "contenttypes": "identity",
    "sessions": "identity",
    "account": "identity",
}
