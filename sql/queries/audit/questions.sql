-- questions: what was asked of the ledger, and how much it brought to light.
select q.seq, q.recorded as at, q.k, q.org, q.person, q.id, q.message #>> '{body,query}' as query,
	(q.message #>> '{body,mandate_ref}')::uuid as mandate, (r.message #>> '{body,result_count}')::bigint as result_count,
	(r.message #>> '{body,complete}')::boolean as complete, r.message #>> '{body,export_digest}' as digest
from audit.entry q left join audit.entry r on r.k = 'M27.result' and r.ref = q.id
where q.k in ('M27.mandate', 'M27.own')
	and (:after::bigint is null or q.seq > :after::bigint)
order by q.seq
