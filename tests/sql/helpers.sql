-- helpers.sql: pgTAP in a schema of its own, made-up entries, and acting as somebody.
create schema tap;
create extension pgtap schema tap;

-- Run a statement as a role. Whatever it raises comes through.
create function tap.as_role(who text, statement text) returns void language plpgsql as $$
begin
	execute format('set local role %I', who);
	execute statement;
	reset role;
end
$$;

-- A true leaf over a true body.
create function tap.leaf(body bytea, salt bytea, org text default 'AIRU', eid uuid default gen_random_uuid(),
	case_ref uuid default null) returns bytea language sql as $$
	select convert_to(format('{"v":1,"ts":1763804012123456,"k":"M4.send","mode":"exercise",%s"org":"%s","node":"n1","eid":"%s","cb":"%s","ca":"%s","cd":"%5$s"}',
			case when case_ref is null then '' else format('"case":"%s",', case_ref) end, org, eid, commitment, commitment),
		'UTF8')
	from (select translate(encode(sha256('tocsin-entry/v1 body\012'::bytea || salt || body), 'base64'), '+/=', '-_')) c(commitment)
$$;

-- Append n entries at the tip, or where p_at says.
create function tap.append(n integer, p_at bigint default null, org text default 'AIRU') returns bigint language plpgsql as $$
declare
	body bytea := convert_to('{"decided":{},"message":{"k":1}}', 'UTF8');
	salt bytea := sha256('salt');
	leaves bytea[];
begin
	select array_agg(tap.leaf(body, salt, org)) into leaves from generate_series(1, n);
	return (select size from ledger.append(coalesce(p_at, (select size from ledger.tip)), leaves,
		array_fill(body, array[n]), array_fill(salt, array[n]), array_fill(null::uuid, array[n]),
		array_fill(null::bytea, array[n]), array_fill(null::uuid, array[n]), array_fill(null::bytea, array[n])));
end
$$;
grant usage on schema tap to public;

-- RFC 6962 2.1 read literally, over the stored leaves.
create function tap.mth(from_seq bigint, n bigint) returns bytea language plpgsql as $$
declare
	k bigint := 1;
begin
	if n = 0 then
		return sha256('');
	elsif n = 1 then
		return (select sha256('\x00'::bytea || leaf) from ledger.entry where seq = from_seq);
	end if;
	while k * 2 < n loop
		k := k * 2;
	end loop;
	return sha256('\x01'::bytea || tap.mth(from_seq, k) || tap.mth(from_seq + k, n - k));
end
$$;

-- Append up to n entries; is the tip's root then theirs?
create function tap.root_is_right_at(n integer) returns boolean language plpgsql as $$
declare
	t ledger.tip;
begin
	select * into t from ledger.tip;
	perform tap.append(n - t.size::integer);
	select * into t from ledger.tip;
	return t.size = n and t.root = tap.mth(0, n);
end
$$;

-- How many entries a role sees.
create function tap.entries_as(who text) returns bigint language plpgsql as $$
declare
	n bigint;
begin
	execute format('set local role %I', who);
	select count(*) into n from ledger.entry;
	reset role;
	return n;
end
$$;
