-- outside_need: what reached, or was looked at by, an organisation that was no reader; and what was asked after closing.
select c.seq, c.at, 'not a reader: ' || c.state as how, c.org, c.person::text as person, c.message as about, c.k
from audit.receipt_of c
where (:incident::uuid is null or c.incident = :incident::uuid) and c.exercise is not distinct from :exercise::uuid
	and exists (select from audit.entry m where m.id = c.message)
	and not exists (select from audit.reader r where r.message = c.message and r.org = c.org)
	and not exists (select from audit.entry d, lateral jsonb_array_elements(d.decided -> 'readers') r
		where d.k = 'M29.disclose' and d.seq < c.seq and r ->> 'org' = c.org
			and d.message #> '{body,entries}' @> jsonb_build_array(jsonb_build_object('ref', c.message)))
union all
select e.seq, e.at, 'seen after closing', c.org, c.person::text, c.message, c.k
from audit.receipt_of c join audit.entry e on e.seq = c.seq
where c.state = 'seen' and (:incident::uuid is null or c.incident = :incident::uuid) and c.exercise is not distinct from :exercise::uuid
	and exists (select from audit.decision d where d.incident = c.incident and d."to" = 'CLOSED' and d.seq < c.seq
		and not exists (select from audit.decision o where o.incident = c.incident and o."to" = 'ACTIVE' and o.seq > d.seq and o.seq < c.seq))
union all
select r.seq, r.at, 'shown out, and tried again', r.org, r.person, r.ref, r.k from audit.read r
where r.k = 'session.refused' and :incident::uuid is null
order by 1
