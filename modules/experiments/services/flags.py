"""Flags, rollouts and namespaces: what staff decide is live everywhere in a moment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from msgspec import json

from modules.experiments.definitions.conditions import Senseless, require_meaning
from modules.experiments.kinds import FlagKind
from modules.experiments.models import Flag, Namespace, Rollout
from modules.experiments.services.publishing import lock_catalogue, republish
from tiffin import db, regions
from tiffin.flags import Flag as DeclaredFlag
from tiffin.flags import declared

_TYPES: dict[FlagKind, type] = {FlagKind.SWITCH: bool, FlagKind.TEXT: str, FlagKind.NUMBER: int}
_SAID = {
    FlagKind.SWITCH: "A switch is true or false.",
    FlagKind.TEXT: 'A text stands between quotation marks: "fast".',
    FlagKind.NUMBER: "A number is whole, without quotation marks.",
}
_ANY = {bool: "true or false", str: "any text", int: "any whole number"}


def keep_flag(flag: Flag) -> None:
    """A new flag, or one as it shall be from now on. Raises ValidationError."""
    flag.full_clean()
    require_fitting(flag, "value", flag.value)
    if flag.holdout is not None and not flag.holdout.is_holdout:
        raise ValidationError({"holdout": "That is an experiment, no holdout."})
    with db.transaction():
        catalogue = lock_catalogue()
        before = Flag.objects.filter(pk=flag.pk).first()
        if before is not None and (before.key, before.kind) != (flag.key, flag.kind):
            raise ValidationError({"key": "Code reads it by its key and kind: make another flag."})
        flag.save()
        republish(catalogue)


def switch_flag(*, flag_id: Any, on: bool) -> None:
    """Off: everybody has its value, whatever experiments and rollouts say."""
    with db.transaction():
        catalogue = lock_catalogue()
        Flag.objects.filter(pk=flag_id).update(is_on=on)
        republish(catalogue)


def keep_rollout(rollout: Rollout) -> None:
    """A new one, or one as it shall be. Raises ValidationError."""
    rollout.full_clean()
    require_fitting(rollout.flag, "value", rollout.value)
    require_regions("regions", rollout.regions)
    require_condition(rollout.condition)
    with db.transaction():
        catalogue = lock_catalogue()
        rollout.save()
        republish(catalogue)


def switch_rollout(*, rollout_id: Any, on: bool) -> None:
    with db.transaction():
        catalogue = lock_catalogue()
        Rollout.objects.filter(pk=rollout_id).update(is_on=on)
        republish(catalogue)


def keep_namespace(namespace: Namespace) -> None:
    """Raises ValidationError."""
    namespace.full_clean()
    with db.transaction():
        lock_catalogue()
        namespace.save()


def require_fitting(flag: Flag, field: str, value: Any) -> None:
    """Raises ValidationError for a value of another kind than the flag's, and for one that the code which
    reads it does not take: it would go on with its default, and nobody would hear of it."""
    type_ = _TYPES[flag.kind]
    if not isinstance(value, type_) or isinstance(value, bool) != (flag.kind is FlagKind.SWITCH):
        raise ValidationError({field: _SAID[flag.kind]})
    read = declared().get(flag.key)
    # A form's texts are of a kind of their own.
    if read is not None and not read.takes(type_(value)):
        raise ValidationError({field: f"The code that reads {flag.key} takes {_taken_by(read)}."})


def _taken_by(read: DeclaredFlag[Any]) -> str:
    if not read.allowed:
        return _ANY[type(read.default)]
    return ", ".join(json.encode(each).decode() for each in read.allowed)


def require_regions(field: str, codes: list[str]) -> None:
    """Raises ValidationError for regions that there are not."""
    known = {region.code for region in regions.all()}
    if unknown := sorted(set(codes) - known):
        raise ValidationError(
            {field: f"There is no region {', '.join(unknown)}; there are {', '.join(sorted(known))}."}
        )


def require_condition(condition: Any) -> None:
    """Raises ValidationError for what is no condition of GrowthBook's language."""
    try:
        require_meaning(condition)
    except Senseless as error:
        raise ValidationError({"condition": str(error)}) from None
