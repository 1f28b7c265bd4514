-- erased: what was erased, on what ground; and holds that stopped it.
select e.seq, e.recorded as at, e.k, e.org, e.ref, e.message -> 'body' as body from audit.entry e
where e.k like 'erase.%' or e.k like 'hold.%'
order by e.seq
