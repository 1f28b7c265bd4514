-- outside_need: what reached, or was looked at by, an organisation that was no reader; and what was asked after closing.
with disclosed as materialized (
	select e.seq, r ->> 'org' as org, x ->> 'ref' as ref
	from audit.entry e, lateral jsonb_array_elements(e.decided -> 'readers') r, lateral jsonb_array_elements(e.message #> '{body,entries}') x
	where e.k = 'M29.disclose'),
decided as materialized (select d.seq, d.incident, d."to" from audit.decision d where d."to" in ('CLOSED', 'ACTIVE'))
select c.seq, c.at, 'not a reader: ' || c.state as how, c.org, c.person::text as person, c.message as about, c.k
from audit.receipt_of c
where (:incident::uuid is null or c.incident = :incident::uuid) and (c.exercise = :exercise::uuid or (:exercise::uuid is null and c.exercise is null))
	and not c.reader and exists (select from audit.fact m where m.eid = c.message)
	and not exists (select from disclosed d where d.org = c.org and d.ref = c.message::text and d.seq < c.seq)
union all
select e.seq, e.at, 'seen after closing', c.org, c.person::text, c.message, c.k
from audit.receipt_of c join audit.fact e on e.seq = c.seq
where c.state = 'seen' and (:incident::uuid is null or c.incident = :incident::uuid) and (c.exercise = :exercise::uuid or (:exercise::uuid is null and c.exercise is null))
	and exists (select from decided d where d.incident = c.incident and d."to" = 'CLOSED' and d.seq < c.seq
		and not exists (select from decided o where o.incident = c.incident and o."to" = 'ACTIVE' and o.seq > d.seq and o.seq < c.seq))
union all
select r.seq, r.at, 'shown out, and tried again', r.org, r.person, r.ref, r.k from audit.read r
where r.k = 'session.refused' and :incident::uuid is null
order by 1
