-- erased: what was erased, on what ground; and holds that stopped it.
select e.seq, e.recorded as at, e.k, e.org, e.ref, e.message -> 'body' as body from audit.entry e
where (starts_with(e.k, 'erase.') or starts_with(e.k, 'hold.')) and (:after::bigint is null or e.seq > :after::bigint)
order by e.seq
