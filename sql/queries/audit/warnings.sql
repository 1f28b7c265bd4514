-- warnings: early warnings: proposed, issued, declined and why, ended.
select d.seq, d.at, d.k, d.org, d.incident, d.id, d.reason from audit.decision d
where starts_with(d.k, 'M2.') and (:incident::uuid is null or d.incident = :incident::uuid) and (d.exercise = :exercise::uuid or (:exercise::uuid is null and d.exercise is null))
	and (:after::bigint is null or d.seq > :after::bigint)
order by d.seq
