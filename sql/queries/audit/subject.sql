-- subject: the entries in which to look for a person; where they are spoken of is found in what is sealed.
select f.seq from audit.fact f
where :identifier::text is not null and not starts_with(f.k, 'M27.') and (:after::bigint is null or f.seq > :after::bigint)
order by f.seq
