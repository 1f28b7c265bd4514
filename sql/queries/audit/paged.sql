-- paged: who was called for what, by which channel.
select p.seq, p.at, p.k, p.message, p.org, p.person, p.channel, p.contact, p.state, p.proof from audit.page p
where (:incident::uuid is null or p.incident = :incident::uuid) and (:case::uuid is null or p."case" = :case::uuid)
	and (:org::text is null or p.org = :org::text) and (p.exercise = :exercise::uuid or (:exercise::uuid is null and p.exercise is null))
	and (:after::bigint is null or p.seq > :after::bigint)
order by p.seq, p.org, p.contact, p.channel
