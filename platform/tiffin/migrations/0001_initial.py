"""The kernel's tables, made in every module's schema."""

import tiffin.clock
from django.db import migrations, models


LOG = """
CREATE SEQUENCE log_position;
CREATE TABLE log_event (
    position bigint NOT NULL,
    day date NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    txid bigint NOT NULL,
    shard smallint NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    key uuid NOT NULL,
    seq integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    region text,
    actor text NOT NULL,
    correlation uuid NOT NULL,
    causation uuid,
    payload bytea NOT NULL,
    PRIMARY KEY (day, position)
) PARTITION BY RANGE (day);
CREATE INDEX log_event_feed ON log_event (shard, epoch, txid, position);
CREATE INDEX log_event_key ON log_event (key, seq);
CREATE TABLE log_event_rest PARTITION OF log_event DEFAULT;
"""
FIRST_EPOCH = "INSERT INTO log_home (id, epoch) VALUES (1, 1)"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LogEvent',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('epoch', models.IntegerField(default=1)),
                ('txid', models.BigIntegerField()),
                ('shard', models.SmallIntegerField()),
                ('event_id', models.UUIDField()),
                ('name', models.TextField()),
                ('key', models.UUIDField()),
                ('seq', models.IntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('region', models.TextField(null=True)),
                ('actor', models.TextField()),
                ('correlation', models.UUIDField()),
                ('causation', models.UUIDField(null=True)),
                ('payload', models.BinaryField()),
            ],
            options={
                'db_table': 'log_event',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='LogHome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.IntegerField(default=1)),
            ],
            options={
                'db_table': 'log_home',
            },
        ),
        migrations.CreateModel(
            name='CommandAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caller', models.TextField()),
                ('method', models.TextField()),
                ('key', models.TextField()),
                ('request_hash', models.BinaryField()),
                ('outcome', models.SmallIntegerField(choices=[(0, 'Answer'), (1, 'Refusal')])),
                ('body', models.BinaryField()),
                ('created_at', models.DateTimeField(default=tiffin.clock.now)),
            ],
            options={
                'db_table': 'command_answer',
                'indexes': [models.Index(fields=['created_at'], name='command_answer_age')],
                'constraints': [models.UniqueConstraint(fields=('caller', 'method', 'key'), name='command_answer_once')],
            },
        ),
        migrations.CreateModel(
            name='HeldEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subscriber', models.TextField()),
                ('producer', models.TextField()),
                ('shard', models.SmallIntegerField()),
                ('epoch', models.IntegerField()),
                ('txid', models.BigIntegerField()),
                ('position', models.BigIntegerField()),
                ('event_id', models.UUIDField()),
                ('name', models.TextField()),
                ('key', models.UUIDField()),
                ('seq', models.IntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('region', models.TextField(null=True)),
                ('actor', models.TextField()),
                ('correlation', models.UUIDField()),
                ('causation', models.UUIDField(null=True)),
                ('payload', models.BinaryField()),
                ('held_at', models.DateTimeField(default=tiffin.clock.now)),
                ('attempts', models.IntegerField(default=0)),
                ('next_try', models.DateTimeField(null=True)),
                ('cause', models.TextField(default='')),
            ],
            options={
                'db_table': 'log_held',
                'indexes': [models.Index(fields=['subscriber', 'producer', 'key', 'position'], name='log_held_key'), models.Index(fields=['next_try'], name='log_held_next_try')],
                'constraints': [models.UniqueConstraint(fields=('subscriber', 'producer', 'event_id'), name='log_held_once')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('slot', models.TextField()),
                ('name', models.TextField()),
                ('aggregate', models.TextField(default='')),
                ('payload', models.BinaryField(default=b'{}')),
                ('due', models.DateTimeField()),
                ('state', models.TextField(choices=[('waiting', 'Waiting'), ('held', 'Held')], default='waiting')),
                ('attempts', models.IntegerField(default=0)),
                ('generation', models.IntegerField(default=1)),
                ('lease', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('destination', models.TextField(default='')),
                ('cause', models.TextField(default='')),
                ('region', models.TextField(null=True)),
                ('correlation', models.UUIDField()),
                ('causation', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(default=tiffin.clock.now)),
            ],
            options={
                'db_table': 'job',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due'], name='job_due'), models.Index(condition=models.Q(('lease__isnull', False)), fields=['destination'], name='job_leased_to')],
                'constraints': [models.UniqueConstraint(fields=('key', 'slot'), name='job_once')],
            },
        ),
        migrations.CreateModel(
            name='LogCursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subscriber', models.TextField()),
                ('producer', models.TextField()),
                ('shard', models.SmallIntegerField()),
                ('epoch', models.IntegerField(default=0)),
                ('txid', models.BigIntegerField(default=0)),
                ('position', models.BigIntegerField(default=0)),
                ('day', models.DateField(null=True)),
                ('moved_at', models.DateTimeField(default=tiffin.clock.now)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_cause', models.TextField(default='')),
            ],
            options={
                'db_table': 'log_cursor',
                'constraints': [models.UniqueConstraint(fields=('subscriber', 'producer', 'shard'), name='log_cursor_once')],
            },
        ),
        migrations.CreateModel(
            name='StaffAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=tiffin.clock.now)),
                ('staff_id', models.UUIDField(null=True)),
                ('action', models.TextField()),
                ('subject', models.TextField()),
                ('detail', models.TextField(default='')),
            ],
            options={
                'db_table': 'staff_action',
                'indexes': [models.Index(fields=['at'], name='staff_action_at')],
            },
        ),
        migrations.RunSQL(LOG, "DROP TABLE log_event; DROP SEQUENCE log_position"),
        migrations.RunSQL(FIRST_EPOCH, migrations.RunSQL.noop),
    ]
