-- privileged: changes of members, people, roles, keys, rules, mandates, holds and contact points.
select p.seq, p.recorded as at, p.k, p.org, p.person, p.proposed, p.id, p.body from audit.privileged p
where (:org::text is null or p.org = :org::text or p.body ->> 'org' = :org::text)
	and (:from::timestamptz is null or p.recorded >= :from::timestamptz) and (:until::timestamptz is null or p.recorded <= :until::timestamptz)
	and (:after::bigint is null or p.seq > :after::bigint)
order by p.seq
