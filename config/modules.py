"""The modules of the platform: the only list of them. Its environment says which a deployable holds."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

MODULES = (
    "identity",
    "restaurants",
    "payments",
    "delivery",
    "rewards",
    "orders",
    "notifications",
    "subscriptions",
    "ads",
    "experiments",
    "analytics",
    "storefront",
)

# Those that own data have a schema, a role and an alias of their name; these own none.
STATELESS = frozenset({"storefront"})

# Apps of Django and of libraries that live in a module's schema.
ADOPTED_APPS = {
    "auth": "identity",
    "contenttypes": "identity",
    "sessions": "identity",
    "account": "identity",
}


def here(env: Mapping[str, str]) -> tuple[str, ...]:
    """The modules of this deployable: those in TIFFIN_MODULES, or all. Raises ImproperlyConfigured."""
    named = env.get("TIFFIN_MODULES", "").replace(",", " ").split()
    _require_known("TIFFIN_MODULES", named)
    return tuple(module for module in MODULES if not named or module in named)


def homes(env: Mapping[str, str], held: tuple[str, ...]) -> dict[str, str]:
    """Where each module that is not `held` runs, from TIFFIN_ELSEWHERE: `payments=http://10.0.0.7:8000,…`.

    Raises ImproperlyConfigured when a module is in neither, or in both.
    """
    pairs = [pair.partition("=") for pair in env.get("TIFFIN_ELSEWHERE", "").replace(",", " ").split()]
    found = {module: url.rstrip("/") for module, _, url in pairs}
    _require_known("TIFFIN_ELSEWHERE", found)
    for module in MODULES:
        if module in held and module in found:
            raise ImproperlyConfigured(f"{module} is both in TIFFIN_MODULES and in TIFFIN_ELSEWHERE.")
        if module not in held and module not in found and module not in STATELESS:
            raise ImproperlyConfigured(
                f"{module} is not in TIFFIN_MODULES, so TIFFIN_ELSEWHERE must say where: {module}=http://host:port"
            )
    return found


def _require_known(variable: str, names: Mapping[str, str] | list[str]) -> None:
    unknown = sorted(set(names) - set(MODULES))
    if unknown:
        raise ImproperlyConfigured(
            f"{variable} names {', '.join(unknown)}; the modules are {', '.join(MODULES)}."
        )
