-- actions: everything that one person did, by their pseudonym.
select e.seq, e.at, e.k, e.org, e.incident, e."case", e.ref, e.id from audit.entry e
where e.message ->> 'sender_person' = :person::text
	and e.exercise is not distinct from :exercise::uuid
order by e.seq
