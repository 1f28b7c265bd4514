-- warnings: early warnings: proposed, issued, declined and why, ended.
select d.seq, d.at, d.k, d.org, d.incident, d.id, d.reason from audit.decision d
where d.k like 'M2.%' and (:incident::uuid is null or d.incident = :incident::uuid) and d.exercise is not distinct from :exercise::uuid
order by d.seq
