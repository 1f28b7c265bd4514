select e.seq, e.leaf, e.body, e.body_salt, s.actor_key, s.actor, s.data_key, s.data
from ledger.entry e left join ledger.sealed s using (seq)
where e.k in ('witness.register', 'witness.revoke') order by e.seq
