select e.seq, e.leaf, e.body, e.body_salt, s.actor_key, s.actor, s.data_key, s.data
from ledger.entry e left join ledger.sealed s using (seq)
where e.k = 'M25.recall' and e.seq >= $1 order by e.seq
