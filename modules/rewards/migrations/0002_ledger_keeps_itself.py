"""The database keeps balances, lots and holds by what is entered, and refuses what breaks the ledger.

Every entry moves its amount from one account to another, so that all balances together are zero by shape. What
it says is checked against the accounts and lots that it names, in one statement for all entries of an INSERT;
floors and what is left of lots and holds are CHECK constraints of these tables. Nobody changes them otherwise.
"""

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

KEEP = f"""
CREATE SEQUENCE rewards_entry_number OWNED BY rewards_entry.number;
ALTER TABLE rewards_entry ALTER COLUMN number SET DEFAULT nextval('rewards_entry_number');
ALTER TABLE rewards_account ALTER COLUMN id SET INCREMENT BY 4; -- a customer's four lie together
ALTER TABLE rewards_account SET (fillfactor = 70);
ALTER TABLE rewards_lot SET (fillfactor = 80);

CREATE FUNCTION rewards_entries_happen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
    wanted bigint;
    changed bigint;
BEGIN
    -- What each says fits the accounts that it names, and its lots are its amount.
    SELECT entry.id INTO wrong
    FROM added AS entry
    LEFT JOIN (VALUES {FLOWS}) AS way(flow, debit, credit, opens) USING (flow)
    LEFT JOIN rewards_account AS debit ON debit.id = entry.debit
    LEFT JOIN rewards_account AS credit ON credit.id = entry.credit
    WHERE (debit.kind = way.debit AND credit.kind = way.credit
           AND debit.unit = entry.unit AND credit.unit = entry.unit
           AND (debit.kind NOT IN ('pending', 'available', 'held', 'debt') OR debit.owner = entry.customer_id)
           AND (credit.kind NOT IN ('pending', 'available', 'held', 'debt') OR credit.owner = entry.customer_id)
           AND (debit.kind NOT IN ('funding', 'payable') OR debit.owner = entry.party_id)
           AND (credit.kind NOT IN ('funding', 'payable') OR credit.owner = entry.party_id)
           AND (entry.expires_at IS NOT NULL) = (way.opens OR entry.flow = 'hold')
           AND (entry.hold_id IS NOT NULL) = (entry.flow IN ('post', 'release', 'restore'))
           AND CASE WHEN debit.kind IN ('pending', 'available', 'held') OR entry.flow = 'restore'
                    THEN CASE WHEN cardinality(entry.parts) = 1 THEN entry.amount = entry.parts[1]
                              ELSE 0 < ALL (entry.parts)
                                   AND entry.amount = (SELECT sum(part) FROM unnest(entry.parts) AS part) END
                         AND cardinality(entry.lots) = cardinality(entry.parts)
                    ELSE cardinality(entry.lots) = 0 AND cardinality(entry.parts) = 0 END
          ) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not fit its accounts', wrong USING ERRCODE = 'check_violation';
    END IF;

    UPDATE rewards_account AS account SET balance = account.balance + moved.amount
    FROM (SELECT leg.account, sum(leg.amount)::bigint AS amount
          FROM (SELECT debit, -amount FROM added UNION ALL SELECT credit, amount FROM added)
              AS leg(account, amount)
          GROUP BY leg.account) AS moved
    WHERE account.id = moved.account;

    INSERT INTO rewards_lot (id, customer_id, region, order_id, points, pending, available, held,
                             opened_at, expires_at, reason)
    SELECT id, customer_id, region, order_id, amount,
           CASE WHEN flow IN ('earn', 'earn_funded') THEN amount ELSE 0 END,
           CASE WHEN flow IN ('earn', 'earn_funded') THEN 0 ELSE amount END,
           0, at, expires_at, reason
    FROM added WHERE expires_at IS NOT NULL AND flow <> 'hold';

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

    INSERT INTO rewards_hold (id, region, version, log_txid, created_at, customer_id, order_id, points, lots,
                              parts, posted, restored, state, lapses_at)
    SELECT id, region, 0, 0, at, customer_id, order_id, amount, lots, parts, 0, 0, 'held', expires_at
    FROM added WHERE flow = 'hold';

    IF EXISTS (SELECT FROM added WHERE hold_id IS NOT NULL) THEN
        WITH ending AS (
            SELECT hold_id, customer_id, sum(amount) AS points, max(at) AS at,
                   coalesce(sum(amount) FILTER (WHERE flow = 'post'), 0)::bigint AS posted,
                   bool_or(reason = 'lapsed') AS lapsed
            FROM added WHERE flow IN ('post', 'release') GROUP BY hold_id, customer_id
        ), changed AS (
            UPDATE rewards_hold AS hold
            SET posted = ending.posted, ended_at = ending.at,
                state = CASE WHEN ending.posted > 0 THEN 'posted' WHEN ending.lapsed THEN 'expired'
                             ELSE 'voided' END
            FROM ending
            WHERE hold.id = ending.hold_id AND hold.customer_id = ending.customer_id
              AND hold.points = ending.points AND hold.ended_at IS NULL
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM ending), (SELECT count(*) FROM changed) INTO wanted, changed;
        IF wanted <> changed THEN
            RAISE EXCEPTION 'a hold ends once, and whole' USING ERRCODE = 'check_violation';
        END IF;
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
CREATE TRIGGER rewards_entries_happen AFTER INSERT ON rewards_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rewards_entries_happen();

CREATE FUNCTION rewards_only_by_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger changes by its entries alone, which are only ever added'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER rewards_entries_only_grow BEFORE UPDATE OR DELETE ON rewards_entry
    FOR EACH ROW EXECUTE FUNCTION rewards_only_by_entries();
CREATE TRIGGER rewards_accounts_begin_empty BEFORE INSERT ON rewards_account
    FOR EACH ROW WHEN (NEW.balance <> 0) EXECUTE FUNCTION rewards_only_by_entries();
CREATE TRIGGER rewards_accounts_by_entries BEFORE UPDATE OR DELETE ON rewards_account
    FOR EACH STATEMENT WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION rewards_only_by_entries();
CREATE TRIGGER rewards_lots_by_entries BEFORE INSERT OR UPDATE OR DELETE ON rewards_lot
    FOR EACH STATEMENT WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION rewards_only_by_entries();
CREATE TRIGGER rewards_holds_by_entries BEFORE INSERT OR DELETE ON rewards_hold
    FOR EACH STATEMENT WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION rewards_only_by_entries();
-- What the log writes about a hold is its own.
CREATE TRIGGER rewards_hold_by_entries
    BEFORE UPDATE OF id, region, customer_id, order_id, points, lots, parts, posted, restored, state,
                     lapses_at, ended_at ON rewards_hold
    FOR EACH STATEMENT WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION rewards_only_by_entries();
"""
LET_GO = """
DROP TRIGGER rewards_hold_by_entries ON rewards_hold;
DROP TRIGGER rewards_holds_by_entries ON rewards_hold;
DROP TRIGGER rewards_lots_by_entries ON rewards_lot;
DROP TRIGGER rewards_accounts_by_entries ON rewards_account;
DROP TRIGGER rewards_accounts_begin_empty ON rewards_account;
DROP TRIGGER rewards_entries_only_grow ON rewards_entry;
DROP TRIGGER rewards_entries_happen ON rewards_entry;
DROP FUNCTION rewards_only_by_entries();
DROP FUNCTION rewards_entries_happen();
ALTER TABLE rewards_entry ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE rewards_entry_number;
ALTER TABLE rewards_lot RESET (fillfactor);
ALTER TABLE rewards_account ALTER COLUMN id SET INCREMENT BY 1;
ALTER TABLE rewards_account RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]
    operations = [migrations.RunSQL(KEEP, LET_GO)]
