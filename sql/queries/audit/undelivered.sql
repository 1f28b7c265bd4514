-- undelivered: what was for an organisation and was never delivered there, or never seen.
select r.seq, r.at, r.k, r.message, r.sender, r.org,
	not exists (select from audit.receipt_of c where c.message = r.message and c.org = r.org) as undelivered
from audit.reader r
where (:incident::uuid is null or r.incident = :incident::uuid) and (:org::text is null or r.org = :org::text)
	and r.exercise is not distinct from :exercise::uuid
	and r.k ~ '^M([1-8]|1[0-8]|2[0-5]|28|29)[.]' and r.org <> r.sender and r.k not like '%.draft'
	and not exists (select from audit.receipt_of c where c.message = r.message and c.org = r.org and c.state in ('seen', 'acked'))
order by r.seq, r.org
