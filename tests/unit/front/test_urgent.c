/* test_urgent.c: what is told before it has a number, during an outage of the database. */
#include "check.h"
#include "scene.h"

/* URGENT: the whole for one organisation, and a part of it for NORTH and SOUTH. Its number n is its id. */
static void urgent(unsigned n, const char *org, bool actual)
{
	static const char *const parts[] = { "NORTH", "SOUTH" };

	toc_ipc_begin(&f.out, TOC_IPC_URGENT);
	toc_ipc_id(&f.out, (struct toc_uuid){ { (uint8_t)n, 0xaa } });
	toc_ipc_u8(&f.out, 2);
	for (int whole = 1; whole >= 0; whole--) {
		char json[64];
		int m = whole ? 1 : 2;
		snprintf(json, sizeof json, "{\"op\":\"urgent\",\"%s\":%u}", whole ? "whole" : "part", n);
		toc_ipc_u16(&f.out, (uint16_t)m);
		for (int i = 0; i < m; i++) {
			toc_ipc_str(&f.out, toc_str_of(whole ? org : parts[i]));
			toc_ipc_u32(&f.out, whole ? 1 : 2);
		}
		toc_ipc_u8(&f.out, actual);
		toc_ipc_str(&f.out, toc_str_of(json));
	}
	say(&f, f.keeper);
}

static void database(bool up, uint64_t size)
{
	toc_ipc_begin(&f.out, TOC_IPC_TIP);
	toc_ipc_u64(&f.out, size);
	toc_ipc_u8(&f.out, up);
	say(&f, f.keeper);
}

CASE(an_urgent_message_does_not_wait_for_a_number)
{
	begin(0);
	struct client *north = welcomed("NORTH", NULL), *south = welcomed("SOUTH", NULL);
	urgent(1, "NORTH", true);
	publish(&f, 0, "SOUTH", 1, entry(0));
	CHECK(says(socket_next(north), "urgent"));
	CHECK(says(socket_next(south), entry(0)));
	client_free(north);
	client_free(south);
	end();
}

CASE(who_comes_during_an_outage_is_given_what_is_journaled_once_and_in_order)
{
	begin(0);
	database(false, 0);
	struct client *here = welcomed("NORTH", NULL);
	urgent(1, "NORTH", false);
	urgent(2, "SOUTH", false);
	urgent(3, "NORTH", false);
	CHECK(says(socket_next(here), "\"whole\":1"));
	CHECK(says(socket_next(here), "\"whole\":3"));
	struct client *late = welcomed("NORTH", NULL), *stranger = welcomed("WEST", NULL);
	struct client *part = socket_open(&f, SUBPROTOCOL BEARER);
	(void)socket_hello(&f, part, HELLO, "SOUTH", 3); /* sees both renderings of the second: gets the first */
	CHECK(says(socket_next(late), "\"whole\":1"));
	CHECK(says(socket_next(late), "\"whole\":3"));
	CHECK(says(socket_next(part), "\"part\":1"));
	CHECK(says(socket_next(part), "\"whole\":2"));
	CHECK(says(socket_next(part), "\"part\":3"));
	urgent(4, "NORTH", false);
	/* a keeper that was restarted tells everything again */
	front_peer(&f, 2);
	database(false, 0);
	for (unsigned n = 1; n <= 5; n++)
		urgent(n, "NORTH", false);
	for (uint64_t seq = 0; seq < 4; seq++)
		publish(&f, seq, (const char *[]){ "NORTH", "SOUTH", "WEST", "NORTH" }[seq], 1, entry(seq));
	CHECK(says(socket_next(here), "\"whole\":4"));
	CHECK(says(socket_next(here), "\"whole\":5"));
	CHECK(says(socket_next(here), entry(0)));
	CHECK(says(socket_next(late), "\"whole\":4"));
	CHECK(says(socket_next(late), "\"whole\":5"));
	CHECK(says(socket_next(late), entry(0)));
	CHECK(says(socket_next(part), "\"part\":4"));
	CHECK(says(socket_next(part), "\"part\":5"));
	CHECK(says(socket_next(part), entry(1)));
	CHECK(says(socket_next(stranger), entry(2)));
	client_free(here);
	client_free(late);
	client_free(part);
	client_free(stranger);
	end();
}

CASE(a_stream_that_begins_during_an_outage_has_it_too_and_a_real_incident_is_not_for_exercises)
{
	begin(0);
	database(false, 0);
	urgent(1, "NORTH", true);
	urgent(2, "NORTH", false);
	struct client *c = client_connect(&f);
	client_text(c, "GET /api/entries HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n" BEARER "\r\n");
	(void)admit(&f, "NORTH", 1, true);
	CHECK(says(client_head(c), "Content-Type: text/event-stream"));
	CHECK(says(client_line(c), "event: urgent"));
	CHECK(says(client_line(c), "data: {\"op\":\"urgent\",\"whole\":2}"));
	client_free(c);
	end();
}

CASE(what_is_recorded_is_no_longer_urgent_and_after_the_outage_nothing_is)
{
	begin(0);
	database(false, 0);
	for (unsigned n = 1; n <= 3; n++)
		urgent(n, "NORTH", false);
	toc_ipc_begin(&f.out, TOC_IPC_PUBLISH);
	toc_ipc_u64(&f.out, 0);
	toc_ipc_id(&f.out, (struct toc_uuid){ { 2, 0xaa } });
	toc_ipc_u8(&f.out, 0);
	say(&f, f.keeper);
	struct client *during = welcomed("NORTH", NULL);
	CHECK(says(socket_next(during), "\"whole\":1"));
	CHECK(says(socket_next(during), "\"whole\":3"));
	database(true, 1);
	struct client *after = welcomed("NORTH", NULL);
	publish(&f, 1, "NORTH", 1, entry(1));
	CHECK(says(socket_next(after), entry(1)));
	CHECK(says(socket_next(during), entry(1)));
	/* another outage begins anew for both */
	database(false, 2);
	urgent(4, "NORTH", false);
	CHECK(says(socket_next(during), "\"whole\":4"));
	CHECK(says(socket_next(after), "\"whole\":4"));
	client_free(during);
	client_free(after);
	end();
}

CASE(when_no_more_can_be_kept_the_oldest_are_and_who_is_here_has_everything)
{
	begin_with("{\"urgent_entries\":2}");
	database(false, 0);
	struct client *here = welcomed("NORTH", NULL);
	for (unsigned n = 1; n <= 3; n++)
		urgent(n, "NORTH", false);
	for (unsigned n = 1; n <= 3; n++)
		CHECK(says(socket_next(here), (const char *[]){ "\"whole\":1", "\"whole\":2", "\"whole\":3" }[n - 1]));
	struct client *late = welcomed("NORTH", NULL);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(late), "\"whole\":1"));
	CHECK(says(socket_next(late), "\"whole\":2"));
	CHECK(says(socket_next(late), entry(0)));
	client_free(here);
	client_free(late);
	end();
}

CASE(more_than_may_wait_for_a_reader_is_still_given_to_who_comes)
{
	begin_with("{\"pending_kib\":4}");
	database(false, 0);
	for (unsigned n = 1; n <= 200; n++) {
		char json[2048];
		memset(json, 'x', sizeof json - 1);
		json[sizeof json - 1] = 0;
		snprintf(json, sizeof json, "{\"op\":\"urgent\",\"n\":%u}", n);
		json[strlen(json)] = ' ';
		toc_ipc_begin(&f.out, TOC_IPC_URGENT);
		toc_ipc_id(&f.out, (struct toc_uuid){ { (uint8_t)n, 0xbb } });
		toc_ipc_u8(&f.out, 1);
		toc_ipc_u16(&f.out, 1);
		toc_ipc_str(&f.out, TOC_STR("NORTH"));
		toc_ipc_u32(&f.out, 1);
		toc_ipc_u8(&f.out, 0);
		toc_ipc_str(&f.out, toc_str_of(json));
		say(&f, f.keeper);
	}
	struct client *late = welcomed("NORTH", NULL);
	for (unsigned n = 1; n <= 200; n++) {
		char want[32];
		snprintf(want, sizeof want, "\"n\":%u}", n);
		CHECK(says(socket_next(late), want));
	}
	client_free(late);
	end();
}

RUN_CASES()
