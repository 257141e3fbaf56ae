"""Rows by constant statements are the rows that the ORM would write and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connections, models

from tiffin import ids
from tiffin.db import StaleAggregate, TransactionRequired, rows, transaction
from tiffin.db.postgresql import base
from tiffin.testing import things
from tiffin.testing.things import Effect, Thing, new_thing


class Shouted(models.TextField):
    """Is stored otherwise than it is said."""

    def get_prep_value(self, value: Any) -> Any:
        return str(value).upper()


@pytest.fixture(autouse=True)
def tables(database: object) -> Iterator[None]:
    with things.tables():
        yield


def of(thing: Thing) -> dict[str, Any]:
    return Thing.objects.values().get(pk=thing.id)


def test_a_locked_row_is_the_one_that_the_orm_reads() -> None:
    thing = new_thing()

    with transaction(owner="orders"):
        locked = Thing.lock(thing.id)

    assert {name: getattr(locked, name) for name in of(thing)} == of(thing)
    assert not locked._state.adding


def test_rows_are_found_by_one_value_and_by_any_of_several() -> None:
    one, other, third = new_thing(), new_thing(), new_thing()

    (found,) = rows.find(Thing, id=one.id)
    both = rows.find(Thing, id=[other.id, third.id], region=one.region)

    assert {name: getattr(found, name) for name in of(one)} == of(one)
    assert {thing.id for thing in both} == {other.id, third.id}
    assert rows.find(Thing, id=[one.id], region="nowhere") == []
    assert rows.find(Thing, id=[]) == []


def test_a_row_is_locked_inside_a_transaction_only_and_must_be_there() -> None:
    with pytest.raises(TransactionRequired):
        Thing.lock(new_thing().id)
    with pytest.raises(Thing.DoesNotExist), transaction(owner="orders"):
        Thing.lock(ids.new_id())


def test_a_saved_row_keeps_what_belongs_to_the_log() -> None:
    thing = new_thing()
    things.number(thing, 1)
    thing.label = "ours"

    thing.save()

    assert (of(thing)["label"], of(thing)["version"]) == ("ours", 1)


def test_only_the_named_fields_are_saved_and_only_of_a_row_that_is_there() -> None:
    thing = new_thing()
    thing.label, thing.region = "ours", "gb"

    thing.save(update_fields=["label"])

    assert (of(thing)["label"], of(thing)["region"]) == ("ours", "pl")
    Thing.objects.all().delete()
    with pytest.raises(DatabaseError):
        thing.save()


def test_publishing_saves_what_it_is_asked_to_and_nothing_when_the_row_is_stale() -> None:
    thing = new_thing()
    stale = Thing.objects.get(pk=thing.id)
    with transaction(owner="orders"):
        thing.label = "told"
        things.publish(thing, things.ThingNumbered(thing_id=thing.id, number=1), saving=("label",))

    assert (of(thing)["label"], of(thing)["version"]) == ("told", 1)
    stale.label = "late"
    with pytest.raises(StaleAggregate), transaction(owner="orders"):
        things.publish(stale, things.ThingNumbered(thing_id=thing.id, number=2), saving=("label",))
    assert of(thing)["label"] == "told"


def test_rows_are_inserted_together_and_numbered_by_the_database() -> None:
    thing = new_thing()

    count = rows.insert(*(Effect(thing=thing.id, number=number) for number in range(3)))

    assert (count, things.numbers_of(thing)) == (3, [0, 1, 2])
    assert rows.insert() == 0


def test_a_row_whose_unique_value_is_taken_is_left_out() -> None:
    thing = new_thing()

    assert rows.insert(Thing(id=thing.id, region="gb"), unless_taken=("id",)) == 0
    assert rows.insert(Thing(region="gb"), unless_taken=("id",)) == 1
    assert of(thing)["region"] == "pl"


def test_a_row_is_left_out_for_whichever_unique_value_is_taken() -> None:
    thing = new_thing()

    assert rows.insert(Thing(id=thing.id, region="gb"), Thing(region="gb"), unless_taken=rows.BY_ANY) == 1
    assert of(thing)["region"] == "pl"


@pytest.mark.parametrize(
    ("field", "said", "stored"),
    [
        (models.BinaryField(), b"\0quiet\xff", b"\0quiet\xff"),
        (Shouted(), "quiet", "QUIET"),
        (models.FloatField(), float("-inf"), float("-inf")),
    ],
    ids=["bytes", "a field of our own", "no number"],
)
def test_what_json_carries_otherwise_is_stored_as_the_orm_would(
    field: models.Field[Any, Any], said: Any, stored: Any
) -> None:
    class Said(models.Model):
        of_our_own = field

        class Meta:
            app_label = "orders"
            # Each a table of its own: what the server has prepared for one would not fit the next.
            db_table = f"test_said_{type(field).__name__.lower()}"

    with connections["orders"].schema_editor() as editor:
        editor.create_model(Said)
    try:
        rows.insert(Said(of_our_own=said))
        row = Said.objects.get()
        assert bytes_of(row.of_our_own) == stored
        rows.update(row, fields=("of_our_own",))
        assert bytes_of(Said.objects.get().of_our_own) == stored
    finally:
        with connections["orders"].schema_editor() as editor:
            editor.delete_model(Said)
        apps.all_models["orders"].pop("said")


@pytest.mark.parametrize(
    "field", [models.DurationField(), models.JSONField(encoder=DjangoJSONEncoder)], ids=["time", "encoded"]
)
def test_what_a_document_would_not_carry_is_refused(
    field: models.Field[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    field.set_attributes_from_name("label")
    field.model = Thing
    monkeypatch.setattr(Thing._meta, "concrete_fields", (*Thing._meta.concrete_fields[:-1], field))
    rows._inserted.cache_clear()
    try:
        with pytest.raises(TypeError, match=r"Thing\.label"):
            rows.insert(Thing(label="quiet"))
    finally:
        rows._inserted.cache_clear()


def bytes_of(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_fields_of_several_rows_are_written_together_where_they_are_there() -> None:
    one, other = new_thing(), new_thing()
    one.label, other.label, other.region = "one's", "the other's", "gb"

    assert rows.update(one, other, fields=("label",)) == 2

    assert (of(one)["label"], of(other)["label"], of(other)["region"]) == ("one's", "the other's", "pl")
    Thing.objects.filter(pk=other.id).delete()
    one.label = "one's own"
    assert rows.update(one, other, fields=("label",)) == 1
    assert of(one)["label"] == "one's own"
    assert rows.update(fields=("label",)) == 0


def test_a_connection_that_the_server_has_ended_is_noticed_without_asking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a connection that has just been found to work
    connection = connections["orders"]
    connection.ensure_connection()
    assert connection.is_usable()
    asked: list[str] = []
    monkeypatch.setattr(base.base.DatabaseWrapper, "is_usable", lambda self: bool(asked.append("asked")))
    assert connection.is_usable()
    assert asked == []
    # When the server ends it
    things.end_connection("orders")
    # Then the server is asked again
    assert not connection.is_usable()
    assert asked == ["asked"]
    connection.close()
