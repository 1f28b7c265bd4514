-- consulted: who looked at something (LED 25): receipts of people, look-ups, and what was asked of the ledger about it.
select c.seq, c.at, 'receipt ' || c.state as how, c.org, c.person::text as person from audit.receipt_of c
	where c.message = :message::uuid and c.state <> 'delivered'
union all
select r.seq, r.at, r.k, r.org, r.person from audit.read r where r.ref = :message::uuid or r.id = :message::uuid
union all
select e.seq, e.at, e.k, e.org, e.person from audit.entry e
	where starts_with(e.k, 'M29.') and e.message #> '{body,entries}' @> jsonb_build_array(jsonb_build_object('ref', :message::text))
order by 1
