select e.seq, e.leaf, e.body, e.body_salt, s.actor_key, s.actor, s.data_key, s.data
from ledger.entry e left join ledger.sealed s on s.seq = e.seq and s.seq >= $1 -- said of both: else a merge reads one from its beginning
where e.seq >= $1 order by e.seq limit $2
