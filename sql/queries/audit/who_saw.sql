-- who_saw: who could read a message, whom it reached, and which people saw or acknowledged it.
with m as (select e.* from audit.entry e where e.id = :message::uuid),
audience as (
	select r.org, r.rendering, min(r.seq) as seq, min(r.at) as available from audit.reader r, m where r.message = m.id group by 1, 2
	union all
	-- disclosed to them (M29)
	select distinct r ->> 'org', 'disclosed', d.seq, d.at from audit.entry d, m, lateral jsonb_array_elements(d.decided -> 'readers') r
	where d.k = 'M29.disclose' and d.seq > m.seq and d."case" is not distinct from m."case" and d.incident is not distinct from m.incident
		and d.message #> '{body,entries}' @> jsonb_build_array(jsonb_build_object('ref', m.id))
		and not exists (select from audit.reader x where x.message = m.id and x.org = r ->> 'org'))
select a.org, a.rendering, a.available, a.org = m.org as sender, c.state, c.person, c.channel, c.at
from m, audience a left join audit.receipt_of c on c.message = :message::uuid and c.org = a.org
order by a.seq, a.org, c.seq
