-- 0002_document.sql: what can be computed from a row is no longer stored beside it.
--
-- The jsonb copy of the body was never read by the server. It doubled the row, and comparing it with the body parsed
-- each body twice more than once: a third of what an append cost. Now ledger.document(entry) makes it from the body when
-- somebody asks, and so it cannot be another. That the body is JSON is still checked.
alter table ledger.entry
	drop column document, -- and entry_document_is_the_body with it
	drop constraint entry_body_is_the_one_committed_to,
	add constraint entry_body_is_json check (convert_from(body, 'UTF8')::jsonb is not null),
	-- A leaf has one spelling, and ends with "cb":"…","ca":"…","cd":"…"} of 43 characters each: no need to parse it again.
	-- The first "cb" is the leaf's own: an end that looks right inside of something else is none.
	add constraint entry_body_is_the_one_committed_to check (
		position('"cb":'::bytea in leaf) = octet_length(leaf) - 152 and
		substr(leaf, octet_length(leaf) - 152, 50) = convert_to('"cb":"' || translate(encode(
			sha256('tocsin-entry/v1 body\012'::bytea || body_salt || body), 'base64'), '+/=', '-_') || '"', 'UTF8'));
-- Bodies stay in their rows, compressed; what is sealed does not compress.
alter table ledger.entry alter column body set storage main;
alter table ledger.sealed alter column actor set storage external, alter column data set storage external;
