"""A single entry begins only the statements that it needs: what earns opens no hold, and what is spent no lot."""

from django.db import migrations

# flow, from, to, whether it opens a lot. Flows that are added later replace the function.
FLOWS = """
    ('earn', 'issuance', 'pending', true), ('earn_funded', 'funding', 'pending', true),
    ('grant', 'issuance', 'available', true), ('confirm', 'pending', 'available', false),
    ('unearn', 'pending', 'issuance', false), ('unearn_funded', 'pending', 'funding', false),
    ('take_back', 'available', 'issuance', false), ('owe', 'debt', 'issuance', false),
    ('repay', 'available', 'debt', false), ('hold', 'available', 'held', false),
    ('post', 'held', 'redeemed', false), ('release', 'held', 'available', false),
    ('restore', 'redeemed', 'available', false), ('expire', 'available', 'expired', false),
    ('send', 'available', 'transit', false), ('receive', 'transit', 'available', true),
    ('donate', 'available', 'donated', false), ('pledge', 'expense', 'payable', false),
    ('collect', 'collected', 'payable', false), ('uncollect', 'payable', 'collected', false),
    ('pay', 'payable', 'paid', false), ('return', 'paid', 'payable', false),
    ('bill', 'issuance', 'funding', false), ('level', 'payable', 'payable', false)
"""
OF_CUSTOMERS = "('pending', 'available', 'held', 'debt')"
OF_PARTIES = "('funding', 'payable')"

HAPPEN = f"""
CREATE OR REPLACE FUNCTION rewards_entries_happen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
    opening boolean;
    holding boolean;
    ending boolean;
    restoring boolean;
    wanted bigint;
    changed bigint;
BEGIN
    -- Each says what its flow needs, and its lots are its amount. What none of them does is not begun below:
    -- for one entry beginning a statement costs more than the statement.
    SELECT (array_agg(entry.id) FILTER (WHERE (
               (entry.expires_at IS NOT NULL) = (way.opens OR entry.flow = 'hold')
           AND (entry.hold_id IS NOT NULL) = (entry.flow IN ('post', 'release', 'restore'))
           AND (entry.customer_id IS NOT NULL
                OR way.debit NOT IN {OF_CUSTOMERS} AND way.credit NOT IN {OF_CUSTOMERS})
           AND (entry.party_id IS NOT NULL
                OR way.debit NOT IN {OF_PARTIES} AND way.credit NOT IN {OF_PARTIES})
           AND CASE WHEN way.debit IN ('pending', 'available', 'held') OR entry.flow = 'restore'
                    THEN CASE WHEN cardinality(entry.parts) = 1 THEN entry.amount = entry.parts[1]
                              ELSE 0 < ALL (entry.parts)
                                   AND entry.amount = (SELECT sum(part) FROM unnest(entry.parts) AS part) END
                         AND cardinality(entry.lots) = cardinality(entry.parts)
                    ELSE cardinality(entry.lots) = 0 AND cardinality(entry.parts) = 0 END
          ) IS NOT TRUE))[1],
           bool_or(entry.expires_at IS NOT NULL AND entry.flow <> 'hold'), bool_or(entry.flow = 'hold'),
           bool_or(entry.flow IN ('post', 'release')), bool_or(entry.flow = 'restore')
    INTO wrong, opening, holding, ending, restoring
    FROM added AS entry LEFT JOIN (VALUES {FLOWS}) AS way(flow, debit, credit, opens) USING (flow);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'entry % does not say what its flow needs', wrong USING ERRCODE = 'check_violation';
    END IF;

    -- An account is of the kind, the unit and the owner that its entries say, or is not found.
    WITH way(flow, debit, credit, opens) AS (VALUES {FLOWS}), leg AS (
        SELECT entry.debit AS account, way.debit AS kind, -amount AS amount, unit, customer_id, party_id
        FROM added AS entry JOIN way USING (flow)
        UNION ALL
        SELECT entry.credit, way.credit, amount, unit, customer_id, party_id
        FROM added AS entry JOIN way USING (flow)
    ), moved AS (
        SELECT account, kind, unit,
               CASE WHEN kind IN {OF_CUSTOMERS} THEN customer_id WHEN kind IN {OF_PARTIES} THEN party_id END
                   AS owner,
               sum(amount)::bigint AS amount
        FROM leg GROUP BY 1, 2, 3, 4
    ), changed AS (
        UPDATE rewards_account AS account SET balance = account.balance + moved.amount
        FROM moved
        WHERE account.id = moved.account AND account.kind = moved.kind AND account.unit = moved.unit
          AND (moved.owner IS NULL OR account.owner = moved.owner)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM changed) INTO wanted, changed;
    IF wanted <> changed THEN
        RAISE EXCEPTION 'an entry does not fit its accounts' USING ERRCODE = 'check_violation';
    END IF;

    IF opening THEN
        INSERT INTO rewards_lot (id, customer_id, region, order_id, points, pending, available, held,
                                 opened_at, expires_at, reason)
        SELECT id, customer_id, region, order_id, amount,
               CASE WHEN flow IN ('earn', 'earn_funded') THEN amount ELSE 0 END,
               CASE WHEN flow IN ('earn', 'earn_funded') THEN 0 ELSE amount END,
               0, at, expires_at, reason
        FROM added WHERE expires_at IS NOT NULL AND flow <> 'hold';
    END IF;

    WITH moved AS (
        SELECT lot, customer_id,
               sum(CASE WHEN flow IN ('confirm', 'unearn', 'unearn_funded') THEN -part ELSE 0 END)::bigint
                   AS pending,
               sum(CASE WHEN flow IN ('confirm', 'release', 'restore') THEN part
                        WHEN flow IN ('unearn', 'unearn_funded', 'post') THEN 0 ELSE -part END)::bigint
                   AS available,
               sum(CASE WHEN flow = 'hold' THEN part WHEN flow IN ('post', 'release') THEN -part
                        ELSE 0 END)::bigint AS held
        FROM added, unnest(added.lots, added.parts) AS taken(lot, part)
        GROUP BY lot, customer_id
    ), changed AS (
        UPDATE rewards_lot AS lot
        SET pending = lot.pending + moved.pending, available = lot.available + moved.available,
            held = lot.held + moved.held
        FROM moved WHERE lot.id = moved.lot AND lot.customer_id = moved.customer_id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM changed) INTO wanted, changed;
    IF wanted <> changed THEN
        RAISE EXCEPTION 'an entry takes lots that its customer has not' USING ERRCODE = 'check_violation';
    END IF;

    IF holding THEN
        INSERT INTO rewards_hold (id, region, version, log_txid, created_at, customer_id, order_id, points, lots,
                                  parts, posted, restored, state, lapses_at)
        SELECT id, region, 0, 0, at, customer_id, order_id, amount, lots, parts, 0, 0, 'held', expires_at
        FROM added WHERE flow = 'hold';
    END IF;

    IF ending THEN
        WITH ended AS (
            SELECT hold_id, customer_id, sum(amount) AS points, max(at) AS at,
                   coalesce(sum(amount) FILTER (WHERE flow = 'post'), 0)::bigint AS posted,
                   bool_or(reason = 'lapsed') AS lapsed
            FROM added WHERE flow IN ('post', 'release') GROUP BY hold_id, customer_id
        ), changed AS (
            UPDATE rewards_hold AS hold
            SET posted = ended.posted, ended_at = ended.at,
                state = CASE WHEN ended.posted > 0 THEN 'posted' WHEN ended.lapsed THEN 'expired'
                             ELSE 'voided' END
            FROM ended
            WHERE hold.id = ended.hold_id AND hold.customer_id = ended.customer_id
              AND hold.points = ended.points AND hold.ended_at IS NULL
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM changed) INTO wanted, changed;
        IF wanted <> changed THEN
            RAISE EXCEPTION 'a hold ends once, and whole' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF restoring THEN
        WITH back AS (
            SELECT hold_id, customer_id, sum(amount)::bigint AS points FROM added WHERE flow = 'restore'
            GROUP BY hold_id, customer_id
        ), changed AS (
            UPDATE rewards_hold AS hold SET restored = hold.restored + back.points
            FROM back WHERE hold.id = back.hold_id AND hold.customer_id = back.customer_id
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM back), (SELECT count(*) FROM changed) INTO wanted, changed;
        IF wanted <> changed THEN
            RAISE EXCEPTION 'points come back of a hold that is not there' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0009_sendings")]
    # What is replaced asks for the same, so that going back leaves it.
    operations = [migrations.RunSQL(HAPPEN, migrations.RunSQL.noop)]
