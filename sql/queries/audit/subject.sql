-- subject: the entries in which to look for a person; where they are spoken of is found in what is sealed.
select e.seq from ledger.entry e
where :identifier::text is not null and e.k not like 'M27.%'
order by e.seq
